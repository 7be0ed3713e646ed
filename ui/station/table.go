package station

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"authenkiosk/visit"
)

// column is one of a table of visits. Where there is no room for all, those of the
// highest rank are left out.
type column struct {
	name  string
	width float32
	grows bool
	rank  int
	of    func(row) (words string, look widget.Importance)
}

// table shows visits in rows, of which only those in sight are drawn.
type table struct {
	widget.List
	s        *Station
	columns  []column
	items    []row
	selected visit.ID
	chosen   func(row) // hears what is selected by a hand
	entered  func()    // what Enter does with it
	nearEnd  func()    // hears that the last rows are in sight
	quiet    bool      // the selection is brought up to date, by no hand
}

func (s *Station) table(columns []column) *table {
	t := &table{s: s, columns: columns}
	t.Length = func() int { return len(t.items) }
	t.CreateItem = t.blank
	t.UpdateItem = t.update
	t.OnSelected = t.pick
	t.ExtendBaseWidget(t)
	return t
}

// withHeader puts the names of the columns above.
func (t *table) withHeader() fyne.CanvasObject {
	var cells []fyne.CanvasObject
	for _, c := range t.columns {
		l := bold(label(t.s.say.Say("station.column." + c.name)))
		l.Truncation = fyne.TextTruncateEllipsis
		cells = append(cells, l)
	}
	return container.NewBorder(container.NewVBox(container.New(&rowLayout{t.columns}, cells...), widget.NewSeparator()), nil, nil, nil, t)
}

// show brings the rows up to date, and keeps what is selected and what is in sight: a row
// must not move away under a hand. A visit that was selected by no hand comes into sight.
func (t *table) show(items []row, selected visit.ID) {
	offset := t.GetScrollOffset()
	if offset > 0 && len(t.items) > 0 {
		first := t.items[0].ID
		if more := slices.IndexFunc(items, func(r row) bool { return r.ID == first }); more > 0 {
			offset += float32(more) * (rowHeight + t.Theme().Size(theme.SizeNamePadding))
		}
	}
	keep := selected == t.selected
	t.items, t.selected = items, selected
	t.quiet = true
	if i := t.index(selected); i >= 0 {
		t.Select(i)
		t.Highlight(i)
	} else {
		t.UnselectAll()
	}
	t.quiet = false
	t.Refresh()
	if keep {
		t.ScrollToOffset(offset)
	}
}

func (t *table) index(id visit.ID) int {
	return slices.IndexFunc(t.items, func(r row) bool { return r.ID == id })
}

func (t *table) pick(n widget.ListItemID) {
	if t.quiet || n < 0 || n >= len(t.items) {
		return
	}
	t.s.touched()
	t.selected = t.items[n].ID
	t.Highlight(n)
	t.chosen(t.items[n])
}

// blank is a row without words, which is used for one visit after another.
func (t *table) blank() fyne.CanvasObject {
	var cells []fyne.CanvasObject
	for range t.columns {
		l := label("")
		l.Truncation = fyne.TextTruncateEllipsis
		cells = append(cells, l)
	}
	l := &line{t: t, cells: container.New(&rowLayout{t.columns}, cells...)}
	l.ExtendBaseWidget(l)
	return l
}

// line is a row that is touched: the one under the finger when it comes down, while others may
// come in above.
type line struct {
	widget.BaseWidget
	t     *table
	cells *fyne.Container
	of    visit.ID
}

// CreateRenderer implements fyne.Widget.
func (l *line) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(l.cells) }

// MouseDown implements desktop.Mouseable.
func (l *line) MouseDown(*desktop.MouseEvent) { l.t.s.steady.Down() }

// MouseUp implements desktop.Mouseable.
func (l *line) MouseUp(*desktop.MouseEvent) { l.t.s.steady.Up() }

// Tapped implements fyne.Tappable.
func (l *line) Tapped(*fyne.PointEvent) {
	if w := l.t.s.window; w != nil {
		w.Canvas().Focus(l.t)
	}
	if i := l.t.index(l.of); i >= 0 {
		l.t.Select(i)
	}
}

func (t *table) update(n widget.ListItemID, o fyne.CanvasObject) {
	if n >= len(t.items) {
		return
	}
	shown := o.(*line)
	shown.of = t.items[n].ID
	for i, cell := range shown.cells.Objects {
		words, look := t.columns[i].of(t.items[n])
		l := cell.(*widget.Label)
		if l.Importance != look {
			l.Importance = look
			l.Refresh()
		}
		if l.Text != words {
			l.SetText(words)
		}
	}
	if n >= len(t.items)-nearRows && t.nearEnd != nil {
		t.nearEnd()
	}
}

// nearRows is how many rows before the last the next page is asked for.
const nearRows = 30

// KeyDown implements desktop.Keyable.
func (t *table) KeyDown(e *fyne.KeyEvent) { t.s.held.Down(e) }

// KeyUp implements desktop.Keyable.
func (t *table) KeyUp(e *fyne.KeyEvent) { t.s.held.Up(e) }

// TypedRune implements fyne.Focusable.
func (t *table) TypedRune(r rune) { t.s.keys.letter(r, nil) }

// TypedKey implements fyne.Focusable: the arrows select at once.
func (t *table) TypedKey(e *fyne.KeyEvent) {
	if t.s.held.Again(e.Name) || t.s.typedKey(e) {
		return
	}
	step := map[fyne.KeyName]int{fyne.KeyUp: -1, fyne.KeyDown: 1, fyne.KeyPageUp: -10, fyne.KeyPageDown: 10, fyne.KeyHome: -len(t.items), fyne.KeyEnd: len(t.items)}[e.Name]
	switch {
	case step != 0 && len(t.items) > 0:
		t.Select(min(max(t.index(t.selected)+step, 0), len(t.items)-1))
	case e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter:
		if t.s.keys.enter() && t.index(t.selected) >= 0 {
			t.s.touched()
			t.entered()
		}
	}
}

// rowLayout puts cells beside each other. A cell for which there is no room has no width.
type rowLayout struct{ columns []column }

func (l *rowLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(200, rowHeight) }

func (l *rowLayout) Layout(cells []fyne.CanvasObject, size fyne.Size) {
	shown := slices.Clone(l.columns)
	width := func() (sum float32) {
		for _, c := range shown {
			sum += c.width
		}
		return sum
	}
	for width() > size.Width && len(shown) > 1 {
		last := 0
		for i, c := range shown {
			if c.rank > shown[last].rank {
				last = i
			}
		}
		shown = slices.Delete(shown, last, last+1)
	}
	growing := 0
	for _, c := range shown {
		if c.grows {
			growing++
		}
	}
	rest := max(size.Width-width(), 0)
	x := float32(0)
	for i, c := range l.columns {
		if !slices.ContainsFunc(shown, func(s column) bool { return s.name == c.name }) {
			cells[i].Hide()
			continue
		}
		w := c.width
		if c.grows {
			w += rest / float32(growing)
		}
		high := cells[i].MinSize().Height
		cells[i].Show()
		cells[i].Move(fyne.NewPos(x, (size.Height-high)/2))
		cells[i].Resize(fyne.NewSize(w, high))
		x += w
	}
}
