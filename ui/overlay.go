package ui

import (
	"math"
	"strings"
	"time"

	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// helpButtons are the buttons that the help texts name, by their labels: a text
// that names a button by a word of its own would name one that is not there.
var helpButtons = map[string]string{
	"Change": "button.change", "Confirm": "confirm.button", "Delete": "phone.backspace", "Reprint": "button.reprint",
	"Shutter": "photo.shutter", "Use": "photo-review.use", "Retake": "photo-review.retake",
}

// help lies over the work area and explains the screen under it. The bars above
// and below stay: whoever needs help may need another language or larger letters.
func (c *scene) help() {
	s := c.s
	at := c.middle
	s.coverWithin(at)
	s.box("panel", at, boxStyle{fill: s.p.panel, stroke: s.p.accent, width: border + 1})
	s.target("panel", "", at, "", c.send(flow.Touched{}))
	in := at.inset(margin+24, 28)
	title, in := in.cutTop(100, 12)
	s.text("title", title, c.say.say("help.title"), s.title().oneLine())
	bar, in := in.cutBottom(130, 24)
	s.button(bar, button{name: "help-close", label: c.say.say("button.close"), icon: "close", kind: primary, size: 42, act: c.send(flow.TapHelp{})})
	staff, in := in.cutBottom(min(in.h*0.4, 170*roomy), 20)
	words := c.say.say("help.staff")
	if c.o.Unit.Phone != "" {
		words = sentence(words, c.say.say("call", "Phone", c.o.Unit.Phone))
	}
	s.notice("staff", staff, "desk-small", words)
	s.text("text", in, c.helpText(), textStyle{size: 54, color: s.p.ink, least: 28})
}

// helpText explains the screen, with its buttons called as they are labelled.
func (c *scene) helpText() string {
	var labels []any
	for name, key := range helpButtons {
		labels = append(labels, name, strings.ReplaceAll(c.say.say(key), " ", noBreakSpace))
	}
	return c.say.say(c.helpKey(), labels...)
}

// helpKey is the key of the text that explains the screen.
func (c *scene) helpKey() string {
	switch {
	case c.m.State == flow.AlreadyHere && !c.offersReprint():
		return "help.already-here-no-slip"
	case c.m.State == flow.PhotoAim && c.m.Session.Photo.Camera == flow.DeviceDown:
		return "photo.gone" // there is no shutter then
	case c.m.State == flow.CardFault && c.m.Session.Problem == visit.CardExpired:
		return "help.desk" // it stays so, however often it is inserted
	case c.m.State == flow.Welcome && !c.takesCards():
		return "help.desk"
	case c.m.State == flow.Welcome && c.m.CardIn:
		return "help.take-card" // somebody has left it
	case c.m.State == flow.NoCard && !c.takesCards():
		return "help.no-card-no-reader"
	}
	return "help." + c.m.State.String()
}

// idle asks whether somebody is still there and counts the seconds.
func (c *scene) idle() {
	s := c.s
	s.cover()
	s.fill("dim", s.geo.whole(), s.p.dim)
	// Any touch says "I am here".
	s.target("dim", "", s.geo.whole(), "", c.send(flow.Touched{}))
	at := s.geo.whole().centered(min(s.geo.w-2*margin, 1180), 700)
	if s.geo.portrait {
		at = s.geo.whole().centered(s.geo.w-2*margin, 940)
		at.y += 160
	}
	s.box("panel", at, boxStyle{fill: s.p.panel, stroke: s.p.accent, width: border + 3, radius: radius})
	in := at.inset(48, 36)
	bar, in := in.cutBottom(170, 32)
	cells := bar.columns(2, gap)
	s.button(cells[0], button{name: "warning-close", label: c.say.say("idle.stop"), kind: quiet, act: c.send(flow.TapClose{})})
	s.button(cells[1], button{name: "more-time", label: c.say.say("idle.more"), icon: "time", kind: primary, size: 44, act: c.send(flow.TapMoreTime{})})
	title, in := in.cutTop(min(in.h*0.34, 190), 8)
	s.text("title", title, c.say.say("idle.title"), s.title().centered())
	words, count := in.cutBottom(min(in.h*0.4, 130*roomy), 8)
	n := c.secondsLeft()
	s.text("text", words, c.say.count("idle.text", n), s.body().centered())
	s.text("count", count, itoa(n), textStyle{size: 130, bold: true, color: s.p.accent, lines: 1, least: 72}.centered())
}

// secondsLeft is what is left of the time to answer the idle warning.
func (k *Kiosk) secondsLeft() int {
	left := flow.WipeAfter - k.now.Sub(k.warned)
	return min(max(int(math.Ceil(float64(left)/float64(time.Second))), 0), int(flow.WipeAfter/time.Second))
}
