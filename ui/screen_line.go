package ui

import "authenkiosk/visit/flow"

// line shows the unit's QR code for the patient's phone and waits for the code
// that the phone asks for.
func (c *scene) line() {
	c.title(c.say.say("line.title"))
	bar, rest := c.work.cutBottom(116, 20)
	back, who := bar.cutLeft(max(bar.w*0.3, 260), gap)
	c.s.button(back, button{name: "back", label: c.say.say("button.back"), icon: "back", kind: quiet, act: c.send(flow.TapBack{})})
	c.lineWait(who)
	var code area
	if c.s.geo.portrait {
		code, rest = rest.cutTop(min(rest.h*0.52, 620), 24)
	} else {
		code, rest = rest.cutLeft(min(rest.h*0.98, rest.w*0.4), 40)
	}
	c.s.panel("scan", code)
	label, square := code.inset(20, 16).cutBottom(56*roomy, 0)
	c.s.qr("line", square, c.m.Unit.LineQR)
	c.s.text("scan", label, c.say.say("line.scan"), c.s.body().oneLine().strong().centered())
	c.lineSteps(rest)
}

// lineSteps are the three things to do, in pictures.
func (c *scene) lineSteps(at area) {
	at = at.centered(at.w, min(at.h, 620))
	c.s.panel("steps", at)
	places := at.inset(28, 10).rows(3, 8)
	var said []string
	for i, row := range places {
		n := itoa(i + 1)
		side := min(row.h, 64)
		num, row := row.cutLeft(side, 20)
		num = num.centered(side, side)
		c.s.box("step-"+n, num, boxStyle{fill: c.s.p.accent, radius: side / 2})
		c.s.text("number-"+n, num, n, textStyle{size: 34, bold: true, color: c.s.p.onAccent, lines: 1}.centered())
		pic, words := row.cutLeft(min(row.h*1.2, 200), 24)
		c.s.picture("step-"+n, pic, "line-"+n, c.s.p.accent)
		places[i], said = words, append(said, c.say.say("line.step"+n))
	}
	st := c.s.alike(textStyle{size: 36, color: c.s.p.ink, least: 28}, said, places)
	for i, at := range places {
		c.s.text("step-"+itoa(i+1), at, said[i], st)
	}
}

// lineWait says that the kiosk is asking, or that NHSO does not answer; three
// dots show that it goes on.
func (c *scene) lineWait(at area) {
	words := c.say.say("line.waiting")
	if c.m.Session.DoneState == flow.Unanswered {
		words = c.say.say("line.unanswered")
	}
	c.s.box("wait", at, boxStyle{fill: c.s.p.soft, stroke: c.s.p.accent, width: border, radius: radius})
	dots, in := at.inset(24, 6).cutLeft(92, 20)
	for i, cell := range dots.centered(dots.w, 24).columns(pictureSteps, 10) {
		fill := c.s.p.panel
		if i == c.step%pictureSteps {
			fill = c.s.p.accent
		}
		c.s.box("wait-"+itoa(i), cell.centered(24, 24), boxStyle{fill: fill, stroke: c.s.p.accent, width: border, radius: 12})
	}
	upper, lower := in.cutTop(in.h*0.58, 0)
	c.s.text("wait", upper, words, textStyle{size: 34, bold: true, color: c.s.p.ink, lines: 1, least: 24})
	c.s.text("wait-pid", lower, c.say.say("confirm.pid", "PID", c.m.Session.Person.PID.Masked()), textStyle{size: 28, color: c.s.p.muted, lines: 1})
}
