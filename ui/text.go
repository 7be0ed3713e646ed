package ui

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// pitch is the distance of two lines, in text sizes. The font's own line is
// higher, so that every stack of Thai marks is drawn whole; lines may overlap
// because only their empty parts do.
const pitch = 1.46

// place tells where a text stands in its area, from top to bottom.
type place int

const (
	middle place = iota
	top
	bottom
)

// textStyle says how a text looks. Sizes are in design units, before the factor
// for large text.
type textStyle struct {
	size  float32
	bold  bool
	color color.NRGBA
	align fyne.TextAlign
	place place
	lines int     // at most so many; 0: as many as fit
	least float32 // may shrink to this size; 0: smallestText
	most  float32 // is never larger, whatever the patient chooses; 0: no limit
	cut   bool    // words from outside: what does not fit ends in an ellipsis
}

func (st textStyle) centered() textStyle { st.align = fyne.TextAlignCenter; return st }
func (st textStyle) oneLine() textStyle  { st.lines = 1; return st }
func (st textStyle) from(p place) textStyle {
	st.place = p
	return st
}
func (st textStyle) strong() textStyle { st.bold = true; return st }
func (st textStyle) elided() textStyle { st.cut = true; return st }

// textInput is all that decides how a text is drawn; an equal one is not drawn
// again.
type textInput struct {
	words string
	at    area
	style textStyle
	geo   geometry
}

// text is a piece of text of one or more lines.
type text struct {
	in    textInput
	lines []*canvas.Text
	used  int
	fits  bool
}

func (t *text) Objects() []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, t.used)
	for i := range out {
		out[i] = t.lines[i]
	}
	return out
}

// empty forgets the words.
func (t *text) Empty() {
	t.in = textInput{}
	t.show(nil, 0)
}

// set draws the words, unless they are drawn already.
func (t *text) set(in textInput) {
	if t.in == in && t.used > 0 {
		return
	}
	t.in = in
	lines, size, fits := fitText(in)
	t.fits = fits
	t.show(lines, size)
}

// show puts the lines on their places and empties the lines that are left over.
func (t *text) show(lines []string, size float32) {
	for len(t.lines) < len(lines) {
		t.lines = append(t.lines, &canvas.Text{})
	}
	for i, c := range t.lines {
		if i >= len(lines) {
			if c.Text != "" {
				c.Text = ""
				c.Refresh()
			}
			continue
		}
		t.line(c, lines[i], i, len(lines), size)
	}
	t.used = len(lines)
}

func (t *text) line(c *canvas.Text, words string, i, n int, size float32) {
	st := t.in.style
	c.Text, c.Color, c.TextSize = words, st.color, size
	c.FontSource, c.TextStyle = fontFor(st.bold), fyne.TextStyle{Bold: st.bold}
	dim := measure(words, size, st.bold)
	pos, box := t.in.geo.pixels(t.in.at)
	step := size * pitch
	y := pos.Y + (box.Height-step*float32(n))/2
	switch st.place {
	case top:
		y = pos.Y
	case bottom:
		y = pos.Y + box.Height - step*float32(n)
	}
	x := pos.X
	switch st.align {
	case fyne.TextAlignCenter:
		x += (box.Width - dim.Width) / 2
	case fyne.TextAlignTrailing:
		x += box.Width - dim.Width
	}
	c.Move(fyne.NewPos(round(x), round(y+step*float32(i)+(step-dim.Height)/2)))
	c.Resize(dim)
	c.Refresh()
}

func measure(words string, size float32, bold bool) fyne.Size {
	dim, _ := fyne.CurrentApp().Driver().RenderedTextSize(words, size, fyne.TextStyle{Bold: bold}, fontFor(bold))
	return dim
}

// fitText breaks the words into lines and finds the largest size at which they fit
// into the area. It is never smaller than with a smaller size of text.
func fitText(in textInput) (lines []string, size float32, fits bool) {
	least := in.style.least
	if least == 0 {
		least = smallestText
	}
	for _, factor := range textFactors {
		if factor > in.geo.text {
			break
		}
		want := in.style.size * factor
		if in.style.most > 0 {
			want = min(want, in.style.most)
		}
		lines, size, fits = fitBetween(in, least, want)
		least = max(least, size/in.geo.unit)
	}
	return lines, size, fits
}

// alike is the style in which all texts of a list, each in its area, have one size:
// that of the longest.
func (s *sheet) alike(st textStyle, words []string, at []area) textStyle {
	for i, w := range words {
		_, size, _ := fitText(textInput{words: w, at: at[i], style: st, geo: s.geo})
		if size /= s.geo.unit; i == 0 || size < st.most {
			st.most = size
		}
	}
	return st
}

// fitBetween tries the sizes from the wanted one down to the least, in design
// units.
func fitBetween(in textInput, least, want float32) (lines []string, size float32, fits bool) {
	_, box := in.geo.pixels(in.at)
	for s := want; ; s *= 0.94 {
		s = max(s, min(least, want))
		size = s * in.geo.unit
		room := int((box.Height + 1) / (size * pitch))
		if in.style.lines > 0 {
			room = min(room, in.style.lines)
		}
		w := wrapper{size: size, bold: in.style.bold, width: box.Width}
		lines, fits = w.wrap(in.words, room)
		if fits || s <= least {
			if !fits && in.style.cut {
				lines, fits = w.elide(in.words, max(room, 1)), true
			}
			return lines, size, fits
		}
	}
}

// plain removes the marks of places where a line may be broken, or may not.
func plain(words string) string { return breakMarks.Replace(words) }

var breakMarks = strings.NewReplacer(zeroWidthSpace, "", noBreakSpace, " ")
