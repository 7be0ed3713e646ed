package ui

import (
	"fmt"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// piece is something a screen can name: a text, a box, a picture, a target.
type piece interface {
	Objects() []fyne.CanvasObject
	Empty() // forget whatever may be personal
}

// sheet is what screens are drawn on. A drawing names its pieces one after the
// other, the later ones in front. A piece that was named before is used again;
// one that is not named any more is taken off and emptied.
type sheet struct {
	p   palette
	geo geometry

	root    *fyne.Container
	pool    map[string]*pooled
	page    string // prefix of the names of the screen that is being drawn
	drawing uint64
	order   []fyne.CanvasObject
	active  []*target // of this drawing, what can be touched
	pressed *target
	refused *target
	lifted  bool        // the finger is off again, and the pressed look still there
	accept  func() bool // whether a touch counts now
	redraw  func()
	faults  []string // mistakes in the drawing, for the tests
	draft   bool     // without pictures, for tests of the layout

	paintings map[string]*painting
	later     func(func())      // calls it on the goroutine of the screen, soon; nil: pictures are waited for
	density   float32           // pixels of the window a unit of Fyne
	pulse     *canvas.Rectangle // in the root; nothing to see: it is there to have the window painted
}

type pooled struct {
	piece
	drawing uint64
	emptied bool
}

func newSheet() *sheet {
	pulse := &canvas.Rectangle{}
	return &sheet{
		root: &fyne.Container{Layout: still{}, Objects: []fyne.CanvasObject{pulse}}, pulse: pulse,
		pool: map[string]*pooled{}, paintings: map[string]*painting{}, density: 1,
		accept: func() bool { return true }, redraw: func() {},
	}
}

// begin starts a drawing.
func (s *sheet) begin(geo geometry, p palette) {
	s.geo, s.p = geo, p
	s.drawing++
	s.lifted = false
	s.order, s.active, s.faults = nil, nil, nil
}

// end takes off whatever was not named.
func (s *sheet) end() {
	for key, p := range s.pool {
		if p.drawing == s.drawing || p.emptied {
			continue
		}
		p.Empty()
		p.emptied = true
		if p.pixels() {
			delete(s.pool, key)
		}
	}
	if s.pressed != nil && s.pressed.act == nil {
		s.pressed = nil
	}
	s.forgetPaintings()
	if !slices.Equal(s.root.Objects[1:], s.order) {
		s.root.Objects = append([]fyne.CanvasObject{s.pulse}, s.order...)
		// A refresh of the root would have every picture and text made anew. What has
		// changed has refreshed itself; the window is only to be painted.
		s.pulse.Refresh()
	}
}

// pixels reports whether the piece holds pixels. Such a piece is not used again when
// it was off the screen: Fyne keeps what it has painted of an object for a while,
// and would not hear that it has other pixels now.
func (p *pooled) pixels() bool {
	switch p.piece.(type) {
	case picture, *qr, live:
		return true
	}
	return false
}

// named finds the piece of that name or makes it.
func named[P piece](s *sheet, kind, name string, create func() P) P {
	key := s.page + "/" + kind + "/" + name
	p, ok := s.pool[key]
	if !ok {
		p = &pooled{piece: create()}
		s.pool[key] = p
	}
	if p.drawing == s.drawing {
		s.faults = append(s.faults, key+" is drawn twice")
	}
	p.drawing, p.emptied = s.drawing, false
	return p.piece.(P)
}

func (s *sheet) put(p piece) { s.order = append(s.order, p.Objects()...) }

// text draws words into an area.
func (s *sheet) text(name string, at area, words string, st textStyle) {
	if words == "" {
		return
	}
	t := named(s, "text", name, func() *text { return &text{} })
	t.set(textInput{words: words, at: at, style: st, geo: s.geo})
	if !t.fits {
		s.faults = append(s.faults, fmt.Sprintf("%s/%s: does not fit into %.0f x %.0f", s.page, name, at.w, at.h))
	}
	s.put(t)
}

// body, small, large and title are the sizes of text on the screens.
func (s *sheet) body() textStyle  { return textStyle{size: 34, color: s.p.ink} }
func (s *sheet) small() textStyle { return textStyle{size: 26, color: s.p.muted} }
func (s *sheet) large() textStyle { return textStyle{size: 46, color: s.p.ink, bold: true, least: 34} }
func (s *sheet) title() textStyle { return textStyle{size: 56, color: s.p.ink, bold: true, least: 40} }

// box is a rectangle.
type box struct{ *canvas.Rectangle }

func (b box) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{b.Rectangle} }
func (b box) Empty()                       {}

// still leaves its objects where the drawing put them.
type still struct{}

func (still) Layout([]fyne.CanvasObject, fyne.Size) {}

func (still) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(1, 1) }
