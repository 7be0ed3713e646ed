package kiosk

import (
	"reflect"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"authenkiosk/ui/draw"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

func TestKeysOfAKeyboardWorkOnThePhoneScreen(t *testing.T) {
	w := test.NewTempWindow(t, nil)
	k, r := recording(t, modelOf(t, "phone-typing"))
	k.Attach(w)
	for _, key := range "1๒ค0-/x" { // the last three are no digits on the keyboard that has typed the 0
		w.Canvas().OnTypedRune()(key)
	}
	for _, key := range []fyne.KeyName{fyne.KeyBackspace, fyne.KeyDelete, fyne.KeyEscape, fyne.KeyEnter, fyne.KeyF1} {
		w.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: key})
	}
	want := []flow.Event{
		flow.TapDigit{Digit: '1'},
		flow.TapDigit{Digit: '2'},
		flow.TapDigit{Digit: '8'},
		flow.TapDigit{Digit: '0'},
		flow.Touched{},
		flow.Touched{},
		flow.Touched{},
		flow.TapBackspace{},
		flow.TapClear{},
		flow.TapBack{},
		flow.Touched{},
		flow.Touched{},
	}
	if !reflect.DeepEqual(r.events, want) {
		t.Errorf("sent %#v", r.events)
	}
}

func TestKeysOfAKeyboardElsewhereOnlySayThatSomebodyIsThere(t *testing.T) {
	for _, c := range []struct {
		screen string
		key    fyne.KeyName
		want   flow.Event
	}{
		{"confirm", fyne.KeyReturn, flow.Touched{}},
		{"confirm", fyne.KeyEnter, flow.Touched{}},
		{"photo-counting", fyne.KeyReturn, flow.Touched{}},
		{"help-confirm", fyne.KeyEscape, flow.TapHelp{}},
		{"confirm", fyne.KeyEscape, flow.Touched{}},
		{"idle", fyne.KeyReturn, flow.Touched{}},
		{"help-confirm", fyne.KeyReturn, flow.Touched{}},
		{"welcome", fyne.KeyReturn, flow.Touched{}},
		{"welcome", fyne.KeyBackspace, flow.Touched{}},
	} {
		k, r := recording(t, modelOf(t, c.screen))
		k.typedKey(&fyne.KeyEvent{Name: c.key})
		k.typedRune('5')
		if want := []flow.Event{c.want, flow.Touched{}}; !reflect.DeepEqual(r.events, want) {
			t.Errorf("%s, %s: sent %#v", c.screen, c.key, r.events)
		}
	}
}

func TestTheWatchdogBringsAShrunkWindowBackAndThenGivesUp(t *testing.T) {
	full, small := fyne.NewSize(1080, 1920), fyne.NewSize(1280, 720)
	var w watchdog
	now := noon
	look := func(size fyne.Size) remedy {
		now = now.Add(watchEvery)
		return w.look(now, size)
	}
	for i, c := range []struct {
		size fyne.Size
		want remedy
	}{
		{full, nothing},
		{full, nothing},
		{small, again},
		{full, nothing},
		{small, again},
		{small, again},
		{small, again},
		{small, giveUp},
		{small, nothing},
		{full, nothing},
		{small, again},
	} {
		if got := look(c.size); got != c.want {
			t.Errorf("look %d at %v: %v, want %v", i, c.size, got, c.want)
		}
	}
	if got := w.look(now.Add(time.Second), small); got != nothing {
		t.Errorf("looked again too soon: %v", got)
	}
}

func TestALostScreenIsReportedToTheProgram(t *testing.T) {
	lost := 0
	w := test.NewTempWindow(t, nil)
	w.SetFullScreen(true)
	o := sampleOptions()
	o.ScreenLost = func() { lost++ }
	k := shown(t, o, welcomeModel(), panels[0])
	k.Attach(w)
	now := noon
	w.Resize(fyne.NewSize(1080, 1920))
	k.Tick(now)
	w.Resize(fyne.NewSize(640, 480))
	for range watchAttempts + 1 {
		now = now.Add(watchEvery)
		k.Tick(now)
	}
	if lost != 1 || !w.FullScreen() {
		t.Errorf("lost %d times, full screen %t", lost, w.FullScreen())
	}
}

func TestTheVeilHidesTheCursorOnlyWhereItShould(t *testing.T) {
	for _, hide := range []bool{true, false} {
		o := sampleOptions()
		o.HideCursor = hide
		k := shown(t, o, welcomeModel(), panels[0])
		if got := k.veil.Cursor() == desktop.Cursor(desktop.HiddenCursor); got != hide {
			t.Errorf("hidden %t, want %t", got, hide)
		}
		if last := k.root.Objects[len(k.root.Objects)-1]; last != fyne.CanvasObject(k.veil) {
			t.Error("the veil is not in front")
		}
	}
}

func TestTheClockCountdownAndPicturesFollowTheTicks(t *testing.T) {
	k := shown(t, sampleOptions(), modelOf(t, "idle"), panels[0])
	words := func(key string) string { return k.s.Pool[key].Piece.(*draw.Text).In.Words }
	for after, want := range map[time.Duration]string{0: "15", 4500 * time.Millisecond: "11", 20 * time.Second: "0"} {
		k.Tick(noon.Add(after))
		if got := words("idle/text/count"); got != want {
			t.Errorf("after %v: %s seconds, want %s", after, got, want)
		}
	}
	k.Show(welcomeModel())
	k.Tick(noon.Add(3 * time.Minute))
	if got := draw.Plain(words("frame/text/clock")); got != "12:07 น." {
		t.Errorf("the clock says %s", got)
	}
	k.Show(modelOf(t, "take-card"))
	step := k.step
	k.Tick(noon.Add(3*time.Minute + stepEvery))
	if k.step == step {
		t.Error("the picture has not moved")
	}
	drawing := k.s.Drawing
	k.Tick(noon.Add(3*time.Minute + stepEvery + 100*time.Millisecond))
	if k.s.Drawing != drawing {
		t.Error("drawn again although nothing has changed")
	}
}

func TestTheDayIsWrittenInTheEraOfTheLanguage(t *testing.T) {
	m := welcomeModel()
	for lang, want := range map[string]string{"th": "22 พฤศจิกายน 2569", "en": "22 November 2026"} {
		m.Prefs.Language = lang
		k := shown(t, sampleOptions(), m, panels[0])
		if got := k.s.Pool["frame/text/date"].Piece.(*draw.Text).In.Words; got != want {
			t.Errorf("%s: %s", lang, got)
		}
	}
}

func TestOnlyProductionIsWithoutABanner(t *testing.T) {
	for _, zone := range visit.Zones() {
		o := sampleOptions()
		o.Zone = zone
		k := shown(t, o, welcomeModel(), panels[0])
		if p := k.s.Pool["frame/text/banner"]; (p != nil) == (zone == visit.ZoneProduction) {
			t.Errorf("%s: banner %t", zone, p != nil)
		}
	}
}
