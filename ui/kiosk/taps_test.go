package kiosk

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"authenkiosk/ui/draw"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// recorder keeps what the kiosk sends.
type recorder struct{ events []flow.Event }

func (r *recorder) send(e flow.Event) { r.events = append(r.events, e) }

func recording(t *testing.T, m flow.Model) (*Kiosk, *recorder) {
	t.Helper()
	r := &recorder{}
	o := sampleOptions()
	o.Send = r.send
	o.Later = func(_ time.Duration, f func()) { f() } // every key has a pause after it
	return shown(t, o, m, panels[0]), r
}

// find gives the target of that name.
func find(t *testing.T, k *Kiosk, name string) *draw.Target {
	t.Helper()
	for _, x := range k.s.Active {
		if x.Name == name {
			return x
		}
	}
	t.Fatalf("there is no %s among %v", name, k.Layout())
	return nil
}

// touchIt does what the window driver does when a finger comes and goes.
func touchIt(x *draw.Target) {
	x.MouseDown(&desktop.MouseEvent{})
	x.MouseUp(&desktop.MouseEvent{})
	x.Tapped(&fyne.PointEvent{})
}

func modelOf(t *testing.T, name string) flow.Model {
	t.Helper()
	for _, s := range samples(t) {
		if s.name == name {
			return s.model
		}
	}
	t.Fatalf("no sample %s", name)
	return flow.Model{}
}

func TestATouchSendsTheEventOfItsTarget(t *testing.T) {
	for _, c := range []struct {
		screen, target string
		want           flow.Event
	}{
		{"welcome", "no-card", flow.TapNoCard{}},
		{"welcome", "bad-chip", flow.TapNoCard{CardHere: true}},
		{"welcome", "help", flow.TapHelp{}},
		{"welcome", "language", flow.TapLanguage{Language: "en"}},
		{"welcome", "text-size", flow.TapTextSize{}},
		{"welcome", "contrast", flow.TapContrast{}},
		{"reading-name", "start-again", flow.TapClose{}},
		{"card-fault-card-unreadable", "retry", flow.TapRetry{}},
		{"card-fault-card-busy", "retry", flow.TapRetry{}},
		{"confirm", "confirm", flow.TapConfirm{}},
		{"confirm", "change-phone", flow.TapChangePhone{}},
		{"confirm-offline", "change-claim-type", flow.TapChangeClaimType{}},
		{"phone-typing", "digit-0", flow.TapDigit{Digit: '0'}},
		{"phone-typing", "digit-9", flow.TapDigit{Digit: '9'}},
		{"phone-typing", "backspace", flow.TapBackspace{}},
		{"phone-typing", "clear", flow.TapClear{}},
		{"phone-typing", "phone-owner-relative", flow.TapPhoneOwner{Owner: visit.PhoneOfRelative}},
		{"phone-typing", "phone-owner-patient", flow.TapPhoneOwner{Owner: visit.PhoneOfPatient}},
		{"phone-typing", "back", flow.TapBack{}},
		{"claim-types", "claim-type-PG0130001", flow.TapClaimType{Code: "PG0130001"}},
		{"claim-types", "back", flow.TapBack{}},
		{"already-here", "reprint", flow.TapReprint{}},
		{"already-here", "other-service", flow.TapOtherService{}},
		{"already-here", "done", flow.TapClose{}},
		{"result-printed", "reprint", flow.TapReprint{}},
		{"result-printed", "done", flow.TapClose{}},
		{"queued", "done", flow.TapClose{}},
		{"no-right-no-right", "done", flow.TapClose{}},
		{"welcome-no-reader-ways", "no-card", flow.TapNoCard{}},
		{"no-card", "way-photo", flow.TapMethod{Method: visit.MethodPhoto}},
		{"no-card", "way-certifier", flow.TapMethod{Method: visit.MethodCertifier}},
		{"no-card", "way-line", flow.TapMethod{Method: visit.MethodLine}},
		{"no-card", "no-number", flow.TapNoNumber{}},
		{"no-card", "back", flow.TapClose{}},
		{"no-card-staff", "back", flow.TapClose{}},
		{"no-card-staff", "no-number", flow.TapNoNumber{}},
		{"pid-typing", "digit-7", flow.TapDigit{Digit: '7'}},
		{"pid-typing", "backspace", flow.TapBackspace{}},
		{"pid-typing", "clear", flow.TapClear{}},
		{"pid-typing", "back", flow.TapBack{}},
		{"pid-typing", "no-number", flow.TapNoNumber{}},
		{"photo-hint-too-dark", "shutter", flow.TapShutter{}},
		{"photo-gone", "back", flow.TapBack{}},
		{"photo-review", "use-photo", flow.TapUsePhoto{}},
		{"photo-review-staff", "retake", flow.TapRetake{}},
		{"certifier", "back", flow.TapBack{}},
		{"certifier-card-unreadable", "retry", flow.TapRetry{}},
		{"certifier-certifier-same", "back", flow.TapBack{}},
		{"relation", "relation-parent", flow.TapRelation{Relation: visit.RelationParent}},
		{"relation", "relation-officer", flow.TapRelation{Relation: visit.RelationOfficer}},
		{"relation", "back", flow.TapBack{}},
		{"line", "back", flow.TapBack{}},
		{"result-unclear", "reprint", flow.TapReprint{}},
		{"idle", "more-time", flow.TapMoreTime{}},
		{"result-leaving", "more-time", flow.TapMoreTime{}},
		{"queued-leaving", "more-time", flow.TapMoreTime{}},
		{"already-here-leaving", "warning-close", flow.TapClose{}},
		{"already-elsewhere-second", "other-service", flow.TapOtherService{}},
		{"idle", "warning-close", flow.TapClose{}},
		{"help-confirm", "help-close", flow.TapHelp{}},
	} {
		t.Run(c.screen+"/"+c.target, func(t *testing.T) {
			k, r := recording(t, modelOf(t, c.screen))
			touchIt(find(t, k, c.target))
			if want := []flow.Event{c.want}; !reflect.DeepEqual(r.events, want) {
				t.Errorf("sent %#v, want %#v", r.events, want)
			}
		})
	}
}

func TestWhatCannotBeDoneHasNoTarget(t *testing.T) {
	for screen, targets := range map[string][]string{
		"welcome":                     {"start-again"},
		"sending":                     {"start-again"},
		"confirm":                     {"change-claim-type"},
		"phone-empty":                 {"back"},
		"card-fault-card-mute":        {"retry"},
		"card-fault-card-not-thai":    {"retry"},
		"result-printing":             {"reprint"},
		"result-no-printer":           {"reprint"},
		"already-here-printed":        {"other-service"},
		"claim-types-few":             {"more", "previous"},
		"idle":                        {"confirm", "help", "start-again"},
		"help-confirm":                {"confirm", "change-phone"},
		"welcome-no-reader":           {"no-card"},
		"no-card-broken":              {"way-photo", "way-certifier", "way-line"},
		"no-card-two":                 {"way-photo"},
		"no-card-one":                 {"way-photo", "way-line"},
		"no-card-staff":               {"way-photo", "way-certifier", "way-line"},
		"photo-starting":              {"shutter"},
		"photo-gone":                  {"shutter"},
		"photo-counting":              {"shutter"},
		"photo-taking":                {"shutter"},
		"certifier":                   {"retry"},
		"certifier-certifier-same":    {"retry"},
		"relation-adult":              {"relation-parent", "relation-guardian"},
		"result-no-paper":             {"reprint"},
		"card-fault-card-not-present": nil,
	} {
		if targets == nil {
			continue
		}
		k, _ := recording(t, modelOf(t, screen))
		for _, w := range k.Layout() {
			for _, name := range targets {
				if w.Name == name {
					t.Errorf("%s has %s", screen, name)
				}
			}
		}
	}
}

// "Cancel" beside a code reads as if it took the code back.
func TestAScreenThatIsClosedByDoneHasNoCancel(t *testing.T) {
	for _, s := range samples(t) {
		k, _ := recording(t, s.model)
		var names []string
		for _, w := range k.Layout() {
			names = append(names, w.Name)
		}
		if slices.Contains(names, "done") && slices.Contains(names, "start-again") {
			t.Errorf("%s has both: %q", s.name, names)
		}
	}
}

func TestAFingerThatSlidesOffSendsNothingAndTheButtonLooksUntouched(t *testing.T) {
	k, r := recording(t, modelOf(t, "confirm"))
	ok := find(t, k, "confirm")
	ok.MouseDown(&desktop.MouseEvent{})
	if k.s.Pressed != ok {
		t.Fatal("the button does not look pressed")
	}
	k.veil.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(5, 5)}})
	if k.s.Pressed != nil {
		t.Error("the button still looks pressed")
	}
	find(t, k, "help").MouseUp(&desktop.MouseEvent{})
	if len(r.events) != 0 {
		t.Errorf("sent %v", r.events)
	}
}

func TestAPressedButtonLooksPressedAtOnce(t *testing.T) {
	k, _ := recording(t, modelOf(t, "confirm"))
	before := k.s.Pool["confirm/box/button-confirm"].Piece.(draw.Box).FillColor
	find(t, k, "confirm").MouseDown(&desktop.MouseEvent{})
	if after := k.s.Pool["confirm/box/button-confirm"].Piece.(draw.Box).FillColor; after == before {
		t.Error("it looks the same")
	}
}

func TestATouchMeantForTheScreenBeforeDoesNotCount(t *testing.T) {
	r, now := &recorder{}, noon
	o := sampleOptions()
	o.Send, o.Settle, o.Now = r.send, 0, func() time.Time { return now }
	k := shown(t, o, modelOf(t, "welcome"), panels[0])
	now = now.Add(time.Second)
	k.Show(modelOf(t, "no-card"))
	touchIt(find(t, k, "way-line"))
	now = now.Add(defaultSettle / 2)
	early := find(t, k, "way-line")
	early.MouseDown(&desktop.MouseEvent{})
	now = now.Add(defaultSettle)
	early.MouseUp(&desktop.MouseEvent{})
	early.Tapped(&fyne.PointEvent{})
	if len(r.events) != 0 {
		t.Fatalf("sent %v", r.events)
	}
	touchIt(find(t, k, "way-line"))
	if want := []flow.Event{flow.TapMethod{Method: visit.MethodLine}}; !reflect.DeepEqual(r.events, want) {
		t.Errorf("sent %v", r.events)
	}
}

func TestATouchBesideEveryTargetSaysThatSomebodyIsThere(t *testing.T) {
	for screen, want := range map[string]flow.Event{"confirm": flow.Touched{}, "idle": flow.Touched{}} {
		k, r := recording(t, modelOf(t, screen))
		touchIt(k.s.Active[0]) // the ground, under everything else
		if !reflect.DeepEqual(r.events, []flow.Event{want}) {
			t.Errorf("%s: sent %v", screen, r.events)
		}
	}
}

// offered are the services on the screen.
func offered(k *Kiosk) (list []string) {
	for _, w := range k.Layout() {
		if name, ok := strings.CutPrefix(w.Name, "claim-type-"); ok {
			list = append(list, name)
		}
	}
	return list
}

func TestMoreTurnsThePageOfClaimTypes(t *testing.T) {
	k, r := recording(t, modelOf(t, "claim-types"))
	first := offered(k)
	touchIt(find(t, k, "more"))
	second := offered(k)
	if got := append(slices.Clone(first), second...); len(got) != len(k.model.Session.Offered) {
		t.Errorf("%v and %v", first, second)
	}
	touchIt(find(t, k, "previous"))
	if !slices.Equal(offered(k), first) || len(r.events) != 2 {
		t.Errorf("back on the first page: %v, sent %v", offered(k), r.events)
	}
}

func TestNoPageOfServicesHoldsASingleOne(t *testing.T) {
	for _, panel := range panels {
		for n := 2; n <= 25; n++ {
			m := modelOf(t, "claim-types")
			m.Session.Offered = nil
			for i := range n {
				m.Session.Offered = append(m.Session.Offered, visit.ClaimType{Code: fmt.Sprintf("PG%07d", i), Name: "ทดสอบ"})
			}
			k := shown(t, sampleOptions(), m, panel)
			seen := 0
			for {
				on := len(offered(k))
				if on < 2 || on > perPage {
					t.Fatalf("%v, %d services: %d on a page", panel, n, on)
				}
				seen += on
				if !slices.ContainsFunc(k.s.Active, func(x *draw.Target) bool { return x.Name == "more" }) {
					break
				}
				touchIt(find(t, k, "more"))
			}
			if seen != n {
				t.Fatalf("%v: %d of %d services can be reached", panel, seen, n)
			}
		}
	}
}

func TestWhoComesBackWhileNothingCanBePrintedIsAskedForAPhoto(t *testing.T) {
	k := shown(t, sampleOptions(), modelOf(t, "already-here-no-paper"), panels[0])
	bare := strings.NewReplacer("\u200B", "", " ", "", "\n", "")
	if words := bare.Replace(strings.Join(k.Texts(), "")); !strings.Contains(words, bare.Replace("กรุณาถ่ายรูปหน้าจอนี้ หรือจดไว้")) {
		t.Errorf("the screen says %q", k.Texts())
	}
	for _, w := range k.Layout() {
		if w.Name == "reprint" {
			t.Error("it offers to print")
		}
	}
}
