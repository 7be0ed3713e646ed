package kiosk

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"authenkiosk/ui/dock"
	"authenkiosk/ui/draw"
)

// dockWith returns a dock beside an empty kiosk and what its buttons did.
func dockWith(t *testing.T, lang string, cards int, size fyne.Size) (*dock.Dock, *[]string) {
	t.Helper()
	var did []string
	note := func(format string, args ...any) { did = append(did, fmt.Sprintf(format, args...)) }
	o := dock.Options{
		Language: lang, Insert: func(id string) { note("insert %s", id) }, Remove: func() { note("remove") },
		Reader: func(in bool) { note("reader %t", in) }, Printer: func(in bool) { note("printer %t", in) },
		Paper: func(out bool) { note("paper %t", out) }, Cover: func(open bool) { note("cover %t", open) },
		Vouch: func(in bool) { note("vouch %t", in) }, Scene: func(name string) { note("scene %s", name) },
		NHSO: func(mode string) { note("nhso %s", mode) }, NextDay: func() { note("next day") },
	}
	for i := range cards {
		o.Cards = append(o.Cards, dock.Card{ID: fmt.Sprint("c", i), Label: fmt.Sprintf("ผู้ป่วยทดสอบ %d", i)})
	}
	d, err := dock.New(o)
	if err != nil {
		t.Fatal(err)
	}
	d.Sheet.Draft = true
	d.Beside(&canvas.Rectangle{}).Resize(size)
	return d, &did
}

func dockTouch(t *testing.T, d *dock.Dock, name string) {
	t.Helper()
	for _, x := range d.Sheet.Active {
		if x.Name == name {
			touchIt(x)
			return
		}
	}
	t.Fatalf("no %s on the dock: %v", name, d.Layout())
}

func TestTheButtonsOfTheDockDoWhatTheySay(t *testing.T) {
	d, did := dockWith(t, "th", 4, fyne.NewSize(1366, 768))
	for _, name := range []string{
		"dock-card-c1", "dock-remove", "dock-reader", "dock-reader", "dock-printer", "dock-paper", "dock-paper", "dock-cover", "dock-vouch", "dock-scene", "dock-nhso-down", "dock-nhso-slow",
		"dock-nhso-token", "dock-nhso-normal", "dock-next-day",
	} {
		dockTouch(t, d, name)
	}
	want := []string{
		"insert c1", "remove", "reader false", "reader true", "printer false", "paper true", "paper false", "cover true", "vouch true", "scene dark", "nhso down", "nhso slow", "nhso token", "nhso normal", "next day",
	}
	if !reflect.DeepEqual(*did, want) {
		t.Errorf("did %q", *did)
	}
}

func TestTheDockStandsBesideALandscapeKioskAndLiesOverAPortraitOne(t *testing.T) {
	d, _ := dockWith(t, "th", 4, fyne.NewSize(1920, 1080))
	if w := d.Main.Size().Width; w != 1920-dock.DockWidth {
		t.Errorf("the kiosk is %v wide", w)
	}
	d, _ = dockWith(t, "th", 4, fyne.NewSize(1080, 1920))
	if w := d.Main.Size().Width; w != 1080 || len(d.Layout()) != 1 {
		t.Errorf("the kiosk is %v wide, the closed drawer has %v", w, d.Layout())
	}
	dockTouch(t, d, "dock-tab")
	if len(d.Layout()) < 10 {
		t.Errorf("the open drawer has %v", d.Layout())
	}
	dockTouch(t, d, "dock-tab")
	if len(d.Layout()) != 1 {
		t.Errorf("closed again it has %v", d.Layout())
	}
}

func TestEveryCardCanBeReachedAndEverythingFits(t *testing.T) {
	for _, size := range panels {
		for _, lang := range []string{"th", "en"} {
			d, _ := dockWith(t, lang, 14, size)
			if !d.StandsBeside() {
				dockTouch(t, d, "dock-tab")
			}
			seen := map[string]bool{}
			for range 14 {
				more := false
				for _, w := range d.Layout() {
					seen[w.Name] = true
					more = more || w.Name == "dock-more"
					if w.W < 44 || w.H < 44 || w.X < 0 || w.Y < 0 || w.X+w.W > int(size.Width) || w.Y+w.H > int(size.Height) {
						t.Errorf("%v: %+v", size, w)
					}
				}
				for _, f := range d.Sheet.Faults {
					t.Errorf("%v: %s", size, f)
				}
				if more {
					dockTouch(t, d, "dock-more")
				}
			}
			for i := range 14 {
				if !seen[fmt.Sprint("dock-card-c", i)] {
					t.Errorf("%v: card %d is on no page", size, i)
				}
			}
		}
	}
}

func TestTheDockShowsWhichCardIsIn(t *testing.T) {
	d, _ := dockWith(t, "en", 3, fyne.NewSize(1366, 768))
	fill := func() any { return d.Sheet.Pool["dock/box/card-0"].Piece.(draw.Box).FillColor }
	before := fill()
	dockTouch(t, d, "dock-card-c0")
	if fill() == before {
		t.Error("the card looks the same")
	}
	d.CardOut()
	if fill() != before {
		t.Error("the card still looks as if it were in")
	}
	if !strings.HasPrefix(d.Layout()[0].Name, "dock-") {
		t.Errorf("%v", d.Layout()[0])
	}
}

// A station that lost the room for a dock would have less than it is drawn for.
func TestTheDockOfAStationHasCardsAloneAndLeavesItItsRoom(t *testing.T) {
	for _, c := range []struct {
		width  float32
		beside bool
	}{{1366, false}, {1366 + dock.DockWidth, true}} {
		d, err := dock.New(dock.Options{Cards: []dock.Card{{ID: "citizen", Label: "ผู้ป่วยบัตรทอง"}}, Insert: func(string) {}, Remove: func() {}, Room: 1366})
		if err != nil {
			t.Fatal(err)
		}
		d.Beside(&canvas.Rectangle{}).Resize(fyne.NewSize(c.width, 768))
		if w := d.Main.Size().Width; w != 1366 || d.StandsBeside() != c.beside {
			t.Errorf("in %v the station is %v wide, the dock beside it: %t", c.width, w, d.StandsBeside())
		}
		if !c.beside {
			dockTouch(t, d, "dock-tab")
		}
		for _, w := range d.Layout() {
			if w.Name != "" && w.Name != "dock-tab" && w.Name != "dock-card-citizen" && w.Name != "dock-remove" {
				t.Errorf("there is %q", w.Name)
			}
		}
	}
}
