package station

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// selectAll selects what is in the field that has the keyboard, as Ctrl+A does.
func (w *world) selectAll() {
	w.window.Canvas().Focused().(fyne.Shortcutable).TypedShortcut(&fyne.ShortcutSelectAll{})
}

func TestNoLetterIsLostBehindASelectionThatWasClearedAway(t *testing.T) {
	find := func(w *world) string { w.pass(time.Second); return w.today.query.Search }
	for name, c := range map[string]struct {
		do   func(*world)
		what func(*world) string
		want string
	}{
		"search, Esc": {
			func(w *world) {
				w.signInAs(rules.Staff)
				w.key(fyne.KeyF6)
				w.hand("abc")
				w.key(fyne.KeyF6, fyne.KeyEscape, fyne.KeyF6)
				w.hand("xyz")
			}, find, "xyz",
		},
		"search, a scan": {
			func(w *world) {
				w.signInAs(rules.Staff)
				w.key(fyne.KeyF6)
				w.hand("abc")
				w.key(fyne.KeyF6)
				w.scanner(somePID)
				w.key(fyne.KeyF6)
				w.hand("xyz")
			}, find, "xyz",
		},
		"work, Esc": {
			func(w *world) {
				w.signInAs(rules.Staff)
				w.key(fyne.KeyF4, fyne.KeyF6)
				w.hand("V-1")
				w.selectAll()
				w.key(fyne.KeyEscape, fyne.KeyF6)
				w.hand("V-23")
			}, func(w *world) string { return w.work.search.Text }, "V-23",
		},
		"PIN, clear": {
			func(w *world) {
				w.hand("12")
				w.selectAll()
				w.tap("clear")
				w.hand(aPIN)
			}, func(w *world) string { return w.signIn.pin.Text }, aPIN,
		},
		"PIN, not the right one": {
			func(w *world) {
				w.hand("123456")
				w.selectAll()
				w.key(fyne.KeyReturn)
				w.hand(aPIN)
			}, func(w *world) string { return w.signIn.pin.Text }, aPIN,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, visit.OnCardNotice, rules.Staff)
			c.do(w)
			if got := c.what(w); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
