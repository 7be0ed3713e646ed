package kiosk

import (
	"strconv"

	"authenkiosk/ui/draw"
	"authenkiosk/visit/flow"
)

// line shows the unit's QR code for the patient's phone and waits for the code
// that the phone asks for.
func (c *scene) line() {
	c.title(c.say.Say("line.title"))
	bar, rest := c.work.CutBottom(116, 20)
	back, who := bar.CutLeft(max(bar.W*0.3, 260), draw.Gap)
	c.s.Button(back, draw.Button{Name: "back", Label: c.say.Say("button.back"), Icon: "back", Kind: draw.Quiet, Act: c.send(flow.TapBack{})})
	c.lineWait(who)
	var code draw.Area
	if c.s.Geo.Portrait {
		code, rest = rest.CutTop(min(rest.H*0.52, 620), 24)
	} else {
		code, rest = rest.CutLeft(min(rest.H*0.98, rest.W*0.4), 40)
	}
	c.s.Panel("scan", code)
	label, square := code.Inset(20, 16).CutBottom(56*draw.Roomy, 0)
	c.s.QR("line", square, c.m.Unit.LineQR)
	c.s.Text("scan", label, c.say.Say("line.scan"), c.s.Body().OneLine().Strong().Centered())
	c.lineSteps(rest)
}

// lineSteps are the three things to do, in pictures.
func (c *scene) lineSteps(at draw.Area) {
	at = at.Centered(at.W, min(at.H, 620))
	c.s.Panel("steps", at)
	places := at.Inset(28, 10).Rows(3, 8)
	var said []string
	for i, row := range places {
		n := strconv.Itoa(i + 1)
		side := min(row.H, 64)
		num, row := row.CutLeft(side, 20)
		num = num.Centered(side, side)
		c.s.Box("step-"+n, num, draw.BoxStyle{Fill: c.s.Colors.Accent, Radius: side / 2})
		c.s.Text("number-"+n, num, n, draw.TextStyle{Size: 34, Bold: true, Color: c.s.Colors.OnAccent, Lines: 1}.Centered())
		pic, words := row.CutLeft(min(row.H*1.2, 200), 24)
		c.s.Picture("step-"+n, pic, "line-"+n, c.s.Colors.Accent)
		places[i], said = words, append(said, c.say.Say("line.step"+n))
	}
	st := c.s.Alike(draw.TextStyle{Size: 36, Color: c.s.Colors.Ink, Least: 28}, said, places)
	for i, at := range places {
		c.s.Text("step-"+strconv.Itoa(i+1), at, said[i], st)
	}
}

// lineWait says that the kiosk is asking, or that NHSO does not answer; three
// dots show that it goes on.
func (c *scene) lineWait(at draw.Area) {
	words := c.say.Say("line.waiting")
	if c.m.Session.DoneState == flow.Unanswered {
		words = c.say.Say("line.unanswered")
	}
	c.s.Box("wait", at, draw.BoxStyle{Fill: c.s.Colors.Soft, Stroke: c.s.Colors.Accent, Width: draw.Border, Radius: draw.Radius})
	dots, in := at.Inset(24, 6).CutLeft(92, 20)
	for i, cell := range dots.Centered(dots.W, 24).Columns(pictureSteps, 10) {
		fill := c.s.Colors.Panel
		if i == c.step%pictureSteps {
			fill = c.s.Colors.Accent
		}
		c.s.Box("wait-"+strconv.Itoa(i), cell.Centered(24, 24), draw.BoxStyle{Fill: fill, Stroke: c.s.Colors.Accent, Width: draw.Border, Radius: 12})
	}
	upper, lower := in.CutTop(in.H*0.58, 0)
	c.s.Text("wait", upper, words, draw.TextStyle{Size: 34, Bold: true, Color: c.s.Colors.Ink, Lines: 1, Least: 24})
	c.s.Text("wait-pid", lower, c.say.Say("confirm.pid", "PID", c.m.Session.Person.PID.Masked()), draw.TextStyle{Size: 28, Color: c.s.Colors.Muted, Lines: 1})
}
