package draw

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	_ "fyne.io/fyne/v2/test" // gives the tests an application, which measures texts
)

func TestWordsFromOutsideThatDoNotFitEndInAnEllipsis(t *testing.T) {
	long := strings.Repeat("โรงพยาบาลส่งเสริมสุขภาพตำบล", 8)
	in := textInput{Words: long, At: Area{X: 0, Y: 0, W: 400, H: 60}, Style: TextStyle{Size: 30, Lines: 1, Cut: true}, Geo: GeometryOf(fyne.NewSize(1080, 1920), TextNormal)}
	lines, _, fits := fitText(in)
	if !fits || len(lines) != 1 || !strings.HasSuffix(lines[0], "…") {
		t.Errorf("fits %t: %q", fits, lines)
	}
	in.Words, in.At = "appointments-and-billing", Area{X: 0, Y: 0, W: 200, H: 60}
	if lines, _, _ := fitText(in); len(lines) != 1 || !strings.HasPrefix(lines[0], "appoint") || !strings.HasSuffix(lines[0], "…") {
		t.Errorf("of one long word is left %q", lines)
	}
	in.Words, in.At = "น้ำน้ำน้ำน้ำ", Area{X: 0, Y: 0, W: 60, H: 60}
	if lines, _, _ := fitText(in); len(lines) != 1 || strings.Trim(lines[0], "น้ำ") != "…" || strings.HasSuffix(lines[0], "น…") || strings.HasSuffix(lines[0], "น้…") {
		t.Errorf("a letter is parted from its marks: %q", lines)
	}
	in.Words, in.At = long, Area{X: 0, Y: 0, W: 400, H: 60}
	in.Style.Cut = false
	if _, _, fits := fitText(in); fits {
		t.Error("our own words are said to fit although they do not")
	}
}
