// Package printer makes slips: it lays a slip out as a picture and hands it to a
// printer. Text is shaped (Thai marks need it) and lines are set by their ink,
// so that no tone mark is ever cut. It knows no patient flow and no screen.
package printer

// Widths of the printable area in dots, at 8 dots per millimetre (203 dpi).
const (
	Width80mm = 576
	Width58mm = 384
)

// Limits of a slip.
const (
	// minWidth is the narrowest picture in which a QR code of a visit fits.
	minWidth = 300
	maxWidth = 1200
	// maxText is how many characters of one text are used; the longest names of
	// claim types and hospitals have about 120.
	maxText = 400
	// maxLines is how many lines one text may take.
	maxLines = 6
	// minPx is the smallest size of letters, in dots: 1.75 mm, the smallest that
	// a thermal printer draws legibly.
	minPx = 14
)

// WidthPx returns the printable dots of a paper of 58 or 80 mm.
func WidthPx(paperMM int) int {
	if paperMM == 58 {
		return Width58mm
	}
	return Width80mm
}
