package draw

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

// Pictures are vector drawings in which names of colours stand for colours:
// {ink}, {accent}, ... are those of the theme, {mark} is the one the screen asks
// for.
//
//go:embed pictures/*.svg
var Pictures embed.FS

// Picture is a drawn picture as a piece of a sheet.
type Picture struct{ *canvas.Image }

// Objects implements Piece.
func (p Picture) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{p.Image} }
func (p Picture) Empty()                       {}

// Picture draws a picture as large as fits into the area.
func (s *Sheet) Picture(name string, at Area, file string, mark color.NRGBA) {
	if s.Draft {
		return
	}
	pos, size := s.Geo.Pixels(at)
	pix := s.painted(file, mark, size)
	if pix == nil {
		s.stale(name)
		return
	}
	// One pixel of the picture for one of the window: Fyne has nothing to scale.
	own := fyne.NewSize(float32(pix.Rect.Dx())/s.Density, float32(pix.Rect.Dy())/s.Density)
	pos, size = pos.AddXY(round((size.Width-own.Width)/2), round((size.Height-own.Height)/2)), own
	pic := named(s, "picture", name, func() Picture {
		return Picture{&canvas.Image{FillMode: canvas.ImageFillStretch, ScaleMode: canvas.ImageScaleFastest}}
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
func (s *Sheet) stale(name string) {
	if p := s.Pool[s.Page+"/picture/"+name]; p != nil {
		s.put(named(s, "picture", name, func() Picture { return Picture{} }))
	}
}

// slowPixels is from how many pixels on a drawing takes longer than an answer to a
// touch may wait.
const slowPixels = 100_000

// painting is a drawing in pixels. Drawing the largest ones takes half a second of
// a small machine, so that they are kept.
type painting struct {
	Pix  *image.RGBA
	Used uint64 // the drawing of the sheet that needed it last
}

// MostPixels is how much of the paintings is kept that the present drawing does
// not need, in bytes: the steps of a movement, and the colours that are tried out.
const MostPixels = 24 << 20

// painted returns the drawing in pixels, for that size; nil when they are still to
// come, after which the screen is drawn again.
func (s *Sheet) painted(file string, mark color.NRGBA, size fyne.Size) *image.RGBA {
	key := fmt.Sprintf("%s-%s-%s-%.0fx%.0f", file, s.Colors.Name, hex(mark)[1:], size.Width, size.Height)
	p := s.Paintings[key]
	if p == nil {
		p = &painting{}
		s.Paintings[key] = p
		svg, w, h := s.drawn(file, mark, size), int(size.Width*s.Density), int(size.Height*s.Density)
		if s.Later == nil || w*h < slowPixels {
			var err error
			if p.Pix, err = paint(svg, w, h); err != nil {
				s.Faults = append(s.Faults, "draw "+file+": "+err.Error())
			}
		} else {
			go func() {
				pix, _ := paint(svg, w, h) // every picture is tried by the tests
				s.Later(func() {
					p.Pix = pix
					s.Redraw()
				})
			}()
		}
	}
	p.Used = s.Drawing
	return p.Pix
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
func (s *Sheet) forgetPaintings() {
	kept, idle := 0, []string(nil)
	for key, p := range s.Paintings {
		if p.Used != s.Drawing && p.Pix != nil {
			kept += len(p.Pix.Pix)
			idle = append(idle, key)
		}
	}
	slices.SortFunc(idle, func(a, b string) int { return cmp.Compare(s.Paintings[a].Used, s.Paintings[b].Used) })
	for _, key := range idle {
		if kept <= MostPixels {
			return
		}
		kept -= len(s.Paintings[key].Pix.Pix)
		delete(s.Paintings, key)
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
func (s *Sheet) drawn(file string, mark color.NRGBA, size fyne.Size) string {
	svg, err := Pictures.ReadFile("pictures/" + file + ".svg")
	if err != nil {
		s.Faults = append(s.Faults, "no picture "+file)
		svg = []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>`)
	}
	p := s.Colors
	return strings.NewReplacer(
		"{ground}", hex(p.Ground), "{panel}", hex(p.Panel), "{soft}", hex(p.Soft), "{line}", hex(p.Line), "{ink}", hex(p.Ink),
		"{muted}", hex(p.Muted), "{accent}", hex(p.Accent), "{onaccent}", hex(p.OnAccent), "{ok}", hex(p.Ok), "{warn}", hex(p.Warn),
		"{bad}", hex(p.Bad), "{card}", hex(p.Card), "{cardline}", hex(p.CardLine), "{slot}", hex(p.slot), "{gold}", hex(p.gold), "{goldline}", hex(p.goldLine),
		"{machine}", hex(p.machine), "{machineline}", hex(p.machineLine), "{mark}", hex(mark),
	).Replace(scaled(string(svg), size))
}

func hex(c color.NRGBA) string { return fmt.Sprintf("#%02X%02X%02X", c.R, c.G, c.B) }
