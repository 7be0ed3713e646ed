package ui

import (
	"strconv"
	"strings"

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
		c.title(c.say.say("welcome.card-in.title"))
		pic, rest := c.halves(0.55)
		c.s.picture("picture", pic, c.steps("take"), c.s.p.accent)
		c.s.text("text", rest.inset(0, 20), c.say.say("welcome.card-in.text"), c.explaining())
	case !c.takesCards():
		c.withoutReader()
		p := d.ReaderProblem
		if p == visit.NoProblem {
			p = visit.ReaderMissing
		}
		c.outOfService("welcome.reader.title", p)
	default:
		c.insertCard()
	}
}

// takesCards reports whether a card can be inserted now.
func (c *scene) takesCards() bool {
	d := c.m.Devices
	return d.ClosedBecause() == visit.NoProblem && d.Reader != flow.DeviceDown && d.Reader != flow.DeviceAbsent
}

// withoutReader offers the ways that need no reader.
func (c *scene) withoutReader() {
	m := c.m
	m.CardHere = true // whoever has the card has every way that there is
	for _, w := range c.ways(true) {
		if !m.Offers(w.method) {
			continue
		}
		var bar area
		bar, c.work = c.work.cutBottom(130, 24)
		c.withoutChip(bar)
		return
	}
}

// withoutChip are the two ways in for those whose card cannot be read: a photo
// shows the card, so that it is for those who have one.
func (c *scene) withoutChip(at area) {
	cells := at.columns(2, gap)
	size := float32(34)
	for i, b := range c.s.alikeButtons(cells, []button{
		{
			name: "bad-chip", label: c.say.say("welcome.bad-chip"), icon: "card-small", kind: secondary, size: size,
			act: c.send(flow.TapNoCard{CardHere: true}),
		},
		{
			name: "no-card", label: c.say.say("welcome.no-card"), icon: "no-card", kind: secondary, size: size, act: c.send(flow.TapNoCard{}),
		},
	}) {
		c.s.button(cells[i], b)
	}
}

// outOfService says that the kiosk cannot help, why, and who can.
func (c *scene) outOfService(title string, p visit.Problem) {
	c.title(c.say.say(title))
	at, rest := c.halves(0.42)
	c.s.picture("picture", at.inset(30, 10), pictureOf(p), c.s.p.accent)
	rest = c.call(rest)
	number, rest := rest.cutBottom(110, 20)
	c.helpCode(number, p)
	reason, advice := c.problemWords(p)
	if p != visit.CardServiceRefuses { // which the staff can mend, if they are told how
		advice = c.say.say("welcome.desk")
	}
	if p != visit.ReaderMissing { // which is the title
		var why area
		why, rest = rest.cutTop(rest.h*0.45, 12)
		c.s.text("reason", why, reason, c.explaining().strong())
	}
	c.s.text("text", rest, advice, c.explaining())
}

// call draws the unit's telephone number, if it has one, and returns the rest.
func (c *scene) call(at area) (rest area) {
	if c.o.Unit.Phone == "" {
		return at
	}
	style, height := c.s.large().oneLine(), float32(120)
	if strings.Contains(c.o.Unit.Phone, " ") { // an extension may go below
		style.lines, height = 2, 150
	}
	call, rest := at.cutBottom(height, 20)
	c.s.panel("call", call)
	mark, number := call.inset(36, 12).cutLeft(72, 28)
	c.s.picture("call", mark.centered(72, 72), "call", c.s.p.accent)
	c.s.text("call", number, c.say.say("call", "Phone", c.o.Unit.Phone), style)
	return rest
}

// closed is the screen of a program that could not start: why, the help code, and
// whom to call.
func (c *scene) closed() {
	p := c.o.Closed
	title, text := c.problemWords(p)
	c.title(title)
	at, rest := c.halves(0.42)
	c.s.picture("picture", at.inset(30, 10), "closed", c.s.p.accent)
	rest = c.call(rest)
	code, rest := rest.cutBottom(110, 20)
	c.helpCode(code, p)
	c.s.text("text", rest, text, c.explaining())
}

// explaining is the style of the words beside a picture.
func (c *scene) explaining() textStyle {
	st := textStyle{size: 56, color: c.s.p.ink, least: 28}
	if c.s.geo.portrait {
		st = st.centered()
	}
	return st
}

func (c *scene) insertCard() {
	c.title(c.say.say("welcome.title"))
	notices := c.welcomeNotices()
	share := float32(0.46)
	if len(notices) > 1 {
		share = 0.36
	}
	pic, rest := c.halves(share)
	again, rest := rest.cutBottom(120, 24)
	c.withoutChip(again)
	// In landscape the picture has the height to spare.
	column := &rest
	if !c.s.geo.portrait {
		column = &pic
	}
	for i, n := range notices {
		var at area
		at, *column = column.cutBottom(c.s.noticeHeight(n.words, column.w), 16)
		c.s.notice("notice-"+strconv.Itoa(i), at, n.picture, n.words)
	}
	c.s.picture("picture", pic, c.steps("insert"), c.s.p.accent)
	c.insertSteps(rest)
}

// insertSteps are the three things to do, numbered.
func (c *scene) insertSteps(at area) {
	at = at.centered(at.w, min(at.h, 500))
	c.s.panel("steps", at)
	places := at.inset(32, 14).rows(3, 4)
	var words []string
	for i := range places {
		n := strconv.Itoa(i + 1)
		side := min(places[i].h, 84)
		var num area
		num, places[i] = places[i].cutLeft(side, 28)
		num = num.centered(side, side)
		c.s.box("step-"+n, num, boxStyle{fill: c.s.p.accent, radius: side / 2})
		c.s.text("number-"+n, num, n, textStyle{size: 44, bold: true, color: c.s.p.onAccent, lines: 1, least: 30}.centered())
		words = append(words, c.say.say("welcome.step"+n))
	}
	st := c.s.alike(textStyle{size: 44, color: c.s.p.ink}, words, places)
	for i, at := range places {
		c.s.text("step-"+strconv.Itoa(i+1), at, words[i], st)
	}
}

type note struct{ picture, words string }

// welcomeNotices say what is out of order and what still works.
func (c *scene) welcomeNotices() []note {
	var out []note
	if c.m.Devices.NHSO == flow.DeviceDown {
		out = append(out, note{"cloud", c.say.say("welcome.nhso")})
	}
	switch d := c.m.Devices; {
	case d.Printer == flow.DeviceAbsent:
	case d.PrinterProblem == visit.PrinterNoPaper:
		out = append(out, note{"print", c.say.say("welcome.no-paper")})
	case d.PrinterProblem == visit.PrinterCoverOpen:
		out = append(out, note{"print", c.say.say("welcome.cover-open")})
	case d.Printer == flow.DeviceDown:
		out = append(out, note{"print", c.say.say("welcome.printer")})
	}
	if len(out) == 0 && !c.m.Left && c.canPrint() {
		// While nothing more urgent is to be said.
		out = append(out, note{"print", c.say.say("welcome.reprint")})
	}
	if c.m.Left {
		out = append(out, note{"card-small", c.say.say("welcome.left")})
	}
	return out
}
