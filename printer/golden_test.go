package printer

import (
	"bytes"
	"flag"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

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
	reprint := example(t)
	reprint.Reprint, reprint.Zone, reprint.Languages = true, visit.ZoneTest, []string{"en"}
	for _, c := range []struct {
		name  string
		slip  Slip
		width int
	}{
		{"code-576", example(t), Width80mm},
		{"code-384", example(t), Width58mm},
		{"queued-576", queued(t), Width80mm},
		{"queued-384", queued(t), Width58mm},
		{"reprint-test-en-576", reprint, Width80mm},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Render(c.slip, c.width)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", c.name+".png")
			if *update {
				write(t, path, got)
				return
			}
			if want := read(t, path); !alike(got, want) {
				failed := filepath.Join("testdata", "failed", c.name+".png")
				write(t, failed, got)
				t.Errorf("the slip looks different: see %s", failed)
			}
		})
	}
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
