package draw

// Letters are the keys of a keyboard to touch, as they lie on keyboards in Thailand.
type Letters struct{ Thai, Shift bool }

// Rows returns the letters of each row, below a row of digits.
func (l Letters) Rows() []string {
	rows := map[Letters][]string{
		{}:                        {"qwertyuiop@", "asdfghjkl:_", "zxcvbnm./"},
		{Shift: true}:             {"QWERTYUIOP@", "ASDFGHJKL:_", "ZXCVBNM./"},
		{Thai: true}:              {"ๅ/ภถุึคตจขช", "ๆไำพะัีรนยบล", "ฟหกดเ้่าสวงฃ", "ผปแอิืทมใฝ"},
		{Thai: true, Shift: true}: {"ูฎฑธํ๊ณฯญฐฅ", "ฤฆฏโฌ็๋ษศซ.,", "()ฉฮฺ์ฒฬฦ"},
	}
	return append([]string{"1234567890-"}, rows[l]...)
}

// OnKey is a letter as a key shows it: marks stand on a letter.
func OnKey(r rune) string {
	if r == 'ั' || 'ิ' <= r && r <= 'ฺ' || '็' <= r && r <= '๎' {
		return "อ" + string(r)
	}
	return string(r)
}
