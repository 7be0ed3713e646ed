package draw

import "strings"

// thaiKeys are the letters of the Thai keyboard (Kedmanee) by those that stand on the same
// keys of an English one: a keyboard that was left in Thai types them.
var thaiKeys = func() map[rune]rune {
	keys := map[rune]rune{}
	for _, row := range [][2]string{
		{"1234567890-=", "ๅ/-ภถุึคตจขช"},
		{"qwertyuiop[]", "ๆไำพะัีรนยบล"},
		{"asdfghjkl;'", "ฟหกดเ้่าสวง"},
		{"zxcvbnm,./", "ผปแอิืทมใฝ"},
		{"QWERTYUIOP{}", "๐\"ฎฑธํ๊ณฯญฐ,"},
		{"ASDFGHJKL:\"", "ฤฆฏโฌ็๋ษศซ."},
		{"ZXCVBNM<>?", "()ฉฮฺ์?ฒฬฦ"},
	} {
		thai := []rune(row[1])
		for i, latin := range row[0] {
			keys[thai[i]] = latin
		}
	}
	for d := rune(0); d <= 9; d++ { // whoever types Thai digits means digits
		keys['๐'+d] = '0' + d
	}
	return keys
}()

// Digit returns the digit that a key stands for, on whatever layout of the keyboard.
func Digit(r rune) (byte, bool) {
	if latin, ok := thaiKeys[r]; ok {
		r = latin
	}
	return byte(r), r >= '0' && r <= '9'
}

// Digits reads a number as it is typed, key by key. A hyphen and a slash part its groups on an
// English keyboard, and are the keys of 3 and 2 on one that was left in Thai: the key before tells
// which they are. No number begins with one that parts.
type Digits struct{ english bool }

// Typed returns the digit of a key. first says that nothing of the number stands there yet.
func (d *Digits) Typed(r rune, first bool) (digit byte, ok bool) {
	digit, ok = Digit(r)
	switch {
	case r == '-' || r == '/':
		d.english = d.english && !first
		return digit, !d.english
	case ok:
		d.english = r <= '9'
	}
	return digit, ok
}

// FromThaiKeys returns what was typed as an English keyboard has it, if it was typed on a
// Thai one.
func FromThaiKeys(typed string) string {
	if !strings.ContainsFunc(typed, isThai) {
		return typed
	}
	return strings.Map(func(r rune) rune {
		if latin, ok := thaiKeys[r]; ok {
			return latin
		}
		return r
	}, typed)
}
