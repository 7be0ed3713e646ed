package kiosk

import (
	"strconv"
	"time"

	"authenkiosk/ui/draw"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// sayWaited is after how many seconds the time is shown that the kiosk has been at
// work: before, it would only be one more thing to read.
const sayWaited = 3

// working reports whether the patient waits for the kiosk: something must move there
// all the time, or it looks as if it had stopped.
func (k *Kiosk) working() bool {
	switch k.model.State {
	case flow.Reading, flow.Sending:
		return true
	case flow.CertifierCard:
		return !k.model.Session.Certifier.Insertion.IsZero() && k.model.Session.Problem == visit.NoProblem
	}
	return false
}

// waited is for how many seconds the screen has been there.
func (k *Kiosk) waited() int { return max(int(k.now.Sub(k.arrived)/time.Second), 0) }

// pulse shows that the kiosk is at work: dots that light up one after the other,
// and the seconds.
func (c *scene) pulse(at draw.Area) {
	n := c.waited()
	const side, dots = 30, pictureSteps
	row, words := at.CutLeft(dots*(side+14), 24)
	if n < sayWaited {
		row = at.Centered(row.W, at.H)
	}
	for i, cell := range row.Centered(row.W, side).Columns(dots, 14) {
		fill := c.s.Colors.Panel
		if i == n%dots {
			fill = c.s.Colors.Accent
		}
		c.s.Box("pulse-"+strconv.Itoa(i), cell.Centered(side, side), draw.BoxStyle{Fill: fill, Stroke: c.s.Colors.Accent, Width: draw.Border, Radius: side / 2})
	}
	if n >= sayWaited {
		c.s.Text("pulse", words, c.say.Count("waiting.seconds", n), c.s.Body().OneLine())
	}
}
