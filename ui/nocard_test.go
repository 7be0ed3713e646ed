package ui

import (
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

func TestAPhotoBringsInitialsOnly(t *testing.T) {
	k := shown(t, sampleOptions(), modelOf(t, "confirm-photo"), panels[0])
	for _, words := range k.Texts() {
		if words == "ท. เส." {
			return
		}
	}
	t.Errorf("no initials among %q", k.Texts())
}

func TestTheScreenThatWaitsForThePhoneShowsThatItGoesOn(t *testing.T) {
	k := shown(t, sampleOptions(), modelOf(t, "line"), panels[0])
	lit := func() (n int) {
		for i := range pictureSteps {
			if k.s.pool[fmt.Sprintf("line/box/wait-%d", i)].piece.(box).FillColor == k.s.p.accent {
				n = i
			}
		}
		return n
	}
	before := lit()
	k.Tick(noon)
	k.Tick(noon.Add(stepEvery + time.Millisecond))
	if lit() == before {
		t.Error("nothing moves")
	}
}

func TestTheKeysOfAKeyboardWorkOnTheKeypadForTheNumber(t *testing.T) {
	k, r := recording(t, modelOf(t, "pid-typing"))
	k.typedRune('7')
	k.typedRune('๘')
	k.typedKey(&fyne.KeyEvent{Name: fyne.KeyBackspace})
	k.typedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	k.typedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	want := []flow.Event{flow.TapDigit{Digit: '7'}, flow.TapDigit{Digit: '8'}, flow.TapBackspace{}, flow.TapBack{}, flow.Touched{}}
	if fmt.Sprint(r.events) != fmt.Sprint(want) {
		t.Errorf("sent %#v", r.events)
	}
}

func TestAWayIsOfferedOnlyWhereTheUnitHasIt(t *testing.T) {
	m := modelOf(t, "no-card")
	m.Unit.Methods = []visit.Method{visit.MethodCard, visit.MethodLine}
	k, _ := recording(t, m)
	for _, w := range k.Layout() {
		if w.Name == "way-photo" || w.Name == "way-certifier" {
			t.Errorf("offers %s", w.Name)
		}
	}
	find(t, k, "way-line")
}
