package kiosk

import (
	"fyne.io/fyne/v2"

	"authenkiosk/ui/draw"
	"authenkiosk/visit/flow"
)

// Attach makes the window's keyboard work for the kiosk and has its full screen
// looked after. The content is set by the caller.
func (k *Kiosk) Attach(w fyne.Window) {
	k.window = w
	k.s.Later = fyne.Do
	// Without a graphics card every pixel costs, and one that is painted twice costs twice.
	k.s.Parts = true
	if t, ok := fyne.CurrentApp().Settings().Theme().(draw.Theme); ok {
		k.behind = t.Colors.Ground
	}
	w.Canvas().SetOnTypedRune(k.typedRune)
	w.Canvas().SetOnTypedKey(k.typedKey)
}

// What a key means is passed on once it is certain that no scanner typed it.
func (k *Kiosk) typedRune(r rune) { k.keyboard.press(k.send(k.eventOfRune(r)), false) }

// eventOfRune tells what a letter means on the present screen.
func (k *Kiosk) eventOfRune(r rune) flow.Event {
	if !k.typing() || k.layered() {
		return flow.Touched{}
	}
	x := k.model.Session
	d, ok := k.digits.Typed(r, x.PhoneInput+x.PIDInput == "")
	if !ok {
		return flow.Touched{}
	}
	return flow.TapDigit{Digit: d}
}

// typing reports whether the screen has a keypad.
func (k *Kiosk) typing() bool {
	return k.model.State == flow.PhoneEntry || k.model.State == flow.PIDEntry
}

// layered reports whether a layer hides the screen: what cannot be seen must not be
// worked by keys either.
func (k *Kiosk) layered() bool { return k.model.Warning || k.model.Help }

func (k *Kiosk) typedKey(e *fyne.KeyEvent) {
	k.keyboard.press(k.send(k.eventOfKey(e.Name)), e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter)
}

// eventOfKey tells what a key means on the present screen. Enter means nothing
// anywhere: scanners end with it, and a visit is confirmed by a hand.
func (k *Kiosk) eventOfKey(key fyne.KeyName) flow.Event {
	switch {
	case k.model.Warning:
	case k.model.Help && key == fyne.KeyEscape:
		return flow.TapHelp{}
	case k.model.Help:
	case k.typing() && key == fyne.KeyBackspace:
		return flow.TapBackspace{}
	case k.typing() && key == fyne.KeyDelete:
		return flow.TapClear{}
	case k.typing() && key == fyne.KeyEscape:
		return flow.TapBack{}
	}
	return flow.Touched{}
}
