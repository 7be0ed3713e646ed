package setup

import (
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"authenkiosk/ui/draw"
)

// finger is the least height of what can be touched.
const finger = 44

// button is a button that Enter presses, too.
type button struct {
	widget.Button
	s    *Screen
	name string
}

func (s *Screen) button(name, label string, act func()) *button {
	b := &button{s: s, name: name}
	b.Text = spaced(label)
	b.OnTapped = func() {
		s.o.Touched()
		act()
	}
	b.ExtendBaseWidget(b)
	return b
}

// Name is that of the layout for tests.
func (b *button) Name() string { return b.name }

// MouseDown implements desktop.Mouseable.
func (b *button) MouseDown(*desktop.MouseEvent) { b.s.steady.Down() }

// MouseUp implements desktop.Mouseable.
func (b *button) MouseUp(*desktop.MouseEvent) { b.s.steady.Up() }

// MinSize implements fyne.Widget.
func (b *button) MinSize() fyne.Size { return b.Button.MinSize().Max(fyne.NewSize(finger, finger)) }

// KeyDown implements desktop.Keyable.
func (b *button) KeyDown(e *fyne.KeyEvent) { b.s.o.Held.Down(e) }

// KeyUp implements desktop.Keyable.
func (b *button) KeyUp(e *fyne.KeyEvent) { b.s.o.Held.Up(e) }

// TypedKey implements fyne.Focusable.
func (b *button) TypedKey(e *fyne.KeyEvent) {
	switch {
	case b.s.o.Held.Again(e.Name), b.s.typedKey(e), b.Disabled():
	case e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter || e.Name == fyne.KeySpace:
		name := b.name
		b.Tapped(nil)
		if b.s.focusedName() == "" {
			b.s.focusName(name)
		}
	}
}

// entry is a field for a text.
type entry struct {
	widget.Entry
	s      *Screen
	name   string
	digits bool // takes digits alone, on whatever layout of the keyboard
	keys   draw.Digits
}

// Name is that of the layout for tests.
func (e *entry) Name() string { return e.name }

// FocusGained implements fyne.Focusable.
func (e *entry) FocusGained() {
	e.Entry.FocusGained()
	e.s.typing = e.name
	e.s.lettersFor(e.name)
	e.s.reveal(e)
}

// FocusLost implements fyne.Focusable.
func (e *entry) FocusLost() {
	e.Entry.FocusLost()
	if e.s.typing == e.name {
		e.s.typing = ""
		e.s.showWrong()
	}
}

// MinSize implements fyne.Widget.
func (e *entry) MinSize() fyne.Size { return e.Entry.MinSize().Max(fyne.NewSize(0, finger)) }

// KeyDown implements desktop.Keyable.
func (e *entry) KeyDown(k *fyne.KeyEvent) {
	e.s.o.Held.Down(k)
	e.Entry.KeyDown(k)
}

// KeyUp implements desktop.Keyable.
func (e *entry) KeyUp(k *fyne.KeyEvent) {
	e.s.o.Held.Up(k)
	e.Entry.KeyUp(k)
}

// TypedRune implements fyne.Focusable.
func (e *entry) TypedRune(r rune) {
	if e.digits {
		d, ok := e.keys.Typed(r, e.Text == "")
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
	case e.s.o.Held.Again(k.Name), e.s.typedKey(k):
	case k.Name == fyne.KeyReturn || k.Name == fyne.KeyEnter:
		e.s.entered(e)
	default:
		e.Entry.TypedKey(k)
	}
}

// TypedShortcut implements fyne.Shortcutable.
func (e *entry) TypedShortcut(c fyne.Shortcut) {
	if !e.s.o.Shortcut(c) {
		e.Entry.TypedShortcut(c)
	}
}

// entry makes a field with a text in it.
func (s *Screen) entry(name, text string, typed func(string)) *entry {
	e := &entry{s: s, name: name}
	e.Wrapping, e.Scroll = fyne.TextWrapOff, container.ScrollHorizontalOnly
	e.Text, e.CursorColumn = text, utf8.RuneCountInString(text)
	e.OnChanged = typed
	e.ExtendBaseWidget(e)
	return e
}

// message is a line of words in a colour of its own; empty: it is not there.
type message struct{ *widget.Label }

func newMessage(i widget.Importance) *message {
	l := widget.NewLabel("")
	l.Wrapping, l.Importance = fyne.TextWrapWord, i
	l.Hide()
	return &message{l}
}

func (m *message) say(words string) {
	m.SetText(spaced(words))
	if words == "" {
		m.Hide()
	} else {
		m.Show()
	}
}

// spaced has marks for breaks as Fyne knows them: as the thinnest spaces.
func spaced(words string) string { return strings.ReplaceAll(words, "\u200b", "\u200a") }

func wrapped(words string) *widget.Label {
	l := widget.NewLabel(spaced(words))
	l.Wrapping = fyne.TextWrapWord
	return l
}

func bold(l *widget.Label) *widget.Label {
	l.TextStyle.Bold = true
	return l
}

func title(words string) *widget.Label {
	l := bold(wrapped(words))
	l.SizeName = theme.SizeNameSubHeadingText
	return l
}

// flow puts objects beside each other, and in further lines where there is no room. How high
// it is depends on how wide it is, which layouts of Fyne are not told: it keeps the width of
// before, in a place that outlives it, and has all laid out once more when that was another.
type flow struct {
	width *float32
	again func()
}

const gap = 6

// flow makes one; the name tells it from the others of the screen.
func (s *Screen) flow(name string) *fyne.Container {
	if s.widths[name] == nil {
		s.widths[name] = new(float32)
	}
	return container.New(&flow{s.widths[name], func() { fyne.Do(s.root.Refresh) }})
}

// MinSize implements fyne.Layout.
func (f *flow) MinSize(objects []fyne.CanvasObject) (is fyne.Size) {
	for _, o := range objects {
		is = is.Max(o.MinSize())
	}
	if *f.width > 0 { // else it is taken to be wide
		is.Height = f.place(objects, max(*f.width, is.Width), func(fyne.CanvasObject, fyne.Position, fyne.Size) {})
	}
	return is
}

// Layout implements fyne.Layout.
func (f *flow) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	if *f.width != size.Width && len(objects) > 0 {
		before := f.MinSize(objects).Height
		*f.width = size.Width
		if f.MinSize(objects).Height != before {
			f.again()
		}
	}
	f.place(objects, size.Width, func(o fyne.CanvasObject, at fyne.Position, is fyne.Size) {
		o.Move(at)
		o.Resize(is)
	})
}

func (f *flow) place(objects []fyne.CanvasObject, width float32, put func(fyne.CanvasObject, fyne.Position, fyne.Size)) (height float32) {
	var at fyne.Position
	for _, o := range objects {
		is := o.MinSize()
		if at.X > 0 && at.X+is.Width > width {
			at = fyne.NewPos(0, height+gap)
		}
		put(o, at, fyne.NewSize(min(is.Width, width), is.Height))
		at.X += is.Width + gap
		height = max(height, at.Y+is.Height)
	}
	return height
}
