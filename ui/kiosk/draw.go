package kiosk

import (
	"strings"

	"authenkiosk/ui/draw"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// scene is one drawing of the kiosk: what there is to say, where, and the words
// to say it with.
type scene struct {
	*Kiosk
	s   *draw.Sheet
	say draw.Speaker
	m   flow.Model
	// middle is between the bars, work what is left of it below the sentence.
	middle, work draw.Area
}

// draw puts the screen of the model on the sheet.
func (k *Kiosk) draw() {
	if k.size.Width < 1 || k.size.Height < 1 {
		return
	}
	geo := draw.GeometryOf(k.size, draw.TextSize(k.model.Prefs.TextSize))
	switch k.o.Orientation {
	case visit.OrientationPortrait:
		geo.Portrait = true
	case visit.OrientationLandscape:
		geo.Portrait = false
	}
	k.s.Density = k.scale()
	k.s.Begin(geo, draw.PaletteOf(draw.Contrast(k.model.Prefs.Contrast)))
	c := &scene{Kiosk: k, s: k.s, say: k.speaker(), m: k.model}
	k.s.Page = "frame"
	if k.behind != k.s.Colors.Ground {
		k.s.Fill("ground", geo.Whole(), k.s.Colors.Ground)
	}
	k.s.Target("ground", "", geo.Whole(), "", k.send(flow.Touched{}))
	c.frame()
	k.s.Page = k.model.State.String()
	c.screen()
	if k.model.Help {
		k.s.Page = "help"
		c.help()
	}
	if k.model.Warning && !c.staysInSight() {
		k.s.Page = "idle"
		c.idle()
	}
	k.s.End()
	k.drawn = k.timeSeen()
}

// screen draws the state. Every state has its own function.
func (c *scene) screen() {
	if c.o.Closed != visit.NoProblem {
		c.closed()
		return
	}
	switch c.m.State {
	case flow.Welcome:
		c.welcome()
	case flow.Reading:
		c.reading()
	case flow.CardFault:
		c.cardFault()
	case flow.Confirm:
		c.confirm()
	case flow.PhoneEntry:
		c.phone()
	case flow.ClaimTypeChoice:
		c.claimTypes()
	case flow.AlreadyHere:
		c.alreadyHere()
	case flow.AlreadyElsewhere:
		c.alreadyElsewhere()
	case flow.NoRight, flow.Desk:
		c.desk()
	case flow.Sending:
		c.sending()
	case flow.Result:
		c.result()
	case flow.Queued:
		c.queued()
	case flow.TakeCard:
		c.takeCard()
	case flow.NoCard:
		c.noCard()
	case flow.PIDEntry:
		c.pid()
	case flow.PhotoAim:
		c.photoAim()
	case flow.PhotoReview:
		c.photoReview()
	case flow.CertifierCard:
		c.certifierCard()
	case flow.RelationChoice:
		c.relationChoice()
	case flow.Line:
		c.line()
	}
}

// moving reports whether the screen has a picture that takes steps.
func (k *Kiosk) moving() bool {
	if k.o.Closed != visit.NoProblem {
		return false
	}
	switch k.model.State {
	case flow.Welcome, flow.TakeCard, flow.Line:
		return true
	case flow.CertifierCard:
		x := k.model.Session
		return x.Certifier.Insertion.IsZero() && (x.Problem == visit.NoProblem || x.Problem == visit.CardRemovedEarly)
	case flow.Result, flow.Queued:
		return k.model.CardIn || !k.model.Session.Certifier.Insertion.IsZero()
	case flow.CardFault:
		return k.model.Session.Problem == visit.CardRemovedEarly
	}
	return false
}

// steps is the picture of a movement at its present step.
func (c *scene) steps(name string) string {
	return name + "-" + string(rune('1'+c.step%pictureSteps))
}

// title is the one sentence of the screen.
func (c *scene) title(words string) {
	at := c.work
	st := c.s.Title().Centered()
	st.Lines = 2
	h := float32(116)
	if c.s.Widest(words, st) > at.W {
		h = 150
	}
	if c.s.Geo.Portrait {
		st.Lines, h = 3, h*1.4
	}
	at, c.work = at.CutTop(h, 12)
	c.s.Text("title", at, words, st)
}

// halves divides the work area: left and right, or top and bottom in portrait,
// where the upper part gets that share.
func (c *scene) halves(share float32) (first, second draw.Area) {
	if c.s.Geo.Portrait {
		return c.work.CutTop(c.work.H*share, 32)
	}
	return c.work.CutLeft((c.work.W-48)*0.5, 48)
}

// inputHalves divides the work area of a screen that waits for a card: the picture of
// the reader is where other screens have their keys or the camera's picture, at the
// right, and what is to be said about it at the left.
func (c *scene) inputHalves(share float32) (input, rest draw.Area) {
	if c.s.Geo.Portrait {
		return c.halves(share)
	}
	rest, input = c.halves(share)
	return input, rest
}

// sentence puts words together, leaving out what is empty.
func sentence(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, " ")
}
