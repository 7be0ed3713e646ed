package kiosk

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"authenkiosk/ui/draw"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// What NHSO and the card of another visit know of the owner of a number that was
// only typed is on no screen.
func TestNoScreenRevealsAnythingOfATypedNumber(t *testing.T) {
	painted(t)
	secrets := []string{
		"ทดสอบเรียบร้อย", "เสมอใจ", "เส.", "Thotsopriaproi", "Samoechai", "หลักประกันสุขภาพ", "โรงพยาบาลส่งเสริมสุขภาพตำบลทดสอบเหนือ",
		"99998", "บัตรทอง", "Gold Card", samplePID,
	}
	screens := 0
	for _, s := range samples(t) {
		if !s.model.Session.Typed() {
			continue
		}
		screens++
		s.model.Session.Certifier.Person.Name.Last, s.model.Session.Certifier.Person.Latin.Last = "อื่น", "Other"
		for _, lang := range []string{"th", "en"} {
			s.model.Prefs.Language = lang
			k := shown(t, sampleOptions(), s.model, panels[0])
			for _, words := range k.Texts() {
				plain := strings.ReplaceAll(words, "\u200b", "")
				for _, secret := range secrets {
					if strings.Contains(plain, secret) {
						t.Errorf("%s (%s) says %q", s.name, lang, plain)
					}
				}
			}
		}
	}
	if screens < 20 {
		t.Errorf("only %d screens for a typed number", screens)
	}
}

func TestTheScreenThatWaitsForThePhoneShowsThatItGoesOn(t *testing.T) {
	k := shown(t, sampleOptions(), modelOf(t, "line"), panels[0])
	lit := func() (n int) {
		for i := range pictureSteps {
			if k.s.Pool[fmt.Sprintf("line/box/wait-%d", i)].Piece.(draw.Box).FillColor == k.s.Colors.Accent {
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
