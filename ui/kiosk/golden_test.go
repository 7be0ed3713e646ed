package kiosk

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	raster "image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"authenkiosk/visit/flow"
)

var updateGolden = flag.Bool("golden", false, "write the pictures of testdata/golden anew; look at each of them before it is kept")

// golden are the five main screens: what most patients see.
var golden = []string{"welcome", "confirm", "phone-typing", "sending", "result-printed"}

// What may differ from a golden picture: processors round the edges of letters in
// other ways.
const (
	goldenStep   = 40    // of 255, in one colour of a pixel
	goldenPixels = 0.001 // of all
)

func TestTheMainScreensLookAsTheyWereApproved(t *testing.T) {
	painted(t)
	for _, name := range golden {
		for _, lang := range []string{"th", "en"} {
			m := modelOf(t, name)
			m.Prefs = flow.Prefs{Language: lang}
			o := sampleOptions()
			o.Machine, o.Version = "", ""
			got, err := Render(o, m, 540, 960)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", "golden", fmt.Sprintf("%s-%s.png", name, lang))
			if *updateGolden {
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				keep(t, path, got)
				continue
			}
			if share := changed(t, path, got); share > goldenPixels {
				failed := filepath.Join(os.TempDir(), filepath.Base(path))
				keep(t, failed, got)
				t.Errorf("%s: %.2f %% of the pixels are not as in %s; now it is %s (if that is as it should be: go test -tags ci,migrated_fynedo,no_emoji ./ui/kiosk -run Approved -golden)",
					name, 100*share, path, failed)
			}
		}
	}
}

// keep writes a picture as small as it gets.
func keep(t *testing.T, path string, img image.Image) {
	t.Helper()
	var b bytes.Buffer
	err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, img)
	if err == nil {
		err = os.WriteFile(path, b.Bytes(), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// changed is the share of the pixels that differ from those in the file.
func changed(t *testing.T, path string, got image.Image) float64 {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	want, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if want.Bounds() != got.Bounds() {
		return 1
	}
	a, b := image.NewRGBA(got.Bounds()), image.NewRGBA(got.Bounds())
	raster.Draw(a, a.Rect, want, a.Rect.Min, raster.Src)
	raster.Draw(b, b.Rect, got, b.Rect.Min, raster.Src)
	n := 0
	for i := 0; i < len(a.Pix); i += 4 {
		for j := i; j < i+3; j++ {
			if d := int(a.Pix[j]) - int(b.Pix[j]); d > goldenStep || d < -goldenStep {
				n++
				break
			}
		}
	}
	return float64(n) / float64(len(a.Pix)/4)
}

func TestAGoldenPictureNoticesAWordThatIsMissing(t *testing.T) {
	painted(t)
	m := modelOf(t, "confirm")
	o := sampleOptions()
	o.Machine, o.Version = "", ""
	m.Prefs.Language = "th"
	m.Session.ClaimType.Name, m.Session.ClaimType.Code = "อื่น", "PG9"
	got, err := Render(o, m, 540, 960)
	if err != nil {
		t.Fatal(err)
	}
	if share := changed(t, filepath.Join("testdata", "golden", "confirm-th.png"), got); share <= goldenPixels {
		t.Errorf("another service is %.4f of the pixels: not noticed", share)
	}
}
