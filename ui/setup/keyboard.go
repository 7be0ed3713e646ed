package setup

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	model "authenkiosk/app/setup"
	"authenkiosk/ui/draw"
)

// buildKeyboard makes the letters, if somebody wants to touch them.
func (s *Screen) buildKeyboard() {
	s.keys.Objects = nil
	defer s.keys.Refresh()
	if !s.letters || len(s.entries) == 0 {
		return
	}
	for _, row := range (draw.Letters{Thai: s.thai, Shift: s.shift}).Rows() {
		line := container.New(layout.NewGridLayoutWithColumns(len([]rune(row))))
		for _, r := range row {
			line.Add(s.button("key-"+string(r), draw.OnKey(r), func() { s.touch(func(e *entry) { e.TypedRune(r) }) }))
		}
		s.keys.Add(line)
	}
	say := s.say()
	s.keys.Add(container.New(layout.NewGridLayoutWithColumns(4),
		s.button("key-shift", say.Say("setup.key.shift"), func() { s.shift = !s.shift; s.buildKeyboard() }),
		s.button("key-letters", say.Say("setup.key.letters"), func() { s.thai = !s.thai; s.buildKeyboard() }),
		s.button("key-space", say.Say("setup.key.space"), func() { s.touch(func(e *entry) { e.TypedRune(' ') }) }),
		s.button("key-back", "⌫", func() { s.touch(func(e *entry) { e.Entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyBackspace}) }) }),
	))
}

// lettersFor has the letters that a field mostly takes.
func (s *Screen) lettersFor(field string) {
	if field == s.at {
		return
	}
	s.at = field
	s.thai, s.shift = field == "unit.name" || field == model.Operator || field == model.Clerk, false
	s.buildKeyboard()
}

// touch lets the field in which the keyboard was last take a letter.
func (s *Screen) touch(take func(*entry)) {
	if len(s.entries) == 0 {
		return
	}
	at := s.entries[0]
	for _, e := range s.entries {
		if e.name == s.at {
			at = e
		}
	}
	take(at)
	if s.window != nil {
		s.window.Canvas().Focus(at)
	}
}
