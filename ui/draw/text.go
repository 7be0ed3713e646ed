package draw

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Pitch is the distance of two lines, in text sizes. The font's own line is
// higher, so that every stack of Thai marks is drawn whole; lines may overlap
// because only their empty parts do.
const Pitch = 1.46

// place tells where a text stands in its area, from top to bottom.
type place int

const (
	middle place = iota
	Top
	Bottom
)

// TextStyle says how a text looks. Sizes are in design units, before the factor
// for large text.
type TextStyle struct {
	Size  float32
	Bold  bool
	Color color.NRGBA
	Align fyne.TextAlign
	Place place
	Lines int     // at most so many; 0: as many as fit
	Least float32 // may shrink to this size; 0: smallestText
	most  float32 // is never larger, whatever the patient chooses; 0: no limit
	Cut   bool    // words from outside: what does not fit ends in an ellipsis
}

// Centered is the style with its lines in the middle.
func (st TextStyle) Centered() TextStyle { st.Align = fyne.TextAlignCenter; return st }

// OneLine is the style of words that stand in one line.
func (st TextStyle) OneLine() TextStyle { st.Lines = 1; return st }

// From is the style with its lines at that place of the area.
func (st TextStyle) From(p place) TextStyle {
	st.Place = p
	return st
}

// Strong is the style in bold letters.
func (st TextStyle) Strong() TextStyle { st.Bold = true; return st }

// Elided is the style of words that end in an ellipsis where they do not fit.
func (st TextStyle) Elided() TextStyle { st.Cut = true; return st }

// textInput is all that decides how a text is drawn; an equal one is not drawn
// again.
type textInput struct {
	Words string
	At    Area
	Style TextStyle
	Geo   Geometry
}

// Text is a piece of text of one or more lines.
type Text struct {
	In    textInput
	Lines []*canvas.Text
	Used  int
	fits  bool
}

// Objects implements Piece.
func (t *Text) Objects() []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, t.Used)
	for i := range out {
		out[i] = t.Lines[i]
	}
	return out
}

// Empty forgets the words.
func (t *Text) Empty() {
	t.In = textInput{}
	t.show(nil, 0)
}

// set draws the words, unless they are drawn already.
func (t *Text) set(in textInput) {
	if t.In == in && t.Used > 0 {
		return
	}
	t.In = in
	lines, size, fits := fitText(in)
	t.fits = fits
	t.show(lines, size)
}

// show puts the lines on their places and empties the lines that are left over.
func (t *Text) show(lines []string, size float32) {
	for len(t.Lines) < len(lines) {
		t.Lines = append(t.Lines, &canvas.Text{})
	}
	for i, c := range t.Lines {
		if i >= len(lines) {
			if c.Text != "" {
				c.Text = ""
				c.Refresh()
			}
			continue
		}
		t.line(c, lines[i], i, len(lines), size)
	}
	t.Used = len(lines)
}

func (t *Text) line(c *canvas.Text, words string, i, n int, size float32) {
	st := t.In.Style
	c.Text, c.Color, c.TextSize = words, st.Color, size
	c.FontSource, c.TextStyle = fontFor(st.Bold), fyne.TextStyle{Bold: st.Bold}
	dim := measure(words, size, st.Bold)
	pos, box := t.In.Geo.Pixels(t.In.At)
	step := size * Pitch
	y := pos.Y + (box.Height-step*float32(n))/2
	switch st.Place {
	case Top:
		y = pos.Y
	case Bottom:
		y = pos.Y + box.Height - step*float32(n)
	}
	x := pos.X
	switch st.Align {
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
	least := in.Style.Least
	if least == 0 {
		least = SmallestText
	}
	for _, factor := range textFactors {
		if factor > in.Geo.Text {
			break
		}
		want := in.Style.Size * factor
		if in.Style.most > 0 {
			want = min(want, in.Style.most)
		}
		lines, size, fits = fitBetween(in, least, want)
		least = max(least, size/in.Geo.Unit)
	}
	return lines, size, fits
}

// Alike is the style in which all texts of a list, each in its area, have one size:
// that of the longest.
func (s *Sheet) Alike(st TextStyle, words []string, at []Area) TextStyle {
	for i, w := range words {
		_, size, _ := fitText(textInput{Words: w, At: at[i], Style: st, Geo: s.Geo})
		if size /= s.Geo.Unit; i == 0 || size < st.most {
			st.most = size
		}
	}
	return st
}

// fitBetween tries the sizes from the wanted one down to the least, in design
// units.
func fitBetween(in textInput, least, want float32) (lines []string, size float32, fits bool) {
	_, box := in.Geo.Pixels(in.At)
	for s := want; ; s *= 0.94 {
		s = max(s, min(least, want))
		size = s * in.Geo.Unit
		room := int((box.Height + 1) / (size * Pitch))
		if in.Style.Lines > 0 {
			room = min(room, in.Style.Lines)
		}
		w := wrapper{size: size, bold: in.Style.Bold, width: box.Width}
		lines, fits = w.wrap(in.Words, room)
		if fits || s <= least {
			if !fits && in.Style.Cut {
				lines, fits = w.elide(in.Words, max(room, 1)), true
			}
			return lines, size, fits
		}
	}
}

// Plain removes the marks of places where a line may be broken, or may not.
func Plain(words string) string { return breakMarks.Replace(words) }

var breakMarks = strings.NewReplacer(zeroWidthSpace, "", NoBreakSpace, " ")
