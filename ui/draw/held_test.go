package draw

import (
	"testing"

	"fyne.io/fyne/v2"
)

func TestAKeyThatIsHeldDownDoesWhatItDoesOnce(t *testing.T) {
	var h Held
	down, up := func(k fyne.KeyName) { h.Down(&fyne.KeyEvent{Name: k}) }, func(k fyne.KeyName) { h.Up(&fyne.KeyEvent{Name: k}) }
	hears := func(what string, key fyne.KeyName, want bool) {
		t.Helper()
		if got := h.Again(key); got != want {
			t.Errorf("%s: again %t, want %t", what, got, want)
		}
	}
	hears("a key of which nobody heard that it was pressed", fyne.KeyReturn, false)
	hears("the same once more", fyne.KeyReturn, false)
	down(fyne.KeyReturn)
	hears("the press", fyne.KeyReturn, false)
	hears("it is held", fyne.KeyReturn, true)
	hears("another key meanwhile", fyne.KeyF6, false)
	down(fyne.KeyReturn) // that it was let go was told to somebody else
	hears("a second press", fyne.KeyReturn, false)
	up(fyne.KeyReturn)
	hears("it was let go", fyne.KeyReturn, false)
	down(fyne.KeyBackspace)
	hears("a key that is there to be held", fyne.KeyBackspace, false)
	hears("the same, held", fyne.KeyBackspace, false)
}
