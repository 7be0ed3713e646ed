package printer

import (
	"context"
	"errors"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"authenkiosk/visit"
)

// requireTools makes a missing independent judge a failure.
const requireTools = "AUTHENKIOSK_REQUIRE_TOOLS"

func TestAnIndependentReaderReadsTheQRCode(t *testing.T) {
	drawn(t)
	reader, err := exec.LookPath("zbarimg")
	if err != nil {
		if os.Getenv(requireTools) == "1" {
			t.Fatal("zbarimg is missing")
		}
		t.Skip("zbarimg is not installed")
	}
	test := example(t)
	test.Zone = visit.ZoneTest
	for _, c := range []struct {
		name string
		slip Slip
		want string
	}{
		{"a code in the demo", example(t), "PP1200000001"},
		{"a code in the test zone", test, "PP1200000001"},
		{"a queued visit", queued(t), "VISIT:" + string(someVisit)},
	} {
		for _, width := range []int{Width80mm, Width58mm} {
			m, err := Render(c.slip, width)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "slip.png")
			write(t, path, threshold(m))
			out, err := exec.Command(reader, "-q", "--raw", path).Output()
			if got := strings.TrimSpace(string(out)); err != nil || got != c.want {
				t.Errorf("%s at %d: read %q, %v", c.name, width, got, err)
			}
		}
	}
}

// threshold makes the picture one of black and white, as a printer does.
func threshold(m *image.Gray) *image.Gray {
	out := image.NewGray(m.Rect)
	for i, p := range m.Pix {
		if p >= 0x80 {
			out.Pix[i] = white
		}
	}
	return out
}

func TestOnlyProductionHasNoWatermarkAndNoBar(t *testing.T) {
	for zone, marked := range map[visit.Zone]bool{
		visit.ZoneDemo: true, visit.ZoneTest: true, visit.ZoneProduction: false, "": true, "unknown": true,
	} {
		s := example(t)
		s.Zone = zone
		m, err := Render(s, Width80mm)
		if err != nil {
			t.Fatal(err)
		}
		corners := m.GrayAt(0, 0).Y == black && m.GrayAt(0, m.Rect.Dy()-1).Y == black
		clean := m.GrayAt(0, 0).Y == white && m.GrayAt(0, m.Rect.Dy()-1).Y == white
		if marked && !corners || !marked && !clean {
			t.Errorf("zone %q: bars wrong", zone)
		}
		plain := s
		plain.Zone = visit.ZoneProduction
		p, err := Render(plain, Width80mm)
		if err != nil {
			t.Fatal(err)
		}
		if more := dark(m) - dark(p); marked != (more > 2000) {
			t.Errorf("zone %q: %d more black dots than in production", zone, more)
		}
	}
}

func dark(m *image.Gray) (n int) {
	for _, p := range m.Pix {
		if p < 0x80 {
			n++
		}
	}
	return n
}

func TestASlipThatMakesNoSenseIsRefused(t *testing.T) {
	noCode, noID := example(t), queued(t)
	noCode.Code, noID.Visit = "", ""
	for _, c := range []struct {
		name  string
		slip  Slip
		width int
		want  error
	}{
		{"no code", noCode, Width80mm, ErrNoCode},
		{"no visit", noID, Width80mm, ErrNoID},
		{"too narrow", example(t), 100, ErrWidth},
		{"too wide", example(t), 5000, ErrWidth},
	} {
		if _, err := Render(c.slip, c.width); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestSlipsAreDrawnAtTheSameTimeWithoutHarm(t *testing.T) {
	s := example(t)
	want, err := Render(s, Width58mm)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			got, err := Render(s, Width58mm)
			if err != nil || !alike(got, want) {
				t.Errorf("another picture, %v", err)
			}
		})
	}
	wg.Wait()
}

func TestTheImagePrinterWritesOneFileForTheOwnerOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "slips")
	p := &Image{Dir: dir, Width: Width58mm}
	if p.State() != StateReady {
		t.Error("not ready")
	}
	for range 2 { // a reprint replaces the first
		if err := p.Print(context.Background(), example(t)); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || entries[0].Name() != "slip-"+string(someVisit)+".png" {
		t.Fatalf("%v, %v", entries, err)
	}
	info, err := entries[0].Info()
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if m := read(t, filepath.Join(dir, entries[0].Name())); m.Bounds().Dx() != Width58mm {
		t.Errorf("%d dots wide", m.Bounds().Dx())
	}
}

func TestTheImagePrinterIsDownWithoutItsDirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	p := &Image{Dir: filepath.Join(file, "slips")}
	if p.State() != StateDown {
		t.Error("ready inside a file")
	}
	if err := p.Print(context.Background(), example(t)); err == nil {
		t.Error("printed inside a file")
	}
}

func TestTheImagePrinterRefusesAnIDThatIsNoFileNameAndACancelledJob(t *testing.T) {
	p := &Image{Dir: t.TempDir()}
	s := example(t)
	s.Visit = "../../etc/x"
	if err := p.Print(context.Background(), s); !errors.Is(err, visit.ErrID) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := p.Print(ctx, example(t)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func BenchmarkRender80mm(b *testing.B) { benchmark(b, Width80mm) }
func BenchmarkRender58mm(b *testing.B) { benchmark(b, Width58mm) }

func benchmark(b *testing.B, width int) {
	s := example(b)
	for b.Loop() {
		if _, err := Render(s, width); err != nil {
			b.Fatal(err)
		}
	}
}
