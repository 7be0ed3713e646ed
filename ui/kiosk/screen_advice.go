package kiosk

import (
	"strconv"

	"fyne.io/fyne/v2"

	"authenkiosk/ui/draw"
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
	buttons              []draw.Button
}

func (c *scene) advise(a advice) {
	c.title(a.title)
	if len(a.buttons) > 0 {
		var bar draw.Area
		bar, c.work = c.work.CutBottom(130, 24)
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
	c.s.Picture("picture", pic, a.picture, c.s.Colors.Accent)
	if a.problem != visit.NoProblem {
		var number draw.Area
		number, rest = rest.CutBottom(110, 20)
		c.helpCode(number, a.problem)
	}
	if a.extra != "" {
		var extra draw.Area
		extra, rest = rest.CutBottom(min(rest.H*0.45, 190), 20)
		c.s.Notice("extra", extra, a.extraMark, a.extra)
	}
	c.s.Text("text", rest, a.text, c.explaining())
}

// helpCode is the number that tells the staff what is the matter.
func (c *scene) helpCode(at draw.Area, p visit.Problem) {
	c.s.Panel("help-code", at)
	code, words := at.Inset(32, 8).CutRight(170*draw.Roomy, 20)
	c.s.Text("help-code-label", words, c.say.Say("desk.problem"), c.s.Body())
	c.s.Text("help-code", code, p.HelpCode(), draw.TextStyle{Size: 54, Bold: true, Color: c.s.Colors.Ink, Lines: 1, Align: trailing})
}

func (c *scene) close() draw.Button {
	return draw.Button{Name: "done", Label: c.say.Say("button.understood"), Icon: "check", Kind: draw.Primary, Act: c.send(flow.TapClose{})}
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
	return c.say.Say("problem." + p.String() + ".title"), c.say.Say("problem." + p.String() + ".text")
}

// cardFault says what is wrong with the card and how to put it right.
func (c *scene) cardFault() {
	p := c.m.Session.Problem
	switch {
	case p == visit.NoProblem:
		p = visit.CardUnreadable
	case p == visit.CardRemovedEarly && c.readerDown():
		p = c.readerProblem() // nobody has pulled the card of a reader that has gone, or can put it back
	}
	title, text := c.problemWords(p)
	a := advice{title: title, text: text, picture: pictureOf(p), problem: p}
	if c.m.CardIn && (p == visit.CardUnreadable || p == visit.CardBusy) {
		a.buttons = []draw.Button{{
			Name: "retry", Label: c.say.Say("button.retry"), Icon: "retry", Kind: draw.Primary, Size: 44, Act: c.send(flow.TapRetry{}),
		}}
	}
	switch p {
	case visit.CardMute:
		c.chipFault(a)
		return
	case visit.CardRemovedEarly:
		a.picture = c.steps("insert")
		if c.m.Session.Kept != (flow.Kept{}) {
			a.extra, a.extraMark = c.say.Say("card-fault.kept"), "check"
		}
	}
	c.advise(a)
}

// chipFault shows both causes of a chip that does not answer: the card lies the
// wrong way round, or the chip is dirty.
func (c *scene) chipFault(a advice) {
	c.title(a.title)
	number, rest := c.work.CutBottom(110, 20)
	c.helpCode(number, a.problem)
	cells := rest.Columns(2, 32)
	if c.s.Geo.Portrait {
		cells = rest.Rows(2, 16)
	}
	for i, hint := range []struct{ picture, words string }{{"upside-down", "card-mute.turn"}, {"dirty-chip", "card-mute.wipe"}} {
		n := strconv.Itoa(i + 1)
		words, pic := cells[i].CutBottom(110*draw.Roomy, 8)
		c.s.Picture("picture-"+n, pic, hint.picture, c.s.Colors.Accent)
		c.s.Text("hint-"+n, words, n+". "+c.say.Say(hint.words), c.s.Body().Strong().Centered())
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
	a := advice{title: title, text: text, picture: pictureOf(p), problem: p, buttons: []draw.Button{c.close()}}
	switch {
	case !c.m.Waiting.IsZero():
		// Who stands there now would take NHSO's words for theirs.
		a.extra, a.extraMark = c.say.Say("result.next-card"), "card-small"
	case x.Message != "":
		a.extra, a.extraMark = c.say.Say("desk.nhso-says", "Message", x.Message), "cloud"
	case x.Print == flow.Printing || x.Print == flow.Printed:
		a.extra, a.extraMark = c.say.Say("desk.slip"), "print"
	}
	c.advise(a)
}

// alreadyElsewhere says which hospital has given the code of today.
func (c *scene) alreadyElsewhere() {
	other, _ := c.m.Session.Latest(c.m.Unit.HCode, false)
	a := advice{
		title: c.say.Say("already-elsewhere.title"), text: c.say.Say("already-elsewhere.text"), picture: "hospital",
		extra: c.say.Say("already-elsewhere.where", "Hospital", hospital(other.Hospital)), extraMark: "desk-small",
		buttons: []draw.Button{c.close()},
	}
	if c.m.Unit.SecondCode && c.m.CardIn {
		a.text = c.say.Say("already-elsewhere.second")
		a.buttons = append(a.buttons, draw.Button{
			Name: "other-service", Label: c.say.Say("already-elsewhere.here"), Icon: "plus", Kind: draw.Secondary, Act: c.send(flow.TapOtherService{}),
		})
	}
	c.advise(a)
}

// endings say whether the patient who takes the card has a code, and how to go on.
var endings = map[flow.Ending]string{
	flow.WithoutCode: "take-card.no-code", flow.BeginAgain: "take-card.begin", flow.AtDesk: "take-card.desk",
}

func (c *scene) takeCard() {
	title, text := "take-card.title", "take-card.text"
	if !c.m.CardIn {
		title, text = "take-card.certifier", "take-card.certifier-text" // in a reader of its own
	}
	a := advice{title: c.say.Say(title), text: c.say.Say(text), picture: c.steps("take")}
	if key, ok := endings[c.m.Ending]; ok {
		a.text = c.say.Say(key)
		if !c.m.CardIn {
			a.extra, a.extraMark = c.say.Say("take-card.second"), "card-small"
		}
	}
	c.advise(a)
}
