package ui

import (
	"slices"
	"strconv"
	"time"

	"fyne.io/fyne/v2"

	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// frame draws what is on every screen and leaves the work area.
func (c *scene) frame() {
	rest := c.s.geo.whole()
	if !c.real() {
		rest = c.banner(rest)
	}
	rest = c.topBar(rest)
	c.middle = c.bottomBar(rest)
	c.work = c.middle.inset(margin, 0)
	_, c.work = c.work.cutTop(0, 12)
}

// banner says in the zones of demonstration and test that nothing is real.
func (c *scene) banner(at area) area {
	strip, rest := at.cutTop(56, 0)
	c.s.fill("banner", strip, c.s.p.banner)
	key := "zone.demo"
	if c.o.Zone == visit.ZoneTest {
		key = "zone.test"
	}
	st := textStyle{size: 30, bold: true, color: c.s.p.onBanner, lines: 1}.centered()
	c.s.text("banner", strip.inset(margin, 0), c.say.say(key), st)
	return rest
}

// topBar draws who we are, how the devices are and what time it is.
func (c *scene) topBar(at area) area {
	h := float32(108)
	if c.s.geo.portrait {
		h = 204
	}
	strip, rest := at.cutTop(h, 0)
	c.s.fill("top", strip, c.s.p.panel)
	line, _ := strip.cutBottom(border, 0)
	c.s.fill("top-line", line, c.s.p.line)
	in := strip.inset(margin, 10)
	if c.s.geo.portrait {
		upper, lower := in.cutTop(94, 0)
		c.unitName(c.date(upper))
		c.lights(lower)
		return rest
	}
	left := c.date(in)
	share := float32(0.68)
	if c.m.Devices.Camera != flow.DeviceAbsent {
		share = 0.72
	}
	lights, left := left.cutRight(min(left.w*share, 840), 24)
	c.unitName(left)
	c.lights(lights)
	return rest
}

func (c *scene) unitName(at area) {
	mark, words := at.cutLeft(64, 20)
	mark = mark.centered(64, 64)
	c.s.box("mark", mark, boxStyle{fill: c.s.p.accent, radius: 16})
	c.s.picture("mark", mark.inset(12, 12), "cross", c.s.p.onAccent)
	st := textStyle{size: 32, bold: true, color: c.s.p.ink, lines: 2, cut: true}
	c.s.text("unit", words, c.o.Unit.Name, st)
}

// date draws day and time at the right edge.
func (c *scene) date(at area) area {
	right, rest := at.cutRight(250, 24)
	if c.m.Devices.Clock == flow.DeviceDown {
		return rest // a time that is known to be wrong misleads
	}
	upper, lower := right.cutTop(right.h*0.56, 0)
	st := textStyle{size: 36, bold: true, color: c.s.p.ink, align: fyne.TextAlignTrailing, lines: 1}
	c.s.text("clock", upper, c.say.say("time", "Time", c.clock(c.now)), st.from(bottom))
	c.s.text("date", lower, c.day(c.now), textStyle{size: 24, color: c.s.p.muted, align: fyne.TextAlignTrailing, lines: 1})
	return rest
}

func (k *Kiosk) clock(t time.Time) string { return t.In(visit.Bangkok).Format("15:04") }

// day is the date as people write it: in Thai with the year of the Buddhist era.
func (c *scene) day(t time.Time) string {
	d := visit.ServiceDateOf(t)
	year := d.Year
	if c.say.lang == "th" {
		year += visit.BuddhistEraOffset
	}
	month := c.say.say("month." + strconv.Itoa(int(d.Month)))
	return c.say.say("date", "Day", d.Day, "Month", month, "Year", year)
}

// lights draws the health of each device that is configured. The camera has a
// light only where there is one, clock and store only when they fail; in landscape
// more than three take two lines.
func (c *scene) lights(at area) {
	list := c.statusLights()
	cells := at.columns(max(len(list), 3), 12)
	flat := len(list) > 3 && !c.s.geo.portrait
	if flat {
		rows := at.rows(2, 0)
		each := (len(list) + 1) / 2
		cells = append(rows[0].columns(each, 12), rows[1].columns(each, 12)...)
	}
	for i, l := range list {
		c.s.light(cells[i], l, flat)
	}
}

func (c *scene) statusLights() []statusLight {
	if c.o.Closed != visit.NoProblem {
		return nil // nobody looks at the devices
	}
	d := c.m.Devices
	all := []statusLight{{name: "nhso", state: d.NHSO}, {name: "reader", state: d.Reader}, {name: "printer", state: d.Printer}, {name: "camera", state: d.Camera}}
	if d.Clock == flow.DeviceDown {
		all = slices.Insert(all, 0, statusLight{name: "clock", state: d.Clock})
	}
	if d.Storage == flow.DeviceDown {
		all = slices.Insert(all, 0, statusLight{name: "storage", state: d.Storage})
	}
	var list []statusLight
	for _, l := range all {
		if l.state == flow.DeviceAbsent {
			continue
		}
		l.label, l.words = c.say.say("light."+l.name), c.say.say("device."+l.state.String())
		if l.name == "reader" && d.ReadBy != "" {
			l = c.readBy(l)
		}
		list = append(list, l)
	}
	return list
}

// readBy says which program of the hospital has read the card that is inside, so
// that nobody's card is read in secret.
func (c *scene) readBy(l statusLight) statusLight {
	l.label, l.words, l.outside = c.say.say("reader.read-by"), c.m.Devices.ReadBy, true
	if l.words == flow.UnnamedProgram {
		l.words, l.outside = c.say.say("reader.unnamed"), false
	}
	return l
}

// bottomBar draws what a patient can always do.
func (c *scene) bottomBar(at area) area {
	h := float32(104)
	if c.s.geo.portrait {
		h = 136
	}
	strip, rest := at.cutBottom(h+2*gap, gap)
	c.s.fill("bottom", strip, c.s.p.panel)
	line, _ := strip.cutTop(border, 0)
	c.s.fill("bottom-line", line, c.s.p.line)
	buttons := c.bottomButtons()
	cells := strip.inset(margin, gap).columns(len(buttons), gap)
	for i := range buttons {
		buttons[i].kind, buttons[i].size, buttons[i].stack = quiet, 30, c.s.geo.portrait
	}
	for i, b := range c.s.alikeButtons(cells, buttons) {
		c.s.button(cells[i], b)
	}
	c.imprint(strip)
	return rest
}

// imprint names machine and program below the buttons, for whoever is told of the
// screen over the telephone or sees a photo of it.
func (c *scene) imprint(strip area) {
	at, _ := strip.cutBottom(gap, 0)
	words := sentence(c.o.Machine, c.o.Version)
	c.s.text("imprint", at.inset(margin, 0), words, textStyle{size: imprintText, least: imprintText, color: c.s.p.muted, lines: 1, cut: true}.centered())
}

func (c *scene) bottomButtons() []button {
	size := button{name: "text-size", label: c.say.say("button.larger"), icon: "larger", act: c.send(flow.TapTextSize{})}
	if c.m.Prefs.TextSize == flow.TextLargest {
		size.label, size.icon = c.say.say("button.normal"), "smaller"
	}
	other := c.otherLanguage()
	list := []button{
		{name: "help", label: c.say.say("button.help"), icon: "help", act: c.send(flow.TapHelp{})},
		{
			name: "language", label: speaker{c.words, other}.say("language.name"), icon: "language",
			act: c.send(flow.TapLanguage{Language: other}),
		},
		size,
		{name: "contrast", label: c.say.say("button.contrast"), icon: "contrast", act: c.send(flow.TapContrast{})},
	}
	if c.o.Closed != visit.NoProblem {
		return list[1:] // there is nothing to help with
	}
	switch c.m.State {
	case flow.Welcome, flow.Sending, flow.TakeCard:
		return list
	case flow.Result, flow.Queued, flow.AlreadyHere, flow.AlreadyElsewhere, flow.NoRight, flow.Desk:
		return list // they have "done"; "cancel" beside a code reads as if it took the code back
	}
	return append(list, button{
		name: "start-again", label: c.say.say("button.start-again"), icon: "close", act: c.send(flow.TapClose{}),
	})
}

// otherLanguage is the next language of the unit.
func (c *scene) otherLanguage() string {
	for i, l := range c.o.Languages {
		if l == c.say.lang {
			return c.o.Languages[(i+1)%len(c.o.Languages)]
		}
	}
	return c.say.lang
}
