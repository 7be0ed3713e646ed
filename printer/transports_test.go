package printer

import (
	"bytes"
	"context"
	"errors"
	"image"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/image/draw"

	"authenkiosk/printer/device"
	"authenkiosk/printer/escpos"
	"authenkiosk/printer/sink"
	"authenkiosk/visit"
)

// madeUp is a made-up printer, and the device that prints on it.
func madeUp(t testing.TB, mm int) (*Device, *sink.Printer) {
	t.Helper()
	paper := sink.New(WidthPx(mm))
	address, err := paper.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d, err := Open(Config{Kind: visit.PrinterTCP, Address: address, WidthMM: mm})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = paper.Close() })
	return d, paper
}

// onALine is the same on a line in memory, for a bubble of synctest.
func onALine(t testing.TB, mm int) (*Device, *sink.Printer) {
	t.Helper()
	paper := sink.New(WidthPx(mm))
	d, err := Open(Config{Kind: visit.PrinterTCP, Address: "127.0.0.1:9", WidthMM: mm})
	if err != nil {
		t.Fatal(err)
	}
	model, err := escpos.ModelNamed("")
	if err != nil {
		t.Fatal(err)
	}
	d.out = packed{escpos.New(func(ctx context.Context) (escpos.Port, error) { return paper.Line(ctx) }, model)}
	t.Cleanup(func() { _ = paper.Close() })
	return d, paper
}

func look(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv(requireTools) == "1" {
			t.Fatalf("%s is missing", name)
		}
		t.Skipf("%s is not installed", name)
	}
	return path
}

// scan reads the QR codes of a picture with a program of others. A scanner sees a
// code from more than one distance: what is not read at once is tried from further
// away.
func scan(t *testing.T, reader string, m image.Image) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "scan.png")
	for _, percent := range []int{100, 50, 75, 30} {
		picture := m
		if percent < 100 {
			scaled := image.NewGray(image.Rect(0, 0, m.Bounds().Dx()*percent/100, m.Bounds().Dy()*percent/100))
			draw.ApproxBiLinear.Scale(scaled, scaled.Rect, m, m.Bounds(), draw.Src, nil)
			picture = scaled
		}
		write(t, path, picture)
		out, _ := exec.Command(reader, "-q", "--raw", path).Output() // its status tells nothing more
		if text := strings.TrimSpace(string(out)); text != "" {
			return text
		}
	}
	return ""
}

func TestTheSlipOnThePaperIsTheSlipThatWasDrawnAndItsQRCodeIsReadAfterRoughUse(t *testing.T) {
	drawn(t)
	reader := look(t, "zbarimg")
	for _, c := range []struct {
		name, want string
		slip       Slip
	}{
		{"code", "PP1200000001", example(t)},
		{"queued", "VISIT:" + string(someVisit), queued(t)},
	} {
		for _, mm := range []int{58, 80} {
			t.Run(c.name+map[int]string{58: " on 58 mm", 80: " on 80 mm"}[mm], func(t *testing.T) {
				d, paper := madeUp(t, mm)
				defer func() { _ = d.Close() }()
				if err := d.Print(t.Context(), c.slip); err != nil {
					t.Fatal(err)
				}
				drawn, err := Render(c.slip, d.WidthPx())
				if err != nil {
					t.Fatal(err)
				}
				want, err := device.Pack(drawn)
				if err != nil {
					t.Fatal(err)
				}
				slips := paper.Slips()
				if len(slips) != 1 || slips[0].Text != "" || len(paper.Faults()) != 0 {
					t.Fatalf("%d slips, faults %v", len(slips), paper.Faults())
				}
				got := slips[0].Picture
				got.Height = want.Height
				got.Bits = got.Bits[:len(want.Bits)]
				if !got.Equal(want) {
					t.Fatal("the dots on the paper are not those that were drawn")
				}
				got.Height /= 2 // the code is in the upper half
				for name, spoil := range spoilers {
					if text := scan(t, reader, spoil(grey(got))); text != c.want {
						t.Errorf("%s: %q was read", name, text)
					}
				}
			})
		}
	}
}

// grey is the picture on its paper, with a rim that a camera sees around it.
func grey(p device.Picture) *image.Gray {
	const rim = 24
	m := image.NewGray(image.Rect(0, 0, p.Width+2*rim, p.Height+2*rim))
	for i := range m.Pix {
		m.Pix[i] = 0xFF
	}
	for y := range p.Height {
		for x := range p.Width {
			if p.Black(x, y) {
				m.Pix[(y+rim)*m.Stride+x+rim] = 0
			}
		}
	}
	return m
}

// spoilers are what happens to paper and to pictures of it.
var spoilers = map[string]func(*image.Gray) *image.Gray{
	"as printed":           func(m *image.Gray) *image.Gray { return m },
	"blurred":              func(m *image.Gray) *image.Gray { return blur(m, 2) },
	"turned":               func(m *image.Gray) *image.Gray { return rotate(m, 7) },
	"faded":                fade,
	"turned and out of it": func(m *image.Gray) *image.Gray { return fade(blur(rotate(m, -5), 1)) },
}

// blur takes the mean of the dots around each.
func blur(m *image.Gray, r int) *image.Gray {
	out := image.NewGray(m.Rect)
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			sum, n := 0, 0
			for v := max(0, y-r); v <= min(m.Rect.Dy()-1, y+r); v++ {
				for u := max(0, x-r); u <= min(m.Rect.Dx()-1, x+r); u++ {
					sum += int(m.Pix[v*m.Stride+u])
					n++
				}
			}
			out.Pix[y*out.Stride+x] = uint8(sum / n)
		}
	}
	return out
}

// rotate turns around the middle; what comes in from outside is white.
func rotate(m *image.Gray, degrees float64) *image.Gray {
	out := image.NewGray(m.Rect)
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	cx, cy := float64(m.Rect.Dx())/2, float64(m.Rect.Dy())/2
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			dx, dy := float64(x)-cx, float64(y)-cy
			p := image.Pt(int(math.Round(cos*dx+sin*dy+cx)), int(math.Round(-sin*dx+cos*dy+cy)))
			value := uint8(0xFF)
			if p.In(m.Rect) {
				value = m.GrayAt(p.X, p.Y).Y
			}
			out.Pix[y*out.Stride+x] = value
		}
	}
	return out
}

// fade is a worn print head and old paper: black is grey, white is yellow, and one
// dot of the head is dead.
func fade(m *image.Gray) *image.Gray {
	const dead = 190
	out := image.NewGray(m.Rect)
	for i, p := range m.Pix {
		out.Pix[i] = uint8(110 + int(p)*100/255)
		if i%m.Stride == dead {
			out.Pix[i] = 210
		}
	}
	return out
}

func TestADeviceTellsTheEndOfAPrintAndNothingIsDoubled(t *testing.T) {
	for _, c := range []struct {
		state  sink.State
		want   Condition
		slips  int
		prints bool
	}{
		{sink.State{}, Ready, 1, true},
		{sink.State{NearEnd: true}, PaperLow, 1, true},
		{sink.State{PaperOut: true}, PaperOut, 0, false},
		{sink.State{CoverOpen: true}, CoverOpen, 0, false},
		{sink.State{CutterError: true}, Error, 0, false},
		{sink.State{Offline: true}, Offline, 0, false},
	} {
		t.Run(c.want.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, paper := onALine(t, 58)
				defer func() { _ = d.Close() }()
				paper.Set(func(s *sink.State) { *s = c.state })
				status, err := d.Status(t.Context())
				if err != nil || status.Condition != c.want || status.At.IsZero() {
					t.Errorf("%v, %v", status, err)
				}
				err = d.Print(t.Context(), example(t))
				var not *NotPrintedError
				if c.prints && err != nil || !c.prints && (!errors.As(err, &not) || not.Condition != c.want || not.Partial) {
					t.Errorf("%v", err)
				}
				if n := len(paper.Slips()); n != c.slips {
					t.Errorf("%d slips came out", n)
				}
			})
		})
	}
}

func TestAPollerKnowsThePrinterWithoutAskingItAndNeverAsksInASlip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, paper := onALine(t, 58)
		p := NewPoller(d, 20*time.Millisecond)
		defer func() {
			if err := p.Close(); err != nil {
				t.Error(err)
			}
		}()
		until := func(c Condition) {
			t.Helper()
			for end := time.Now().Add(10 * time.Second); p.Status().Condition != c; time.Sleep(5 * time.Millisecond) {
				if time.Now().After(end) {
					t.Fatalf("%v, want %v (%v)", p.Status(), c, p.Err())
				}
			}
		}
		until(Ready)
		paper.Set(func(s *sink.State) { s.CoverOpen = true })
		until(CoverOpen)
		paper.Set(func(s *sink.State) { s.CoverOpen, s.NearEnd = false, true })
		until(PaperLow)
		paper.Set(func(s *sink.State) { s.BytesPerSecond = 100_000 })
		if err := p.Print(t.Context(), example(t)); err != nil {
			t.Fatal(err)
		}
		// A question in the middle of the picture would be dots on the paper.
		drawn, err := Render(example(t), WidthPx(58))
		if err != nil {
			t.Fatal(err)
		}
		want, err := device.Pack(drawn)
		if err != nil {
			t.Fatal(err)
		}
		slips := paper.Slips()
		if len(slips) != 1 || len(paper.Faults()) > 0 || !bytes.HasPrefix(slips[0].Picture.Bits, want.Bits) {
			t.Errorf("%d slips, faults %v, or other dots than were drawn", len(slips), paper.Faults())
		}
		paper.Unplug()
		until(Offline)
		if p.Err() == nil {
			t.Error("no reason is given for the log")
		}
	})
}

func TestTheEndOfAPrintIsKnownToThePollerAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, paper := onALine(t, 58)
		p := NewPoller(d, time.Hour)
		defer func() { _ = p.Close() }()
		for end := time.Now().Add(10 * time.Second); p.Status().At.IsZero(); time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("it never asked")
			}
		}
		paper.Set(func(s *sink.State) { s.PaperOut = true })
		if err := p.Print(t.Context(), example(t)); ConditionOf(err) != PaperOut {
			t.Fatal(err)
		}
		if c := p.Status().Condition; c != PaperOut {
			t.Errorf("%v", c)
		}
	})
}

func TestASlipAsPDFShowsTheSlip(t *testing.T) {
	reader, converter := look(t, "zbarimg"), look(t, "pdftoppm")
	dir := t.TempDir()
	d, err := Open(Config{Kind: visit.PrinterImage, Address: dir, WidthMM: 80, Format: FormatPDF})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Print(t.Context(), example(t)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "slip-"+string(someVisit)+".pdf")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != pictureMode {
		t.Fatalf("%v, %v", info, err)
	}
	picture := filepath.Join(dir, "page")
	if said, err := exec.Command(converter, "-r", "203.2", "-png", "-singlefile", path, picture).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	m := read(t, picture+".png")
	if got := scan(t, reader, m); got != "PP1200000001" {
		t.Errorf("read %q", got)
	}
	drawn, err := Render(example(t), Width80mm)
	if err != nil {
		t.Fatal(err)
	}
	if w := m.Bounds().Dx(); w < Width80mm-1 || w > Width80mm+1 || math.Abs(float64(m.Bounds().Dy()-drawn.Rect.Dy())) > 1 {
		t.Errorf("the page is %v at 8 dots a millimetre, the slip %v", m.Bounds(), drawn.Rect)
	}
}

func TestWrongConfigurationsAreRefused(t *testing.T) {
	few, many := 2, 99
	for name, c := range map[string]Config{
		"no address":     {Kind: visit.PrinterTCP},
		"no kind":        {Address: "x"},
		"unknown kind":   {Kind: "fax", Address: "x"},
		"odd paper":      {Kind: visit.PrinterTCP, Address: "h:1", WidthMM: 70},
		"unknown model":  {Kind: visit.PrinterTCP, Address: "h:1", Model: "nobody's"},
		"unknown cut":    {Kind: visit.PrinterTCP, Address: "h:1", Cut: "saw"},
		"endless feed":   {Kind: visit.PrinterTCP, Address: "h:1", FeedLines: &many},
		"serial setting": {Kind: visit.PrinterSerial, Address: "/dev/ttyS0?speed=1"},
		"IPP address":    {Kind: visit.PrinterIPP, Address: "lpd://host"},
		"format":         {Kind: visit.PrinterTCP, Address: "h:1", Format: FormatPDF},
		"picture format": {Kind: visit.PrinterImage, Address: "d", Format: FormatPWG},
	} {
		if d, err := Open(c); !errors.Is(err, ErrConfig) || d != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, c := range []Config{
		{Kind: visit.PrinterTCP, Address: "h:1", Model: "epson-tm", Cut: "none", FeedLines: &few},
		{Kind: visit.PrinterSerial, Address: "COM3?baud=19200&flow=dtrdsr&parity=even"},
		{Kind: visit.PrinterFile, Address: "/dev/usb/lp0", WidthMM: 58},
		{Kind: visit.PrinterIPP, Address: "ipps://host/ipp/print", Format: FormatPWG},
	} {
		d, err := Open(c)
		if err != nil {
			t.Errorf("%v: %v", c, err)
			continue
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestASlipWithoutAVisitIsNotPrinted(t *testing.T) {
	d, paper := madeUp(t, 58)
	defer func() { _ = d.Close() }()
	s := example(t)
	s.Visit = "../../etc/passwd"
	var not *NotPrintedError
	if err := d.Print(context.Background(), s); !errors.As(err, &not) {
		t.Errorf("%v", err)
	}
	if paper.Times().Bytes > 0 {
		t.Error("something was sent")
	}
}

func BenchmarkFromTheCodeToThePaper58mm(b *testing.B) { benchmarkPrint(b, 58) }
func BenchmarkFromTheCodeToThePaper80mm(b *testing.B) { benchmarkPrint(b, 80) }

// benchmarkPrint measures from the call to the first and the last byte of the
// slip at the printer, and how many there are. The first bytes are the questions.
func benchmarkPrint(b *testing.B, mm int) {
	d, paper := madeUp(b, mm)
	defer func() { _ = d.Close() }()
	s := example(b)
	var first, last time.Duration
	size := 0
	for b.Loop() {
		paper.Forget()
		start := time.Now()
		if err := d.Print(context.Background(), s); err != nil {
			b.Fatal(err)
		}
		at := paper.Times()
		first, last, size = first+at.First.Sub(start), last+at.Last.Sub(start), at.Bytes
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 / float64(b.N) }
	b.ReportMetric(ms(first), "ms/first-byte")
	b.ReportMetric(ms(last), "ms/last-byte")
	b.ReportMetric(float64(size), "bytes")
}
