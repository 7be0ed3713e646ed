package station

import (
	"slices"

	"fyne.io/fyne/v2"
)

// find shows the item of a number, or else what fits among the visits of today.
func (s *Station) find(text string) {
	w := s.work
	i := slices.IndexFunc(w.items, func(i row) bool { return sameNumber(i.ID.Number(), text) })
	w.missed = ""
	switch {
	case i >= 0:
		s.page = w
		s.build()
		w.details.open(w.items[i].at, w.items[i].ID)
		w.refresh()
	case numberOfVisit.MatchString(text) && s.page == page(w):
		w.missed = text
		w.refresh()
	default:
		s.page = s.today
		s.build()
		s.today.scan(text)
	}
}

// shown are the details of the page; on a page without any they are of no visit.
func (s *Station) shown() *details {
	switch s.page {
	case page(s.today):
		return &s.today.details
	case page(s.work):
		return &s.work.details
	case page(s.fresh):
		return &s.fresh.nothing
	}
	return &details{s: s, at: s.here()}
}

// lookAtAll brings every page up to date.
func (s *Station) lookAtAll() {
	s.looked, s.behind = s.o.Now(), false
	for _, p := range s.pages {
		p.look()
	}
}

// named is a widget that tests and the keyboard find again after it was made anew.
type named interface{ Name() string }

// Name implements named.
func (b *button) Name() string { return b.name }

// Name implements named.
func (e *entry) Name() string { return e.name }

// Name implements named.
func (t *table) Name() string { return "rows" }

// Focused is the name of what the keyboard works, for tests.
func (s *Station) Focused() string { return s.focusedName() }

// focusedName is the name of what the keyboard works; empty: nothing.
func (s *Station) focusedName() string {
	if s.window == nil {
		return ""
	}
	if n, ok := s.window.Canvas().Focused().(named); ok {
		return n.Name()
	}
	return ""
}

// focusName brings the keyboard to a widget of that name, and reports whether there is one.
func (s *Station) focusName(name string) (there bool) {
	if name == "" || s.window == nil {
		return false
	}
	each(s.root, func(o fyne.CanvasObject) {
		n, ok := o.(named)
		if !ok || n.Name() != name {
			return
		}
		there = true
		if f, ok := o.(fyne.Focusable); ok && f != s.window.Canvas().Focused() {
			s.window.Canvas().Focus(f)
		}
	})
	return there
}

// rowOf names a row of a table in the layout for tests.
func rowOf(i row) string { return "row-" + i.ID.Number() }
