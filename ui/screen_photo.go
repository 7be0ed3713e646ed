package ui

import (
	"authenkiosk/visit/flow"
)

// photoAim shows the camera's picture, what is still wrong with it, and counts
// down before the photo.
func (c *scene) photoAim() {
	p := c.m.Session.Photo
	c.title(c.say.say("photo.title"))
	view, rest := c.beside()
	shutter := button{
		name: "shutter", label: c.say.say("photo.shutter"), icon: "camera", kind: primary, size: 46,
		off: p.Camera != flow.DeviceReady || p.Countdown > 0 || p.Taking, act: c.send(flow.TapShutter{}),
	}
	bar, rest := rest.cutBottom(150, 16)
	back := button{name: "back", label: c.say.say("button.back"), icon: "back", kind: quiet, act: c.send(flow.TapBack{})}
	if p.Camera == flow.DeviceDown {
		back.kind, back.size = primary, 46
		c.s.button(bar, back)
	} else {
		var side area
		side, bar = bar.cutLeft(max(bar.w*0.3, 230), gap)
		c.s.button(side, back)
		c.s.button(bar, shutter)
	}
	lock, rest := rest.cutBottom(min(rest.h*0.42, 132*roomy), 12)
	c.lock(lock, c.photoPrivacy())
	c.photoHint(rest, p)
	c.finder(view, p)
}

// beside divides the work area into the place of the camera's picture and the
// rest: under it in portrait, on its left in landscape.
func (c *scene) beside() (view, rest area) {
	if c.s.geo.portrait {
		return c.work.cutTop(min(c.work.w*0.75, c.work.h*0.58), 20)
	}
	return c.work.cutRight(min(c.work.h*4/3, c.work.w*0.56), 40)
}

// pictureArea is the part of an area that a picture of the camera's shape fills.
func (c *scene) pictureArea(at area) area {
	w, h := float32(4), float32(3)
	if pix := c.preview.pix; pix != nil {
		w, h = float32(pix.Rect.Dx()), float32(pix.Rect.Dy())
	}
	if at.w*h > at.h*w {
		return at.centered(at.h*w/h, at.h)
	}
	return at.centered(at.w, at.w*h/w)
}

// finder draws the picture with the outlines for face and card, or why there is
// none.
func (c *scene) finder(at area, p flow.Photo) {
	at = c.pictureArea(at)
	if p.Camera == flow.DeviceDown || c.preview.pix == nil {
		icon, words := "camera", c.say.say("photo.starting")
		if p.Camera == flow.DeviceDown {
			icon, words = "camera-off", c.say.say("photo.gone")
		}
		c.noPicture(at, icon, words)
		return
	}
	c.s.live(at, c.preview.pix)
	c.s.picture("outline", at, "outline", c.s.p.accent)
	if p.Countdown > 0 {
		c.countdown(at, p.Countdown)
	}
}

func (c *scene) noPicture(at area, icon, words string) {
	c.s.box("finder", at, boxStyle{fill: c.s.p.panel, stroke: c.s.p.line, width: border, radius: radius})
	upper, lower := at.inset(48, 24).cutTop(at.h*0.46, 12)
	side := min(upper.h, 220)
	c.s.picture("finder", upper.centered(side, side), icon, c.s.p.accent)
	c.s.text("finder", lower, words, textStyle{size: 42, color: c.s.p.ink, least: 28}.centered())
}

// countdown is the number over the picture, beside the face.
func (c *scene) countdown(at area, n int) {
	side := at.h * 0.4
	disc := area{at.x + at.w*0.02, at.y + at.h*0.04, side, side}
	c.s.box("countdown", disc, boxStyle{fill: c.s.p.accent, stroke: c.s.p.onAccent, width: 6, radius: side / 2})
	size := side * 0.62 / c.s.geo.text
	c.s.text("countdown", disc, itoa(n), textStyle{size: size, bold: true, color: c.s.p.onAccent, lines: 1}.centered())
}

// photoHint says in words and with a mark what the picture needs.
func (c *scene) photoHint(at area, p flow.Photo) {
	mark, words := "warn", c.say.say("photo.hint."+p.Hint.String())
	switch {
	case p.Camera != flow.DeviceReady:
		return // the place of the picture says why
	case p.Taking:
		mark, words = "camera", c.say.say("photo.taking")
	case p.Countdown > 0:
		mark, words = "check", c.say.say("photo.counting")
	case p.Failed:
		mark, words = "warn", c.say.say("photo.failed")
	case p.Hint == flow.PhotoNoCard:
		mark = "card-small"
	case p.Hint == flow.PhotoGood:
		mark = "check"
	case p.Hint == flow.PhotoUnchecked && p.Tries > 0:
		mark, words = "retry", c.say.say("photo.again")
	case p.Hint == flow.PhotoUnchecked:
		mark = "person"
	}
	c.hint(at, mark, c.s.p.accent, words, hintFarText)
}

// photoPrivacy says what the photo is for and when it is erased.
func (c *scene) photoPrivacy() string {
	if c.o.PhotoDays < 1 {
		return c.say.say("photo.privacy-today")
	}
	return c.say.count("photo.privacy", c.o.PhotoDays)
}

// photoReview shows the photo and asks whether it may be used.
func (c *scene) photoReview() {
	c.title(c.say.say("photo-review.title"))
	view, rest := c.beside()
	at := c.pictureArea(view)
	if pix := c.preview.pix; pix != nil {
		c.s.live(at, pix)
	} else {
		c.s.box("finder", at, boxStyle{fill: c.s.p.panel, stroke: c.s.p.line, width: border, radius: radius})
		c.s.picture("finder", at.centered(160, 160), "camera", c.s.p.accent)
	}
	use := button{name: "use-photo", label: c.say.say("photo-review.use"), icon: "check", kind: primary, size: 42, act: c.send(flow.TapUsePhoto{})}
	retake := button{name: "retake", label: c.say.say("photo-review.retake"), icon: "retry", kind: secondary, size: 42, act: c.send(flow.TapRetake{})}
	var bar area
	if c.s.geo.portrait {
		bar, rest = rest.cutBottom(150, 16)
		cells := bar.columns(2, gap)
		for i, b := range c.s.alikeButtons(cells, []button{retake, use}) {
			c.s.button(cells[i], b)
		}
	} else {
		bar, rest = rest.cutBottom(280, 16)
		rows := bar.rows(2, gap)
		c.s.button(rows[0], use)
		c.s.button(rows[1], retake)
	}
	lock, rest := rest.cutBottom(min(rest.h*0.46, 132*roomy), 12)
	c.lock(lock, c.photoPrivacy())
	words, mark := c.say.say("photo-review.text"), "person"
	if !c.m.Session.Photo.GatePassed {
		words, mark = c.say.say("photo-review.staff"), "desk-small"
	}
	c.s.notice("quality", rest.centered(rest.w, min(rest.h, 180*roomy)), mark, words)
}

// lock is a notice of privacy: small words with a lock.
func (c *scene) lock(at area, words string) {
	mark, in := at.cutLeft(48, 18)
	c.s.picture("privacy", mark.centered(44, 44), "lock", c.s.p.muted)
	c.s.text("privacy", in, words, c.s.small())
}
