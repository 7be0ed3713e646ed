package kiosk

import (
	"flag"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"authenkiosk/visit/flow"
)

var (
	picturesDir   = flag.String("pictures", "", "directory into which TestPictures writes a picture of every screen")
	picturesOnly  = flag.String("pictures.only", "", "prefixes of the screens to draw, with commas")
	picturesSizes = flag.String("pictures.sizes", "1080x1920,1366x768", "panels to draw")
	picturesLangs = flag.String("pictures.langs", "th,en", "languages to draw")
	picturesLook  = flag.String("pictures.look", "", "large, larger or largest, and dark or yellow")
)

// TestPictures writes the screens for people to look at; it checks nothing.
func TestPictures(t *testing.T) {
	if *picturesDir == "" {
		t.Skip("no directory given with -pictures")
	}
	for _, size := range strings.Split(*picturesSizes, ",") {
		var w, h int
		if _, err := fmt.Sscanf(size, "%dx%d", &w, &h); err != nil {
			t.Fatal(err)
		}
		for _, lang := range strings.Split(*picturesLangs, ",") {
			for _, s := range samples(t) {
				if !slices.ContainsFunc(strings.Split(*picturesOnly, ","), func(p string) bool { return strings.HasPrefix(s.name, p) }) {
					continue
				}
				s.model.Prefs = lookOf(*picturesLook, lang)
				img := withPhoto(t, s.model, sampleFrame(640, 480, s.model), w, h)
				writePicture(t, filepath.Join(*picturesDir, fmt.Sprintf("%s-%s-%s.png", s.name, lang, size)), img)
			}
			if *picturesOnly != "" {
				continue
			}
			img := capture(openDock(t, lang, fyne.NewSize(float32(w), float32(h))), w, h)
			writePicture(t, filepath.Join(*picturesDir, fmt.Sprintf("dock-%s-%s.png", lang, size)), img)
		}
	}
}

// openDock is the welcome screen with the dock.
func openDock(t *testing.T, lang string, size fyne.Size) fyne.CanvasObject {
	t.Helper()
	m := welcomeModel()
	m.Prefs.Language = lang
	k := shown(t, sampleOptions(), m, size)
	k.s.Draft = false
	k.draw()
	d, _ := dockWith(t, lang, 7, size)
	content := d.Beside(k.Content())
	content.Resize(size)
	if !d.StandsBeside() {
		dockTouch(t, d, "dock-tab")
	}
	dockTouch(t, d, "dock-card-c1")
	return content
}

func lookOf(look, lang string) flow.Prefs {
	p := flow.Prefs{Language: lang}
	switch {
	case strings.Contains(look, "largest"):
		p.TextSize = flow.TextLargest
	case strings.Contains(look, "larger"):
		p.TextSize = flow.TextLarger
	case strings.Contains(look, "large"):
		p.TextSize = flow.TextLarge
	}
	switch {
	case strings.Contains(look, "dark"):
		p.Contrast = flow.ContrastDark
	case strings.Contains(look, "yellow"):
		p.Contrast = flow.ContrastBlackYellow
	}
	return p
}

func writePicture(t *testing.T, path string, img image.Image) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(f, img); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
