package kiosk

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"fyne.io/fyne/v2"

	"authenkiosk/ui/draw"
)

func TestThaiFromOutsideIsDividedBetweenWordsAndNeverWithinAStack(t *testing.T) {
	for in, want := range map[string][]string{
		"โรงพยาบาลส่งเสริมสุขภาพตำบลทดสอบ": {"โรงพยาบาล", "ส่งเสริม", "สุขภาพ", "ตำบล", "ทดสอบ"},
		"บริการฟอกเลือดด้วยเครื่องไตเทียม": {"บริการ", "ฟอกเลือด", "ด้วย", "เครื่อง", "ไตเทียม"},
		"ทดสอบ":      {"ทดสอบ"},
		"OPD/IPD/PP": {"OPD/IPD/PP"},
	} {
		if got := draw.DivideThai(in); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q", in, got)
		}
	}
}

func FuzzDividedThaiIsWholeAndNoPieceBeginsWithAMark(f *testing.F) {
	for _, s := range []string{"ไม่พบข้อมูลการลงทะเบียนของบุคคลในระบบ", "กิ์ญูฐู้น้ำ", "ำำำำำำำำำำำำ", "เเเเเเเเเเเเเเเ", "พระๆพระๆพระๆพระๆ", "\xe0\xb8\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			t.Skip()
		}
		pieces := draw.DivideThai(s)
		if strings.Join(pieces, "") != s {
			t.Errorf("%q became %q", s, pieces)
		}
		for _, p := range pieces[min(1, len(pieces)):] {
			if r, _ := utf8.DecodeRuneInString(p); draw.FollowsLetter(r) {
				t.Errorf("%q begins with a mark", p)
			}
		}
	})
}

func TestLinesAreEvenAndNoWordIsLeftOver(t *testing.T) {
	w := draw.Wrapper{Size: 40, Width: 620}
	lines, fits := w.Wrap("Please take it out and insert your own card again", 3)
	if !fits || len(lines) < 2 {
		t.Fatalf("%q", lines)
	}
	if last := lines[len(lines)-1]; len(strings.Fields(last)) < 2 {
		t.Errorf("%q is left over", last)
	}
	if got := strings.Join(lines, " "); got != "Please take it out and insert your own card again" {
		t.Errorf("the words became %q", got)
	}
}

func TestALineNeverShowsAMarkOfABreak(t *testing.T) {
	w := draw.Wrapper{Size: 40, Width: 300}
	lines, _ := w.Wrap("กรุณา\u200Bเสียบ\u200Bบัตร\u200Bประชาชน เพื่อ\u200Bรับ\u200Bรหัส", 9)
	if got := strings.Join(lines, ""); strings.Contains(got, draw.ZeroWidthSpace) || len(lines) < 2 {
		t.Errorf("%q", lines)
	}
}

func TestWordsFromOutsideThatDoNotFitEndInAnEllipsis(t *testing.T) {
	long := strings.Repeat("โรงพยาบาลส่งเสริมสุขภาพตำบล", 8)
	in := draw.TextInput{Words: long, At: draw.Area{X: 0, Y: 0, W: 400, H: 60}, Style: draw.TextStyle{Size: 30, Lines: 1, Cut: true}, Geo: draw.GeometryOf(fyne.NewSize(1080, 1920), draw.TextNormal)}
	lines, _, fits := draw.FitText(in)
	if !fits || len(lines) != 1 || !strings.HasSuffix(lines[0], "…") {
		t.Errorf("fits %t: %q", fits, lines)
	}
	in.Words, in.At = "appointments-and-billing", draw.Area{X: 0, Y: 0, W: 200, H: 60}
	if lines, _, _ := draw.FitText(in); len(lines) != 1 || !strings.HasPrefix(lines[0], "appoint") || !strings.HasSuffix(lines[0], "…") {
		t.Errorf("of one long word is left %q", lines)
	}
	in.Words, in.At = "น้ำน้ำน้ำน้ำ", draw.Area{X: 0, Y: 0, W: 60, H: 60}
	if lines, _, _ := draw.FitText(in); len(lines) != 1 || strings.Trim(lines[0], "น้ำ") != "…" || strings.HasSuffix(lines[0], "น…") || strings.HasSuffix(lines[0], "น้…") {
		t.Errorf("a letter is parted from its marks: %q", lines)
	}
	in.Words, in.At = long, draw.Area{X: 0, Y: 0, W: 400, H: 60}
	in.Style.Cut = false
	if _, _, fits := draw.FitText(in); fits {
		t.Error("our own words are said to fit although they do not")
	}
}

func TestTextIsNotDrawnAgainWhenNothingHasChanged(t *testing.T) {
	k := shown(t, sampleOptions(), modelOf(t, "confirm"), panels[0])
	before := k.s.Pool["confirm/text/value-person"].Piece.(*draw.Text).Lines[0]
	before.Text = "seen"
	k.Show(k.model)
	if after := k.s.Pool["confirm/text/value-person"].Piece.(*draw.Text).Lines[0]; after != before || after.Text != "seen" {
		t.Error("drawn again")
	}
}

func TestAQRCodeIsOfWholePixelsWithAQuietZone(t *testing.T) {
	for _, size := range panels {
		k := shown(t, sampleOptions(), modelOf(t, "line"), size)
		checkQR(t, size, k.s.Pool["line/qr/line"].Piece.(*draw.QR))
		k = shown(t, sampleOptions(), modelOf(t, "result-printed"), size)
		checkQR(t, size, k.s.Pool["result/qr/code"].Piece.(*draw.QR))
	}
}

func checkQR(t *testing.T, size fyne.Size, q *draw.QR) {
	t.Helper()
	side := q.Image.Size().Width
	if n := side / float32(q.Modules); n != float32(int(n)) || n < 3 {
		t.Errorf("%v: %v pixels a module", size, n)
	}
	for i := range q.Modules * draw.QuietZone {
		if q.Image.Image.At(i%q.Modules, i/q.Modules) != q.Image.Image.At(0, 0) {
			t.Fatal("the quiet zone is not empty")
		}
	}
}
