package station

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
	"authenkiosk/visit/flow"
)

func TestASecondCodeIsAskedForWithAReasonAndMadeWithTheCardOfItsPerson(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	v := w.add(4, visit.StateDone, visit.NoProblem)
	w.signInAs(rules.Staff)
	w.key(fyne.KeyDown)
	w.tap("second")
	if w.has("confirm-second") || w.has("reason-after-void") {
		t.Errorf("without a reason, or after a void of a code that is good: %q", w.texts())
	}
	w.tap("reason-referral")
	w.nhso.Says(errors.New("NHSO is away"))
	w.tap("confirm-second")
	if w.ScreenName() != "today" {
		t.Fatal("NHSO was not asked first")
	}
	w.shows(w.say.Say("station.error.no-answer"))
	w.nhso.Says(nil, code(9))
	w.tap("confirm-second")
	if w.ScreenName() != "new" || w.at.Second.Of != v.ID || w.at.Second.Why != string(rules.Referral) || !slices.Contains(w.at.Second.Besides, code(4)) || !slices.Contains(w.at.Second.Besides, code(9)) {
		t.Fatalf("%s is shown for %+v", w.ScreenName(), w.at.Second)
	}
	w.shows(v.ID.Number())
	w.shows(w.say.Say("station.second.referral"))

	w.card(1)
	w.reads(1, v.PID.Digits())
	w.tell(flow.PhoneKnown{Number: 1, Phone: phoneOf(t, somePhone), Owner: visit.PhoneOfPatient})
	w.tellAll(flow.RightFound{Number: 1, Right: someRight}, flow.StatusFound{Number: 1, Done: []visit.Authentication{
		{Code: code(4), ClaimType: v.ClaimType, Hospital: visit.Hospital{HCode: "99999"}, At: w.clock},
	}})
	w.in(flow.Confirm)
	w.key(fyne.KeyF9)
	w.in(flow.Sending)
	if e := w.asked(); e.Second.Of != v.ID || e.Item != "" || e.Visit.ClaimType.Code != v.ClaimType.Code {
		t.Errorf("saved for %+v, %+v", e.Second, e.Visit.ClaimType)
	}
	w.gets(1)
	w.key(fyne.KeyEscape)
	if w.at.Second.Of != "" {
		t.Error("the next patient is served for the same second code")
	}
}

func TestASecondCodeIsOfferedOnItsDayToWhoMayMakeVisits(t *testing.T) {
	for _, c := range []struct {
		name string
		role rules.Role
		day  time.Duration
		void bool
		want bool
	}{
		{"staff", rules.Staff, 0, false, true},
		{"a code that is void", rules.Staff, 0, true, true},
		{"an administrator", rules.Administrator, 0, false, false},
		{"the day after", rules.Staff, 24 * time.Hour, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, visit.OnCardNotice, c.role)
			v := w.add(4, visit.StateDone, visit.NoProblem)
			if c.void {
				if err := w.store.Void(v.ID, "desk-1/anna", rules.Double, w.clock); err != nil {
					t.Fatal(err)
				}
			}
			w.pass(c.day)
			w.signInAs(c.role)
			w.today.details.open(w.here(), v.ID)
			if w.has("second") != c.want {
				t.Fatalf("offered: %t", !c.want)
			}
			if c.void {
				w.tap("second")
				if !w.has("reason-after-void") {
					t.Error("nothing can take the place of the code")
				}
			}
		})
	}
}

// NHSO may take seconds to answer.
func TestASecondCodeComesNotBetweenAPatientWhoIsServedMeanwhile(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	v := w.add(4, visit.StateDone, visit.NoProblem)
	w.signInAs(rules.Staff)
	w.key(fyne.KeyDown)
	w.tap("second")
	w.tap("reason-referral")
	w.nhso.Says(nil, code(9))
	beside, answer := w.o.Beside, func() {}
	w.o.Beside = func(work func(context.Context), then func()) { work(t.Context()); answer = then }
	w.tap("confirm-second")
	w.o.Beside = beside
	w.key(fyne.KeyF3)
	w.patient(1, somePID, somePhone)
	w.key(fyne.KeyF9)
	w.gets(1)
	answer()
	w.in(flow.Result)
	w.shows(visit.AuthenCode("PP1200000003").Grouped())
	w.key(fyne.KeyF2)
	w.tap("confirm-second")
	if w.ScreenName() != "new" || w.at.Second.Of != v.ID {
		t.Errorf("%s is shown for %+v when it is asked for again", w.ScreenName(), w.at.Second)
	}
}

// A slow network takes half a minute.
func TestWhileAVisitIsSentThePageTakesNoItemAndSaysSo(t *testing.T) {
	for name, c := range map[string]struct {
		add    func(*world) visit.Visit
		choose func(*world)
		again  string
	}{
		"an item": {func(w *world) visit.Visit { return w.add(4, visit.StateStaff, visit.Draft) }, func(w *world) { w.tap("hold") }, "read-card"},
		"a second code": {func(w *world) visit.Visit { return w.add(4, visit.StateDone, visit.NoProblem) }, func(w *world) {
			w.nhso.Says(nil, code(9))
			w.tap("second")
			w.tap("reason-referral")
		}, "confirm-second"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newVisitPage(t)
			v := c.add(w)
			w.patient(1, somePID, somePhone)
			w.key(fyne.KeyF9)
			w.in(flow.Sending)
			w.key(fyne.KeyF2)
			w.today.details.open(w.here(), v.ID)
			c.choose(w)
			w.tap(c.again)
			w.shows(w.say.Say("station.error.in-flight"))
			if w.ScreenName() != "today" {
				t.Fatalf("the page is %q", w.ScreenName())
			}
			w.gets(1)
			w.tap(c.again)
			if w.ScreenName() != "new" || w.at.Item != v.ID && w.at.Second.Of != v.ID {
				t.Errorf("the page is %q, for %q and %q", w.ScreenName(), w.at.Item, w.at.Second.Of)
			}
		})
	}
}

func TestWhyAVisitMustNotBeMadeIsSaidInPlainWords(t *testing.T) {
	w := newVisitPage(t)
	next := map[string]string{"held": "held", "waits-elsewhere": "waits"}
	for _, why := range []string{"other-person", "waits-elsewhere", "held", "not-signed-in", "unreachable", "failed"} {
		w.patient(1, somePID, somePhone)
		w.key(fyne.KeyF9)
		w.tellAll(flow.VisitNotSaved{Number: 1, Why: why})
		w.shows(w.say.Say("station.error." + why))
		w.shows(w.say.Say("station.new.not-made"))
		w.shows(w.say.Say("station.new.not-made." + cmp.Or(next[why], "text")))
		w.key(fyne.KeyEscape)
		w.tell(flow.CardRemoved{})
	}
	w.patient(1, somePID, somePhone)
	w.key(fyne.KeyF9)
	w.tellAll(flow.VisitNotSaved{Number: 1})
	w.shows(w.say.Say("station.problem.not-saved"))
}
