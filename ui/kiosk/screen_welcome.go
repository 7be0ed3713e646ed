package kiosk

import (
	"strconv"
	"strings"

	"authenkiosk/ui/draw"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// welcome shows how to insert the card, or why that is of no use now.
func (c *scene) welcome() {
	d := c.m.Devices
	p := d.ClosedBecause()
	switch {
	case p != visit.NoProblem:
		c.outOfService("welcome.closed.title", p)
	case c.m.CardIn:
		c.title(c.say.Say("welcome.card-in.title"))
		pic, rest := c.halves(0.55)
		c.s.Picture("picture", pic, c.steps("take"), c.s.Colors.Accent)
		c.s.Text("text", rest.Inset(0, 20), c.say.Say("welcome.card-in.text"), c.explaining())
	case !c.takesCards():
		c.withoutReader()
		c.outOfService("welcome.reader.title", c.readerProblem())
	default:
		c.insertCard()
	}
}

// takesCards reports whether a card can be inserted now.
func (c *scene) takesCards() bool {
	return c.m.Devices.ClosedBecause() == visit.NoProblem && !c.readerDown()
}

func (c *scene) readerDown() bool {
	r := c.m.Devices.Reader
	return r == visit.DeviceDown || r == visit.DeviceAbsent
}

// readerProblem is why no card can be read.
func (c *scene) readerProblem() visit.Problem {
	if p := c.m.Devices.ReaderProblem; p != visit.NoProblem {
		return p
	}
	return visit.ReaderMissing
}

// withoutReader offers the ways that need no reader.
func (c *scene) withoutReader() {
	m := c.m
	m.CardHere = true // whoever has the card has every way that there is
	for _, w := range c.ways(true) {
		if !m.Offers(w.method) {
			continue
		}
		var bar draw.Area
		bar, c.work = c.work.CutBottom(130, 24)
		c.withoutChip(bar)
		return
	}
}

// withoutChip are the two ways in for those whose card cannot be read: a photo
// shows the card, so that it is for those who have one.
func (c *scene) withoutChip(at draw.Area) {
	cells := at.Columns(2, draw.Gap)
	size := float32(34)
	for i, b := range c.s.AlikeButtons(cells, []draw.Button{
		{
			Name: "bad-chip", Label: c.say.Say("welcome.bad-chip"), Icon: "card-small", Kind: draw.Secondary, Size: size,
			Act: c.send(flow.TapNoCard{CardHere: true}),
		},
		{
			Name: "no-card", Label: c.say.Say("welcome.no-card"), Icon: "no-card", Kind: draw.Secondary, Size: size, Act: c.send(flow.TapNoCard{}),
		},
	}) {
		c.s.Button(cells[i], b)
	}
}

// outOfService says that the kiosk cannot help, why, and who can.
func (c *scene) outOfService(title string, p visit.Problem) {
	c.title(c.say.Say(title))
	at, rest := c.halves(0.42)
	c.s.Picture("picture", at.Inset(30, 10), pictureOf(p), c.s.Colors.Accent)
	rest = c.call(rest)
	number, rest := rest.CutBottom(110, 20)
	c.helpCode(number, p)
	reason, advice := c.problemWords(p)
	if p != visit.CardServiceRefuses { // which the staff can mend, if they are told how
		advice = c.say.Say("welcome.desk")
	}
	if p != visit.ReaderMissing { // which is the title
		var why draw.Area
		why, rest = rest.CutTop(rest.H*0.45, 12)
		c.s.Text("reason", why, reason, c.explaining().Strong())
	}
	c.s.Text("text", rest, advice, c.explaining())
}

// call draws the unit's telephone number, if it has one, and returns the rest.
func (c *scene) call(at draw.Area) (rest draw.Area) {
	if c.o.Unit.Phone == "" {
		return at
	}
	style, height := c.s.Large().OneLine(), float32(120)
	if strings.Contains(c.o.Unit.Phone, " ") { // an extension may go below
		style.Lines, height = 2, 150
	}
	call, rest := at.CutBottom(height, 20)
	c.s.Panel("call", call)
	mark, number := call.Inset(36, 12).CutLeft(72, 28)
	c.s.Picture("call", mark.Centered(72, 72), "call", c.s.Colors.Accent)
	c.s.Text("call", number, c.say.Say("call", "Phone", c.o.Unit.Phone), style)
	return rest
}

// closed is the screen of a program that could not start: why, the help code, and
// whom to call.
func (c *scene) closed() {
	p := c.o.Closed
	title, text := c.problemWords(p)
	c.title(title)
	at, rest := c.halves(0.42)
	c.s.Picture("picture", at.Inset(30, 10), "closed", c.s.Colors.Accent)
	rest = c.call(rest)
	code, rest := rest.CutBottom(110, 20)
	c.helpCode(code, p)
	c.s.Text("text", rest, text, c.explaining())
}

// explaining is the style of the words beside a picture.
func (c *scene) explaining() draw.TextStyle {
	st := draw.TextStyle{Size: 56, Color: c.s.Colors.Ink, Least: 28}
	if c.s.Geo.Portrait {
		st = st.Centered()
	}
	return st
}

func (c *scene) insertCard() {
	c.title(c.say.Say("welcome.title"))
	notices := c.welcomeNotices()
	share := float32(0.46)
	if len(notices) > 1 {
		share = 0.36
	}
	pic, rest := c.halves(share)
	again, rest := rest.CutBottom(120, 24)
	c.withoutChip(again)
	// In landscape the picture has the height to spare.
	column := &rest
	if !c.s.Geo.Portrait {
		column = &pic
	}
	for i, n := range notices {
		var at draw.Area
		at, *column = column.CutBottom(c.s.NoticeHeight(n.words, column.W), 16)
		c.s.Notice("notice-"+strconv.Itoa(i), at, n.picture, n.words)
	}
	c.s.Picture("picture", pic, c.steps("insert"), c.s.Colors.Accent)
	c.insertSteps(rest)
}

// insertSteps are the three things to do, numbered.
func (c *scene) insertSteps(at draw.Area) {
	at = at.Centered(at.W, min(at.H, 500))
	c.s.Panel("steps", at)
	places := at.Inset(32, 14).Rows(3, 4)
	var words []string
	for i := range places {
		n := strconv.Itoa(i + 1)
		side := min(places[i].H, 84)
		var num draw.Area
		num, places[i] = places[i].CutLeft(side, 28)
		num = num.Centered(side, side)
		c.s.Box("step-"+n, num, draw.BoxStyle{Fill: c.s.Colors.Accent, Radius: side / 2})
		c.s.Text("number-"+n, num, n, draw.TextStyle{Size: 44, Bold: true, Color: c.s.Colors.OnAccent, Lines: 1, Least: 30}.Centered())
		words = append(words, c.say.Say("welcome.step"+n))
	}
	st := c.s.Alike(draw.TextStyle{Size: 44, Color: c.s.Colors.Ink}, words, places)
	for i, at := range places {
		c.s.Text("step-"+strconv.Itoa(i+1), at, words[i], st)
	}
}

type note struct{ picture, words string }

// welcomeNotices say what is out of order and what still works.
func (c *scene) welcomeNotices() []note {
	var out []note
	if c.m.Devices.NHSO == visit.DeviceDown {
		out = append(out, note{"cloud", c.say.Say("welcome.nhso")})
	}
	switch d := c.m.Devices; {
	case d.Printer == visit.DeviceAbsent:
	case d.PrinterProblem == visit.PrinterNoPaper:
		out = append(out, note{"print", c.say.Say("welcome.no-paper")})
	case d.PrinterProblem == visit.PrinterCoverOpen:
		out = append(out, note{"print", c.say.Say("welcome.cover-open")})
	case d.Printer == visit.DeviceDown:
		out = append(out, note{"print", c.say.Say("welcome.printer")})
	}
	if len(out) == 0 && !c.m.Left && c.canPrint() {
		// While nothing more urgent is to be said.
		out = append(out, note{"print", c.say.Say("welcome.reprint")})
	}
	if c.m.Left {
		// There is room for two. What the printer lacks is said again with the code.
		out = append(out[:min(len(out), 1)], note{"card-small", c.say.Say("welcome.left")})
	}
	return out
}
