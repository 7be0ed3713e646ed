package document

import (
	"strconv"
	"strings"
)

const mmPerInch = 25.4

// ParseMedia reads the size of a sheet from a self-describing name of PWG 5101.1,
// like iso_a4_210x297mm or na_letter_8.5x11in. Other names are the zero page.
func ParseMedia(name string) Page {
	size := name[strings.LastIndex(name, "_")+1:]
	unit := 1.0
	digits, ok := strings.CutSuffix(size, "mm")
	if !ok {
		if digits, ok = strings.CutSuffix(size, "in"); !ok {
			return Page{}
		}
		unit = mmPerInch
	}
	w, h, ok := strings.Cut(digits, "x")
	if !ok {
		return Page{}
	}
	width, err1 := strconv.ParseFloat(w, 64)
	height, err2 := strconv.ParseFloat(h, 64)
	// The biggest sheet in use is A0; NaN fails here as well.
	if sane := func(mm float64) bool { return mm >= 10 && mm <= 2000 }; err1 != nil || err2 != nil || !sane(width*unit) || !sane(height*unit) {
		return Page{}
	}
	return Page{width * unit, height * unit}
}
