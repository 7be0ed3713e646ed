package kiosk

import (
	"image"
	raster "image/draw"

	xdraw "golang.org/x/image/draw"

	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// largestPreview is the longer side, in pixels, of a picture as the screen keeps
// it: a photo of the camera's full size is more than any panel shows and more
// than some graphics cards hold.
const largestPreview = 1600

// preview is the newest picture of the camera. The pixels are the kiosk's own, so
// that whoever brought them may use or wipe theirs at any moment.
type preview struct{ pix *image.RGBA }

// set copies the picture and reports whether it has another size than the one
// before.
func (p *preview) set(img image.Image) (resized bool) {
	from := img.Bounds()
	size := from.Size()
	if long := max(size.X, size.Y); long > largestPreview {
		size = image.Pt(max(size.X*largestPreview/long, 1), max(size.Y*largestPreview/long, 1))
	}
	resized = p.pix == nil || p.pix.Rect.Size() != size
	if resized {
		p.forget()
		p.pix = image.NewRGBA(image.Rectangle{Max: size})
	}
	if size != from.Size() {
		xdraw.ApproxBiLinear.Scale(p.pix, p.pix.Rect, img, from, raster.Src, nil)
		return resized
	}
	raster.Draw(p.pix, p.pix.Rect, img, from.Min, raster.Src)
	return resized
}

// forget wipes the pixels and reports whether there were any.
func (p *preview) forget() bool {
	if p.pix == nil {
		return false
	}
	clear(p.pix.Pix)
	p.pix = nil
	return true
}

// Frame shows the newest picture of the camera, or the photo that was taken, on
// the screens that have a place for it: flow.PhotoAim and flow.PhotoReview. It
// copies the picture and draws nothing else anew, so that it can be called with
// every picture. On any other screen, and with nil, it forgets the picture.
func (k *Kiosk) Frame(img image.Image) {
	if img == nil || img.Bounds().Empty() || !showsPicture(k.model) {
		if k.preview.forget() {
			k.draw()
		}
		return
	}
	resized := k.preview.set(img)
	if l := k.s.LiveNow(); l != nil && !resized {
		l.Refresh()
		return
	}
	if k.shown {
		k.draw()
	}
}

// showsPicture reports whether the screen has a place for the camera's picture.
func showsPicture(m flow.Model) bool {
	switch m.State {
	case flow.PhotoAim:
		return m.Session.Photo.Camera != visit.DeviceDown
	case flow.PhotoReview:
		return true
	}
	return false
}

// keepsPicture reports whether the picture of the screen before may stay: the last
// one of the camera does until the photo is there, a photo that is to be taken
// again does not.
func keepsPicture(before, now flow.Model) bool {
	return showsPicture(now) && before.Session.Insertion == now.Session.Insertion &&
		(before.State == now.State || before.State == flow.PhotoAim && now.State == flow.PhotoReview)
}
