package kiosk

import (
	"authenkiosk/ui/draw"
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
	c.title(c.say.Say(title))
	at, rest := c.halves(0.42)
	beat, at := at.CutBottom(56*draw.Roomy, 8)
	c.pulse(beat)
	c.s.Picture("picture", at.Inset(20, 10), pic, c.s.Colors.Accent)
	if own || x.Method == visit.MethodCertifier {
		words := c.say.Say("reading.keep")
		var keep draw.Area
		keep, rest = rest.CutBottom(c.s.NoticeHeight(words, rest.W), 24)
		c.s.Notice("keep", keep, "warn", words)
	}
	name, rest := rest.CutTop(130, 8)
	if who := c.greeted(x.Person); who != "" && own {
		st := c.s.Large().Elided()
		st.Lines = 2
		c.s.Text("hello", name, c.say.Say("reading.hello", "Name", who), st)
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
	if c.say.Lang != "th" && !p.Latin.IsZero() {
		return p.Latin.Short()
	}
	return p.Name.Short()
}

// greeted is the name in a greeting. In Thai "คุณ" stands for the title.
func (c *scene) greeted(p flow.Person) string {
	if c.say.Lang == "th" {
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
func (c *scene) checklist(at draw.Area, list []check) {
	at = at.Centered(at.W, min(at.H, float32(len(list))*140))
	rows := at.Rows(len(list), 14)
	var words []string
	var places []draw.Area
	for i, l := range list {
		c.s.Panel("check-"+l.name, rows[i])
		in := rows[i].Inset(28, 6)
		side := min(in.H, 60)
		mark, in := in.CutLeft(side, 26)
		c.s.Picture("check-"+l.name, mark.Centered(side, side), "step-"+string(l.at), c.s.Colors.Accent)
		state, in := in.CutRight(in.W*0.34, 12)
		c.s.Text("check-state-"+l.name, state, c.say.Say("step."+string(l.at)), draw.TextStyle{Size: 28, Color: c.s.Colors.Muted, Align: trailing})
		words, places = append(words, c.say.Say(l.key)), append(places, in)
	}
	// As if all were bold, so that none changes its size when it is done.
	st := c.s.Alike(c.s.Body().Strong(), words, places)
	for i, l := range list {
		st.Bold = l.at == doing
		c.s.Text("check-"+l.name, places[i], words[i], st)
	}
}

// sending shows that the visit is on its way.
func (c *scene) sending() {
	x := c.m.Session
	c.title(c.say.Say("sending.title"))
	pic, rest := c.halves(0.42)
	beat, pic := pic.CutBottom(56*draw.Roomy, 8)
	c.pulse(beat)
	c.s.Picture("picture", pic.Inset(40, 20), "network", c.s.Colors.Accent)
	save, send := doing, waiting
	if x.Phase == flow.Submitting {
		save, send = done, doing
	}
	note, rest := rest.CutBottom(122*draw.Roomy, 24)
	if x.Slow {
		c.s.Notice("slow", note, "time", c.say.Say("sending.slow"))
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
