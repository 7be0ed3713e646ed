package draw

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// Held knows which keys are held down. Fyne tells of a key that stays down again and again, thirty
// times a second, and does not say that it was pressed once: a slip would be printed as often. It
// belongs to the goroutine of the window.
type Held struct {
	done map[fyne.KeyName]bool // of each key that is down, whether it has done what it does
}

// deeds are the keys that do something once for each press. Any other is pressed down to come
// again: an arrow, Backspace, a letter.
var deeds = []fyne.KeyName{
	fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace, fyne.KeyEscape,
	fyne.KeyF1, fyne.KeyF2, fyne.KeyF3, fyne.KeyF4, fyne.KeyF5, fyne.KeyF6, fyne.KeyF7, fyne.KeyF8, fyne.KeyF9, fyne.KeyF10, fyne.KeyF11, fyne.KeyF12,
}

// Down hears that a key was pressed.
func (h *Held) Down(e *fyne.KeyEvent) {
	if h.done == nil {
		h.done = map[fyne.KeyName]bool{}
	}
	h.done[e.Name] = false
}

// Up hears that it was let go.
func (h *Held) Up(e *fyne.KeyEvent) { delete(h.done, e.Name) }

// Again is asked once for everything that is typed, and reports whether it comes from a key that
// has done what it does and is still down. Of a key of which nobody heard that it was pressed it is
// not known.
func (h *Held) Again(key fyne.KeyName) bool {
	done, down := h.done[key]
	if !down || !slices.Contains(deeds, key) {
		return false
	}
	h.done[key] = true
	return done
}

// Listen has it hear of keys that are pressed while nothing has the keyboard. Whatever can have it
// tells of them itself.
func (h *Held) Listen(w fyne.Window) {
	if c, is := w.Canvas().(desktop.Canvas); is {
		c.SetOnKeyDown(h.Down)
		c.SetOnKeyUp(h.Up)
	}
}
