package printer

import (
	"context"
	"errors"
	"image"
	"math"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"authenkiosk/printer/document"
	"authenkiosk/printer/template"
	"authenkiosk/visit"
)

// unlike counts the dots of two pictures that are black in one of them, and white in
// the other as far as that many dots around.
func unlike(t *testing.T, got, want image.Image, around int) (dots int) {
	t.Helper()
	if got.Bounds().Size() != want.Bounds().Size() {
		t.Fatalf("the page is %v, the preview %v", got.Bounds(), want.Bounds())
	}
	size := want.Bounds()
	one, other := darkness(got), darkness(want)
	near := func(dark []bool, x, y int) bool {
		for v := max(0, y-around); v <= min(size.Dy()-1, y+around); v++ {
			for u := max(0, x-around); u <= min(size.Dx()-1, x+around); u++ {
				if dark[v*size.Dx()+u] {
					return true
				}
			}
		}
		return false
	}
	for y := range size.Dy() {
		for x := range size.Dx() {
			at := y*size.Dx() + x
			if one[at] && !near(other, x, y) || other[at] && !near(one, x, y) {
				dots++
			}
		}
	}
	return dots
}

func darkness(m image.Image) []bool {
	size := m.Bounds()
	dark := make([]bool, 0, size.Dx()*size.Dy())
	for y := size.Min.Y; y < size.Max.Y; y++ {
		for x := size.Min.X; x < size.Max.X; x++ {
			r, _, _, _ := m.At(x, y).RGBA()
			dark = append(dark, r < 0x8000)
		}
	}
	return dark
}

// preview is what authenkiosk slip preview shows of a slip.
func preview(t *testing.T, s Slip, size template.Paper) image.Image {
	t.Helper()
	paper, err := PaperOf(size, pageFine)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Preview(template.Default(), s, paper)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestASheetOfThePDFPrinterIsItsPreview(t *testing.T) {
	drawn(t)
	reader, converter, info := look(t, "zbarimg"), look(t, "pdftoppm"), look(t, "pdfinfo")
	dir := t.TempDir()
	d, err := Open(Config{Kind: visit.PrinterImage, Address: dir, Format: FormatPDF, Paper: template.A5})
	if err != nil {
		t.Fatal(err)
	}
	s := example(t)
	if err := d.Print(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	want, page := preview(t, s, template.A5), filepath.Join(dir, "page")
	path := filepath.Join(dir, slipName(someVisit)+".pdf")
	x, y := strconv.Itoa(want.Bounds().Dx()), strconv.Itoa(want.Bounds().Dy())
	if said, err := exec.Command(converter, "-scale-to-x", x, "-scale-to-y", y, "-png", "-singlefile", path, page).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	got := read(t, page+".png")
	// The converter rounds, and loses single dots of the watermark.
	if n, all := unlike(t, got, want, 1), want.Bounds().Dx()*want.Bounds().Dy(); n*500 > all {
		t.Errorf("%d of %d dots differ", n, all)
	}
	if said, err := exec.Command(info, path).Output(); err != nil || !strings.Contains(string(said), "419.528 x 595.276 pts") {
		t.Errorf("%v: %s", err, said)
	}
	if code := scan(t, reader, got); code != "PP1200000001" {
		t.Errorf("read %q", code)
	}
}

func TestASheetAsAPictureIsItsPreview(t *testing.T) {
	drawn(t)
	dir := t.TempDir()
	p := &Image{Dir: dir, Paper: Paper{Size: template.A5, Width: 1748, Height: 2480, DPI: 300}}
	s := example(t)
	if err := p.Print(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	want := preview(t, s, template.A5)
	if n := unlike(t, read(t, filepath.Join(dir, slipName(someVisit)+".png")), want, 0); n > 0 {
		t.Errorf("%d dots differ", n)
	}
}

func TestPaperThatAKindOfPrinterCannotHaveIsRefused(t *testing.T) {
	for name, c := range map[string]Config{
		"sheets for a slip printer":   {Kind: visit.PrinterTCP, Address: "h:1", Paper: template.A4},
		"sheets for Windows":          {Kind: visit.PrinterWindows, Address: "p", Paper: template.A5},
		"sheets in ESC/POS":           {Kind: visit.PrinterIPP, Address: "ipp://h/p", Format: FormatESCPOS, Paper: template.A4},
		"sheets through a raw queue":  {Kind: visit.PrinterIPP, Address: "ipp://h/p", Format: FormatRaw, Paper: template.A4},
		"a paper that nobody knows":   {Kind: visit.PrinterImage, Address: "d", Paper: "letter"},
		"a roll of two widths":        {Kind: visit.PrinterTCP, Address: "h:1", WidthMM: 80, Paper: template.Roll58},
		"a roll of the other as well": {Kind: visit.PrinterImage, Address: "d", WidthMM: 58, Paper: template.Roll80},
	} {
		if _, err := Open(c); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, c := range []Config{
		{Kind: visit.PrinterTCP, Address: "h:1", Paper: template.Roll80},
		{Kind: visit.PrinterIPP, Address: "ipp://h/p", WidthMM: 58, Paper: template.Roll58},
		{Kind: visit.PrinterIPP, Address: "ipp://h/p", Format: FormatPWG, Paper: template.A4},
	} {
		d, err := Open(c)
		if err != nil {
			t.Errorf("%+v: %v", c, err)
			continue
		}
		if p, err := d.Paper(t.Context()); err != nil || p.Size != c.Paper {
			t.Errorf("%+v: %+v, %v", c, p, err)
		}
	}
}

func TestSheetsOfOtherSizesAreSetLikeTheNearest(t *testing.T) {
	drawn(t)
	for _, c := range []struct {
		width, height float64
		want          template.Paper // empty: a roll
	}{
		{210, 297, template.A4},
		{148, 210, template.A5},
		{215.9, 279.4, template.A4},
		{176, 250, template.A5},
		{210, 148, template.A5},
		{80, 297, ""},
		{58, 3000, ""},
		{104.8, 241.3, ""},
		{0, 0, ""},
	} {
		p, ok := sheetOf(document.Page{Width: c.width, Height: c.height})
		if ok != (c.want != "") || p.Size != c.want {
			t.Errorf("%v x %v: %+v, %v", c.width, c.height, p, ok)
		}
		if !ok {
			continue
		}
		if named, err := PaperOf(p.Size, pageFine); c.width == 210 && c.height == 297 && (err != nil || p != named) {
			t.Errorf("%+v, the preview has %+v", p, named)
		}
		m, err := Draw(template.Default(), example(t), p)
		if err != nil || m.Rect.Dx() != p.Width || m.Rect.Dy() != p.Height {
			t.Errorf("%v x %v: %v", c.width, c.height, err)
		}
	}
}

func TestAPrinterOfIPPThatIsNotThereIsOfflineBeforeASlipIsDrawn(t *testing.T) {
	d, err := Open(Config{Kind: visit.PrinterIPP, Address: "ipp://127.0.0.1:1/ipp/print"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	var not *NotPrintedError
	if err := d.Print(context.Background(), example(t)); !errors.As(err, &not) || not.Condition != Offline || not.Partial {
		t.Errorf("%v", err)
	}
}

func TestEveryLineGetsTheTimeThatItsSlipsTake(t *testing.T) {
	for _, mm := range []int{58, 80} {
		for _, kind := range template.Kinds() {
			s, err := Sample(kind)
			if err != nil {
				t.Fatal(err)
			}
			m, err := Render(s, WidthPx(mm))
			if err != nil {
				t.Fatal(err)
			}
			bits := m.Rect.Dy() * WidthPx(mm) / 8 * 10 // eight, start and stop
			for _, baud := range []int{1200, 2400, 4800, 9600, 19_200, 115_200, 921_600} {
				d, err := Open(Config{Kind: visit.PrinterSerial, Address: "COM1?baud=" + strconv.Itoa(baud), WidthMM: mm})
				if err != nil {
					t.Fatal(err)
				}
				takes := time.Duration(bits) * time.Second / time.Duration(baud)
				if got := d.PrintLimit(); got < takes+30*time.Second {
					t.Errorf("%v of %d mm at %d baud: %v, of which the line takes %v", kind, mm, baud, got, takes)
				}
			}
		}
	}
	for _, c := range []Config{{Kind: visit.PrinterTCP, Address: "h:1"}, {Kind: visit.PrinterFile, Address: "/dev/usb/lp0"}, {Kind: visit.PrinterIPP, Address: "ipp://h/p"}, {Kind: visit.PrinterImage, Address: "d"}} {
		d, err := Open(c)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.PrintLimit(); got != 100*time.Second {
			t.Errorf("%s: %v", c.Kind, got)
		}
	}
}

func TestALineOnWhichASlipTakesMinutesIsWarnedOf(t *testing.T) {
	for address, want := range map[string]string{
		"COM1?baud=1200": "16", "COM1?baud=4800": "4", "COM1?baud=9600": "", "COM1": "", "COM1?baud=115200": "", "COM1?baud=x": "",
	} {
		got := Config{Kind: visit.PrinterSerial, Address: address}.Warnings()
		if want == "" && len(got) > 0 {
			t.Errorf("%s: %q", address, got)
		}
		if want != "" && (len(got) != 1 || !strings.Contains(got[0], "about "+want+" minutes")) {
			t.Errorf("%s: %q, want %s minutes", address, got, want)
		}
	}
	if got := (Config{Kind: visit.PrinterTCP, Address: "h:1"}).Warnings(); len(got) > 0 {
		t.Errorf("%q", got)
	}
	// The built-in slip is as long as the warning takes it to be.
	s, err := Sample(KindCode)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Render(s, Width80mm)
	if err != nil {
		t.Fatal(err)
	}
	if off := math.Abs(float64(m.Rect.Dy())/usualSlip - 1); off > 0.2 {
		t.Errorf("the slip has %d rows", m.Rect.Dy())
	}
}
