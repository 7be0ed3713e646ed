package kiosk

import (
	"fmt"
	"image"
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/software"

	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// sampleFrame is a made picture of the camera, or nil where the camera gives
// none: nobody's face, a drawing of an oval and a card.
func sampleFrame(w, h int, m flow.Model) image.Image {
	if p := m.Session.Photo; m.State == flow.PhotoAim && p.Camera != visit.DeviceReady {
		return nil
	}
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{R: uint8(110 + 60*x/w), G: uint8(130 + 50*y/h), B: 150, A: 0xff}
			dx, dy := float64(x-w/2)/float64(w)*6.4, float64(y-h*41/100)/float64(h)*3.6
			switch {
			case dx*dx+dy*dy < 1:
				c = color.RGBA{R: 214, G: 172, B: 140, A: 0xff}
			case x > w*63/100 && x < w*96/100 && y > h*67/100 && y < h*94/100:
				c = color.RGBA{R: 200, G: 225, B: 240, A: 0xff}
			case y > h*7/10 && x > w/4 && x < w*3/4:
				c = color.RGBA{R: 60, G: 90, B: 120, A: 0xff}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

// uniform is a picture of one colour.
func uniform(w, h int, c color.RGBA) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := 0; i < len(img.Pix); i += 4 {
		img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = c.R, c.G, c.B, c.A
	}
	return img
}

var faceColor = color.RGBA{R: 201, G: 11, B: 77, A: 0xff}

// pixelsOfAFace counts the pictures, held by any object there is, that have the
// colour.
func pixelsOfAFace(k *Kiosk) (found []string) {
	look := func(where string, img image.Image) {
		if img == nil {
			return
		}
		b := img.Bounds()
		for y := b.Min.Y; y < b.Max.Y; y += 7 {
			for x := b.Min.X; x < b.Max.X; x += 7 {
				if color.RGBAModel.Convert(img.At(x, y)) == color.Color(faceColor) {
					found = append(found, where)
					return
				}
			}
		}
	}
	for key, p := range k.s.Pool {
		for _, o := range p.Objects() {
			if i, ok := o.(*canvas.Image); ok {
				look(key, i.Image)
			}
		}
	}
	walk(k.Content(), func(o fyne.CanvasObject) {
		if i, ok := o.(*canvas.Image); ok {
			look("screen", i.Image)
		}
	})
	if k.preview.pix != nil {
		look("preview", k.preview.pix)
	}
	return found
}

func TestAPictureOfTheCameraIsGoneAsSoonAsItsScreenIs(t *testing.T) {
	aim, review := modelOf(t, "photo-hint-good"), modelOf(t, "photo-review")
	other := review
	other.Session.Insertion.Number++
	gone := aim
	gone.Session.Photo.Camera = visit.DeviceDown
	for name, leave := range map[string]func(*Kiosk){
		"the session ends":                  func(k *Kiosk) { k.Show(welcomeModel()) },
		"the photo is accepted":             func(k *Kiosk) { k.Show(modelOf(t, "reading-photo")) },
		"another way is chosen":             func(k *Kiosk) { k.Show(modelOf(t, "no-card")) },
		"another patient's session is here": func(k *Kiosk) { k.Show(other) },
		"the photo is taken again":          func(k *Kiosk) { k.Show(aim) },
		"the camera is gone":                func(k *Kiosk) { k.Show(gone) },
		"there is no picture any more":      func(k *Kiosk) { k.Frame(nil) },
	} {
		t.Run(name, func(t *testing.T) {
			k := shown(t, sampleOptions(), review, panels[0])
			k.Frame(uniform(64, 48, faceColor))
			pix := k.preview.pix
			if len(pixelsOfAFace(k)) == 0 {
				t.Fatal("the picture is not even shown")
			}
			leave(k)
			if left := pixelsOfAFace(k); len(left) > 0 {
				t.Errorf("still there: %v", left)
			}
			for _, b := range pix.Pix {
				if b != 0 {
					t.Fatal("the pixels were not wiped")
				}
			}
		})
	}
}

func TestThePictureStaysFromTheCountdownToTheReview(t *testing.T) {
	k := shown(t, sampleOptions(), modelOf(t, "photo-counting"), panels[0])
	k.Frame(uniform(64, 48, faceColor))
	k.Show(modelOf(t, "photo-taking"))
	k.Show(modelOf(t, "photo-review"))
	if len(pixelsOfAFace(k)) == 0 {
		t.Error("the photo is gone before it was seen")
	}
}

func TestAPictureForAScreenWithoutAPlaceForItIsNotKept(t *testing.T) {
	painted(t)
	for _, s := range samples(t) {
		if s.model.State == flow.PhotoAim || s.model.State == flow.PhotoReview {
			continue
		}
		k := shown(t, sampleOptions(), s.model, panels[0])
		k.Frame(uniform(64, 48, faceColor))
		if left := pixelsOfAFace(k); len(left) > 0 {
			t.Errorf("%s holds %v", s.name, left)
		}
	}
}

func TestANewPictureIsShownWithoutDrawingTheScreenAnew(t *testing.T) {
	k := shown(t, sampleOptions(), modelOf(t, "photo-hint-good"), panels[0])
	k.Frame(uniform(64, 48, color.RGBA{A: 0xff}))
	drawing, object := k.s.Drawing, k.s.LiveNow()
	k.Frame(uniform(64, 48, faceColor))
	if k.s.Drawing != drawing {
		t.Error("the whole screen was drawn")
	}
	if k.s.LiveNow() != object || len(pixelsOfAFace(k)) == 0 {
		t.Error("the new picture is not shown by the same object")
	}
	if k.Frame(uniform(80, 45, faceColor)); k.s.Drawing == drawing {
		t.Error("a picture of another shape has the place of the one before")
	}
}

func TestTheOwnerOfAPictureMayChangeItAfterwards(t *testing.T) {
	k := shown(t, sampleOptions(), modelOf(t, "photo-review"), panels[0])
	img := uniform(64, 48, faceColor)
	k.Frame(img)
	clear(img.Pix)
	if len(pixelsOfAFace(k)) == 0 {
		t.Error("the screen shows somebody else's memory")
	}
}

func TestAPictureFitsItsPlaceInEveryShapeAndSize(t *testing.T) {
	painted(t)
	for _, size := range panels {
		for _, shape := range []image.Point{{640, 480}, {1920, 1080}, {480, 640}, {4000, 3000}, {1, 1}, {5000, 2}} {
			for _, name := range []string{"photo-hint-good", "photo-review"} {
				k := shown(t, sampleOptions(), modelOf(t, name), size)
				k.Frame(uniform(shape.X, shape.Y, faceColor))
				checkLayout(t, fmt.Sprintf("%s with %v", name, shape), k, size)
				if d := k.preview.pix.Rect.Size(); max(d.X, d.Y) > largestPreview {
					t.Errorf("keeps %v", d)
				}
			}
		}
	}
}

// BenchmarkAPictureOfTheCamera is what a picture costs the goroutine of the
// screen, without the painting, and with the painting of the whole panel by
// Fyne's software painter, which a window does not use.
func BenchmarkAPictureOfTheCamera(b *testing.B) {
	setUp := func(b *testing.B) (*Kiosk, []*image.RGBA) {
		b.Helper()
		var m flow.Model
		for _, s := range noCardSamples(b) {
			if s.name == "photo-hint-good" {
				m = s.model
			}
		}
		k := shown(b, sampleOptions(), m, panels[0])
		k.s.Draft = false
		k.draw()
		return k, []*image.RGBA{uniform(640, 480, faceColor), uniform(640, 480, color.RGBA{A: 0xff})}
	}
	b.Run("Frame", func(b *testing.B) {
		k, frames := setUp(b)
		for i := 0; b.Loop(); i++ {
			k.Frame(frames[i%2])
		}
	})
	b.Run("FrameAndPaint", func(b *testing.B) {
		k, frames := setUp(b)
		c := software.NewCanvas()
		c.SetPadded(false)
		c.Resize(panels[0])
		c.SetContent(k.Content())
		for i := 0; b.Loop(); i++ {
			k.Frame(frames[i%2])
			c.Capture()
		}
	})
}
