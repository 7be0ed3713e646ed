package ui

import (
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// progress is how far one step is.
type progress string

const (
	waiting progress = "waiting"
	doing   progress = "doing"
	done    progress = "done"
	failed  progress = "failed"
)

// reading shows that the card is being read and NHSO asked.
func (c *scene) reading() {
	x := c.m.Session
	own := x.Method == visit.MethodCard || x.Method == ""
	title, pic := "reading.title", "card-in"
	if !own {
		title, pic = "asking.title", "network"
	}
	c.title(c.say.say(title))
	at, rest := c.halves(0.42)
	beat, at := at.cutBottom(56*roomy, 8)
	c.pulse(beat)
	c.s.picture("picture", at.inset(20, 10), pic, c.s.p.accent)
	if own || x.Method == visit.MethodCertifier {
		words := c.say.say("reading.keep")
		var keep area
		keep, rest = rest.cutBottom(c.s.noticeHeight(words, rest.w), 24)
		c.s.notice("keep", keep, "warn", words)
	}
	name, rest := rest.cutTop(130, 8)
	if who := c.greeted(x.Person); who != "" && own {
		st := c.s.large().elided()
		st.lines = 2
		c.s.text("hello", name, c.say.say("reading.hello", "Name", who), st)
	}
	list := []check{
		{"card", "reading.card", cardProgress(x)},
		{"right", "reading.right", answerProgress(x.RightState)},
		{"today", "reading.today", answerProgress(x.DoneState)},
	}
	if !own {
		list = list[1:] // there is no card of the patient to read
	}
	c.checklist(rest, list)
}

// name is what a lobby may see of a name, in letters the reader knows.
func (c *scene) name(p flow.Person) string {
	if c.say.lang != "th" && !p.Latin.IsZero() {
		return p.Latin.Short()
	}
	return p.Name.Short()
}

// greeted is the name in a greeting. In Thai "คุณ" stands for the title.
func (c *scene) greeted(p flow.Person) string {
	if c.say.lang == "th" {
		p.Name.Prefix = ""
	}
	return c.name(p)
}

func cardProgress(x flow.Session) progress {
	if x.CardRead {
		return done
	}
	return doing
}

func answerProgress(a flow.Answer) progress {
	switch a {
	case flow.Asked:
		return doing
	case flow.Answered:
		return done
	case flow.Unanswered:
		return failed
	}
	return waiting
}

// check is a line of a list of what is done and what is to come.
type check struct {
	name, key string
	at        progress
}

// checklist draws the lines, each with a mark and a word for how far it is.
func (c *scene) checklist(at area, list []check) {
	at = at.centered(at.w, min(at.h, float32(len(list))*140))
	rows := at.rows(len(list), 14)
	var words []string
	var places []area
	for i, l := range list {
		c.s.panel("check-"+l.name, rows[i])
		in := rows[i].inset(28, 6)
		side := min(in.h, 60)
		mark, in := in.cutLeft(side, 26)
		c.s.picture("check-"+l.name, mark.centered(side, side), "step-"+string(l.at), c.s.p.accent)
		state, in := in.cutRight(in.w*0.34, 12)
		c.s.text("check-state-"+l.name, state, c.say.say("step."+string(l.at)), textStyle{size: 28, color: c.s.p.muted, align: trailing})
		words, places = append(words, c.say.say(l.key)), append(places, in)
	}
	// As if all were bold, so that none changes its size when it is done.
	st := c.s.alike(c.s.body().strong(), words, places)
	for i, l := range list {
		st.bold = l.at == doing
		c.s.text("check-"+l.name, places[i], words[i], st)
	}
}

// sending shows that the visit is on its way.
func (c *scene) sending() {
	x := c.m.Session
	c.title(c.say.say("sending.title"))
	pic, rest := c.halves(0.42)
	beat, pic := pic.cutBottom(56*roomy, 8)
	c.pulse(beat)
	c.s.picture("picture", pic.inset(40, 20), "network", c.s.p.accent)
	save, send := doing, waiting
	if x.Phase == flow.Submitting {
		save, send = done, doing
	}
	note, rest := rest.cutBottom(122*roomy, 24)
	if x.Slow {
		c.s.notice("slow", note, "time", c.say.say("sending.slow"))
	}
	c.checklist(rest, []check{{"save", "sending.save", save}, {"send", "sending.send", send}})
}

// hospital is the name of a unit, or its code when the name is not known.
func hospital(h visit.Hospital) string {
	if h.Name != "" {
		return h.Name
	}
	return h.HCode
}
