package station

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// shortcut is a key, alone or together with Ctrl: the F keys are few.
type shortcut struct {
	key  fyne.KeyName
	ctrl bool
}

// String is what stands on a button.
func (k shortcut) String() string {
	if k.ctrl {
		return "Ctrl+" + string(k.key)
	}
	return string(k.key)
}

// keyOfChange lets a colleague go on with a visit that is half typed.
var keyOfChange = shortcut{fyne.Key0, true}

// listen has the window tell of digits that are pressed together with Ctrl. All of them: a
// station that was in the window before must not hear one that is of no use here.
func (s *Station) listen(w fyne.Window) {
	for _, digit := range "0123456789" {
		w.Canvas().AddShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyName(digit), Modifier: fyne.KeyModifierControl}, func(c fyne.Shortcut) { s.withCtrl(c) })
	}
}

// withCtrl does what a key means that is pressed together with Ctrl, and reports whether it
// means anything.
func (s *Station) withCtrl(c fyne.Shortcut) bool {
	pressed, is := c.(*desktop.CustomShortcut)
	if !is || pressed.Modifier != fyne.KeyModifierControl || s.page == nil {
		return false
	}
	s.touched()
	s.keys.hand() // what was typed before is for the page on which it was
	k := shortcut{pressed.KeyName, true}
	if k == keyOfChange && s.fresh.busy() {
		s.changeOperator()
		return true
	}
	return s.turnTo(k)
}

// turnTo opens the page of a key, and reports whether there is one for whoever is signed in.
func (s *Station) turnTo(k shortcut) bool {
	for _, p := range s.pages {
		if p.key() == k && s.offers(p) {
			s.goTo(p)
			return true
		}
	}
	return false
}

// goTo has a hand leave for another page: what was typed before is for the page on which it was.
func (s *Station) goTo(p page) {
	s.keys.hand()
	s.open(p)
}

// TypedShortcut implements fyne.Shortcutable: a field would keep them all.
func (e *entry) TypedShortcut(c fyne.Shortcut) {
	if !e.s.withCtrl(c) {
		e.Entry.TypedShortcut(c)
	}
}
