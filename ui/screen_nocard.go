package ui

import (
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// way is one of the ways of a patient without a card.
type way struct {
	method visit.Method
	icon   string
}

// ways are those that the unit has, for a patient with the card or without. What
// can never be offered, because there is no camera, no code for phones, or no card
// to be photographed, is not shown at all.
func (c *scene) ways(cardHere bool) []way {
	var out []way
	for _, w := range []way{{visit.MethodPhoto, "camera"}, {visit.MethodCertifier, "people"}, {visit.MethodLine, "mobile"}} {
		missing := w.method == visit.MethodPhoto && (!cardHere || c.m.Devices.Camera == flow.DeviceAbsent) ||
			w.method == visit.MethodLine && c.m.Unit.LineQR == ""
		if c.m.Unit.Allows(w.method) && !missing {
			out = append(out, w)
		}
	}
	return out
}

// noCard offers the ways without a card, or says that there is none here.
func (c *scene) noCard() {
	list := c.ways(c.m.CardHere)
	if len(list) == 0 {
		c.noWay()
		return
	}
	title := "no-card.title"
	if c.m.CardHere {
		title = "no-card.bad-chip"
	}
	c.title(c.say.say(title))
	bar, rest := c.work.cutBottom(116, 28)
	c.backAndNoNumber(bar, flow.TapClose{})
	if r := c.m.Devices.Reader; r != flow.DeviceDown && r != flow.DeviceAbsent {
		words := c.say.say("no-card.found")
		var note area
		note, rest = rest.cutTop(min(c.s.noticeHeight(words, rest.w), 122), 24)
		c.s.notice("found", note, "card-small", words)
	}
	if c.s.geo.portrait {
		// From the lower two thirds on, whatever the title needed.
		if low := c.s.geo.h/3 + 8; rest.y < low {
			rest = area{rest.x, low, rest.w, rest.y + rest.h - low}
		}
		rest = rest.centered(rest.w, float32(len(list))*340)
		for i, row := range rest.rows(len(list), 28) {
			c.way(row, list[i], wayText)
		}
		return
	}
	cells := rest.columns(len(list), 32)
	size := c.waySize(list, cells[0].w-2*wayMargin)
	for i, cell := range cells {
		c.way(cell, list[i], size)
	}
}

// Size of the name of a way, and its distance from the edge.
const (
	wayText   = 46
	wayMargin = 26
)

// waySize is the size with which the name of every way fits on a line, so that
// they look alike.
func (c *scene) waySize(list []way, room float32) float32 {
	size := float32(wayText)
	for _, w := range list {
		label := c.say.say("way." + string(w.method))
		// The same for every size of text, in which they then shrink alike.
		if wide := c.s.widest(label, textStyle{size: wayText / roomy, bold: true}); wide > room {
			size = min(size, wayText*room/wide)
		}
	}
	return max(size, 30)
}

// noWay is honest: without a card the staff can help, this kiosk cannot.
func (c *scene) noWay() {
	back := button{name: "back", label: c.say.say("button.back"), icon: "back", kind: primary, act: c.send(flow.TapClose{})}
	noNumber := c.noNumber()
	c.advise(advice{
		title: c.say.say("no-card.staff"), text: c.say.say("no-card.text"), picture: "desk",
		extra: c.say.say("no-card.bring"), extraMark: "person", buttons: []button{noNumber, back}, // the last at the left
	})
}

func (c *scene) noNumber() button {
	return button{name: "no-number", label: c.say.say("no-card.no-number"), kind: quiet, size: 32, act: c.send(flow.TapNoNumber{})}
}

// backAndNoNumber are the ways out of the choice and of the keypad.
func (c *scene) backAndNoNumber(at area, back flow.Event) {
	cells := at.columns(2, gap)
	c.s.button(cells[0], button{name: "back", label: c.say.say("button.back"), icon: "back", kind: quiet, act: c.send(back)})
	c.s.button(cells[1], c.noNumber())
}

// way draws one way: large, with what it needs; one that cannot be taken now says
// why.
func (c *scene) way(at area, w way, size float32) {
	key := "way." + string(w.method)
	b := button{name: "way-" + string(w.method), label: c.say.say(key), kind: secondary, off: !c.m.Offers(w.method)}
	colors := c.s.buttonColors(b)
	c.s.box(b.name, at, boxStyle{fill: colors.fill, stroke: colors.stroke, width: b.edge(), radius: radius})
	in := at.inset(wayMargin, 14)
	var mark area
	side := float32(132)
	title := textStyle{size: size, bold: true, color: colors.label, least: 26, lines: 2, place: bottom}
	text := textStyle{size: 34, color: colors.label, place: top}
	if c.s.geo.portrait {
		mark, in = in.cutLeft(170, 32)
	} else {
		mark, in = in.cutTop(min(side, in.h*0.28), 4)
		side = mark.h
		title, text = title.centered(), text.centered()
	}
	c.s.picture(b.name, mark.centered(side, side), w.icon, colors.label)
	share := float32(0.42)
	if b.off {
		share = 0.3
	}
	name, words := in.cutTop(in.h*share, 6)
	c.s.text(b.name, name, b.label, title)
	if b.off {
		// Why it is off counts more than what it would need.
		words = words.centered(words.w, min(words.h, 150*roomy))
		c.off(words, b.name, c.say.say(key+".off"))
		return
	}
	c.s.text("text-"+b.name, words, c.say.say(key+".text"), text)
	c.s.target(b.name, b.name, at, b.label, c.send(flow.TapMethod{Method: w.method}))
}

// off says with a mark why something cannot be touched.
func (c *scene) off(at area, name, words string) {
	mark, in := at.cutLeft(52, 16)
	c.s.picture("off-"+name, mark.centered(48, 48), "light-down", c.s.p.bad)
	c.s.text("off-"+name, in, words, textStyle{size: 34, color: c.s.p.ink, least: 26})
}

// pid is the keypad for the 13 digits. They stay in sight, because the patient
// must compare them.
func (c *scene) pid() {
	x := c.m.Session
	title := "pid.title"
	if x.Method == visit.MethodCertifier {
		title = "pid.title-other"
	}
	c.title(c.say.say(title))
	left, keys, bar := c.besideKeypad(108)
	c.keys(keys)
	c.backAndNoNumber(bar, flow.TapBack{})
	number, left := left.cutTop(min(150, left.h*0.4), 8)
	c.number(number, visit.GroupPID(x.PIDInput))
	lock, left := left.cutBottom(84*roomy, 8)
	c.lock(lock, c.say.say("pid.privacy"))
	c.pidReason(left, x.PIDInput)
}

func (c *scene) pidReason(at area, digits string) {
	switch c.m.PIDProblem() {
	case visit.PIDTooShort:
		words := c.say.say("pid.empty")
		if digits != "" {
			words = c.say.count("phone.too-short", visit.PIDLength-len(digits))
		}
		c.hint(at, missing, c.s.p.ink, words, hintText)
	case visit.PIDBeginning:
		c.hint(at, "light-down", c.s.p.bad, c.say.say("pid.beginning"), hintText)
	case visit.PIDCheckWrong:
		c.hint(at, "light-down", c.s.p.bad, c.say.say("pid.check-wrong"), hintText)
	}
}
