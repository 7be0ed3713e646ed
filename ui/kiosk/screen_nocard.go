package kiosk

import (
	"authenkiosk/ui/draw"
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
		missing := w.method == visit.MethodPhoto && (!cardHere || c.m.Devices.Camera == visit.DeviceAbsent) ||
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
	c.title(c.say.Say(title))
	bar, rest := c.work.CutBottom(116, 28)
	c.backAndNoNumber(bar, flow.TapClose{})
	if !c.readerDown() {
		words := c.say.Say(insert)
		var note draw.Area
		note, rest = rest.CutTop(min(c.s.NoticeHeight(words, rest.W), 122), 24)
		c.s.Notice("found", note, "card-small", words)
	}
	if c.s.Geo.Portrait {
		// From the lower two thirds on, whatever the title needed.
		if low := c.s.Geo.H/3 + 8; rest.Y < low {
			rest = draw.Area{X: rest.X, Y: low, W: rest.W, H: rest.Y + rest.H - low}
		}
		rest = rest.Centered(rest.W, float32(len(list))*340)
		c.drawWays(rest.Rows(len(list), 28), list)
		return
	}
	c.drawWays(rest.Columns(len(list), 32), list)
}

// noWay is honest: without a card the staff can help, this kiosk cannot.
func (c *scene) noWay() {
	back := draw.Button{Name: "back", Label: c.say.Say("button.back"), Icon: "back", Kind: draw.Primary, Act: c.send(flow.TapClose{})}
	a := advice{picture: "desk"}
	if c.m.CardHere {
		_, a.text = c.problemWords(visit.StaffChecks)
		a.title, a.extra, a.extraMark = c.say.Say("no-card.staff-chip"), c.say.Say("no-card.bring-card"), "card-small"
		a.buttons = []draw.Button{back} // the number is on the card
	} else {
		a.text = c.say.Say("no-card.text")
		a.title, a.extra, a.extraMark = c.say.Say("no-card.staff"), c.say.Say("no-card.bring"), "person"
		a.buttons = []draw.Button{c.noNumber(), back} // the last at the left
	}
	c.advise(a)
}

func (c *scene) noNumber() draw.Button {
	return draw.Button{Name: "no-number", Label: c.say.Say("no-card.no-number"), Kind: draw.Quiet, Size: 32, Act: c.send(flow.TapNoNumber{})}
}

// backAndNoNumber are the ways out of the choice and of the keypad.
func (c *scene) backAndNoNumber(at draw.Area, back flow.Event) {
	cells := at.Columns(2, draw.Gap)
	c.s.Button(cells[0], draw.Button{Name: "back", Label: c.say.Say("button.back"), Icon: "back", Kind: draw.Quiet, Act: c.send(back)})
	c.s.Button(cells[1], c.noNumber())
}

// drawWays draws the ways: large, each with what it needs, or why it cannot be
// taken now.
func (c *scene) drawWays(cells []draw.Area, list []way) {
	n := len(list)
	buttons, needs := make([]draw.Button, n), make([]string, n)
	marks, names, texts := make([]draw.Area, n), make([]draw.Area, n), make([]draw.Area, n)
	labels := make([]string, n)
	for i, w := range list {
		key := "way." + string(w.method)
		buttons[i] = draw.Button{Name: "way-" + string(w.method), Label: c.say.Say(key), Kind: draw.Secondary, Off: !c.m.Offers(w.method)}
		labels[i], needs[i] = buttons[i].Label, c.say.Say(key+".text")
		marks[i], names[i], texts[i] = c.wayParts(cells[i], buttons[i].Off)
	}
	name := draw.TextStyle{Size: 46, Bold: true, Least: 26, Lines: 2, Place: draw.Bottom}
	text := draw.TextStyle{Size: 34, Place: draw.Top}
	if !c.s.Geo.Portrait {
		name.Lines = 1
		name, text = name.Centered(), text.Centered()
	}
	name, text = c.s.Alike(name, labels, names), c.s.Alike(text, needs, texts)
	for i, w := range list {
		b := buttons[i]
		colors := c.s.ButtonColors(b)
		name.Color, text.Color = colors.Label, colors.Label
		c.s.Box(b.Name, cells[i], draw.BoxStyle{Fill: colors.Fill, Stroke: colors.Stroke, Width: b.Edge(), Radius: draw.Radius})
		c.s.Picture(b.Name, marks[i], w.icon, colors.Label)
		c.s.Text(b.Name, names[i], b.Label, name)
		if b.Off {
			// Why it is off counts more than what it would need.
			c.off(texts[i].Centered(texts[i].W, min(texts[i].H, 150*draw.Roomy)), b.Name, c.say.Say("way."+string(w.method)+".off"))
			continue
		}
		c.s.Text("text-"+b.Name, texts[i], needs[i], text)
		c.s.Target(b.Name, b.Name, cells[i], b.Label, c.send(flow.TapMethod{Method: w.method}))
	}
}

// wayParts are the places of the picture, the name and the words of a way.
func (c *scene) wayParts(at draw.Area, off bool) (mark, name, words draw.Area) {
	in := at.Inset(26, 14)
	side := float32(132)
	if c.s.Geo.Portrait {
		mark, in = in.CutLeft(170, 32)
	} else {
		mark, in = in.CutTop(min(side, in.H*0.28), 4)
		side = mark.H
	}
	share := float32(0.42)
	if off {
		share = 0.3
	}
	name, words = in.CutTop(in.H*share, 6)
	return mark.Centered(side, side), name, words
}

// off says with a mark why something cannot be touched.
func (c *scene) off(at draw.Area, name, words string) {
	mark, in := at.CutLeft(52, 16)
	c.s.Picture("off-"+name, mark.Centered(48, 48), "light-down", c.s.Colors.Bad)
	c.s.Text("off-"+name, in, words, draw.TextStyle{Size: 34, Color: c.s.Colors.Ink, Least: 26})
}

// pid is the keypad for the 13 digits. They stay in sight, because the patient
// must compare them.
func (c *scene) pid() {
	x := c.m.Session
	title := "pid.title"
	if x.Method == visit.MethodCertifier {
		title = "pid.title-other"
	}
	c.title(c.say.Say(title))
	left, keys, bar := c.besideKeypad(108)
	c.keys(keys)
	c.backAndNoNumber(bar, flow.TapBack{})
	number, left := left.CutTop(min(150, left.H*0.4), 8)
	c.number(number, visit.GroupPID(x.PIDInput))
	lock, left := left.CutBottom(84*draw.Roomy, 8)
	c.lock(lock, c.say.Say("pid.privacy"))
	c.pidReason(left, x.PIDInput)
}

func (c *scene) pidReason(at draw.Area, digits string) {
	switch c.m.PIDProblem() {
	case visit.PIDTooShort:
		words := c.say.Say("pid.empty")
		if digits != "" {
			words = c.say.Count("phone.too-short", visit.PIDLength-len(digits))
		}
		c.hint(at, missing, c.s.Colors.Ink, words, hintText)
	case visit.PIDBeginning:
		c.hint(at, "light-down", c.s.Colors.Bad, c.say.Say("pid.beginning"), hintText)
	case visit.PIDCheckWrong:
		c.hint(at, "light-down", c.s.Colors.Bad, c.say.Say("pid.check-wrong"), hintText)
	}
}
