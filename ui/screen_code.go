package ui

import (
	"slices"

	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// codePanel shows a code, huge, with what it is for and, in portrait, its QR.
func (c *scene) codePanel(at area, code visit.AuthenCode, claim, issued string) {
	c.s.box("code", at, boxStyle{fill: c.s.p.panel, stroke: c.s.p.accent, width: border + 3, radius: radius})
	in := at.inset(32, 20)
	if c.s.geo.portrait {
		var scan area
		scan, in = in.cutBottom(in.h*0.56, 12)
		c.scan(scan, string(code), c.say.say("code.scan"))
	}
	// Whatever else there is to say, the code gets the most of the height.
	label, in := in.cutTop(min(50, in.h*0.22), 0)
	below, in := in.cutBottom(min(92, in.h*0.36), 0)
	st := c.s.body().oneLine().centered()
	c.s.text("code-label", label, c.say.say("code.label"), st)
	c.s.text("code", in, code.Grouped(), textStyle{size: 128, bold: true, color: c.s.p.ink, lines: 1, least: 72}.centered())
	more, when := below.cutTop(below.h/2, 0)
	c.s.text("code-claim", more, claim, st.elided())
	c.s.text("code-issued", when, issued, c.s.small().oneLine().centered())
}

// scanBeside draws the QR in a panel of its own at the right edge, in landscape.
func (c *scene) scanBeside(content string) {
	if c.s.geo.portrait {
		return
	}
	at, rest := c.work.cutRight(min(c.work.w*0.3, c.work.h), 32)
	c.work = rest
	c.s.panel("scan", at)
	c.scan(at.inset(16, 16), content, c.say.say("code.scan"))
}

// scan draws a QR code and below it for whom it is.
func (c *scene) scan(at area, content, words string) {
	label, code := at.cutBottom(min(46*roomy, at.h*0.2), 4)
	c.s.qr("code", code, content)
	c.s.text("scan", label, words, c.s.small().oneLine().centered())
}

func (c *scene) issued(a flow.Authentication) string {
	if a.At.IsZero() {
		return ""
	}
	return c.say.say("code.issued", "Time", c.say.say("time", "Time", c.clock(a.At)))
}

// alreadyHere shows the code of today that this unit has.
func (c *scene) alreadyHere() {
	x := c.m.Session
	a, _ := x.Latest(c.m.Unit.HCode, true)
	c.titleAndNext("already-here.title", a.ClaimType)
	c.scanBeside(string(a.Code))
	bar, rest := c.work.cutBottom(c.endingBar(), 20)
	note, rest := rest.cutBottom(endingNote, 16)
	if x.Print == flow.NotPrinted && c.canPrint() {
		c.s.notice("text", note, "check", c.say.say("already-here.text"))
	} else {
		c.slipNote("text", note)
	}
	c.codePanel(c.codeArea(rest), a.Code, c.claim(a.ClaimType), c.issued(a))
	buttons := []button{{
		name: "done", label: c.say.say("button.done"), icon: "check", kind: primary, act: c.send(flow.TapClose{}),
	}}
	if x.OtherServices(c.m.Unit.HCode) > 0 && c.m.CardIn {
		buttons = append(buttons, button{
			name: "other-service", label: c.say.say("already-here.other"), icon: "plus", kind: secondary, act: c.send(flow.TapOtherService{}),
		})
	}
	c.endBar(bar, buttons)
}

// codeArea keeps the code panel from growing out of all proportion.
func (c *scene) codeArea(at area) area {
	if c.s.geo.portrait {
		return at.centered(at.w, min(at.h, 900))
	}
	return at.centered(at.w, min(at.h, 460))
}

// canPrint reports whether a slip could come out now.
func (c *scene) canPrint() bool {
	d := c.m.Devices.Printer
	return d != flow.DeviceAbsent && d != flow.DeviceDown
}

// staysInSight reports whether the warning must not lie over the screen: a patient may
// be writing down what is on it.
func (c *scene) staysInSight() bool {
	switch c.m.State {
	case flow.AlreadyHere, flow.Result, flow.Queued:
		return true
	}
	return false
}

// leaving are the buttons in the place of the others while the warning counts down.
func (c *scene) leaving() []button {
	return []button{
		{name: "more-time", label: c.say.count("idle.more-seconds", c.secondsLeft()), icon: "time", kind: primary, act: c.send(flow.TapMoreTime{})},
		{name: "warning-close", label: c.say.say("button.done"), icon: "check", kind: secondary, act: c.send(flow.TapClose{})},
	}
}

// endBar draws the buttons of a screen with a code or a receipt.
func (c *scene) endBar(at area, buttons []button) {
	if c.m.Warning {
		c.buttonRow(at, c.leaving())
		return
	}
	c.buttonRow(at, c.withReprint(buttons))
}

// offersReprint reports whether there is a button that is labelled as the one for
// another slip.
func (c *scene) offersReprint() bool {
	x := c.m.Session
	return c.canPrint() && x.Reprints < flow.MaxReprints && x.Print != flow.PrintUnclear
}

// withReprint adds the button for another slip, where there is a printer. After two
// the desk prints more.
func (c *scene) withReprint(buttons []button) []button {
	if !c.canPrint() {
		return buttons
	}
	if c.m.Session.Reprints >= flow.MaxReprints {
		return append(buttons, button{name: "reprint", label: c.say.say("print.more-at-desk"), icon: "desk-small", kind: secondary, size: 32, off: true})
	}
	label := c.say.say("button.reprint")
	if c.m.Session.Print == flow.PrintUnclear {
		label = c.say.say("print.none-came")
	}
	return append(buttons, button{
		name: "reprint", label: label, icon: "print", kind: secondary,
		off: !c.m.Session.MayReprint(), act: c.send(flow.TapReprint{}),
	})
}

// buttonRow draws buttons side by side, the first at the right, where the thumb
// is; in portrait it takes a row of its own when there are three.
func (c *scene) buttonRow(at area, buttons []button) {
	cells := at.columns(len(buttons), gap)
	slices.Reverse(cells)
	for i := range buttons {
		if buttons[i].stack = c.s.geo.portrait && len(buttons) > 2; buttons[i].stack {
			buttons[i].size = 30
		}
	}
	for i, b := range c.s.alikeButtons(cells, buttons) {
		c.s.button(cells[i], b)
	}
}

// titleAndNext is the title of a screen with a code for a service, and where to go
// from here, where the unit has put that into its configuration.
func (c *scene) titleAndNext(key string, service visit.ClaimType) {
	words := c.say.say(key)
	if next := c.o.Next(service.Code, c.say.lang); next != "" {
		words += " — " + next
	}
	c.title(words)
}

// result shows the new code.
func (c *scene) result() {
	x := c.m.Session
	title := "result.title"
	if x.Method == visit.MethodLine {
		title = "result.line"
	}
	c.titleAndNext(title, x.ClaimType)
	a := flow.Authentication{Code: x.Code, ClaimType: x.ClaimType, At: x.IssuedAt}
	c.scanBeside(string(a.Code))
	c.ending(func(at area) { c.codePanel(at, a.Code, c.claim(a.ClaimType), c.issued(a)) })
}

// queued says that the code follows and shows the visit's own number, which must
// not be taken for a code.
func (c *scene) queued() {
	title := "queued.title"
	if c.m.Session.Problem == visit.NHSORefusedToken {
		title = "queued.staff-title"
	}
	c.title(c.say.say(title))
	c.scanBeside(c.receiptCode())
	c.ending(c.receipt)
}

// receiptCode is what the QR of a receipt says: the visit, and that it is one.
func (c *scene) receiptCode() string { return "VISIT:" + string(c.m.Session.Insertion.VisitID) }

func (c *scene) receipt(at area) {
	x := c.m.Session
	c.s.panel("receipt", at)
	in := at.inset(32, 20)
	if c.s.geo.portrait {
		var scan area
		scan, in = in.cutBottom(in.h*0.5, 12)
		c.scan(scan, c.receiptCode(), c.say.say("code.scan"))
	}
	words, in := in.cutTop(in.h*0.44, 8)
	mark, words := words.cutLeft(min(120, words.h), 28)
	c.s.picture("receipt", mark.centered(112, 112), "clock", c.s.p.accent)
	text := "queued.text"
	if x.Problem == visit.NHSORefusedToken {
		text = "queued.staff-text"
	}
	c.s.text("receipt-text", words, c.say.say(text), textStyle{size: 40, color: c.s.p.ink, least: 28})
	label, number := in.cutTop(in.h*0.5, 4)
	c.s.text("receipt-label", label, c.say.say("queued.number"), textStyle{size: 28, color: c.s.p.muted, place: bottom})
	c.s.text("receipt-number", number, x.Insertion.VisitID.Number(), textStyle{size: 46, color: c.s.p.ink, lines: 1, least: 34, place: top})
}

// ending draws the last screen of a visit: what came of it, what becomes of the
// slip, and the card.
func (c *scene) ending(result func(area)) {
	bar, rest := c.work.cutBottom(c.endingBar(), 20)
	c.endBar(bar, []button{{
		name: "done", label: c.say.say("button.done"), icon: "check", kind: primary, act: c.send(flow.TapClose{}),
	}})
	if c.s.geo.portrait {
		notes, rest := rest.cutBottom(c.endingNotes(), 20)
		c.takeNotes(notes)
		result(c.codeArea(rest))
		return
	}
	notes, rest := rest.cutBottom(endingNote, 16)
	c.takeNotes(notes)
	result(rest)
}

// endingNote is the height of a notice below a code.
const endingNote = 136

// endingBar is the height of the buttons below a code: in landscape they leave it
// the room.
func (c *scene) endingBar() float32 {
	if c.s.geo.portrait {
		return 130
	}
	return 110
}

// cardToTake reports whether there is a card that somebody could forget.
// One that waits for this visit to end is the next patient's.
func (c *scene) cardToTake() bool { return c.m.CardIn && c.m.Waiting.IsZero() || c.certifierIn() }

func (c *scene) endingNotes() float32 {
	if c.cardToTake() || !c.m.Waiting.IsZero() {
		return 290
	}
	return endingNote
}

// takeNotes says what to take: the slip or a photo, and the card.
func (c *scene) takeNotes(at area) {
	note := c.cardNote
	switch {
	case c.cardToTake():
	case !c.m.Waiting.IsZero():
		note = c.nextNote
	default:
		c.slipNote("slip", at)
		return
	}
	if !c.s.geo.portrait {
		cells := at.columns(2, gap)
		c.slipNote("slip", cells[0])
		note(cells[1])
		return
	}
	card, slip := at.cutBottom(at.h*0.54, 16)
	c.slipNote("slip", slip)
	note(card)
}

// nextNote tells the next patient, whose card is in already, what happens.
func (c *scene) nextNote(at area) {
	c.s.notice("next-card", at, "card-small", c.say.say("result.next-card"))
}

// cardNote reminds of the card, with the picture of taking it.
func (c *scene) cardNote(at area) {
	c.s.box("take", at, boxStyle{fill: c.s.p.soft, stroke: c.s.p.accent, width: border, radius: radius})
	in := at.inset(24, 6)
	pic, words := in.cutLeft(in.h*1.2, 24)
	c.s.picture("take", pic, c.steps("take"), c.s.p.accent)
	key := "result.take-card"
	if c.m.Session.Method == visit.MethodCertifier {
		key = "result.take-certifier"
	}
	c.s.text("take", words, c.say.say(key), c.s.body().strong())
}

// slipNote says what becomes of the slip. Without one, or when nobody knows, the
// screen is all that the patient has.
func (c *scene) slipNote(name string, at area) {
	mark, words := c.printWords()
	switch c.m.Session.Print {
	case flow.Printing, flow.Printed:
		c.s.notice(name, at, mark, words)
	default:
		c.s.urgent(name, at, mark, words)
	}
}

// printWords say what becomes of the slip.
func (c *scene) printWords() (mark, words string) {
	switch c.m.Session.Print {
	case flow.Printing:
		return "print", c.say.say("print.printing")
	case flow.Printed:
		return "print", c.say.say("print.printed")
	case flow.PrintUnclear:
		return "print", c.say.say("print.unclear")
	case flow.PrintFailed:
		switch c.m.Devices.PrinterProblem {
		case visit.PrinterNoPaper:
			return "camera", c.say.say("print.no-paper")
		case visit.PrinterCoverOpen:
			return "camera", c.say.say("print.cover-open")
		}
		return "camera", c.say.say("print.failed")
	}
	return "camera", c.say.say("print.none")
}
