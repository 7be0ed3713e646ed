package printer

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"authenkiosk/visit"
)

func somePen(t testing.TB) *pen {
	t.Helper()
	p, err := newPen()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestThaiLinesBreakBetweenWordsOnly(t *testing.T) {
	p := somePen(t)
	words := strings.Split("โปรด|นั่ง|รอ|เรียก|ชื่อ|ที่|หน้า|ห้อง|ตรวจ", "|")
	rows, fits := fill(p.measure(split(p.clean(strings.Join(words, zw))), false), 30, 200)
	if !fits || len(rows) < 2 || strings.Join(rows, "") != strings.Join(words, "") {
		t.Fatalf("rows %q", rows)
	}
	for _, row := range rows {
		if !endsWithWord(row, words) || strings.Contains(row, zw) {
			t.Errorf("row %q ends inside a word", row)
		}
	}
}

func endsWithWord(row string, words []string) bool {
	for _, w := range words {
		if strings.HasSuffix(row, w) {
			return true
		}
	}
	return false
}

func TestALongWordShrinksFirstAndIsCutAtTheSmallestSizeOnly(t *testing.T) {
	p := somePen(t)
	for _, c := range []struct {
		name, text string
		px, lines  int
	}{
		{"fits as it is", "สั้น", 40, 1},
		{"shrinks", strings.Repeat("ป๊ำ", 12), 0, 1},
		{"is cut", strings.Repeat("ป๊ำ", 60), minPx, 4},
	} {
		got := p.paragraph(c.text, style{px: 40}, 300, 4)
		if len(got) == 0 || len(got) > c.lines {
			t.Errorf("%s: %d lines", c.name, len(got))
			continue
		}
		if px := got[0].style.px; c.px != 0 && px != c.px || px < minPx {
			t.Errorf("%s: size %d", c.name, px)
		}
		for _, l := range got {
			if l.width() > 300 {
				t.Errorf("%s: %d dots wide", c.name, l.width())
			}
		}
	}
}

func TestClustersKeepMarksAndVowelsWithTheirConsonant(t *testing.T) {
	got := clusters("เก็บน้ำใจ")
	if want := []string{"เก็", "บ", "น้ำ", "ใจ"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestTextsAreCleaned(t *testing.T) {
	p := somePen(t)
	for in, want := range map[string]string{
		"a\tb\nc": "a b c", "a\x00\u202Eb": "ab", "ก" + zw + "ข": "ก" + zw + "ข", "✓ 漢": "? ?", "a\xffb": "a?b",
	} {
		if got := p.clean(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	if n := len([]rune(p.clean(strings.Repeat("ก", 9999)))); n != maxText+1 {
		t.Errorf("%d characters stay", n)
	}
}

func TestDatesAreOfTheBuddhistEraInThai(t *testing.T) {
	for date, want := range map[visit.Date][2]string{
		{Year: 2026, Month: 11, Day: 22}: {"22 พฤศจิกายน พ.ศ. 2569", "22 November 2026"},
		{Year: 2027, Month: 1, Day: 1}:   {"1 มกราคม พ.ศ. 2570", "1 January 2027"},
		{Year: 2024, Month: 2, Day: 29}:  {"29 กุมภาพันธ์ พ.ศ. 2567", "29 February 2024"},
		{Year: 2028, Month: 2, Day: 29}:  {"29 กุมภาพันธ์ พ.ศ. 2571", "29 February 2028"},
		{}:                               {"-", "-"},
		{Year: 2027, Month: 13, Day: 1}:  {"-", "-"},
	} {
		if got := [2]string{dateIn("th", date), dateIn("en", date)}; got != want {
			t.Errorf("%v: %v", date, got)
		}
	}
}

func FuzzLayout(f *testing.F) {
	f.Add("โรงพยาบาล", true, uint8(40), uint16(300))
	f.Add("ก"+strings.Repeat("้", 500), false, uint8(40), uint16(552))
	f.Add("\xff\x00"+strings.Repeat("W", 3000), true, uint8(110), uint16(360))
	f.Add("เเเเเเเเเเ"+strings.Repeat("ฺ", 50)+zw+zw+strings.Repeat("ญู ", 200), true, uint8(20), uint16(100))
	p := somePen(f)
	f.Fuzz(func(t *testing.T, text string, bold bool, px uint8, width uint16) {
		w := 100 + int(width)%maxWidth
		ll := p.paragraph(text, style{bold, minPx + int(px)%pxHuge}, w, maxLines)
		if len(ll) > maxLines || widest(ll) > w {
			t.Errorf("%d lines, %d of %d dots wide", len(ll), widest(ll), w)
		}
	})
}

func TestSlipsWithAnyTextAreDrawnInTheirWidth(t *testing.T) {
	drawn(t)
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"ก", "้", "ู", "ำ", "เ", zw, " ", "W", "\u0301", "\x00", "漢", "\xff", "ป๊ำ", "\u202E", "9", "…", "\n", "👩‍⚕️"}
	text := func() string {
		var b strings.Builder
		for range random.IntN(600) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		return b.String()
	}
	for n := range 40 {
		width := []int{Width58mm, Width80mm, minWidth, maxWidth}[n%4]
		s := Slip{
			UnitName: text(), Next: text(), Name: visit.Name{First: text(), Last: text()}, Visit: someVisit, Code: "PP1200000001",
			Kind: Kind(n % 2), Claim: visit.ClaimType{Code: text(), Name: text()}, Right: visit.Right{Main: visit.Coded{ID: text(), Name: text()}},
			Languages: []string{text()}, Method: visit.Method(text()), Reprint: n%3 == 0,
		}
		m, err := Render(s, width)
		if err != nil || m.Rect.Dx() != width || len(m.Pix) != width*m.Rect.Dy() {
			t.Fatalf("slip %d: %v", n, err)
		}
	}
}
