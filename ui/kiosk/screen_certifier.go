package kiosk

import (
	"strings"

	"authenkiosk/ui/draw"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// certifierCard waits for the card of the person who vouches, reads it, or says
// why it cannot be taken.
func (c *scene) certifierCard() {
	x := c.m.Session
	switch {
	case c.cannotVouch():
		c.certifierFault(c.readerProblem())
	case x.Problem != visit.NoProblem:
		c.certifierFault(x.Problem)
	case x.Certifier.Insertion.IsZero():
		c.awaitCertifier()
	default:
		c.readingCertifier(x)
	}
}

// cannotVouch reports whether a card is asked for that no reader could take.
func (c *scene) cannotVouch() bool {
	x := c.m.Session
	asked := x.Problem == visit.NoProblem || x.Problem == visit.CardRemovedEarly
	return x.Certifier.Insertion.IsZero() && asked && c.readerDown() && !c.m.Devices.SecondReader
}

func (c *scene) awaitCertifier() {
	title := "certifier.title"
	if c.m.Devices.SecondReader {
		title = "certifier.title-second"
	}
	c.title(c.say.Say(title))
	c.certifierBar()
	pic, rest := c.inputHalves(0.46)
	c.s.Picture("picture", pic, c.steps("insert"), c.s.Colors.Accent)
	words := c.say.Say("certifier.keep")
	keep, rest := rest.CutBottom(c.s.NoticeHeight(words, rest.W), 16)
	c.s.Notice("keep", keep, "warn", words)
	c.s.Text("text", rest, c.say.Say("certifier.who", "Who", c.relations()), c.explaining())
}

// relations are the people who may vouch, as a list of words.
func (c *scene) relations() string {
	var list []string
	for _, r := range c.m.Relations() {
		list = append(list, strings.ToLower(c.relation(r)))
	}
	return strings.Join(list, c.say.Say("list.separator"))
}

func (c *scene) relation(r visit.Relation) string {
	if r == "" {
		return ""
	}
	return c.say.Say("relation." + string(r))
}

// certifierBar draws the way back and for whom the card vouches, at the bottom of
// the work area.
func (c *scene) certifierBar() {
	bar, rest := c.work.CutBottom(112, 20)
	c.work = rest
	back, who := bar.CutLeft(max(bar.W*0.3, 230), draw.Gap)
	c.s.Button(back, draw.Button{Name: "back", Label: c.say.Say("button.back"), Icon: "back", Kind: draw.Quiet, Act: c.send(flow.TapBack{})})
	c.s.Panel("patient", who)
	mark, words := who.Inset(24, 6).CutLeft(52, 20)
	c.s.Picture("patient", mark.Centered(48, 48), "person", c.s.Colors.Accent)
	c.s.Text("patient", words, c.say.Say("certifier.patient", "PID", c.m.Session.Person.PID.Masked()), draw.TextStyle{Size: 32, Color: c.s.Colors.Ink, Lines: 2})
}

func (c *scene) readingCertifier(x flow.Session) {
	c.title(c.say.Say("certifier.reading"))
	c.certifierBar()
	pic, rest := c.inputHalves(0.42)
	beat, pic := pic.CutBottom(56*draw.Roomy, 8)
	c.pulse(beat)
	c.s.Picture("picture", pic.Inset(20, 10), "card-in", c.s.Colors.Accent)
	words := c.say.Say("certifier.keep")
	keep, rest := rest.CutBottom(c.s.NoticeHeight(words, rest.W), 16)
	c.s.Notice("keep", keep, "warn", words)
	list, name := rest.CutBottom(min(rest.H*0.5, 140), 8)
	if who := c.greeted(x.Certifier.Person); who != "" {
		st := c.s.Large().Elided()
		st.Lines = 2
		c.s.Text("hello", name, c.say.Say("reading.hello", "Name", who), st)
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
	if key := "certifier." + p.String(); c.say.Knows(key) {
		text = c.say.Say(key)
	}
	a := advice{title: title, text: text, picture: pictureOf(p), input: true, problem: p, buttons: []draw.Button{{
		Name: "back", Label: c.say.Say("button.back"), Icon: "back", Kind: draw.Quiet, Act: c.send(flow.TapBack{}),
	}}}
	switch p {
	case visit.CardRemovedEarly:
		a.picture = c.steps("insert")
	case visit.CardMute:
		a.picture = "upside-down"
	case visit.CardUnreadable, visit.CardBusy:
		if !c.m.Session.Certifier.Insertion.IsZero() {
			retry := draw.Button{Name: "retry", Label: c.say.Say("button.retry"), Icon: "retry", Kind: draw.Primary, Size: 44, Act: c.send(flow.TapRetry{})}
			a.buttons = append([]draw.Button{retry}, a.buttons...)
		}
	}
	c.advise(a)
}

var relationIcons = map[visit.Relation]string{
	visit.RelationParent: "family", visit.RelationGuardian: "shield", visit.RelationCaregiver: "service", visit.RelationOfficer: "desk-small",
}

// relationChoice asks what the person who vouches is to the patient.
func (c *scene) relationChoice() {
	c.title(c.say.Say("relation.title"))
	var people, choice, back draw.Area
	if c.s.Geo.Portrait {
		back, people = c.work.CutBottom(116, 28)
		people, choice = people.CutTop(320, 36)
	} else {
		people, choice = c.work.CutLeft(c.work.W*0.46, 48)
		back, people = people.CutBottom(116, 28)
		people = people.Centered(people.W, min(people.H, 420))
	}
	c.s.Button(back, draw.Button{Name: "back", Label: c.say.Say("button.back"), Icon: "back", Kind: draw.Quiet, Act: c.send(flow.TapBack{})})
	rows := people.Rows(2, 20)
	c.fact(rows[0], c.certifierFact())
	patient := c.personFact(c.m.Session)
	patient.label = c.say.Say("person.patient")
	c.fact(rows[1], patient)
	list := c.m.Relations()
	choice = choice.Centered(choice.W, min(choice.H, float32(len(list))*200))
	for i, row := range choice.Rows(max(len(list), 1), 24)[:len(list)] {
		c.s.Button(row, draw.Button{
			Name: "relation-" + string(list[i]), Label: c.relation(list[i]), Icon: relationIcons[list[i]], Kind: draw.Secondary, Size: 46,
			Act: c.send(flow.TapRelation{Relation: list[i]}),
		})
	}
}

// certifierFact is who vouches, and as what.
func (c *scene) certifierFact() fact {
	x := c.m.Session.Certifier
	return fact{
		name: "certifier", icon: "people", label: c.say.Say("person.certifier"), value: c.name(x.Person), more: c.relation(x.Relation),
	}
}

// certifierIn reports whether the card that vouched is still to be taken: an
// officer's may stay in a reader of its own.
func (c *scene) certifierIn() bool {
	x := c.m.Session.Certifier
	return !x.Insertion.IsZero() && x.Insertion.Role == flow.CertifierReader && x.Relation != visit.RelationOfficer
}
