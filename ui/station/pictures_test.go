package station

import (
	"context"
	"flag"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"authenkiosk/desk"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

var picturesDir = flag.String("pictures", "", "directory into which the tests of pictures write every page")

// TestPictures writes the pages for people to look at; it checks nothing.
func TestPictures(t *testing.T) {
	if *picturesDir == "" {
		t.Skip("no directory given with -pictures")
	}
	w := newWorld(t, visit.OnCardNotice, rules.Lead)
	w.o.PDF, w.o.PrintPage = noPDF, noPrinter
	w.o.TestPrint, w.o.Version = func(context.Context) error { return nil }, "v0.1.0"
	w.devicesOf(
		desk.Finding{Check: "light reader", State: "ok", Detail: "ready"}, desk.Finding{Check: "light printer", State: "failed", Detail: "K12 printer-no-paper"},
		desk.Finding{Check: "configuration", State: "ok", Detail: "unit 99999, zone test, upstream endpoint; /etc/authenkiosk/kiosk.toml"},
		desk.Finding{Check: "camera", State: "warning", Detail: "640 x 480, first picture after 180 ms: too coarse for a card in the picture"},
		desk.Finding{Check: "token", State: "skipped", Detail: "the demo needs none"},
	)
	w.clock = w.clock.Add(-4 * time.Hour)
	for n := range 60 {
		w.clock = w.clock.Add(5 * time.Minute)
		state, why := visit.StateDone, visit.NoProblem
		switch n % 9 {
		case 3:
			state = visit.StatePending
		case 5:
			state, why = visit.StateRefused, visit.NoRight
		case 7:
			state, why = visit.StateStaff, visit.UpstreamCannot
		}
		w.add(n+1, state, why)
	}
	for _, size := range []fyne.Size{{Width: 1366, Height: 768}, {Width: 1920, Height: 1080}} {
		w.window.Resize(size)
		for _, dark := range []bool{false, true} {
			for _, lang := range []string{"th", "en"} {
				for _, p := range w.pages {
					w.signInAs(rules.Lead)
					if w.say.Lang != lang {
						w.key(fyne.KeyF10)
					}
					if w.dark != dark {
						w.key(fyne.KeyF11)
					}
					w.open(p)
					if p == page(w.today) {
						w.tap("export")
					}
					if p == page(w.stands) {
						w.tap("test-print")
					}
					w.writePicture(fmt.Sprintf("%s-%s-%v-%.0f.png", p.name(), lang, dark, size.Width))
					w.key(fyne.KeyF12)
				}
			}
		}
	}
}

func (w *world) writePicture(name string) {
	w.t.Helper()
	f, err := os.Create(filepath.Join(*picturesDir, name))
	if err == nil {
		err = png.Encode(f, w.window.Canvas().Capture())
	}
	if err != nil {
		w.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		w.t.Fatal(err)
	}
}
