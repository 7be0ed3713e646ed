package station

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"authenkiosk/desk"
)

// work is the page of what waits for a person.
type work struct {
	s       *Station
	parts   map[*owner][]desk.Item // of each machine that has told its list
	items   []row                  // of all of them, the oldest first
	details details
	rows    *table
	search  *entry
	found   *widget.Label
	split   *fyne.Container
	missed  string // what was looked for and is not there
}

func newWork(s *Station) *work {
	w := &work{s: s}
	w.forget()
	return w
}

func (w *work) name() string          { return "work" }
func (w *work) key() shortcut         { return shortcut{key: fyne.KeyF4} }
func (w *work) badge() int            { return len(w.items) }
func (w *work) first() fyne.Focusable { return w.rows }

func (w *work) forget() {
	*w = work{s: w.s, parts: map[*owner][]desk.Item{}, details: details{s: w.s, closed: w.closed, changed: w.changed}}
}

func (w *work) build() fyne.CanvasObject {
	s := w.s
	w.rows = s.table(s.columnsOfWork())
	w.rows.chosen = func(r row) { w.details.open(r.at, r.ID) }
	w.rows.entered = w.details.enter
	w.search = s.entry("find", s.say.Say("station.find"), func() { s.find(searched(strings.TrimSpace(w.search.Text))) })
	w.search.leave = func() { w.search.SetText(""); s.focus() }
	w.found, w.split = label(""), container.NewStack()
	w.refresh()
	return container.NewBorder(
		container.NewBorder(nil, nil, nil, s.button("reload", s.say.Say("station.reload")+"  F5", w.look), w.search),
		w.found, nil, nil, w.split)
}

func (w *work) refresh() {
	w.items = nil
	for _, at := range w.s.owners {
		for i := range w.parts[at] {
			w.items = append(w.items, row{&w.parts[at][i], at})
		}
	}
	slices.SortStableFunc(w.items, func(a, b row) int { return a.Saved.Compare(b.Saved) })
	if w.rows == nil {
		return
	}
	words := ""
	switch {
	case w.missed != "":
		words = w.s.say.Say("station.find-none", "Number", w.missed)
	case len(w.parts) > 0 && len(w.items) == 0:
		words = w.s.say.Say("station.no-work")
	}
	w.found.SetText(words)
	w.found.Hidden = words == ""
	w.rows.show(w.items, w.details.id)
	arrange(w.split, w.rows, &w.details)
}

func (w *work) look() {
	for _, at := range w.s.owners {
		var p desk.Page
		w.s.look(at, func(ctx context.Context, d desk.Desk, o desk.Operator) (err error) {
			p, err = d.Work(ctx, o)
			return err
		}, func(err error) {
			if err == nil {
				w.parts[at] = p.Items
			}
			w.refresh()
		})
	}
	w.details.look()
}

func (w *work) typed(key fyne.KeyName) bool {
	if key != fyne.KeyF6 || w.s.window == nil {
		return false
	}
	w.search.again()
	return true
}

func (w *work) back() {
	if w.details.id != "" {
		w.details.back()
	}
	w.missed = ""
	w.refresh()
	w.s.focus()
}

func (w *work) closed() { w.refresh() }

func (w *work) changed(moved bool) {
	arrange(w.split, w.rows, &w.details)
	if moved {
		w.s.lookAtAll()
	}
}

// sameNumber compares numbers of visits as people type them.
func sameNumber(a, b string) bool {
	return strings.EqualFold(ungrouped(a), ungrouped(b))
}

var groups = strings.NewReplacer("-", "", " ", "")

// ungrouped is a number without what parts its groups, as on a card, a slip and this screen.
func ungrouped(number string) string { return groups.Replace(number) }

var (
	numberOfVisit = regexp.MustCompile(`^(?i:v)-?[0-9A-Fa-f]{3}-?[0-9A-Fa-f]{3}-?[0-9A-Fa-f]{3}$`)
	otherNumber   = regexp.MustCompile(`^([A-Za-z]{2}[0-9]{10}|[0-9-]{4,17})$`)
)

// isNumber reports whether it is the number of a visit, a code, or digits of something.
func isNumber(text string) bool {
	text = strings.ReplaceAll(text, " ", "")
	return numberOfVisit.MatchString(text) || otherNumber.MatchString(text)
}
