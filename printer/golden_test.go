package printer

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"authenkiosk/printer/template"
	"authenkiosk/visit"
)

var update = flag.Bool("update", false, "write the pictures in testdata anew")

// Machines round the edges of letters differently: so many of a thousand dots
// may differ by more than a quarter of the range.
const (
	differPerMille = 5
	differLevel    = 64
)

func TestSlipsLookAsTheyDid(t *testing.T) {
	drawn(t)
	type golden struct {
		name  string
		slip  Slip
		paper Paper
	}
	reprint := example(t)
	reprint.ReprintCount, reprint.Zone, reprint.Languages = 2, visit.ZoneTest, []string{"en"}
	all := []golden{{"reprint-test-en-80", reprint, Roll(Width80mm)}}
	for _, kind := range template.Kinds() {
		for _, size := range template.Papers() {
			paper, err := PaperOf(size, rollDPI)
			if err != nil {
				t.Fatal(err)
			}
			s := example(t)
			s.Kind, s.Printer, s.Program, s.Problem, s.Saved = kind, "image", "AuthenKiosk 1.0.0", visit.CardExpired, true
			if kind != KindCode {
				s.Code = ""
			}
			if kind == KindQueued {
				s.Zone = visit.ZoneProduction
			}
			all = append(all, golden{kind.String() + "-" + string(size), s, paper})
		}
	}
	for _, c := range all {
		t.Run(c.name, func(t *testing.T) {
			got, err := Draw(template.Default(), c.slip, c.paper)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", c.name+".png")
			if *update {
				write(t, path, oneBit(got))
				return
			}
			if want := read(t, path); !alike(threshold(got), want) {
				failed := filepath.Join("testdata", "failed", c.name+".png")
				write(t, failed, got)
				t.Errorf("the slip looks different: see %s", failed)
			}
		})
	}
}

// oneBit keeps the files small.
func oneBit(m *image.Gray) image.Image {
	out := image.NewPaletted(m.Rect, color.Palette{color.Black, color.White})
	for i, v := range m.Pix {
		if v >= 0x80 {
			out.Pix[i] = 1
		}
	}
	return out
}

func alike(got *image.Gray, want image.Image) bool {
	if got.Bounds() != want.Bounds() {
		return false
	}
	differ := 0
	for y := range got.Bounds().Dy() {
		for x := range got.Bounds().Dx() {
			r, _, _, _ := want.At(x, y).RGBA()
			if d := int(got.GrayAt(x, y).Y) - int(r>>8); d > differLevel || -d > differLevel {
				differ++
			}
		}
	}
	return differ*1000 <= differPerMille*len(got.Pix)
}

func write(t *testing.T, path string, m image.Image) {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) image.Image {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return m
}
