package kiosk

import (
	"slices"

	"authenkiosk/ui/draw"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// codePanel shows a code, huge, with what it is for and, in portrait, its QR.
func (c *scene) codePanel(at draw.Area, code visit.AuthenCode, claim, issued string) {
	c.s.Box("code", at, draw.BoxStyle{Fill: c.s.Colors.Panel, Stroke: c.s.Colors.Accent, Width: draw.Border + 3, Radius: draw.Radius})
	in := at.Inset(32, 20)
	if c.s.Geo.Portrait {
		var scan draw.Area
		scan, in = in.CutBottom(in.H*0.56, 12)
		c.scan(scan, string(code), c.say.Say("code.scan"))
	}
	// Whatever else there is to say, the code gets the most of the height.
	label, in := in.CutTop(min(50, in.H*0.22), 0)
	below, in := in.CutBottom(min(92, in.H*0.36), 0)
	st := c.s.Body().OneLine().Centered()
	c.s.Text("code-label", label, c.say.Say("code.label"), st)
	c.s.Text("code", in, code.Grouped(), draw.TextStyle{Size: 128, Bold: true, Color: c.s.Colors.Ink, Lines: 1, Least: 72}.Centered())
	more, when := below.CutTop(below.H/2, 0)
	c.s.Text("code-claim", more, claim, st.Elided())
	c.s.Text("code-issued", when, issued, c.s.Small().OneLine().Centered())
}

// scanBeside draws the QR in a panel of its own at the right edge, in landscape.
func (c *scene) scanBeside(content string) {
	if c.s.Geo.Portrait {
		return
	}
	at, rest := c.work.CutRight(min(c.work.W*0.3, c.work.H), 32)
	c.work = rest
	c.s.Panel("scan", at)
	c.scan(at.Inset(16, 16), content, c.say.Say("code.scan"))
}

// scan draws a QR code and below it for whom it is.
func (c *scene) scan(at draw.Area, content, words string) {
	label, code := at.CutBottom(min(46*draw.Roomy, at.H*0.2), 4)
	c.s.QR("code", code, content)
	c.s.Text("scan", label, words, c.s.Small().OneLine().Centered())
}

func (c *scene) issued(a visit.Authentication) string {
	if a.At.IsZero() {
		return ""
	}
	return c.say.Say("code.issued", "Time", c.say.Say("time", "Time", c.clock(a.At)))
}

// alreadyHere shows the code of today that this unit has.
func (c *scene) alreadyHere() {
	x := c.m.Session
	a, _ := x.Latest(c.m.Unit.HCode, true)
	c.titleAndNext("already-here.title", a.ClaimType)
	c.scanBeside(string(a.Code))
	bar, rest := c.work.CutBottom(c.endingBar(), 20)
	note, rest := rest.CutBottom(endingNote, 16)
	if x.Print == flow.NotPrinted && c.canPrint() {
		c.s.Notice("text", note, "check", c.say.Say("already-here.text"))
	} else {
		c.slipNote("text", note)
	}
	c.codePanel(c.codeArea(rest), a.Code, c.claim(a.ClaimType), c.issued(a))
	buttons := []draw.Button{{
		Name: "done", Label: c.say.Say("button.done"), Icon: "check", Kind: draw.Primary, Act: c.send(flow.TapClose{}),
	}}
	if x.OtherServices(c.m.Unit.HCode) > 0 && c.m.CardIn {
		buttons = append(buttons, draw.Button{
			Name: "other-service", Label: c.say.Say("already-here.other"), Icon: "plus", Kind: draw.Secondary, Act: c.send(flow.TapOtherService{}),
		})
	}
	c.endBar(bar, buttons)
}

// codeArea keeps the code panel from growing out of all proportion.
func (c *scene) codeArea(at draw.Area) draw.Area {
	if c.s.Geo.Portrait {
		return at.Centered(at.W, min(at.H, 900))
	}
	return at.Centered(at.W, min(at.H, 460))
}

// canPrint reports whether a slip could come out now.
func (c *scene) canPrint() bool {
	d := c.m.Devices.Printer
	return d != visit.DeviceAbsent && d != visit.DeviceDown
}

// staysInSight reports whether the warning must not lie over the screen: a patient may
// be writing down what is on it. Under the help page it is not in sight.
func (c *scene) staysInSight() bool {
	switch c.m.State {
	case flow.AlreadyHere, flow.Result, flow.Queued:
		return !c.m.Help
	}
	return false
}

// leaving are the buttons in the place of the others while the warning counts down.
func (c *scene) leaving() []draw.Button {
	return []draw.Button{
		{Name: "more-time", Label: c.say.Count("idle.more-seconds", c.secondsLeft()), Icon: "time", Kind: draw.Primary, Act: c.send(flow.TapMoreTime{})},
		{Name: "warning-close", Label: c.say.Say("button.done"), Icon: "check", Kind: draw.Secondary, Act: c.send(flow.TapClose{})},
	}
}

// endBar draws the buttons of a screen with a code or a receipt.
func (c *scene) endBar(at draw.Area, buttons []draw.Button) {
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
func (c *scene) withReprint(buttons []draw.Button) []draw.Button {
	if !c.canPrint() {
		return buttons
	}
	if c.m.Session.Reprints >= flow.MaxReprints {
		return append(buttons, draw.Button{Name: "reprint", Label: c.say.Say("print.more-at-desk"), Icon: "desk-small", Kind: draw.Secondary, Size: 32, Off: true})
	}
	label := c.say.Say("button.reprint")
	if c.m.Session.Print == flow.PrintUnclear {
		label = c.say.Say("print.none-came")
	}
	return append(buttons, draw.Button{
		Name: "reprint", Label: label, Icon: "print", Kind: draw.Secondary,
		Off: !c.m.Session.MayReprint(), Act: c.send(flow.TapReprint{}),
	})
}

// buttonRow draws buttons side by side, the first at the right, where the thumb
// is; in portrait it takes a row of its own when there are three.
func (c *scene) buttonRow(at draw.Area, buttons []draw.Button) {
	cells := at.Columns(len(buttons), draw.Gap)
	slices.Reverse(cells)
	for i := range buttons {
		if buttons[i].Stack = c.s.Geo.Portrait && len(buttons) > 2; buttons[i].Stack {
			buttons[i].Size = 30
		}
	}
	for i, b := range c.s.AlikeButtons(cells, buttons) {
		c.s.Button(cells[i], b)
	}
}

// titleAndNext is the title of a screen with a code for a service, and where to go
// from here, where the unit has put that into its configuration.
func (c *scene) titleAndNext(key string, service visit.ClaimType) {
	words := c.say.Say(key)
	if next := c.o.Next(service.Code, c.say.Lang); next != "" {
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
	a := visit.Authentication{Code: x.Code, ClaimType: x.ClaimType, At: x.IssuedAt}
	c.scanBeside(string(a.Code))
	c.ending(func(at draw.Area) { c.codePanel(at, a.Code, c.claim(a.ClaimType), c.issued(a)) })
}

// queued says that the code follows and shows the visit's own number, which must
// not be taken for a code.
func (c *scene) queued() {
	title := "queued.title"
	if c.m.Session.Problem == visit.NHSORefusedToken {
		title = "queued.staff-title"
	}
	c.title(c.say.Say(title))
	c.scanBeside(c.receiptCode())
	c.ending(c.receipt)
}

// receiptCode is what the QR of a receipt says: the visit, and that it is one.
func (c *scene) receiptCode() string { return "VISIT:" + string(c.m.Session.Insertion.VisitID) }

func (c *scene) receipt(at draw.Area) {
	x := c.m.Session
	c.s.Panel("receipt", at)
	in := at.Inset(32, 20)
	if c.s.Geo.Portrait {
		var scan draw.Area
		scan, in = in.CutBottom(in.H*0.5, 12)
		c.scan(scan, c.receiptCode(), c.say.Say("code.scan"))
	}
	words, in := in.CutTop(in.H*0.44, 8)
	mark, words := words.CutLeft(min(120, words.H), 28)
	c.s.Picture("receipt", mark.Centered(112, 112), "clock", c.s.Colors.Accent)
	text := "queued.text"
	switch {
	case x.Problem == visit.NHSORefusedToken:
		text = "queued.staff-text"
	case x.Typed():
		text = "queued.text-desk" // no card of theirs can be read here
	}
	c.s.Text("receipt-text", words, c.say.Say(text), draw.TextStyle{Size: 40, Color: c.s.Colors.Ink, Least: 28})
	label, number := in.CutTop(in.H*0.5, 4)
	c.s.Text("receipt-label", label, c.say.Say("queued.number"), draw.TextStyle{Size: 28, Color: c.s.Colors.Muted, Place: draw.Bottom})
	c.s.Text("receipt-number", number, x.Insertion.VisitID.Number(), draw.TextStyle{Size: 46, Color: c.s.Colors.Ink, Lines: 1, Least: 34, Place: draw.Top})
}

// ending draws the last screen of a visit: what came of it, what becomes of the
// slip, and the card.
func (c *scene) ending(result func(draw.Area)) {
	bar, rest := c.work.CutBottom(c.endingBar(), 20)
	c.endBar(bar, []draw.Button{{
		Name: "done", Label: c.say.Say("button.done"), Icon: "check", Kind: draw.Primary, Act: c.send(flow.TapClose{}),
	}})
	if c.s.Geo.Portrait {
		notes, rest := rest.CutBottom(c.endingNotes(), 20)
		c.takeNotes(notes)
		result(c.codeArea(rest))
		return
	}
	notes, rest := rest.CutBottom(endingNote, 16)
	c.takeNotes(notes)
	result(rest)
}

// endingNote is the height of a notice below a code.
const endingNote = 136

// endingBar is the height of the buttons below a code: in landscape they leave it
// the room.
func (c *scene) endingBar() float32 {
	if c.s.Geo.Portrait {
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
func (c *scene) takeNotes(at draw.Area) {
	note := c.cardNote
	switch {
	case c.cardToTake():
	case !c.m.Waiting.IsZero():
		note = c.nextNote
	default:
		c.slipNote("slip", at)
		return
	}
	if !c.s.Geo.Portrait {
		cells := at.Columns(2, draw.Gap)
		c.slipNote("slip", cells[0])
		note(cells[1])
		return
	}
	card, slip := at.CutBottom(at.H*0.54, 16)
	c.slipNote("slip", slip)
	note(card)
}

// nextNote tells the next patient, whose card is in already, what happens.
func (c *scene) nextNote(at draw.Area) {
	c.s.Notice("next-card", at, "card-small", c.say.Say("result.next-card"))
}

// cardNote reminds of the card, with the picture of taking it.
func (c *scene) cardNote(at draw.Area) {
	c.s.Box("take", at, draw.BoxStyle{Fill: c.s.Colors.Soft, Stroke: c.s.Colors.Accent, Width: draw.Border, Radius: draw.Radius})
	in := at.Inset(24, 6)
	pic, words := in.CutLeft(in.H*1.2, 24)
	c.s.Picture("take", pic, c.steps("take"), c.s.Colors.Accent)
	key := "result.take-card"
	if c.m.Session.Method == visit.MethodCertifier {
		key = "result.take-certifier"
	}
	c.s.Text("take", words, c.say.Say(key), c.s.Body().Strong())
}

// slipNote says what becomes of the slip. Without one, or when nobody knows, the
// screen is all that the patient has.
func (c *scene) slipNote(name string, at draw.Area) {
	mark, words := c.printWords()
	switch c.m.Session.Print {
	case flow.Printing, flow.Printed:
		c.s.Notice(name, at, mark, words)
	default:
		c.s.Urgent(name, at, mark, words)
	}
}

// printWords say what becomes of the slip.
func (c *scene) printWords() (mark, words string) {
	switch c.m.Session.Print {
	case flow.Printing:
		return "print", c.say.Say("print.printing")
	case flow.Printed:
		return "print", c.say.Say("print.printed")
	case flow.PrintUnclear:
		return "print", c.say.Say("print.unclear")
	case flow.PrintFailed:
		switch c.m.Devices.PrinterProblem {
		case visit.PrinterNoPaper:
			return "camera", c.say.Say("print.no-paper")
		case visit.PrinterCoverOpen:
			return "camera", c.say.Say("print.cover-open")
		}
		return "camera", c.say.Say("print.failed")
	}
	return "camera", c.say.Say("print.none")
}
