package station

import (
	"image/color"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"authenkiosk/desk"
)

// kindsOfHour are the parts of a column of a chart, from below, with the words for them.
var kindsOfHour = []struct {
	key string
	of  func(desk.Hour) int
}{
	{"station.numbers.done", func(h desk.Hour) int { return h.Done }},
	{"station.numbers.waiting", func(h desk.Hour) int { return h.Waiting }},
	{"station.numbers.failed", func(h desk.Hour) int { return h.Failed }},
	{"station.numbers.closed", func(h desk.Hour) int { return h.Closed }},
}

// coloursOfHour are those of the parts, in the same order.
func (s *Station) coloursOfHour() []color.Color {
	c := NewTheme(s.dark).Colors
	return []color.Color{c.Ok, c.Accent, c.Bad, c.Muted}
}

// stacked is one column of a chart.
type stacked struct {
	label string
	of    desk.Hour
}

const (
	chartText = captionSize
	lineHigh  = 26 // of a line of chartText
)

func (s *Station) chartWords(words string, bold bool) *canvas.Text {
	t := canvas.NewText(bare(words), NewTheme(s.dark).Colors.Ink)
	t.TextSize, t.TextStyle.Bold = chartText, bold
	return t
}

// columnChart draws columns side by side, with how much each is above it.
func (s *Station) columnChart(columns []stacked) *fyne.Container {
	l := &columnLayout{columns: columns}
	var objects []fyne.CanvasObject
	colours := s.coloursOfHour()
	for _, c := range columns {
		for i := range kindsOfHour {
			objects = append(objects, canvas.NewRectangle(colours[i]))
		}
		above := ""
		if n := c.of.All(); n > 0 {
			above = strconv.Itoa(n)
		}
		for _, words := range []string{above, c.label} {
			t := s.chartWords(words, false)
			t.Alignment = fyne.TextAlignCenter
			objects = append(objects, t)
		}
	}
	objects = append(objects, canvas.NewRectangle(NewTheme(s.dark).Colors.Muted))
	return container.New(l, objects...)
}

type columnLayout struct{ columns []stacked }

func (l *columnLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(float32(len(l.columns))*24, 3*lineHigh)
}

func (l *columnLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	most := 1
	for _, c := range l.columns {
		most = max(most, c.of.All())
	}
	room := size.Height - 2*lineHigh // a line above and one below
	each := size.Width / float32(max(1, len(l.columns)))
	base := size.Height - lineHigh
	for n, c := range l.columns {
		x := float32(n) * each
		of := objects[n*(len(kindsOfHour)+2):]
		y := base
		for i, kind := range kindsOfHour {
			high := room * float32(kind.of(c.of)) / float32(most)
			y -= high
			of[i].Move(fyne.NewPos(x+each*0.12, y))
			of[i].Resize(fyne.NewSize(each*0.76, high))
		}
		place(of[len(kindsOfHour)], x, y-lineHigh, each)
		place(of[len(kindsOfHour)+1], x, base, each)
	}
	axis := objects[len(objects)-1]
	axis.Move(fyne.NewPos(0, base))
	axis.Resize(fyne.NewSize(size.Width, 1))
}

func place(o fyne.CanvasObject, x, y, width float32) {
	o.Move(fyne.NewPos(x, y))
	o.Resize(fyne.NewSize(width, lineHigh))
}

// bar is one line of a chart of bars.
type bar struct {
	label string
	n     int
}

// barChart draws bars one below the other: what it is, the bar, how much.
func (s *Station) barChart(bars []bar, colour color.Color) *fyne.Container {
	l := &barLayout{bars: bars}
	var objects []fyne.CanvasObject
	for _, b := range bars {
		n := s.chartWords(strconv.Itoa(b.n), true)
		n.Alignment = fyne.TextAlignTrailing
		objects = append(objects, s.shortWords(b.label), canvas.NewRectangle(colour), n)
	}
	return container.New(l, objects...)
}

type barLayout struct{ bars []bar }

func (l *barLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(220, float32(len(l.bars))*lineHigh)
}

func (l *barLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	most := 1
	for _, b := range l.bars {
		most = max(most, b.n)
	}
	const number = 56
	words := size.Width * 0.64
	for n, b := range l.bars {
		y := float32(n) * lineHigh
		of := objects[3*n:]
		high := of[0].MinSize().Height // a label has room around its words
		of[0].Move(fyne.NewPos(0, y-(high-lineHigh)/2))
		of[0].Resize(fyne.NewSize(words, high))
		of[1].Move(fyne.NewPos(words, y+5))
		of[1].Resize(fyne.NewSize((size.Width-words-number)*float32(b.n)/float32(most), lineHigh-10))
		place(of[2], size.Width-number, y, number)
	}
}

// shortWords is a line that ends in dots where there is no room for all of it.
func (s *Station) shortWords(words string) fyne.CanvasObject {
	l := label(bare(words))
	l.Truncation = fyne.TextTruncateEllipsis
	l.SizeName = theme.SizeNameCaptionText
	return l
}

// tile is a figure in large letters, and what it is; colour is that of its part of the
// charts, if it has one.
func (s *Station) tile(figure, words string, colour color.Color) fyne.CanvasObject {
	ground := canvas.NewRectangle(NewTheme(s.dark).Colors.Panel)
	ground.CornerRadius = 6
	mark := canvas.NewRectangle(color.Transparent)
	if colour != nil {
		mark.FillColor = colour
	}
	mark.SetMinSize(fyne.NewSize(8, 0))
	return container.NewStack(ground, container.NewBorder(nil, nil, mark, nil, container.NewVBox(title(figure), s.shortWords(words))))
}
