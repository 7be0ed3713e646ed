package printer

import (
	"bytes"
	"fmt"
	"image"
	"math"
	"strings"
	"testing"

	"authenkiosk/printer/template"
	"authenkiosk/visit"
)

// worst returns a slip whose every text piles marks on both sides of its letters,
// and is long.
func worst(t testing.TB, kind Kind, languages []string) Slip {
	const stacks = "ปี่ป้าฎู" + zw + "ญี่ปุ่น" + zw + "กตัญญู" + zw + "น้ำ" + zw + "ฐิ์ฏุ๊"
	s := example(t)
	s.Kind, s.Languages, s.Saved = kind, languages, true
	s.UnitName = "โรง" + zw + "พยาบาล" + strings.Repeat(stacks+zw, 4)
	s.Name = visit.Name{Prefix: "นางสาว", First: strings.ReplaceAll(stacks, zw, ""), Last: "ฎูปี่"}
	s.Right.Main.Name, s.Right.Sub.Name = strings.Repeat(stacks+zw, 3), strings.Repeat(stacks+" ", 2)
	s.Claim.Name = strings.Repeat(stacks+zw, 4)
	s.Next, s.Message = strings.Repeat(stacks+" ", 3), strings.Repeat(stacks+zw, 4)
	s.Problem, s.Method, s.Relation, s.ReprintCount = visit.CardExpired, visit.MethodCertifier, "guardian", 3
	s.Printer, s.Program = stacks+" escpos-tcp", "AuthenKiosk ฎู 1.0"
	if kind != KindCode {
		s.Code = ""
	}
	return s
}

func everyPaper(t testing.TB) (all []Paper) {
	for _, c := range []struct {
		size template.Paper
		dpi  int
	}{{template.Roll58, rollDPI}, {template.Roll80, rollDPI}, {template.A5, rollDPI}, {template.A5, pageFine}, {template.A4, rollDPI}, {template.A4, pageFine}} {
		p, err := PaperOf(c.size, c.dpi)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

func (w written) box() image.Rectangle {
	return image.Rect(w.at.X, w.at.Y, w.at.X+w.width(), w.at.Y+w.ascent()+w.descent())
}

func TestNoInkOfAnyTextIsCutOrCovered(t *testing.T) {
	drawn(t)
	for _, kind := range template.Kinds() {
		for _, paper := range everyPaper(t) {
			for _, languages := range [][]string{{"th", "en"}, {"en", "th"}, {"th"}} {
				if paper.DPI == pageFine && fmt.Sprint(languages) != "[th en]" {
					continue // the same, larger
				}
				t.Run(fmt.Sprint(kind, " on ", paper.Size, " at ", paper.DPI, " in ", languages), func(t *testing.T) {
					t.Parallel()
					l, err := arrange(template.Default(), worst(t, kind, languages), paper)
					if err != nil {
						t.Fatal(err)
					}
					checkInk(t, l)
				})
			}
		}
	}
}

// checkInk compares each text of a slip with the same glyphs on a canvas that has
// room on all sides: every dot must be on the slip as dark, and on no other text.
func checkInk(t *testing.T, l *layout) {
	t.Helper()
	// Of 255: the rasterizer counts otherwise on a larger canvas. What is fainter
	// than half black is white on paper anyway.
	const slack = 48
	owner := make([]int, l.y*l.width)
	if len(l.texts) < 5 {
		t.Fatalf("only %d texts", len(l.texts))
	}
	for n, text := range l.texts {
		room := text.style.px * 3 / 4 // on all sides; no mark stands further out
		w, h := text.width()+2*room, text.ascent()+text.descent()+2*room
		mask := l.pen.ink(text.line, w, h, shift(float32(room)-text.left, float32(room+text.ascent())))
		ink, missing := 0, 0
		for y := range h {
			row := mask.Pix[y*mask.Stride : y*mask.Stride+w]
			// Most of the canvas is empty.
			end := len(bytes.TrimRight(row, "\x00"))
			for x := end - len(bytes.TrimLeft(row[:end], "\x00")); x < end; x++ {
				a := int(mask.Pix[y*mask.Stride+x])
				if a <= slack {
					continue
				}
				ink++
				at := image.Pt(text.at.X+x-room, text.at.Y+y-room)
				if !at.In(image.Rect(0, 0, l.width, l.y)) {
					missing++
					continue
				}
				want := 0xFF - a
				if text.colour == white {
					want = a
				}
				if math.Abs(float64(int(l.pix[at.Y*l.width+at.X])-want)) > slack {
					missing++
				}
				if other := owner[at.Y*l.width+at.X]; other > 0 {
					t.Fatalf("text %d of %d dots per em overlaps text %d at %v", n, text.style.px, other-1, at)
				}
				owner[at.Y*l.width+at.X] = n + 1
			}
		}
		if ink == 0 || missing > 0 {
			t.Errorf("text %d of %d dots per em at %v: %d of %d dots of ink are not on the slip as they should be", n, text.style.px, text.box(), missing, ink)
		}
		for _, r := range l.keep {
			if box := text.box(); text.colour == black && l.slip.Kind != KindTest && box.Overlaps(r) {
				t.Errorf("text %d at %v stands in %v, which is of a QR code", n, box, r)
			}
		}
	}
}

func TestTheWatermarkTouchesNoLetterAndNoQRCode(t *testing.T) {
	drawn(t)
	for _, kind := range template.Kinds() {
		for _, size := range template.Papers() {
			paper := paperOf(t, size)
			s := example(t)
			s.Kind, s.Saved = kind, true
			l, err := arrange(template.Default(), s, paper)
			if err != nil {
				t.Fatal(err)
			}
			before := append([]uint8(nil), l.pix[:l.y*l.width]...)
			l.watermark()
			marks := 0
			for i, v := range l.pix[:l.y*l.width] {
				if v == before[i] {
					continue
				}
				marks++
				at := image.Pt(i%l.width, i/l.width)
				for y := max(at.Y-3, 0); y <= min(at.Y+3, l.y-1); y++ {
					for x := max(at.X-3, 0); x <= min(at.X+3, l.width-1); x++ {
						if before[y*l.width+x] < 0x80 {
							t.Fatalf("%s on %s: a dot at %v is beside ink", kind, paper.Size, at)
						}
					}
				}
				if l.kept(at) {
					t.Fatalf("%s on %s: a dot at %v is in a QR code", kind, paper.Size, at)
				}
			}
			if marks < 500 {
				t.Errorf("%s on %s: the watermark has %d dots only", kind, paper.Size, marks)
			}
		}
	}
}
