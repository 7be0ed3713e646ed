package draw

import "fyne.io/fyne/v2"

// Keypad is ten digits, one key that takes the last digit away and one that
// takes all.
type Keypad struct {
	Digit      func(byte)
	Backspace  func()
	Clear      func()
	ClearLabel string
	EraseLabel string
}

// Keypad draws the keys in four rows of three.
func (s *Sheet) Keypad(at Area, k Keypad) {
	keys := "123456789c0b"
	for i, row := range at.Rows(4, Gap) {
		for j, cell := range row.Columns(3, Gap) {
			key := keys[i*3+j]
			switch key {
			case 'c':
				s.Button(cell, Button{Name: "clear", Label: k.ClearLabel, Kind: Quiet, Size: 30, Act: k.Clear})
			case 'b':
				s.Button(cell, Button{Name: "backspace", Label: k.EraseLabel, Icon: "backspace", Kind: Quiet, Size: 30, Act: k.Backspace})
			default:
				s.digit(cell, key, k.Digit)
			}
		}
	}
}

func (s *Sheet) digit(at Area, d byte, act func(byte)) {
	name := "digit-" + string(rune(d))
	c := s.ButtonColors(Button{Name: name, Kind: Quiet})
	s.Box(name, at, BoxStyle{Fill: c.Fill, Stroke: c.Stroke, Width: Border, Radius: Radius})
	size := min(64, at.H*0.62/s.Geo.Text)
	s.Text(name, at, string(rune(d)), TextStyle{Size: size, Bold: true, Color: c.Label, Align: fyne.TextAlignCenter, Lines: 1})
	s.Target(name, name, at, string(rune(d)), func() { act(d) })
}
