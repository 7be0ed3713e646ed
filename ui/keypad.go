package ui

import "fyne.io/fyne/v2"

// keypad is ten digits, one key that takes the last digit away and one that
// takes all.
type keypad struct {
	digit      func(byte)
	backspace  func()
	clear      func()
	clearLabel string
	eraseLabel string
}

// keypad draws the keys in four rows of three.
func (s *sheet) keypad(at area, k keypad) {
	keys := "123456789c0b"
	for i, row := range at.rows(4, gap) {
		for j, cell := range row.columns(3, gap) {
			key := keys[i*3+j]
			switch key {
			case 'c':
				s.button(cell, button{name: "clear", label: k.clearLabel, kind: quiet, size: 30, act: k.clear})
			case 'b':
				s.button(cell, button{name: "backspace", label: k.eraseLabel, icon: "backspace", kind: quiet, size: 30, act: k.backspace})
			default:
				s.digit(cell, key, k.digit)
			}
		}
	}
}

func (s *sheet) digit(at area, d byte, act func(byte)) {
	name := "digit-" + string(rune(d))
	c := s.buttonColors(button{name: name, kind: quiet})
	s.box(name, at, boxStyle{fill: c.fill, stroke: c.stroke, width: border, radius: radius})
	size := min(64, at.h*0.62/s.geo.text)
	s.text(name, at, string(rune(d)), textStyle{size: size, bold: true, color: c.label, align: fyne.TextAlignCenter, lines: 1})
	s.target(name, name, at, string(rune(d)), func() { act(d) })
}
