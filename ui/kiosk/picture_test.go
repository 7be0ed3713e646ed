package kiosk

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"authenkiosk/ui/draw"
)

func TestEveryPictureIsUsedAndEveryUsedPictureIsThere(t *testing.T) {
	painted(t)
	k := shown(t, sampleOptions(), welcomeModel(), fyne.NewSize(540, 960))
	k.s.Draft = false
	used := map[string]bool{}
	for _, s := range samples(t) {
		for k.step = range pictureSteps {
			k.Show(s.model)
			k.Frame(sampleFrame(64, 48, s.model))
			for _, f := range k.s.Faults {
				if strings.Contains(f, "no picture") {
					t.Errorf("%s: %s", s.name, f)
				}
			}
			for name := range k.s.Paintings {
				used[name[:strings.Index(name, "-light-")]] = true
			}
		}
	}
	entries, err := draw.Pictures.ReadDir("pictures")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if file := strings.TrimSuffix(e.Name(), ".svg"); !used[file] && !strings.HasPrefix(file, "light-") && file != "smaller" {
			t.Errorf("%s is never used", e.Name())
		}
	}
}

func TestAPictureThatIsTakenOffLetsItsPixelsGo(t *testing.T) {
	k := shown(t, sampleOptions(), welcomeModel(), fyne.NewSize(540, 960))
	k.s.Draft = false
	k.Show(welcomeModel())
	before := len(k.s.Pool)
	k.Show(modelOf(t, "confirm"))
	k.Show(welcomeModel())
	pictures := 0
	for key := range k.s.Pool {
		if strings.Contains(key, "/picture/") {
			pictures++
			if !strings.HasPrefix(key, "welcome/") && !strings.HasPrefix(key, "frame/") {
				t.Errorf("%s is kept", key)
			}
		}
	}
	if pictures == 0 || before == 0 {
		t.Error("no picture at all")
	}
}

func TestAnyNumberOfSessionsNeedsNoMoreObjects(t *testing.T) {
	k := shown(t, sampleOptions(), welcomeModel(), panels[0])
	round := func() {
		for _, s := range samples(t) {
			k.Show(s.model)
		}
	}
	round()
	before := len(k.s.Pool)
	for range 3 {
		round()
	}
	if after := len(k.s.Pool); after != before {
		t.Errorf("%d objects became %d", before, after)
	}
}
