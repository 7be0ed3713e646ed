package ui

import (
	"fyne.io/fyne/v2"

	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

const trailing = fyne.TextAlignTrailing

// advice is a screen that says what happened and what to do: a picture, words, a
// number for the desk, buttons.
type advice struct {
	title, picture, text string
	extra                string // NHSO's words, or a further sentence
	extraMark            string
	problem              visit.Problem
	input                bool // something is still to be put in
	buttons              []button
}

func (c *scene) advise(a advice) {
	c.title(a.title)
	if len(a.buttons) > 0 {
		var bar area
		bar, c.work = c.work.cutBottom(130, 24)
		c.buttonRow(bar, a.buttons)
	}
	share := float32(0.62)
	if a.problem != visit.NoProblem {
		share -= 0.08
	}
	if a.extra != "" {
		share -= 0.12
	}
	halves := c.halves
	if a.input {
		halves = c.inputHalves
	}
	pic, rest := halves(share)
	c.s.picture("picture", pic, a.picture, c.s.p.accent)
	if a.problem != visit.NoProblem {
		var number area
		number, rest = rest.cutBottom(110, 20)
		c.helpCode(number, a.problem)
	}
	if a.extra != "" {
		var extra area
		extra, rest = rest.cutBottom(min(rest.h*0.45, 190), 20)
		c.s.notice("extra", extra, a.extraMark, a.extra)
	}
	c.s.text("text", rest, a.text, c.explaining())
}

// helpCode is the number that tells the staff what is the matter.
func (c *scene) helpCode(at area, p visit.Problem) {
	c.s.panel("help-code", at)
	code, words := at.inset(32, 8).cutRight(170*roomy, 20)
	c.s.text("help-code-label", words, c.say.say("desk.problem"), c.s.body())
	c.s.text("help-code", code, p.HelpCode(), textStyle{size: 54, bold: true, color: c.s.p.ink, lines: 1, align: trailing})
}

func (c *scene) close() button {
	return button{name: "done", label: c.say.say("button.understood"), icon: "check", kind: primary, act: c.send(flow.TapClose{})}
}

// faultPictures show what is wrong with a card.
var faultPictures = map[visit.Problem]string{
	visit.ReaderMissing: "reader-missing", visit.CardServiceRefuses: "reader-missing", visit.CardNotThai: "not-thai", visit.CardUnreadable: "unreadable",
	visit.CardRemovedEarly: "insert-1", visit.CardBusy: "busy", visit.CardExpired: "expired",
	visit.NHSOUnreachable: "network", visit.NHSORefusedToken: "network", visit.NHSOTooMany: "network",
	visit.NotSaved: "closed", visit.ClockWrong: "clock", visit.ServiceDatePassed: "clock", visit.PrinterUnavailable: "printer",
	visit.CertifierSame: "same-card", visit.CertifierTooYoung: "too-young", visit.CameraUnavailable: "camera-gone",
	visit.PrinterNoPaper: "no-paper", visit.PrinterCoverOpen: "cover-open", visit.CardNeeded: "card-again", visit.NoNumber: "no-number",
	visit.ConfigWrong: "closed", visit.DataInUse: "closed", visit.DataUnusable: "closed",
}

func pictureOf(p visit.Problem) string {
	if file, ok := faultPictures[p]; ok {
		return file
	}
	return "desk"
}

func (c *scene) problemWords(p visit.Problem) (title, text string) {
	return c.say.say("problem." + p.String() + ".title"), c.say.say("problem." + p.String() + ".text")
}

// cardFault says what is wrong with the card and how to put it right.
func (c *scene) cardFault() {
	p := c.m.Session.Problem
	if p == visit.NoProblem {
		p = visit.CardUnreadable
	}
	title, text := c.problemWords(p)
	a := advice{title: title, text: text, picture: pictureOf(p), problem: p}
	if c.m.CardIn && (p == visit.CardUnreadable || p == visit.CardBusy) {
		a.buttons = []button{{
			name: "retry", label: c.say.say("button.retry"), icon: "retry", kind: primary, size: 44, act: c.send(flow.TapRetry{}),
		}}
	}
	switch p {
	case visit.CardMute:
		c.chipFault(a)
		return
	case visit.CardRemovedEarly:
		a.picture = c.steps("insert")
		if c.m.Session.Kept != (flow.Kept{}) {
			a.extra, a.extraMark = c.say.say("card-fault.kept"), "check"
		}
	}
	c.advise(a)
}

// chipFault shows both causes of a chip that does not answer: the card lies the
// wrong way round, or the chip is dirty.
func (c *scene) chipFault(a advice) {
	c.title(a.title)
	number, rest := c.work.cutBottom(110, 20)
	c.helpCode(number, a.problem)
	cells := rest.columns(2, 32)
	if c.s.geo.portrait {
		cells = rest.rows(2, 16)
	}
	for i, hint := range []struct{ picture, words string }{{"upside-down", "card-mute.turn"}, {"dirty-chip", "card-mute.wipe"}} {
		n := itoa(i + 1)
		words, pic := cells[i].cutBottom(110*roomy, 8)
		c.s.picture("picture-"+n, pic, hint.picture, c.s.p.accent)
		c.s.text("hint-"+n, words, n+". "+c.say.say(hint.words), c.s.body().strong().centered())
	}
}

// desk sends to the staff, with the reason and NHSO's own words.
func (c *scene) desk() {
	x := c.m.Session
	p := x.Problem
	if p == visit.NoProblem {
		p = visit.NHSORefusedVisit
	}
	title, text := c.problemWords(p)
	a := advice{title: title, text: text, picture: pictureOf(p), problem: p, buttons: []button{c.close()}}
	switch {
	case x.Message != "":
		a.extra, a.extraMark = c.say.say("desk.nhso-says", "Message", x.Message), "cloud"
	case x.Print == flow.Printing || x.Print == flow.Printed:
		a.extra, a.extraMark = c.say.say("desk.slip"), "print"
	}
	c.advise(a)
}

// alreadyElsewhere says which hospital has given the code of today.
func (c *scene) alreadyElsewhere() {
	other, _ := c.m.Session.Latest(c.m.Unit.HCode, false)
	a := advice{
		title: c.say.say("already-elsewhere.title"), text: c.say.say("already-elsewhere.text"), picture: "hospital",
		extra: c.say.say("already-elsewhere.where", "Hospital", hospital(other.Hospital)), extraMark: "desk-small",
		buttons: []button{c.close()},
	}
	if c.m.Unit.SecondCode && c.m.CardIn {
		a.text = c.say.say("already-elsewhere.second")
		a.buttons = append(a.buttons, button{
			name: "other-service", label: c.say.say("already-elsewhere.here"), icon: "plus", kind: secondary, act: c.send(flow.TapOtherService{}),
		})
	}
	c.advise(a)
}

// endings say whether the patient who takes the card has a code, and how to go on.
var endings = map[flow.Ending]string{
	flow.WithoutCode: "take-card.no-code", flow.AtDesk: "take-card.desk",
}

func (c *scene) takeCard() {
	title, text := "take-card.title", "take-card.text"
	if !c.m.CardIn {
		title, text = "take-card.certifier", "take-card.certifier-text" // in a reader of its own
	}
	a := advice{title: c.say.say(title), text: c.say.say(text), picture: c.steps("take")}
	if key, ok := endings[c.m.Ending]; ok {
		a.text = c.say.say(key)
		if !c.m.CardIn {
			a.extra, a.extraMark = c.say.say("take-card.second"), "card-small"
		}
	}
	c.advise(a)
}
