package kiosk

import (
	"slices"
	"strconv"
	"time"

	"fyne.io/fyne/v2"

	"authenkiosk/ui/draw"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// frame draws what is on every screen and leaves the work area.
func (c *scene) frame() {
	rest := c.s.Geo.Whole()
	if !c.real() {
		rest = c.banner(rest)
	}
	rest = c.topBar(rest)
	c.middle = c.bottomBar(rest)
	c.work = c.middle.Inset(draw.Margin, 0)
	_, c.work = c.work.CutTop(0, 12)
}

// banner says in the zones of demonstration and test that nothing is real.
func (c *scene) banner(at draw.Area) draw.Area {
	strip, rest := at.CutTop(56, 0)
	c.s.Fill("banner", strip, c.s.Colors.Banner)
	key := "zone.demo"
	if c.o.Zone == visit.ZoneTest {
		key = "zone.test"
	}
	st := draw.TextStyle{Size: 30, Bold: true, Color: c.s.Colors.OnBanner, Lines: 1}.Centered()
	c.s.Text("banner", strip.Inset(draw.Margin, 0), c.say.Say(key), st)
	return rest
}

// topBar draws who we are, how the devices are and what time it is.
func (c *scene) topBar(at draw.Area) draw.Area {
	h := float32(108)
	if c.s.Geo.Portrait {
		h = 204
	}
	strip, rest := at.CutTop(h, 0)
	c.s.Fill("top", strip, c.s.Colors.Panel)
	line, _ := strip.CutBottom(draw.Border, 0)
	c.s.Fill("top-line", line, c.s.Colors.Line)
	in := strip.Inset(draw.Margin, 10)
	if c.s.Geo.Portrait {
		upper, lower := in.CutTop(94, 0)
		c.unitName(c.date(upper))
		c.lights(lower)
		return rest
	}
	left := c.date(in)
	share := float32(0.68)
	if c.m.Devices.Camera != visit.DeviceAbsent {
		share = 0.72
	}
	lights, left := left.CutRight(min(left.W*share, 840), 24)
	c.unitName(left)
	c.lights(lights)
	return rest
}

func (c *scene) unitName(at draw.Area) {
	mark, words := at.CutLeft(64, 20)
	mark = mark.Centered(64, 64)
	c.s.Box("mark", mark, draw.BoxStyle{Fill: c.s.Colors.Accent, Radius: 16})
	c.s.Picture("mark", mark.Inset(12, 12), "cross", c.s.Colors.OnAccent)
	st := draw.TextStyle{Size: 32, Bold: true, Color: c.s.Colors.Ink, Lines: 2, Cut: true}
	c.s.Text("unit", words, c.o.Unit.Name, st)
}

// date draws day and time at the right edge.
func (c *scene) date(at draw.Area) draw.Area {
	right, rest := at.CutRight(250, 24)
	if c.m.Devices.Clock == visit.DeviceDown {
		return rest // a time that is known to be wrong misleads
	}
	upper, lower := right.CutTop(right.H*0.56, 0)
	st := draw.TextStyle{Size: 36, Bold: true, Color: c.s.Colors.Ink, Align: fyne.TextAlignTrailing, Lines: 1}
	c.s.Text("clock", upper, c.say.Say("time", "Time", c.clock(c.now)), st.From(draw.Bottom))
	c.s.Text("date", lower, c.day(c.now), draw.TextStyle{Size: 24, Color: c.s.Colors.Muted, Align: fyne.TextAlignTrailing, Lines: 1})
	return rest
}

func (k *Kiosk) clock(t time.Time) string { return t.In(visit.Bangkok).Format("15:04") }

// day is the date as people write it: in Thai with the year of the Buddhist era.
func (c *scene) day(t time.Time) string {
	d := visit.ServiceDateOf(t)
	year := d.Year
	if c.say.Lang == "th" {
		year += visit.BuddhistEraOffset
	}
	month := c.say.Say("month." + strconv.Itoa(int(d.Month)))
	return c.say.Say("date", "Day", d.Day, "Month", month, "Year", year)
}

// lights draws the health of each device that is configured. The camera has a
// light only where there is one, clock and store only when they fail. In landscape
// more than three take two lines; there are never more than mostLights.
func (c *scene) lights(at draw.Area) {
	list := c.statusLights()
	cells := at.Columns(max(len(list), 3), 12)
	flat := len(list) > 3 && !c.s.Geo.Portrait
	if flat {
		rows := at.Rows(2, 0)
		each := (len(list) + 1) / 2
		cells = append(rows[0].Columns(each, 12), rows[1].Columns(each, 12)...)
	}
	for i, l := range list {
		c.s.Light(cells[i], l, flat)
	}
}

// device is one of what the status lights stand for.
type device struct {
	name string
	is   visit.DeviceState
}

func (c *scene) statusLights() (list []draw.StatusLight) {
	if c.o.Closed != visit.NoProblem {
		return nil // nobody looks at the devices
	}
	d := c.m.Devices
	all := []device{{"nhso", d.NHSO}, {"reader", d.Reader}, {"printer", d.Printer}, {"camera", d.Camera}}
	if d.Clock == visit.DeviceDown {
		all = slices.Insert(all, 0, device{"clock", d.Clock})
	}
	if d.Storage == visit.DeviceDown {
		all = slices.Insert(all, 0, device{"storage", d.Storage})
	}
	for _, x := range all {
		if x.is == visit.DeviceAbsent {
			continue
		}
		l := draw.StatusLight{Name: x.name, Health: healthOf(x.is), Label: c.say.Say("light." + x.name), Words: c.say.Say("device." + x.is.String())}
		if l.Name == "reader" && d.ReadBy != "" {
			l = c.readBy(l)
		}
		list = append(list, l)
	}
	return mostUrgent(list)
}

// mostLights is for how many there is room on every panel.
const mostLights = 4

// mostUrgent leaves out lights for which there is no room: those of what works, and then
// those without which the kiosk can do most.
func mostUrgent(list []draw.StatusLight) []draw.StatusLight {
	for i := len(list) - 1; i >= 0 && len(list) > mostLights; i-- {
		if list[i].Health == draw.HealthGood {
			list = slices.Delete(list, i, i+1)
		}
	}
	return list[:min(len(list), mostLights)]
}

// healthOf is the light of a device.
func healthOf(s visit.DeviceState) draw.Health {
	switch s {
	case visit.DeviceReady:
		return draw.HealthGood
	case visit.DeviceImpaired:
		return draw.HealthImpaired
	case visit.DeviceDown:
		return draw.HealthBad
	}
	return draw.HealthUnknown
}

// readBy says which program of the hospital has read the card that is inside, so
// that nobody's card is read in secret.
func (c *scene) readBy(l draw.StatusLight) draw.StatusLight {
	l.Label, l.Words, l.Outside = c.say.Say("reader.read-by"), c.m.Devices.ReadBy, true
	if l.Words == visit.UnnamedProgram {
		l.Words, l.Outside = c.say.Say("reader.unnamed"), false
	}
	return l
}

// bottomBar draws what a patient can always do.
func (c *scene) bottomBar(at draw.Area) draw.Area {
	h := float32(104)
	if c.s.Geo.Portrait {
		h = 136
	}
	strip, rest := at.CutBottom(h+2*draw.Gap, draw.Gap)
	c.s.Fill("bottom", strip, c.s.Colors.Panel)
	line, _ := strip.CutTop(draw.Border, 0)
	c.s.Fill("bottom-line", line, c.s.Colors.Line)
	buttons := c.bottomButtons()
	cells := strip.Inset(draw.Margin, draw.Gap).Columns(len(buttons), draw.Gap)
	for i := range buttons {
		buttons[i].Kind, buttons[i].Size, buttons[i].Stack = draw.Quiet, 30, c.s.Geo.Portrait
	}
	for i, b := range c.s.AlikeButtons(cells, buttons) {
		c.s.Button(cells[i], b)
	}
	c.imprint(strip)
	return rest
}

// imprint names machine and program below the buttons, for whoever is told of the
// screen over the telephone or sees a photo of it.
func (c *scene) imprint(strip draw.Area) {
	at, _ := strip.CutBottom(draw.Gap, 0)
	words := sentence(c.o.Machine, c.o.Version)
	c.s.Text("imprint", at.Inset(draw.Margin, 0), words, draw.TextStyle{Size: draw.ImprintText, Least: draw.ImprintText, Color: c.s.Colors.Muted, Lines: 1, Cut: true}.Centered())
}

func (c *scene) bottomButtons() []draw.Button {
	size := draw.Button{Name: "text-size", Label: c.say.Say("button.larger"), Icon: "larger", Act: c.always(flow.TapTextSize{})}
	if c.m.Prefs.TextSize == flow.TextLargest {
		size.Label, size.Icon = c.say.Say("button.normal"), "smaller"
	}
	var list []draw.Button
	if c.o.Closed == visit.NoProblem { // else there is nothing to help with
		list = append(list, draw.Button{Name: "help", Label: c.say.Say("button.help"), Icon: "help", Act: c.always(flow.TapHelp{})})
	}
	if other := c.otherLanguage(); other != c.say.Lang {
		list = append(list, draw.Button{
			Name: "language", Label: draw.Speaker{Words: c.words, Lang: other}.Say("language.name"), Icon: "language",
			Act: c.always(flow.TapLanguage{Language: other}),
		})
	}
	list = append(list, size, draw.Button{Name: "contrast", Label: c.say.Say("button.contrast"), Icon: "contrast", Act: c.always(flow.TapContrast{})})
	if c.o.Closed != visit.NoProblem {
		return list
	}
	switch c.m.State {
	case flow.Welcome, flow.Sending, flow.TakeCard:
		return list
	}
	if endsByDone(c.m.State) {
		return list
	}
	return append(list, draw.Button{
		Name: "start-again", Label: c.say.Say("button.start-again"), Icon: "close", Act: c.send(flow.TapClose{}),
	})
}

// always passes on a tap on a button that is on every screen. Where it can be touched
// beside the warning, which lies over nothing there, the touch answers that as well.
func (c *scene) always(e flow.Event) func() {
	if !c.m.Warning {
		return c.send(e)
	}
	return func() {
		c.o.Send(flow.TapMoreTime{})
		c.o.Send(e)
	}
}

// endsByDone reports whether the screen is an end, which is closed by "done": "cancel"
// beside a code reads as if it took the code back.
func endsByDone(s flow.State) bool {
	switch s {
	case flow.Result, flow.Queued, flow.AlreadyHere, flow.AlreadyElsewhere, flow.NoRight, flow.Desk:
		return true
	}
	return false
}

// otherLanguage is the next language of the unit.
func (c *scene) otherLanguage() string {
	for i, l := range c.o.Languages {
		if l == c.say.Lang {
			return c.o.Languages[(i+1)%len(c.o.Languages)]
		}
	}
	return c.say.Lang
}
