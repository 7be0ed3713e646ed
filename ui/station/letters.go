package station

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"authenkiosk/ui/draw"
)

// letters is a keyboard to touch, for a desk at which nobody has another one at hand. The page
// for a new visit has a keypad of its own, and so has whoever signs in.
type letters struct {
	s    *Station
	on   bool
	keys draw.Letters
	at   string // the field that has had the keyboard last
	box  *fyne.Container
}

// build makes it below a page with fields, and returns the button that shows it. Both are nil
// on a page without any.
func (l *letters) build(inside fyne.CanvasObject) (keys fyne.CanvasObject, turn *button) {
	l.box = nil
	each(inside, func(o fyne.CanvasObject) {
		if _, is := o.(*entry); is && l.box == nil {
			l.box = container.NewVBox()
		}
	})
	if l.box == nil {
		return nil, nil
	}
	turn = l.s.button("letters", l.s.say.Say("station.letters"), func() {
		l.on = !l.on
		turn.chosen(l.on)
		l.show()
		l.s.root.Refresh() // the page makes room
	})
	turn.chosen(l.on)
	l.show()
	return l.box, turn
}

// show makes the keys anew.
func (l *letters) show() {
	l.box.Objects = nil
	defer l.box.Refresh()
	if !l.on {
		return
	}
	for _, row := range l.keys.Rows() {
		line := container.New(layout.NewGridLayoutWithColumns(len([]rune(row))))
		for _, r := range row {
			line.Add(l.s.button("key-"+string(r), draw.OnKey(r), func() { l.touch(func(e *entry) { e.letter(r) }) }))
		}
		l.box.Add(line)
	}
	l.box.Add(container.New(layout.NewGridLayoutWithColumns(5),
		l.s.button("key-shift", "⇧", func() { l.keys.Shift = !l.keys.Shift; l.show() }),
		l.s.button("key-letters", "ABC/ไทย", func() { l.keys.Thai = !l.keys.Thai; l.show() }),
		l.s.button("key-space", l.s.say.Say("station.letters.space"), func() { l.touch(func(e *entry) { e.letter(' ') }) }),
		l.s.button("key-back", "⌫", func() { l.touch(func(e *entry) { e.Entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyBackspace}) }) }),
		l.s.button("key-enter", "Enter", func() {
			l.touch(func(e *entry) {
				if e.entered != nil {
					e.entered()
				}
			})
		}),
	))
}

// touch has the field in which the keyboard was last take a key. Fyne has taken the keyboard
// from it for the touch.
func (l *letters) touch(take func(*entry)) {
	var at *entry
	each(l.s.root, func(o fyne.CanvasObject) {
		if e, is := o.(*entry); is && (at == nil || e.name == l.at) {
			at = e
		}
	})
	if at == nil {
		return
	}
	page := l.s.page
	take(at)
	if l.s.page == page && l.s.focusedName() == "" { // else it has led on
		l.s.focusName(at.name)
	}
}
