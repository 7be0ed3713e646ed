package printer

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"authenkiosk/printer/template"
	"authenkiosk/visit"
)

// aPage is a page with everything that a line may have.
func aPage(bars int) []Line {
	lines := []Line{{Text: "รายงาน\u200bการ\u200bยืนยัน\u200bตัวตน วันที่ 22 พฤศจิกายน 2569", Large: true, Bold: true}, {Text: "โรงพยาบาลทดสอบ (99999)"}, {}, {Text: "ทั้งหมด", Value: "200", Bold: true}}
	for n := range bars {
		lines = append(lines, Line{Text: "ที่นี่ กี่ น้ำ ปู่", Value: "12", Bar: true, Share: float64(n) / float64(bars)})
	}
	return lines
}

func TestAPageOfLinesFillsASheetAndTakesWhatItNeedsOfARoll(t *testing.T) {
	sheet, err := PaperOf(template.A4, pageFine)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		paper Paper
		bars  int
		err   error
	}{
		{"a sheet", sheet, 20, nil},
		{"a sheet that is too full in letters of the usual size", sheet, 60, nil},
		{"a sheet on which it has no room", sheet, 300, ErrTooLong},
		{"a wide roll", Roll(Width80mm), 20, nil},
		{"a narrow roll", Roll(Width58mm), 20, nil},
		{"a roll that would never end", Roll(Width80mm), 500, ErrTooLong},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := DrawLines(aPage(c.bars), c.paper)
			if !errors.Is(err, c.err) {
				t.Fatalf("%v, want %v", err, c.err)
			}
			if err != nil {
				return
			}
			if m.Rect.Dx() != c.paper.Width || c.paper.Height > 0 && m.Rect.Dy() != c.paper.Height {
				t.Errorf("%v on %+v", m.Rect, c.paper)
			}
			if edge := bytes.Count(m.Pix[:m.Stride], []byte{white}); edge != m.Rect.Dx() {
				t.Error("something is drawn at the upper edge")
			}
			if bytes.IndexByte(m.Pix, black) < 0 {
				t.Error("nothing is drawn")
			}
		})
	}
}

func TestAPageOfLinesIsADocumentOfA4(t *testing.T) {
	pdf, err := LinesPDF(aPage(10))
	if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF-1.4")) || !bytes.Contains(pdf, []byte("/MediaBox [0 0 595.2756 841.8898]")) {
		t.Errorf("%d bytes, %v", len(pdf), err)
	}
}

func TestAPageOfLinesComesOutOfAPrinter(t *testing.T) {
	dir := t.TempDir()
	d, err := Open(Config{Kind: visit.PrinterImage, Address: dir, Paper: template.A4, Format: FormatPDF})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(d.PrintLines(context.Background(), aPage(3)), d.Close()); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 || !strings.HasPrefix(files[0].Name(), "picture-") || filepath.Ext(files[0].Name()) != ".pdf" {
		t.Errorf("%v, %v", files, err)
	}
}
