package printer

import (
	"fmt"
	"image"
	"image/draw"
	"testing"

	"authenkiosk/printer/template"
)

// TestTheQRCodeOfEverySlipIsReadOnEveryPaper has a program of others read what
// every kind of slip says, also of a piece of the paper that is blurred, turned
// and faded. (The rolls of codes and queue slips go through a printer in
// TestTheSlipOnThePaper...)
func TestTheQRCodeOfEverySlipIsReadOnEveryPaper(t *testing.T) {
	reader := look(t, "zbarimg")
	wants := map[Kind]string{
		KindCode: "PP1200000001", KindQueued: "VISIT:" + string(someVisit), KindDesk: "VISIT:" + string(someVisit), KindTest: "AUTHENKIOSK TEST",
	}
	for _, kind := range template.Kinds() {
		for _, paper := range everyPaper(t) {
			if paper.Height == 0 && (kind == KindCode || kind == KindQueued) {
				continue
			}
			if testing.Short() && paper.DPI == pageFine {
				continue
			}
			t.Run(fmt.Sprint(kind, " on ", paper.Size, " at ", paper.DPI), func(t *testing.T) {
				t.Parallel()
				s := example(t)
				s.Kind, s.Saved = kind, true
				m, err := Draw(template.Default(), s, paper)
				if err != nil {
					t.Fatal(err)
				}
				m = threshold(m)
				if kind == KindCode && paper.DPI == rollDPI { // others differ in the code only
					if got := scan(t, reader, m); got != wants[kind] {
						t.Fatalf("%q was read from the whole slip", got)
					}
				}
				piece := aroundCode(t, s, paper, m)
				for name, spoil := range spoilers {
					if paper.DPI == pageFine && name != "turned and out of it" && name != "as printed" {
						continue // squares of as many millimetres: the hardest will do
					}
					if got := scan(t, reader, spoil(piece)); got != wants[kind] {
						t.Errorf("%s: %q was read", name, got)
					}
				}
			})
		}
	}
}

// aroundCode is the QR code and what stands around it, as a camera sees it.
func aroundCode(t *testing.T, s Slip, paper Paper, m *image.Gray) *image.Gray {
	t.Helper()
	const around = 40
	l, err := arrange(template.Default(), s, paper)
	if err != nil {
		t.Fatal(err)
	}
	var area image.Rectangle
	for _, r := range l.keep { // bars and rulers are no squares
		if r.Dx() == r.Dy() {
			area = r
		}
	}
	if area.Empty() {
		t.Fatal("there is no QR code")
	}
	if paper.Height > 0 {
		area = area.Add(image.Pt(paper.mm(pageEdge), paper.mm(pageEdge)))
	}
	area = area.Inset(-around).Intersect(m.Rect)
	out := image.NewGray(image.Rect(0, 0, area.Dx(), area.Dy()))
	draw.Draw(out, out.Rect, m, area.Min, draw.Src)
	return out
}
