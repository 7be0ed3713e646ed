package station

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"authenkiosk/desk"
	"authenkiosk/ui/draw"
	"authenkiosk/visit"
)

const (
	pageSize    = 100
	longestPage = 500
	// inSight is how many visits are read anew around those that are in sight further down.
	inSight = 2 * pageSize
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
	parts   map[*owner]*part // of each machine
	items   []row            // of all of them
	bounds  []*owner         // those that have more, without which items cannot go on
	letters uint64           // the number of the last letter of a search
	masked  string           // what the field shows in place of a number that nobody has typed
	only    bool             // when one visit alone is found, it is shown
	export  export

	details details
	rows    *table
	search  *entry
	date    *widget.Label
	filter  map[visit.State]*button
	found   *widget.Label
	files   *fyne.Container
	bar     *fyne.Container // the filters, and files
	split   *fyne.Container
}

func newToday(s *Station) *today {
	t := &today{s: s}
	t.forget()
	return t
}

func (t *today) name() string          { return "today" }
func (t *today) key() shortcut         { return shortcut{key: fyne.KeyF2} }
func (t *today) badge() int            { return 0 }
func (t *today) first() fyne.Focusable { return t.rows }

func (t *today) forget() {
	parts := map[*owner]*part{}
	for _, at := range t.s.owners {
		parts[at] = &part{}
		if old := t.parts[at]; old != nil {
			parts[at].asked = old.asked + 1
		}
	}
	*t = today{s: t.s, parts: parts, letters: t.letters + 1, details: details{s: t.s, closed: t.closed, changed: t.changed}}
	t.export.t = t
}

func (t *today) build() fyne.CanvasObject {
	s := t.s
	t.rows = s.table(s.columnsOfDay())
	t.rows.chosen = func(r row) { t.details.open(r.at, r.ID) }
	t.rows.entered = t.details.enter
	t.rows.nearEnd = func() { s.o.Later(0, t.more) }
	t.search = s.entry("search", s.say.Say("station.search"), func() { t.find(t.search.Text, true) })
	t.search.with(cmp.Or(t.masked, t.query.Search))
	t.search.OnChanged = t.searching
	t.search.leave = func() { t.search.SetText(""); t.s.focus() }
	t.date = bold(label(""))
	days := container.NewHBox(
		s.arrow("day-before", -1, t.turn), t.date, s.arrow("day-after", 1, t.turn),
		s.button("reload", s.say.Say("station.reload")+"  F5", t.look))
	t.filter = map[visit.State]*button{}
	states := container.NewHBox()
	for _, state := range filters {
		b := s.button("filter-"+string(state), "", func() { t.show(state) })
		t.filter[state] = b
		states.Add(b)
	}
	t.found, t.files, t.export.button = wrapped(""), container.NewHBox(), container.NewHBox()
	// The choice of files has a line of its own: beside it the filters would have to scroll.
	t.bar = container.NewVBox(container.NewBorder(nil, nil, nil, t.export.button, container.NewHScroll(states)), t.files)
	t.split = container.NewStack()
	t.export.build()
	t.refresh()
	return container.NewBorder(
		container.NewVBox(container.NewBorder(nil, nil, nil, days, t.search), t.bar),
		t.found, nil, nil, t.split)
}

// refresh brings the widgets up to date.
func (t *today) refresh() {
	day := cmp.Or(t.query.Day, visit.ServiceDateOf(t.s.o.Now()))
	for _, p := range t.parts {
		p.keep(day)
	}
	t.items, t.bounds = together(t.s.owners, t.parts)
	if t.rows == nil {
		return
	}
	t.date.SetText(t.s.day(day))
	all, states, missing, loading := 0, map[visit.State]int{}, 0, false
	for _, p := range t.parts {
		for state, n := range p.numbers.States {
			states[state] += n
			all += n
		}
		missing += p.missing
		loading = loading || p.loading
	}
	for state, b := range t.filter {
		n, key := states[state], "station.state."+string(state)
		if state == "" {
			n, key = all, "station.state.all"
		}
		if words := t.s.say.Say(key) + " " + strconv.Itoa(n); b.Text != words {
			b.SetText(words)
		}
		b.chosen(state == t.query.State)
	}
	words := t.export.said.words()
	switch {
	case words != "":
	case len(t.items) == 0 && !loading && !t.s.here().asOf.IsZero():
		words = t.s.say.Say("station.found-none")
		if t.query == (desk.Query{}) && t.s.offers(t.s.fresh) {
			words = t.s.say.Say("station.today-none")
		}
	case missing > 0:
		words = t.s.say.Say("station.unreadable", "Count", missing)
	}
	say(t.found, words)
	t.rows.show(t.items, t.details.id)
	t.arrange()
}

// say shows words in a line, which is not there without any.
func say(l *widget.Label, words string) {
	if words = thin(words); l.Text != words {
		l.SetText(words)
	}
	l.Hidden = words == ""
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

// look reads the newest visits of every machine anew, and those in sight.
func (t *today) look() {
	first := t.firstInSight()
	for _, at := range t.s.owners {
		p, q := t.parts[at], t.query
		q.Limit = min(max(len(p.items), pageSize), longestPage)
		pages := []wanted{{q, ""}}
		if first[at]+inSight/2 > q.Limit {
			if after, cursor := p.before(first[at]); cursor != "" {
				q.After, q.Limit = cursor, inSight
				pages = append(pages, wanted{q, after})
			}
		}
		t.read(at, pages...)
	}
	t.details.look()
}

// firstInSight is the place, among the visits of each machine, of its first one in sight.
func (t *today) firstInSight() map[*owner]int {
	first := map[*owner]int{}
	if t.rows == nil {
		return first
	}
	above := int(t.rows.GetScrollOffset() / (rowHeight + t.rows.Theme().Size(theme.SizeNamePadding)))
	for _, r := range t.items[:min(above, len(t.items))] {
		first[r.at]++
	}
	return first
}

// more reads the pages without which the list cannot go on.
func (t *today) more() {
	for _, at := range t.bounds {
		p, q := t.parts[at], t.query
		if p.loading || p.next == "" || len(p.items) == 0 {
			continue
		}
		q.After, q.Limit = p.next, pageSize
		t.read(at, wanted{q, p.items[len(p.items)-1].ID})
	}
}

// wanted is a page that is asked for, and the visit behind which it begins.
type wanted struct {
	query desk.Query
	after visit.ID
}

func (t *today) read(at *owner, pages ...wanted) {
	p := t.parts[at]
	p.asked++
	p.loading = true
	asked := p.asked
	found := make([]desk.Page, len(pages))
	var n desk.Numbers
	t.s.look(at, func(ctx context.Context, d desk.Desk, o desk.Operator) (err error) {
		for i, w := range pages {
			if found[i], err = d.Visits(ctx, o, w.query); err != nil {
				return err
			}
		}
		n, err = d.Numbers(ctx, o, pages[0].query.Day)
		return err
	}, func(err error) {
		if asked != p.asked {
			return
		}
		p.loading = false
		if err == nil {
			p.numbers = n
			for i, w := range pages {
				p.put(w.after, found[i])
			}
			if pages[0].after == "" {
				p.missing = found[0].Unreadable
			}
		}
		t.refresh()
		t.showOnly()
	})
}

// showOnly shows the one visit that was found, once every machine that is there has been asked.
func (t *today) showOnly() {
	for at, p := range t.parts {
		if p.loading && at.away == nil {
			return
		}
	}
	if t.only && len(t.items) == 1 {
		t.details.open(t.items[0].at, t.items[0].ID)
	}
	t.only = false
}

// again reads another list.
func (t *today) again() {
	for _, p := range t.parts {
		p.items, p.next, p.marks, p.loading = nil, "", nil, true
	}
	t.export.said = nil
	t.look()
}

func (t *today) show(state visit.State) {
	t.query.State = state
	t.again()
}

// turn goes to another day.
func (t *today) turn(days int) {
	if day, there := t.s.dayAfter(t.query.Day, days); there {
		t.query.Day = day
		t.again()
	}
}

// dayAfter is the day so many days after another one, but none that has not come. Today is
// the zero one: it stays today when midnight comes.
func (s *Station) dayAfter(day visit.Date, days int) (to visit.Date, there bool) {
	now := visit.ServiceDateOf(s.o.Now())
	if day.IsZero() {
		day = now
	}
	switch to = visit.ServiceDateOf(day.Midnight().AddDate(0, 0, days)); {
	case now.Before(to):
		return day, false
	case to == now:
		return visit.Date{}, true
	}
	return to, true
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
	t.only = only
	masked := t.masked
	if text != "" && text == masked { // Enter, in a field that nobody has changed
		text = t.query.Search
	} else {
		text, masked = searched(text), ""
	}
	if text == t.query.Search && !only {
		return
	}
	t.query.Search, t.masked = text, masked
	t.again()
}

// scan finds what a scanner has read, among all of today.
func (t *today) scan(text string) {
	t.query = desk.Query{}
	t.details.leave()
	t.find(text, true)
	if pid, err := visit.ParsePID(text); err == nil { // nobody behind the operator is to read it
		t.masked = pid.Masked()
		text = t.masked
	}
	t.field(text)
}

// holder finds whose card was put in.
func (t *today) holder(of visit.PID) { t.scan(of.Digits()) }

// field puts words into the field of the search without searching for them.
func (t *today) field(words string) {
	if t.search != nil {
		t.search.unselect()
		t.search.with(words)
		t.search.Refresh()
	}
}

func (t *today) typed(key fyne.KeyName) bool {
	if key != fyne.KeyF6 || t.s.window == nil {
		return false
	}
	t.search.again()
	return true
}

func (t *today) back() {
	switch {
	case t.details.id != "":
		t.details.back()
	case t.export.open:
		t.export.turn()
	case t.query.Search != "":
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
