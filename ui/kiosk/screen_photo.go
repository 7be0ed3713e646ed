package kiosk

import (
	"strconv"

	"authenkiosk/ui/draw"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// photoAim shows the camera's picture, what is still wrong with it, and counts
// down before the photo.
func (c *scene) photoAim() {
	p := c.m.Session.Photo
	c.title(c.say.Say("photo.title"))
	view, rest := c.beside()
	shutter := draw.Button{
		Name: "shutter", Label: c.say.Say("photo.shutter"), Icon: "camera", Kind: draw.Primary, Size: 46,
		Off: p.Camera != visit.DeviceReady || p.Countdown > 0 || p.Taking, Act: c.send(flow.TapShutter{}),
	}
	bar, rest := rest.CutBottom(150, 16)
	back := draw.Button{Name: "back", Label: c.say.Say("button.back"), Icon: "back", Kind: draw.Quiet, Act: c.send(flow.TapBack{})}
	if p.Camera == visit.DeviceDown {
		back.Kind, back.Size = draw.Primary, 46
		c.s.Button(bar, back)
	} else {
		var side draw.Area
		side, bar = bar.CutLeft(max(bar.W*0.3, 230), draw.Gap)
		c.s.Button(side, back)
		c.s.Button(bar, shutter)
	}
	lock, rest := rest.CutBottom(min(rest.H*0.42, 132*draw.Roomy), 12)
	c.lock(lock, c.photoPrivacy())
	c.photoHint(rest, p)
	c.finder(view, p)
}

// beside divides the work area into the place of the camera's picture and the
// rest: under it in portrait, on its left in landscape.
func (c *scene) beside() (view, rest draw.Area) {
	if c.s.Geo.Portrait {
		return c.work.CutTop(min(c.work.W*0.75, c.work.H*0.58), 20)
	}
	return c.work.CutRight(min(c.work.H*4/3, c.work.W*0.56), 40)
}

// pictureArea is the part of an area that a picture of the camera's shape fills.
func (c *scene) pictureArea(at draw.Area) draw.Area {
	w, h := float32(4), float32(3)
	if pix := c.preview.pix; pix != nil {
		w, h = float32(pix.Rect.Dx()), float32(pix.Rect.Dy())
	}
	if at.W*h > at.H*w {
		return at.Centered(at.H*w/h, at.H)
	}
	return at.Centered(at.W, at.W*h/w)
}

// finder draws the picture with the outlines for face and card, or why there is
// none.
func (c *scene) finder(at draw.Area, p flow.Photo) {
	at = c.pictureArea(at)
	if p.Camera == visit.DeviceDown || c.preview.pix == nil {
		icon, words := "camera", c.say.Say("photo.starting")
		if p.Camera == visit.DeviceDown {
			icon, words = "camera-off", c.say.Say("photo.gone")
		}
		c.noPicture(at, icon, words)
		return
	}
	c.s.Live(at, c.preview.pix)
	c.s.Picture("outline", at, "outline", c.s.Colors.Accent)
	if p.Countdown > 0 {
		c.countdown(at, p.Countdown)
	}
}

func (c *scene) noPicture(at draw.Area, icon, words string) {
	c.s.Box("finder", at, draw.BoxStyle{Fill: c.s.Colors.Panel, Stroke: c.s.Colors.Line, Width: draw.Border, Radius: draw.Radius})
	upper, lower := at.Inset(48, 24).CutTop(at.H*0.46, 12)
	side := min(upper.H, 220)
	c.s.Picture("finder", upper.Centered(side, side), icon, c.s.Colors.Accent)
	c.s.Text("finder", lower, words, draw.TextStyle{Size: 42, Color: c.s.Colors.Ink, Least: 28}.Centered())
}

// countdown is the number over the picture, beside the face.
func (c *scene) countdown(at draw.Area, n int) {
	side := at.H * 0.4
	disc := draw.Area{X: at.X + at.W*0.02, Y: at.Y + at.H*0.04, W: side, H: side}
	c.s.Box("countdown", disc, draw.BoxStyle{Fill: c.s.Colors.Accent, Stroke: c.s.Colors.OnAccent, Width: 6, Radius: side / 2})
	size := side * 0.62 / c.s.Geo.Text
	c.s.Text("countdown", disc, strconv.Itoa(n), draw.TextStyle{Size: size, Bold: true, Color: c.s.Colors.OnAccent, Lines: 1}.Centered())
}

// photoHint says in words and with a mark what the picture needs.
func (c *scene) photoHint(at draw.Area, p flow.Photo) {
	mark, words := "warn", c.say.Say("photo.hint."+p.Hint.String())
	switch {
	case p.Camera != visit.DeviceReady:
		return // the place of the picture says why
	case p.Taking:
		mark, words = "camera", c.say.Say("photo.taking")
	case p.Countdown > 0:
		mark, words = "check", c.say.Say("photo.counting")
	case p.Failed:
		mark, words = "warn", c.say.Say("photo.failed")
	case p.Hint == flow.PhotoNoCard:
		mark = "card-small"
	case p.Hint == flow.PhotoGood:
		mark = "check"
	case p.Hint == flow.PhotoUnchecked && p.Tries > 0:
		mark, words = "retry", c.say.Say("photo.again")
	case p.Hint == flow.PhotoUnchecked:
		mark = "person"
	}
	c.hint(at, mark, c.s.Colors.Accent, words, hintFarText)
}

// photoPrivacy says what the photo is for and when it is erased.
func (c *scene) photoPrivacy() string {
	if c.o.PhotoDays < 1 {
		return c.say.Say("photo.privacy-today")
	}
	return c.say.Count("photo.privacy", c.o.PhotoDays)
}

// photoReview shows the photo and asks whether it may be used.
func (c *scene) photoReview() {
	c.title(c.say.Say("photo-review.title"))
	view, rest := c.beside()
	at := c.pictureArea(view)
	if pix := c.preview.pix; pix != nil {
		c.s.Live(at, pix)
	} else {
		c.s.Box("finder", at, draw.BoxStyle{Fill: c.s.Colors.Panel, Stroke: c.s.Colors.Line, Width: draw.Border, Radius: draw.Radius})
		c.s.Picture("finder", at.Centered(160, 160), "camera", c.s.Colors.Accent)
	}
	use := draw.Button{Name: "use-photo", Label: c.say.Say("photo-review.use"), Icon: "check", Kind: draw.Primary, Size: 42, Act: c.send(flow.TapUsePhoto{})}
	retake := draw.Button{Name: "retake", Label: c.say.Say("photo-review.retake"), Icon: "retry", Kind: draw.Secondary, Size: 42, Act: c.send(flow.TapRetake{})}
	var bar draw.Area
	if c.s.Geo.Portrait {
		bar, rest = rest.CutBottom(150, 16)
		cells := bar.Columns(2, draw.Gap)
		for i, b := range c.s.AlikeButtons(cells, []draw.Button{retake, use}) {
			c.s.Button(cells[i], b)
		}
	} else {
		bar, rest = rest.CutBottom(280, 16)
		rows := bar.Rows(2, draw.Gap)
		c.s.Button(rows[0], use)
		c.s.Button(rows[1], retake)
	}
	lock, rest := rest.CutBottom(min(rest.H*0.46, 132*draw.Roomy), 12)
	c.lock(lock, c.photoPrivacy())
	words, mark := c.say.Say("photo-review.text"), "person"
	if !c.m.Session.Photo.GatePassed {
		words, mark = c.say.Say("photo-review.staff"), "desk-small"
	}
	c.s.Notice("quality", rest.Centered(rest.W, min(rest.H, 180*draw.Roomy)), mark, words)
}

// lock is a notice of privacy: small words with a lock.
func (c *scene) lock(at draw.Area, words string) {
	mark, in := at.CutLeft(48, 18)
	c.s.Picture("privacy", mark.Centered(44, 44), "lock", c.s.Colors.Muted)
	c.s.Text("privacy", in, words, c.s.Small())
}
