package ui

import (
	"strings"

	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// certifierCard waits for the card of the person who vouches, reads it, or says
// why it cannot be taken.
func (c *scene) certifierCard() {
	x := c.m.Session
	switch {
	case x.Problem != visit.NoProblem:
		c.certifierFault(x.Problem)
	case x.Certifier.Insertion.IsZero():
		c.awaitCertifier()
	default:
		c.readingCertifier(x)
	}
}

func (c *scene) awaitCertifier() {
	title := "certifier.title"
	if c.m.Devices.SecondReader {
		title = "certifier.title-second"
	}
	c.title(c.say.say(title))
	c.certifierBar()
	pic, rest := c.inputHalves(0.46)
	c.s.picture("picture", pic, c.steps("insert"), c.s.p.accent)
	words := c.say.say("certifier.keep")
	keep, rest := rest.cutBottom(c.s.noticeHeight(words, rest.w), 16)
	c.s.notice("keep", keep, "warn", words)
	c.s.text("text", rest, c.say.say("certifier.who", "Who", c.relations()), c.explaining())
}

// relations are the people who may vouch, as a list of words.
func (c *scene) relations() string {
	var list []string
	for _, r := range c.m.Relations() {
		list = append(list, strings.ToLower(c.relation(r)))
	}
	return strings.Join(list, c.say.say("list.separator"))
}

func (c *scene) relation(r visit.Relation) string {
	if r == "" {
		return ""
	}
	return c.say.say("relation." + string(r))
}

// certifierBar draws the way back and for whom the card vouches, at the bottom of
// the work area.
func (c *scene) certifierBar() {
	bar, rest := c.work.cutBottom(112, 20)
	c.work = rest
	back, who := bar.cutLeft(max(bar.w*0.3, 230), gap)
	c.s.button(back, button{name: "back", label: c.say.say("button.back"), icon: "back", kind: quiet, act: c.send(flow.TapBack{})})
	c.s.panel("patient", who)
	mark, words := who.inset(24, 6).cutLeft(52, 20)
	c.s.picture("patient", mark.centered(48, 48), "person", c.s.p.accent)
	c.s.text("patient", words, c.say.say("certifier.patient", "PID", c.m.Session.Person.PID.Masked()), textStyle{size: 32, color: c.s.p.ink, lines: 2})
}

func (c *scene) readingCertifier(x flow.Session) {
	c.title(c.say.say("certifier.reading"))
	c.certifierBar()
	pic, rest := c.inputHalves(0.42)
	beat, pic := pic.cutBottom(56*roomy, 8)
	c.pulse(beat)
	c.s.picture("picture", pic.inset(20, 10), "card-in", c.s.p.accent)
	words := c.say.say("certifier.keep")
	keep, rest := rest.cutBottom(c.s.noticeHeight(words, rest.w), 16)
	c.s.notice("keep", keep, "warn", words)
	list, name := rest.cutBottom(min(rest.h*0.5, 140), 8)
	if who := c.greeted(x.Certifier.Person); who != "" {
		st := c.s.large().elided()
		st.lines = 2
		c.s.text("hello", name, c.say.say("reading.hello", "Name", who), st)
	}
	at := doing
	if x.Certifier.CardRead {
		at = done
	}
	c.checklist(list, []check{{"card", "certifier.card", at}})
}

// certifierFault says what is wrong with the card that vouches. Some words differ
// from those about the patient's own card.
func (c *scene) certifierFault(p visit.Problem) {
	title, text := c.problemWords(p)
	if key := "certifier." + p.String(); c.say.knows(key) {
		text = c.say.say(key)
	}
	a := advice{title: title, text: text, picture: pictureOf(p), input: true, problem: p, buttons: []button{{
		name: "back", label: c.say.say("button.back"), icon: "back", kind: quiet, act: c.send(flow.TapBack{}),
	}}}
	switch p {
	case visit.CardRemovedEarly:
		a.picture = c.steps("insert")
	case visit.CardMute:
		a.picture = "upside-down"
	case visit.CardUnreadable, visit.CardBusy:
		if !c.m.Session.Certifier.Insertion.IsZero() {
			retry := button{name: "retry", label: c.say.say("button.retry"), icon: "retry", kind: primary, size: 44, act: c.send(flow.TapRetry{})}
			a.buttons = append([]button{retry}, a.buttons...)
		}
	}
	c.advise(a)
}

var relationIcons = map[visit.Relation]string{
	visit.RelationParent: "family", visit.RelationGuardian: "shield", visit.RelationCaregiver: "service", visit.RelationOfficer: "desk-small",
}

// relationChoice asks what the person who vouches is to the patient.
func (c *scene) relationChoice() {
	c.title(c.say.say("relation.title"))
	var people, choice, back area
	if c.s.geo.portrait {
		back, people = c.work.cutBottom(116, 28)
		people, choice = people.cutTop(320, 36)
	} else {
		people, choice = c.work.cutLeft(c.work.w*0.46, 48)
		back, people = people.cutBottom(116, 28)
		people = people.centered(people.w, min(people.h, 420))
	}
	c.s.button(back, button{name: "back", label: c.say.say("button.back"), icon: "back", kind: quiet, act: c.send(flow.TapBack{})})
	rows := people.rows(2, 20)
	c.fact(rows[0], c.certifierFact())
	patient := c.personFact(c.m.Session)
	patient.label = c.say.say("person.patient")
	c.fact(rows[1], patient)
	list := c.m.Relations()
	choice = choice.centered(choice.w, min(choice.h, float32(len(list))*200))
	for i, row := range choice.rows(max(len(list), 1), 24)[:len(list)] {
		c.s.button(row, button{
			name: "relation-" + string(list[i]), label: c.relation(list[i]), icon: relationIcons[list[i]], kind: secondary, size: 46,
			act: c.send(flow.TapRelation{Relation: list[i]}),
		})
	}
}

// certifierFact is who vouches, and as what.
func (c *scene) certifierFact() fact {
	x := c.m.Session.Certifier
	return fact{
		name: "certifier", icon: "people", label: c.say.say("person.certifier"), value: c.name(x.Person), more: c.relation(x.Relation),
	}
}

// certifierIn reports whether the card that vouched is still to be taken: an
// officer's may stay in a reader of its own.
func (c *scene) certifierIn() bool {
	x := c.m.Session.Certifier
	return !x.Insertion.IsZero() && x.Insertion.Role == flow.CertifierReader && x.Relation != visit.RelationOfficer
}
