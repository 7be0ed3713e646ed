package flow

// keyed is what a key makes of the digits on a keypad. A number that is already wrong
// takes no more of them: the reason stays in sight until something is taken away.
func keyed(digits string, e Event, more bool) string {
	switch e := e.(type) {
	case TapDigit:
		if more && '0' <= e.Digit && e.Digit <= '9' {
			return digits + string(rune(e.Digit))
		}
	case TapBackspace:
		return digits[:max(len(digits)-1, 0)]
	case TapClear:
		return ""
	}
	return digits
}
