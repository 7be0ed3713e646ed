package kiosk

import (
	"authenkiosk/ui/draw"
	"authenkiosk/visit"
)

// keepHeight is that of the line that says that the card stays in.
const keepHeight = 50

// keepLeast is the smallest size of its words.
const keepLeast = 24

// keepCard says under the title whose session it is and that the card stays in: on
// the screens where a patient thinks about something else and pulls it.
func (c *scene) keepCard(who string) {
	if who == "" && !c.cardStays() {
		return
	}
	at, rest := c.work.CutTop(keepHeight*draw.Roomy, 10)
	c.work = rest
	c.keepLine(at, who)
}

// keepLine is the line itself.
func (c *scene) keepLine(at draw.Area, who string) {
	words := who
	if c.cardStays() {
		words = c.say.Say("reading.keep")
		// That it stays in counts more than a name that leaves no room for it.
		if both := who + " · " + words; who != "" && c.s.WidthOf(both, draw.TextStyle{Size: keepLeast / c.s.Geo.Text}) <= at.W {
			words = both
		}
	}
	c.s.Text("keep-card", at, words, draw.TextStyle{Size: 32, Color: c.s.Colors.Ink, Lines: 1, Least: keepLeast}.Centered())
}

// cardStays reports whether the session needs the card that is in a reader.
func (c *scene) cardStays() bool {
	m := c.m.Session.Method
	return m == visit.MethodCard || m == visit.MethodCertifier
}
