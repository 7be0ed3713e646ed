package kiosk

import (
	"math"
	"strconv"
	"strings"
	"time"

	"authenkiosk/ui/draw"
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
	s.CoverWithin(at)
	s.Box("panel", at, draw.BoxStyle{Fill: s.Colors.Panel, Stroke: s.Colors.Accent, Width: draw.Border + 1})
	s.Target("panel", "", at, "", c.send(flow.Touched{}))
	in := at.Inset(draw.Margin+24, 28)
	title, in := in.CutTop(100, 12)
	s.Text("title", title, c.say.Say("help.title"), s.Title().OneLine())
	bar, in := in.CutBottom(130, 24)
	s.Button(bar, draw.Button{Name: "help-close", Label: c.say.Say("button.close"), Icon: "close", Kind: draw.Primary, Size: 42, Act: c.send(flow.TapHelp{})})
	staff, in := in.CutBottom(min(in.H*0.4, 170*draw.Roomy), 20)
	words := c.say.Say("help.staff")
	if c.o.Unit.Phone != "" {
		words = sentence(words, c.say.Say("call", "Phone", c.o.Unit.Phone))
	}
	if c.m.Coming {
		words = c.say.Say("help.coming")
	}
	s.Notice("staff", staff, "desk-small", words)
	s.Text("text", in, c.helpText(), draw.TextStyle{Size: 54, Color: s.Colors.Ink, Least: 28})
}

// helpText explains the screen, with its buttons called as they are labelled.
func (c *scene) helpText() string {
	var labels []any
	for name, key := range helpButtons {
		labels = append(labels, name, strings.ReplaceAll(c.say.Say(key), " ", draw.NoBreakSpace))
	}
	return c.say.Say(c.helpKey(), labels...)
}

// helpKey is the key of the text that explains the screen.
func (c *scene) helpKey() string {
	switch {
	case c.m.State == flow.AlreadyHere && !c.offersReprint():
		return "help.already-here-no-slip"
	case c.m.State == flow.PhotoAim && c.m.Session.Photo.Camera == visit.DeviceDown:
		return "photo.gone" // there is no shutter then
	case c.m.State == flow.CardFault && (c.m.Session.Problem == visit.CardExpired || !c.takesCards()):
		return "help.desk" // it stays so, however often it is inserted
	case c.m.State == flow.Welcome && !c.takesCards(), c.m.State == flow.CertifierCard && c.cannotVouch():
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
	s.Cover()
	s.Fill("dim", s.Geo.Whole(), s.Colors.Dim)
	// Any touch says "I am here".
	s.Target("dim", "", s.Geo.Whole(), "", c.send(flow.Touched{}))
	at := s.Geo.Whole().Centered(min(s.Geo.W-2*draw.Margin, 1180), 700)
	if s.Geo.Portrait {
		at = s.Geo.Whole().Centered(s.Geo.W-2*draw.Margin, 940)
		at.Y += 160
	}
	s.Box("panel", at, draw.BoxStyle{Fill: s.Colors.Panel, Stroke: s.Colors.Accent, Width: draw.Border + 3, Radius: draw.Radius})
	in := at.Inset(48, 36)
	bar, in := in.CutBottom(170, 32)
	cells := bar.Columns(2, draw.Gap)
	stop := "idle.stop"
	if endsByDone(c.m.State) {
		stop = "button.done"
	}
	s.Button(cells[0], draw.Button{Name: "warning-close", Label: c.say.Say(stop), Kind: draw.Quiet, Act: c.send(flow.TapClose{})})
	s.Button(cells[1], draw.Button{Name: "more-time", Label: c.say.Say("idle.more"), Icon: "time", Kind: draw.Primary, Size: 44, Act: c.send(flow.TapMoreTime{})})
	title, in := in.CutTop(min(in.H*0.34, 190), 8)
	s.Text("title", title, c.say.Say("idle.title"), s.Title().Centered())
	words, count := in.CutBottom(min(in.H*0.4, 130*draw.Roomy), 8)
	n := c.secondsLeft()
	s.Text("text", words, c.say.Count("idle.text", n), s.Body().Centered())
	s.Text("count", count, strconv.Itoa(n), draw.TextStyle{Size: 130, Bold: true, Color: s.Colors.Accent, Lines: 1, Least: 72}.Centered())
}

// secondsLeft is what is left of the time to answer the idle warning.
func (k *Kiosk) secondsLeft() int {
	left := flow.WipeAfter - k.now.Sub(k.warned)
	return min(max(int(math.Ceil(float64(left)/float64(time.Second))), 0), int(flow.WipeAfter/time.Second))
}
