package station

import (
	"context"
	"errors"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"authenkiosk/desk"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// found is a desk whose machine has those devices.
type found struct {
	desk.Desk
	list []desk.Finding
	err  error
}

func (f *found) Devices(context.Context, desk.Operator) ([]desk.Finding, error) { return f.list, f.err }

// devicesOf has the station show devices.
func (w *world) devicesOf(list ...desk.Finding) *found {
	f := &found{Desk: w.here().desk, list: list}
	w.here().desk = f
	return f
}

func TestDevicesAreShownAsDoctorFindsThemAndStayLive(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	f := w.devicesOf(desk.Finding{Check: "light printer", State: "failed", Detail: "K12 printer-no-paper"}, desk.Finding{Check: "disk", State: "ok", Detail: "1 MB free"})
	w.signInAs(rules.Staff)
	w.tap("page-devices")
	for _, want := range []string{w.say.Say("station.finding.failed"), w.say.Say("light.printer"), "K12 printer-no-paper", "disk", "1 MB free"} {
		w.shows(want)
	}
	f.list[0] = desk.Finding{Check: "light printer", State: "ok", Detail: "ready"}
	w.pass(lookAtDevicesEvery)
	w.Tick(w.clock)
	if strings.Contains(w.texts(), "K12") {
		t.Errorf("the paper is in, and the page says: %q", w.texts())
	}
	f.err = &desk.Error{Code: desk.Failed}
	w.key(fyne.KeyF5)
	w.shows(w.say.Say("station.error.failed"))
}

func TestAKeyThatNobodyKnowsOpensNoPage(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	w.signInAs(rules.Staff)
	w.key(fyne.KeyUnknown)
	if w.ScreenName() != "today" {
		t.Errorf("it opens %s", w.ScreenName())
	}
}

func TestATestPageIsJudgedByAPerson(t *testing.T) {
	for _, c := range []struct {
		name, tap, state string
		err              error
	}{
		{"it came out right", "test-print-right", findingOK, nil},
		{"it came out wrong", "test-print-wrong", findingFailed, nil},
		{"it did not come out", "", findingFailed, errors.New("no paper")},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, visit.OnCardNotice, rules.Staff)
			w.devicesOf()
			w.o.TestPrint = func(context.Context) error { return c.err }
			w.signInAs(rules.Staff)
			w.tap("page-devices")
			w.tap("test-print")
			if asked := w.has("test-print-right"); asked != (c.tap != "") {
				t.Fatalf("somebody is asked: %v", asked)
			}
			if c.tap != "" {
				if w.stands.tested != nil {
					t.Errorf("it is judged before somebody has: %+v", w.stands.tested())
				}
				w.tap(c.tap)
			}
			if w.stands.tested().State != c.state || w.has("test-print-right") {
				t.Errorf("%+v", w.stands.tested())
			}
			w.shows(w.say.Say("station.finding." + c.state))
		})
	}
}

func TestTheCodeForSupportSaysWhatIsNotWellAndNothingOfAPerson(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	v := w.add(1, visit.StateStaff, visit.UpstreamCannot)
	var list []desk.Finding
	for _, state := range []string{"ok", "warning", "failed", "skipped"} {
		list = append(list, desk.Finding{Check: "check-" + state, State: state, Detail: strings.Repeat("ที่ ", 60)})
	}
	w.devicesOf(list...)
	w.o.Version = "v0.1.0"
	w.signInAs(rules.Staff)
	w.key(fyne.KeyDown, fyne.KeyF8) // somebody is shown in full
	w.tap("page-devices")
	text := w.stands.supportText()
	for _, want := range []string{"v0.1.0", "99999", "desk-1", "warning check-warning", "failed check-failed", "ok 1"} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q in %q", want, text)
		}
	}
	for _, never := range []string{v.PID.Digits(), v.Name.First, v.HN.Text(), "เจ้าหน้าที่", string(w.ids["staff"])} {
		if strings.Contains(text, never) {
			t.Errorf("it has %q", never)
		}
	}
	for range 50 {
		list = append(list, list[2])
	}
	w.devicesOf(list...)
	w.key(fyne.KeyF5)
	if text := w.stands.supportText(); len(text) > mostSupport+10 || !strings.HasSuffix(text, "...") {
		t.Errorf("%d letters: %q", len(text), text)
	}
}
