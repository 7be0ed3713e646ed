package station

import (
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// button is a button that Enter presses, too, unless it is a scanner's.
type button struct {
	widget.Button
	s      *Station
	name   string
	byHand bool // neither Enter nor Space presses it: a key of its own does, or a touch
}

func (s *Station) button(name, label string, act func()) *button {
	b := &button{s: s, name: name}
	b.Text = label
	b.OnTapped = func() {
		s.touched()
		if s.page != nil {
			s.shown().focus = name
		}
		act()
	}
	b.ExtendBaseWidget(b)
	return b
}

// arrow is a button that goes a step back or forth.
func (s *Station) arrow(name string, step int, turn func(int)) *button {
	b := s.button(name, "", func() { turn(step) })
	if b.Icon = theme.NavigateBackIcon(); step > 0 {
		b.Icon = theme.NavigateNextIcon()
	}
	return b
}

// strong is the button of what is done most of the time.
func (b *button) strong() *button {
	b.Importance = widget.HighImportance
	return b
}

// chosen shows whether it is the one that is chosen.
func (b *button) chosen(is bool) {
	importance := widget.MediumImportance
	if is {
		importance = widget.HighImportance
	}
	if b.Importance != importance {
		b.Importance = importance
		b.Refresh()
	}
}

// MouseDown implements desktop.Mouseable.
func (b *button) MouseDown(*desktop.MouseEvent) { b.s.steady.Down() }

// MouseUp implements desktop.Mouseable.
func (b *button) MouseUp(*desktop.MouseEvent) { b.s.steady.Up() }

// MinSize implements fyne.Widget.
func (b *button) MinSize() fyne.Size {
	return b.Button.MinSize().Max(fyne.NewSize(rowHeight, rowHeight))
}

// FocusGained implements fyne.Focusable.
func (b *button) FocusGained() {
	b.Button.FocusGained()
	if b.s.page != nil {
		b.s.shown().reveal(b.name, b)
	}
	b.s.staff.reveal(b.name, b)
}

// KeyDown implements desktop.Keyable.
func (b *button) KeyDown(e *fyne.KeyEvent) { b.s.held.Down(e) }

// KeyUp implements desktop.Keyable.
func (b *button) KeyUp(e *fyne.KeyEvent) { b.s.held.Up(e) }

// TypedRune implements fyne.Focusable.
func (b *button) TypedRune(r rune) { b.s.typedRune(r) }

// TypedKey implements fyne.Focusable.
func (b *button) TypedKey(e *fyne.KeyEvent) {
	switch {
	case b.s.held.Again(e.Name), b.s.typedKey(e):
	case b.Disabled():
	case e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter:
		if b.s.keys.enter() && !b.byHand {
			b.press()
		}
	case e.Name == fyne.KeySpace && !b.byHand && !b.s.keys.running(): // else it is in what a scanner reads
		b.press()
	}
}

// press does what a tap does, after which a button of Fyne has not got the keyboard any
// more: it stays where it was, unless what was done has moved it.
func (b *button) press() {
	b.Tapped(nil)
	if b.s.focusedName() == "" {
		b.s.focusName(b.name)
	}
}

// entry is a field in which Enter is heard of a hand alone.
type entry struct {
	widget.Entry
	s       *Station
	name    string
	digits  bool // takes digits alone, on whatever layout of the keyboard
	entered func()
	leave   func() // what Escape does while there is something in it; nil: nothing
}

func (s *Station) entry(name, placeHolder string, entered func()) *entry {
	e := &entry{s: s, name: name, entered: entered}
	e.PlaceHolder = placeHolder
	e.Wrapping, e.Scroll = fyne.TextWrapOff, container.ScrollHorizontalOnly
	e.ExtendBaseWidget(e)
	return e
}

// with puts words into the field, and the cursor behind them: whoever types goes on there.
func (e *entry) with(words string) {
	e.Text, e.CursorColumn = words, utf8.RuneCountInString(words)
}

// SetText puts a text in the place of what is there. Fyne would keep what of that was selected, and
// the second letter that is typed then would take the place of the first.
func (e *entry) SetText(text string) {
	e.unselect()
	e.Entry.SetText(text)
}

func (e *entry) unselect() { e.Entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd}) }

// again brings the keyboard to the field, with the words in it selected: whoever searches for
// something else types or pastes over them.
func (e *entry) again() {
	e.s.window.Canvas().Focus(e)
	e.Entry.TypedShortcut(&fyne.ShortcutSelectAll{})
}

// MinSize implements fyne.Widget.
func (e *entry) MinSize() fyne.Size { return e.Entry.MinSize().Max(fyne.NewSize(0, rowHeight)) }

// FocusGained implements fyne.Focusable.
func (e *entry) FocusGained() {
	e.Entry.FocusGained()
	e.s.letters.at = e.name
	if e.s.page != nil {
		e.s.shown().reveal(e.name, e)
	}
	e.s.staff.reveal(e.name, e)
}

// KeyDown implements desktop.Keyable.
func (e *entry) KeyDown(k *fyne.KeyEvent) {
	e.s.held.Down(k)
	e.Entry.KeyDown(k)
}

// KeyUp implements desktop.Keyable.
func (e *entry) KeyUp(k *fyne.KeyEvent) {
	e.s.held.Up(k)
	e.Entry.KeyUp(k)
}

// TypedRune implements fyne.Focusable.
func (e *entry) TypedRune(r rune) {
	e.s.touched()
	before := e.Text
	e.s.keys.letter(r, func() { e.SetText(before) })
	e.letter(r)
}

// letter takes a letter of a hand.
func (e *entry) letter(r rune) {
	if e.digits {
		d, ok := e.s.digits.Typed(r, e.Text == "")
		if !ok {
			return
		}
		r = rune(d)
	}
	e.Entry.TypedRune(r)
}

// TypedKey implements fyne.Focusable.
func (e *entry) TypedKey(k *fyne.KeyEvent) {
	switch {
	case e.s.held.Again(k.Name):
	case k.Name == fyne.KeyEscape && e.leave != nil && e.Text != "":
		e.leave()
	case e.s.typedKey(k):
	case k.Name == fyne.KeyReturn || k.Name == fyne.KeyEnter:
		if e.s.keys.enter() && e.entered != nil {
			e.s.touched()
			e.entered()
		}
	default:
		e.s.touched()
		e.Entry.TypedKey(k)
	}
}

// label is a line of words; wrapped breaks it where the words have marks for that, which
// Fyne only knows as spaces: the thinnest there is.
func label(words string) *widget.Label { return widget.NewLabel(words) }

func wrapped(words string) *widget.Label {
	l := widget.NewLabel(thin(words))
	l.Wrapping = fyne.TextWrapWord
	return l
}

// thin has the marks where a line may break as the spaces that Fyne knows.
func thin(words string) string { return strings.ReplaceAll(words, "\u200b", "\u200a") }

// bare has no such marks, for what leaves the screen.
func bare(words string) string { return strings.ReplaceAll(words, "\u200b", "") }

// plain are the words of a key without such marks.
func (s *Station) plain(key string, pairs ...any) string { return bare(s.say.Say(key, pairs...)) }

func bold(l *widget.Label) *widget.Label {
	l.TextStyle.Bold = true
	return l
}

func title(words string) *widget.Label {
	l := bold(widget.NewLabel(words))
	l.SizeName = "subHeadingText"
	return l
}

// wide gives an object at least that width.
func wide(width float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(&leastWidth{width}, o)
}

type leastWidth struct{ width float32 }

func (l *leastWidth) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[0].MinSize().Max(fyne.NewSize(l.width, 0))
}

func (l *leastWidth) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Move(fyne.NewPos(0, 0))
	objects[0].Resize(size)
}
