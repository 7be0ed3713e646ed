package privatelog

import (
	"strings"
	"unicode/utf8"

	"authenkiosk/visit"
)

// run is a text of digits in groups.
type run struct {
	text   string
	digits []byte // as ASCII
	at     []int  // where each digit begins in the text
	end    []int  // and ends
}

func runOf(text string) run {
	r := run{text: text}
	for i, c := range text {
		switch {
		case '0' <= c && c <= '9':
			r.digits = append(r.digits, byte(c))
		case '๐' <= c && c <= '๙':
			r.digits = append(r.digits, byte('0'+c-'๐'))
		default:
			continue
		}
		r.at, r.end = append(r.at, i), append(r.end, i+utf8.RuneLen(c))
	}
	return r
}

// begins and ends tell whether a group does so with that digit.
func (r run) begins(i int) bool { return i == 0 || r.end[i-1] != r.at[i] }
func (r run) ends(i int) bool   { return i == len(r.digits)-1 || r.at[i+1] != r.end[i] }

// A phone number has so many digits, from those of a landline to those of a mobile
// with the country's code.
const (
	shortestPhone = 9
	longestPhone  = 11
)

// number returns the placeholder and the length of a number that begins with that
// digit; nothing for none. A PID may stand anywhere among digits, a phone number is
// a group of them, or several.
func (r run) number(i int) (hidden string, length int) {
	if n := visit.PIDLength; i+n <= len(r.digits) {
		if _, err := visit.ParsePID(string(r.digits[i : i+n])); err == nil {
			return hiddenPID, n
		}
	}
	if !r.begins(i) {
		return "", 0
	}
	for n := longestPhone; n >= shortestPhone; n-- {
		if i+n > len(r.digits) || !r.ends(i+n-1) {
			continue
		}
		if isPhone(string(r.digits[i : i+n])) {
			return hiddenPhone, n
		}
	}
	return "", 0
}

func isPhone(digits string) bool {
	if abroad, ok := strings.CutPrefix(digits, "66"); ok {
		digits = "0" + abroad
	}
	_, err := visit.ParsePhone(digits)
	return err == nil
}

// cleanRun hides the numbers in a run of digits. Those that overlap become one, as
// nobody knows which it is.
func cleanRun(text string) string {
	r := runOf(text)
	var b strings.Builder
	done := 0 // of the text
	for i := 0; i < len(r.digits); {
		hidden, n := r.number(i)
		if n == 0 {
			i++
			continue
		}
		last := i + n
		for j := i + 1; j < last; j++ {
			other, n := r.number(j)
			last = max(last, j+n)
			if other == hiddenPID {
				hidden = other
			}
		}
		b.WriteString(strings.TrimSuffix(text[done:r.at[i]], "+"))
		b.WriteString(hidden)
		done, i = r.end[last-1], last
	}
	return b.String() + text[done:]
}
