package ui

import (
	"cmp"
	"embed"
	"fmt"
	"image"
	"image/color"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"github.com/fyne-io/oksvg"
	"github.com/srwiley/rasterx"
)

// pictures are vector drawings in which names of colours stand for colours:
// {ink}, {accent}, ... are those of the theme, {mark} is the one the screen asks
// for.
//
//go:embed pictures/*.svg
var pictures embed.FS

type picture struct{ *canvas.Image }

func (p picture) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{p.Image} }
func (p picture) Empty()                       {}

// picture draws a picture as large as fits into the area.
func (s *sheet) picture(name string, at area, file string, mark color.NRGBA) {
	if s.draft {
		return
	}
	pos, size := s.geo.pixels(at)
	pix := s.painted(file, mark, size)
	if pix == nil {
		s.stale(name)
		return
	}
	// One pixel of the picture for one of the window: Fyne has nothing to scale.
	own := fyne.NewSize(float32(pix.Rect.Dx())/s.density, float32(pix.Rect.Dy())/s.density)
	pos, size = pos.AddXY(round((size.Width-own.Width)/2), round((size.Height-own.Height)/2)), own
	pic := named(s, "picture", name, func() picture {
		return picture{&canvas.Image{FillMode: canvas.ImageFillStretch, ScaleMode: canvas.ImageScaleFastest}}
	})
	if pic.Position() != pos {
		pic.Move(pos)
	}
	if pic.Size() != size {
		pic.Resize(size)
	}
	if pic.Image.Image != image.Image(pix) {
		pic.Image.Image = pix
		pic.Refresh()
	}
	s.put(pic)
}

// stale leaves a picture as it is until its new pixels are there: the rest of the
// screen answers a touch at once.
func (s *sheet) stale(name string) {
	if p := s.pool[s.page+"/picture/"+name]; p != nil {
		s.put(named(s, "picture", name, func() picture { return picture{} }))
	}
}

// slowPixels is from how many pixels on a drawing takes longer than an answer to a
// touch may wait.
const slowPixels = 100_000

// painting is a drawing in pixels. Drawing the largest ones takes half a second of
// a small machine, so that they are kept.
type painting struct {
	pix  *image.RGBA
	used uint64 // the drawing of the sheet that needed it last
}

// mostPixels is how much of the paintings is kept that the present drawing does
// not need, in bytes: the steps of a movement, and the colours that are tried out.
const mostPixels = 24 << 20

// painted returns the drawing in pixels, for that size; nil when they are still to
// come, after which the screen is drawn again.
func (s *sheet) painted(file string, mark color.NRGBA, size fyne.Size) *image.RGBA {
	key := fmt.Sprintf("%s-%s-%s-%.0fx%.0f", file, s.p.name, hex(mark)[1:], size.Width, size.Height)
	p := s.paintings[key]
	if p == nil {
		p = &painting{}
		s.paintings[key] = p
		svg, w, h := s.drawn(file, mark, size), int(size.Width*s.density), int(size.Height*s.density)
		if s.later == nil || w*h < slowPixels {
			var err error
			if p.pix, err = paint(svg, w, h); err != nil {
				s.faults = append(s.faults, "draw "+file+": "+err.Error())
			}
		} else {
			go func() {
				pix, _ := paint(svg, w, h) // every picture is tried by the tests
				s.later(func() {
					p.pix = pix
					s.redraw()
				})
			}()
		}
	}
	p.used = s.drawing
	return p.pix
}

// paint draws an SVG as large as fits into so many pixels.
func paint(svg string, width, height int) (*image.RGBA, error) {
	icon, err := oksvg.ReadIconStream(strings.NewReader(svg))
	if err != nil || width < 1 || height < 1 || icon.ViewBox.W <= 0 || icon.ViewBox.H <= 0 {
		return image.NewRGBA(image.Rect(0, 0, 1, 1)), err
	}
	factor := min(float64(width)/icon.ViewBox.W, float64(height)/icon.ViewBox.H)
	w, h := max(int(icon.ViewBox.W*factor), 1), max(int(icon.ViewBox.H*factor), 1)
	icon.SetTarget(0, 0, float64(w), float64(h))
	pix := image.NewRGBA(image.Rect(0, 0, w, h))
	icon.Draw(rasterx.NewDasher(w, h, rasterx.NewScannerGV(w, h, pix, pix.Bounds())), 1)
	return pix, nil
}

// forgetPaintings lets the pixels go that were not needed for longest.
func (s *sheet) forgetPaintings() {
	kept, idle := 0, []string(nil)
	for key, p := range s.paintings {
		if p.used != s.drawing && p.pix != nil {
			kept += len(p.pix.Pix)
			idle = append(idle, key)
		}
	}
	slices.SortFunc(idle, func(a, b string) int { return cmp.Compare(s.paintings[a].used, s.paintings[b].used) })
	for _, key := range idle {
		if kept <= mostPixels {
			return
		}
		kept -= len(s.paintings[key].pix.Pix)
		delete(s.paintings, key)
	}
}

var (
	strokeWidth = regexp.MustCompile(`stroke-width="([0-9.]+)"`)
	viewBox     = regexp.MustCompile(`viewBox="0 0 ([0-9]+) ([0-9]+)"`)
)

// scaled makes the lines as thick as the drawing is large. The library that
// draws it scales everything but the lines.
func scaled(svg string, size fyne.Size) string {
	box := viewBox.FindStringSubmatch(svg)
	if box == nil {
		return svg
	}
	w, _ := strconv.ParseFloat(box[1], 32)
	h, _ := strconv.ParseFloat(box[2], 32)
	factor := min(float64(size.Width)/w, float64(size.Height)/h)
	return strokeWidth.ReplaceAllStringFunc(svg, func(attribute string) string {
		width, _ := strconv.ParseFloat(strokeWidth.FindStringSubmatch(attribute)[1], 64)
		return fmt.Sprintf(`stroke-width="%.2f"`, width*factor)
	})
}

// drawn returns the drawing in the colours of the theme, for that size.
func (s *sheet) drawn(file string, mark color.NRGBA, size fyne.Size) string {
	svg, err := pictures.ReadFile("pictures/" + file + ".svg")
	if err != nil {
		s.faults = append(s.faults, "no picture "+file)
		svg = []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>`)
	}
	p := s.p
	return strings.NewReplacer(
		"{ground}", hex(p.ground), "{panel}", hex(p.panel), "{soft}", hex(p.soft), "{line}", hex(p.line), "{ink}", hex(p.ink),
		"{muted}", hex(p.muted), "{accent}", hex(p.accent), "{onaccent}", hex(p.onAccent), "{ok}", hex(p.ok), "{warn}", hex(p.warn),
		"{bad}", hex(p.bad), "{card}", hex(p.card), "{cardline}", hex(p.cardLine), "{slot}", hex(p.slot), "{gold}", hex(p.gold), "{goldline}", hex(p.goldLine),
		"{machine}", hex(p.machine), "{machineline}", hex(p.machineLine), "{mark}", hex(mark),
	).Replace(scaled(string(svg), size))
}

func hex(c color.NRGBA) string { return fmt.Sprintf("#%02X%02X%02X", c.R, c.G, c.B) }
