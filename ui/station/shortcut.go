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

// listen has the window tell of keys that are pressed together with Ctrl.
func (s *Station) listen(w fyne.Window) {
	keys := []shortcut{keyOfChange}
	for _, p := range s.pages {
		keys = append(keys, p.key())
	}
	for _, k := range keys {
		if k.ctrl {
			w.Canvas().AddShortcut(&desktop.CustomShortcut{KeyName: k.key, Modifier: fyne.KeyModifierControl}, func(c fyne.Shortcut) { s.withCtrl(c) })
		}
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
			s.open(p)
			return true
		}
	}
	return false
}

// TypedShortcut implements fyne.Shortcutable: a field would keep them all.
func (e *entry) TypedShortcut(c fyne.Shortcut) {
	if !e.s.withCtrl(c) {
		e.Entry.TypedShortcut(c)
	}
}
