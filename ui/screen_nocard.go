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
	title, insert := "no-card.title", "no-card.found"
	if c.m.CardHere {
		title, insert = "no-card.bad-chip", "no-card.again"
	}
	c.title(c.say.say(title))
	bar, rest := c.work.cutBottom(116, 28)
	c.backAndNoNumber(bar, flow.TapClose{})
	if r := c.m.Devices.Reader; r != flow.DeviceDown && r != flow.DeviceAbsent {
		words := c.say.say(insert)
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
		c.drawWays(rest.rows(len(list), 28), list)
		return
	}
	c.drawWays(rest.columns(len(list), 32), list)
}

// noWay is honest: without a card the staff can help, this kiosk cannot.
func (c *scene) noWay() {
	back := button{name: "back", label: c.say.say("button.back"), icon: "back", kind: primary, act: c.send(flow.TapClose{})}
	a := advice{picture: "desk"}
	if c.m.CardHere {
		_, a.text = c.problemWords(visit.StaffChecks)
		a.title, a.extra, a.extraMark = c.say.say("no-card.staff-chip"), c.say.say("no-card.bring-card"), "card-small"
		a.buttons = []button{back} // the number is on the card
	} else {
		a.text = c.say.say("no-card.text")
		a.title, a.extra, a.extraMark = c.say.say("no-card.staff"), c.say.say("no-card.bring"), "person"
		a.buttons = []button{c.noNumber(), back} // the last at the left
	}
	c.advise(a)
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

// drawWays draws the ways: large, each with what it needs, or why it cannot be
// taken now.
func (c *scene) drawWays(cells []area, list []way) {
	n := len(list)
	buttons, needs := make([]button, n), make([]string, n)
	marks, names, texts := make([]area, n), make([]area, n), make([]area, n)
	labels := make([]string, n)
	for i, w := range list {
		key := "way." + string(w.method)
		buttons[i] = button{name: "way-" + string(w.method), label: c.say.say(key), kind: secondary, off: !c.m.Offers(w.method)}
		labels[i], needs[i] = buttons[i].label, c.say.say(key+".text")
		marks[i], names[i], texts[i] = c.wayParts(cells[i], buttons[i].off)
	}
	name := textStyle{size: 46, bold: true, least: 26, lines: 2, place: bottom}
	text := textStyle{size: 34, place: top}
	if !c.s.geo.portrait {
		name.lines = 1
		name, text = name.centered(), text.centered()
	}
	name, text = c.s.alike(name, labels, names), c.s.alike(text, needs, texts)
	for i, w := range list {
		b := buttons[i]
		colors := c.s.buttonColors(b)
		name.color, text.color = colors.label, colors.label
		c.s.box(b.name, cells[i], boxStyle{fill: colors.fill, stroke: colors.stroke, width: b.edge(), radius: radius})
		c.s.picture(b.name, marks[i], w.icon, colors.label)
		c.s.text(b.name, names[i], b.label, name)
		if b.off {
			// Why it is off counts more than what it would need.
			c.off(texts[i].centered(texts[i].w, min(texts[i].h, 150*roomy)), b.name, c.say.say("way."+string(w.method)+".off"))
			continue
		}
		c.s.text("text-"+b.name, texts[i], needs[i], text)
		c.s.target(b.name, b.name, cells[i], b.label, c.send(flow.TapMethod{Method: w.method}))
	}
}

// wayParts are the places of the picture, the name and the words of a way.
func (c *scene) wayParts(at area, off bool) (mark, name, words area) {
	in := at.inset(26, 14)
	side := float32(132)
	if c.s.geo.portrait {
		mark, in = in.cutLeft(170, 32)
	} else {
		mark, in = in.cutTop(min(side, in.h*0.28), 4)
		side = mark.h
	}
	share := float32(0.42)
	if off {
		share = 0.3
	}
	name, words = in.cutTop(in.h*share, 6)
	return mark.centered(side, side), name, words
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
