package draw

import (
	"fmt"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Piece is something a screen can name: a text, a box, a picture, a target.
type Piece interface {
	Objects() []fyne.CanvasObject
	Empty() // forget whatever may be personal
}

// Sheet is what screens are drawn on. A drawing names its pieces one after the
// other, the later ones in front. A piece that was named before is used again;
// one that is not named any more is taken off and emptied.
type Sheet struct {
	Colors Palette
	Geo    Geometry

	Root    *fyne.Container
	Pool    map[string]*pooled
	Page    string // prefix of the names of the screen that is being drawn
	Drawing uint64
	Order   []fyne.CanvasObject
	Active  []*Target // of this drawing, what can be touched
	Pressed *Target
	refused *Target
	lifted  bool        // the finger is off again, and the pressed look still there
	Accept  func() bool // whether a touch counts now
	Redraw  func()
	Faults  []string // mistakes in the drawing, for the tests
	Draft   bool     // without pictures, for tests of the layout
	Parts   bool     // large boxes in parts, see Box; set before the first drawing

	Paintings map[string]*painting
	Later     func(func())      // calls it on the goroutine of the screen, soon; nil: pictures are waited for
	Density   float32           // pixels of the window a unit of Fyne
	pulse     *canvas.Rectangle // in the root; nothing to see: it is there to have the window painted
}

type pooled struct {
	Piece
	Drawing uint64
	emptied bool
}

// NewSheet returns an empty sheet; Begin and End stand around each drawing.
func NewSheet() *Sheet {
	pulse := &canvas.Rectangle{}
	return &Sheet{
		Root: &fyne.Container{Layout: still{}, Objects: []fyne.CanvasObject{pulse}}, pulse: pulse,
		Pool: map[string]*pooled{}, Paintings: map[string]*painting{}, Density: 1,
		Accept: func() bool { return true }, Redraw: func() {},
	}
}

// Begin starts a drawing.
func (s *Sheet) Begin(geo Geometry, p Palette) {
	s.Geo, s.Colors = geo, p
	s.Drawing++
	s.lifted = false
	s.Order, s.Active, s.Faults = nil, nil, nil
}

// End takes off whatever was not named.
func (s *Sheet) End() {
	for key, p := range s.Pool {
		if p.Drawing == s.Drawing || p.emptied {
			continue
		}
		p.Empty()
		p.emptied = true
		if p.pixels() {
			delete(s.Pool, key)
		}
	}
	if s.Pressed != nil && s.Pressed.act == nil {
		s.Pressed = nil
	}
	s.forgetPaintings()
	if !slices.Equal(s.Root.Objects[1:], s.Order) {
		s.Root.Objects = append([]fyne.CanvasObject{s.pulse}, s.Order...)
		// A refresh of the root would have every picture and text made anew. What has
		// changed has refreshed itself; the window is only to be painted.
		s.pulse.Refresh()
	}
}

// pixels reports whether the piece holds pixels. Such a piece is not used again when
// it was off the screen: Fyne keeps what it has painted of an object for a while,
// and would not hear that it has other pixels now.
func (p *pooled) pixels() bool {
	switch p.Piece.(type) {
	case Picture, *QR, live:
		return true
	}
	return false
}

// named finds the piece of that name or makes it.
func named[P Piece](s *Sheet, kind, name string, create func() P) P {
	key := s.Page + "/" + kind + "/" + name
	p, ok := s.Pool[key]
	if !ok {
		p = &pooled{Piece: create()}
		s.Pool[key] = p
	}
	if p.Drawing == s.Drawing {
		s.Faults = append(s.Faults, key+" is drawn twice")
	}
	p.Drawing, p.emptied = s.Drawing, false
	return p.Piece.(P)
}

func (s *Sheet) put(p Piece) { s.Order = append(s.Order, p.Objects()...) }

// Text draws words into an area.
func (s *Sheet) Text(name string, at Area, words string, st TextStyle) {
	if words == "" {
		return
	}
	t := named(s, "text", name, func() *Text { return &Text{} })
	t.set(textInput{Words: words, At: at, Style: st, Geo: s.Geo})
	if !t.fits {
		s.Faults = append(s.Faults, fmt.Sprintf("%s/%s: does not fit into %.0f x %.0f", s.Page, name, at.W, at.H))
	}
	s.put(t)
}

// Body is the text of sentences.
func (s *Sheet) Body() TextStyle { return TextStyle{Size: 34, Color: s.Colors.Ink} }

// Small is the text of what is beside the point.
func (s *Sheet) Small() TextStyle { return TextStyle{Size: 26, Color: s.Colors.Muted} }

// Large is the text of what is looked for.
func (s *Sheet) Large() TextStyle {
	return TextStyle{Size: 46, Color: s.Colors.Ink, Bold: true, Least: 34}
}

// Title is the text above all.
func (s *Sheet) Title() TextStyle {
	return TextStyle{Size: 56, Color: s.Colors.Ink, Bold: true, Least: 40}
}

// still leaves its objects where the drawing put them.
type still struct{}

func (still) Layout([]fyne.CanvasObject, fyne.Size) {}

func (still) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(1, 1) }
