package station

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"authenkiosk/desk"
	"authenkiosk/ui/draw"
	"authenkiosk/visit"
)

const (
	pageSize    = 100
	longestPage = 500
	// searchPause is how long nobody types before the list is searched: a search reads
	// every visit of the day.
	searchPause = 300 * time.Millisecond
)

// filters are the states by which visits of a day are told apart; empty: all.
var filters = []visit.State{"", visit.StateDone, visit.StatePending, visit.StateInflight, visit.StateStaff, visit.StateRefused, visit.StateDropped}

// today is the page of the visits of a day.
type today struct {
	s       *Station
	query   desk.Query
	items   []desk.Item
	next    desk.Cursor // after the last of items; empty: there are no more
	numbers desk.Numbers
	missing int // visits that cannot be read
	loading bool
	asked   uint64 // the number of the last question; answers to others come too late
	letters uint64 // the number of the last letter of a search
	masked  string // what the field shows in place of a number that a card has brought
	only    bool   // when one visit alone is found, it is shown

	details details
	rows    *table
	search  *entry
	date    *widget.Label
	filter  map[visit.State]*button
	found   *widget.Label
	split   *fyne.Container
}

func newToday(s *Station) *today {
	t := &today{s: s}
	t.details = details{s: s, closed: t.closed, changed: t.changed}
	return t
}

func (t *today) name() string          { return "today" }
func (t *today) key() fyne.KeyName     { return fyne.KeyF2 }
func (t *today) badge() int            { return 0 }
func (t *today) first() fyne.Focusable { return t.rows }

func (t *today) forget() {
	details := details{s: t.s, closed: t.closed, changed: t.changed}
	*t = today{s: t.s, asked: t.asked + 1, letters: t.letters + 1, details: details}
}

func (t *today) build() fyne.CanvasObject {
	s := t.s
	t.rows = s.table(s.columnsOfDay())
	t.rows.chosen = func(i desk.Item) { t.details.open(i.ID) }
	t.rows.entered = t.details.enter
	t.rows.nearEnd = func() { s.o.Later(0, t.more) }
	t.search = s.entry("search", s.say.Say("station.search"), func() { t.find(t.search.Text, true) })
	t.search.with(cmp.Or(t.masked, t.query.Search))
	t.search.OnChanged = t.searching
	t.search.leave = func() { t.search.SetText(""); t.s.focus() }
	t.date = bold(label(""))
	days := container.NewHBox(
		s.button("day-before", "◀", func() { t.turn(-1) }), t.date, s.button("day-after", "▶", func() { t.turn(1) }),
		s.button("reload", s.say.Say("station.reload")+"  F5", t.look))
	t.filter = map[visit.State]*button{}
	states := container.NewHBox()
	for _, state := range filters {
		b := s.button("filter-"+string(state), "", func() { t.show(state) })
		t.filter[state] = b
		states.Add(b)
	}
	t.found = label("")
	t.split = container.NewStack()
	t.refresh()
	return container.NewBorder(
		container.NewVBox(container.NewBorder(nil, nil, nil, days, t.search), container.NewHScroll(states)),
		t.found, nil, nil, t.split)
}

// refresh brings the widgets up to date.
func (t *today) refresh() {
	if t.rows == nil {
		return
	}
	day := t.numbers.Day
	if day.IsZero() {
		day = visit.ServiceDateOf(t.s.o.Now())
	}
	t.date.SetText(t.s.day(day))
	all := 0
	for _, n := range t.numbers.States {
		all += n
	}
	for state, b := range t.filter {
		n, key := t.numbers.States[state], "station.state."+string(state)
		if state == "" {
			n, key = all, "station.state.all"
		}
		if words := t.s.say.Say(key) + " " + strconv.Itoa(n); b.Text != words {
			b.SetText(words)
		}
		b.chosen(state == t.query.State)
	}
	words := ""
	switch {
	case len(t.items) == 0 && !t.loading && !t.s.asOf.IsZero():
		words = t.s.say.Say("station.found-none")
	case t.missing > 0:
		words = t.s.say.Say("station.unreadable", "Count", t.missing)
	}
	t.found.SetText(words)
	t.found.Hidden = words == ""
	t.rows.show(t.items, t.details.id)
	t.arrange()
}

// arrange gives the details room beside the rows while there are any.
func (t *today) arrange() {
	arrange(t.split, t.rows, &t.details)
}

func arrange(split *fyne.Container, rows *table, d *details) {
	shown := len(split.Objects) > 0 && len(split.Objects[0].(*fyne.Container).Objects) == 2
	if len(split.Objects) > 0 && shown == (d.id != "") && (d.id == "" || d.box != nil) {
		return
	}
	list := rows.withHeader()
	split.Objects = []fyne.CanvasObject{container.NewBorder(nil, nil, nil, nil, list)}
	if d.id != "" {
		split.Objects = []fyne.CanvasObject{container.NewBorder(nil, nil, nil, container.New(layout.NewCustomPaddedLayout(0, 0, 8, 0), wide(detailsWidth, d.pane())), list)}
	}
	split.Refresh()
}

// look reads the first page anew.
func (t *today) look() {
	q := t.query
	q.Limit = min(max(len(t.items), pageSize), longestPage)
	t.read(q, func(p desk.Page) {
		t.items, t.next = merged(t.items, t.next, p)
		t.missing = p.Unreadable
		if t.only && len(t.items) == 1 {
			t.details.open(t.items[0].ID)
		}
		t.only = false
	})
	t.details.look()
}

// more reads the page after the last.
func (t *today) more() {
	if t.next == "" || t.loading {
		return
	}
	q := t.query
	q.After, q.Limit = t.next, pageSize
	t.read(q, func(p desk.Page) { t.items, t.next = append(t.items, p.Items...), p.Next })
}

func (t *today) read(q desk.Query, then func(desk.Page)) {
	t.asked++
	t.loading = true
	asked := t.asked
	var p desk.Page
	var n desk.Numbers
	t.s.look(func(ctx context.Context, d desk.Desk, o desk.Operator) (err error) {
		if p, err = d.Visits(ctx, o, q); err == nil {
			n, err = d.Numbers(ctx, o, q.Day)
		}
		return err
	}, func(err error) {
		if asked != t.asked {
			return
		}
		t.loading = false
		if err == nil {
			t.numbers = n
			then(p)
		}
		t.refresh()
	})
}

// merged puts the newest visits before those of further pages that are known.
func merged(known []desk.Item, next desk.Cursor, p desk.Page) ([]desk.Item, desk.Cursor) {
	if p.Next == "" || len(p.Items) == 0 {
		return p.Items, p.Next
	}
	last := p.Items[len(p.Items)-1].ID
	i := slices.IndexFunc(known, func(k desk.Item) bool { return k.ID == last })
	if i < 0 || i+1 >= len(known) {
		return p.Items, p.Next
	}
	return append(p.Items, known[i+1:]...), next
}

// again reads another list.
func (t *today) again() {
	t.items, t.next, t.loading = nil, "", true
	t.look()
}

func (t *today) show(state visit.State) {
	t.query.State = state
	t.again()
}

// turn goes to another day, but to none that has not come.
func (t *today) turn(days int) {
	now := visit.ServiceDateOf(t.s.o.Now())
	day := t.query.Day
	if day.IsZero() {
		day = now
	}
	day = visit.ServiceDateOf(day.Midnight().AddDate(0, 0, days))
	switch {
	case now.Before(day):
		return
	case day == now:
		day = visit.Date{} // it stays today when midnight comes
	}
	t.query.Day = day
	t.again()
}

// searching searches when nobody has typed for a while.
func (t *today) searching(text string) {
	t.s.touched()
	t.letters++
	letters := t.letters
	t.s.o.Later(searchPause, func() {
		if letters == t.letters {
			t.find(text, false)
		}
	})
}

// find lists what fits. When only one is to be looked for and that is all there is, it is
// shown.
func (t *today) find(text string, only bool) {
	t.letters++
	text = searched(text)
	t.only = only
	if text == t.query.Search && !only {
		return
	}
	t.query.Search, t.masked = text, ""
	t.again()
}

// scan finds what a scanner has read, among all of today.
func (t *today) scan(text string) {
	t.query = desk.Query{}
	t.details.leave()
	t.find(text, true)
	t.field(text)
}

// holder finds whose card was put in. Nobody has typed that number, so that nobody behind
// the operator is to read it.
func (t *today) holder(of visit.PID) {
	t.scan(of.Digits())
	t.masked = of.Masked()
	t.field(t.masked)
}

// field puts words into the field of the search without searching for them.
func (t *today) field(words string) {
	if t.search != nil {
		t.search.with(words)
		t.search.Refresh()
	}
}

func (t *today) typed(key fyne.KeyName) bool {
	if key != fyne.KeyF6 || t.s.window == nil {
		return false
	}
	t.s.window.Canvas().Focus(t.search)
	return true
}

func (t *today) back() {
	if t.details.id != "" {
		t.details.back()
	} else if t.query.Search != "" {
		t.scan("")
	}
	t.s.focus()
}

func (t *today) closed() {
	t.rows.show(t.items, "")
	t.arrange()
}

func (t *today) changed(moved bool) {
	t.arrange()
	if moved {
		t.s.lookAtAll()
	}
}

// searched is what was typed as the desk understands it: numbers and codes that were typed
// on a Thai keyboard are turned back, names stay.
func searched(text string) string {
	if latin := draw.FromThaiKeys(text); isNumber(latin) {
		return latin
	}
	return text
}
