package flow

import (
	"slices"
	"testing"
	"time"

	"authenkiosk/visit"
)

// play runs events from the start and returns the last model and all effects.
func play(t *testing.T, events ...Event) (Model, []Effect) {
	t.Helper()
	w := start()
	var all []Effect
	for _, e := range events {
		next, effects := advance(w, e)
		if err := checkStep(&w.m, e, &next.m, effects); err != nil {
			t.Fatalf("%T: %v", e, err)
		}
		w, all = next, append(all, effects...)
	}
	return w.m, all
}

func cardIn() []Event {
	return []Event{
		CardInserted{insertions[0]},
		CardIdentified{1, personOf(1)},
		CardRead{Number: 1, Expiry: visit.PartialDate{Lifelong: true}},
		RightFound{Number: 1, Right: visit.Right{Main: visit.Coded{ID: "UCS"}}},
	}
}

func typed(digits string) []Event {
	var events []Event
	for _, d := range []byte(digits) {
		events = append(events, TapDigit{d})
	}
	return events
}

func join(parts ...[]Event) []Event {
	var all []Event
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func TestAPatientWithANewPhoneNeedsElevenTapsAndOneWithAKnownPhoneOne(t *testing.T) {
	newPhone := join(cardIn(), []Event{StatusFound{Number: 1}}, typed("0800001234"), []Event{TapConfirm{}})
	known := join(cardIn(), []Event{PhoneKnown{1, mustPhone("0800001234"), visit.PhoneOfPatient}, StatusFound{Number: 1}, TapConfirm{}})
	for _, c := range []struct {
		name   string
		events []Event
		taps   int
	}{{"a new phone", newPhone, 11}, {"a known phone", known, 1}} {
		t.Run(c.name, func(t *testing.T) {
			m, _ := play(t, c.events...)
			if m.State != Sending {
				t.Fatalf("the visit is not being sent but %v", m.State)
			}
			taps := 0
			for _, e := range c.events {
				switch e.(type) {
				case TapDigit, TapConfirm:
					taps++
				}
			}
			if taps != c.taps {
				t.Errorf("%d taps, want %d", taps, c.taps)
			}
		})
	}
}

func TestTheWholeCardPathEndsWithTheCodeAndASlip(t *testing.T) {
	at := time.Date(2026, 11, 22, 9, 0, 0, 0, visit.Bangkok)
	m, effects := play(t, join(cardIn(), []Event{StatusFound{Number: 1}}, typed("0800001234"),
		[]Event{TapConfirm{}, VisitSaved{1}, VisitDone{Number: 1, Code: "PP1200000003", IssuedAt: at}})...)
	if m.State != Result || m.Session.Code != "PP1200000003" {
		t.Fatalf("state %v, code %s", m.State, m.Session.Code)
	}
	printed, ok := effects[len(effects)-1].(PrintSlip)
	if !ok || printed.Slip.Code != "PP1200000003" || printed.Slip.At != at || printed.Slip.PID != personOf(1).PID || printed.Slip.Reprint {
		t.Errorf("the last effect is %T %+v", effects[len(effects)-1], printed)
	}
}

func TestASecondVisitOfTheSameDayShowsTheCodeAndSendsNothing(t *testing.T) {
	code := codeOf("PP1200000001", general, unit.HCode, 1)
	m, effects := play(t, join(cardIn(), []Event{StatusFound{1, []visit.Authentication{code}}, TapConfirm{}, TapReprint{}})...)
	if m.State != AlreadyHere {
		t.Fatalf("state %v", m.State)
	}
	prints := 0
	for _, e := range effects {
		switch e := e.(type) {
		case SaveVisit, SubmitVisit:
			t.Errorf("%T although there is a code", e)
		case PrintSlip:
			prints++
			if e.Slip.Code != code.Code || !e.Slip.Reprint {
				t.Errorf("the slip is %+v", e.Slip)
			}
		}
	}
	if prints != 1 {
		t.Errorf("%d slips, want the one that was asked for", prints)
	}
}

func TestAnotherServiceIsChosenByThePatientWhereMoreThanOneIsLeft(t *testing.T) {
	has := func(types ...visit.ClaimType) (done []visit.Authentication) {
		for _, c := range types {
			done = append(done, codeOf("PP1200000001", c, unit.HCode, 1))
		}
		return done
	}
	for _, c := range []struct {
		name   string
		done   []visit.Authentication
		after  []Event
		state  State
		chosen visit.ClaimType
	}{
		{"two are left", has(general), nil, ClaimTypeChoice, visit.ClaimType{}},
		{"the default is among them", has(dialysis), nil, ClaimTypeChoice, visit.ClaimType{}},
		{"the patient confirms nothing", has(general), []Event{TapConfirm{}}, ClaimTypeChoice, visit.ClaimType{}},
		{"the patient chooses", has(general), []Event{TapClaimType{homeWard.Code}}, Confirm, homeWard},
		{"the patient goes back", has(general), []Event{TapBack{}}, AlreadyHere, visit.ClaimType{}},
		{"one is left", has(general, dialysis), nil, Confirm, homeWard},
	} {
		m, _ := play(t, join(cardIn(), []Event{
			PhoneKnown{1, mustPhone("0800001234"), visit.PhoneOfPatient},
			StatusFound{1, c.done},
			TapOtherService{},
		}, c.after)...)
		if m.State != c.state || m.Session.ClaimType != c.chosen {
			t.Errorf("%s: state %v with %v", c.name, m.State, m.Session.ClaimType)
		}
	}
}

func TestNothingIsChosenWhereTheUnitsOwnIsNotOffered(t *testing.T) {
	offered := []visit.ClaimType{dialysis, homeWard}
	found := RightFound{Number: 1, Right: ucs, ClaimTypes: offered}
	m, _ := play(t, join(cardIn()[:3], []Event{found, StatusFound{Number: 1}})...)
	if m.State != ClaimTypeChoice || m.Session.ClaimType != (visit.ClaimType{}) {
		t.Errorf("state %v with %v", m.State, m.Session.ClaimType)
	}
	m, _ = play(t, join(cardIn()[:3], []Event{found, StatusFound{Number: 1}, TapBack{}, TapClaimType{homeWard.Code}}, typed("0800001234"))...)
	if m.State != Confirm || m.Session.ClaimType != homeWard {
		t.Errorf("state %v with %v", m.State, m.Session.ClaimType)
	}
}

func TestPatientsChooseAmongTheUnitsServicesAndTheStaffGiveTheOthers(t *testing.T) {
	isolation := visit.ClaimType{Code: "PG0110001", Name: "Self Isolation"}
	for _, c := range []struct {
		name    string
		named   []visit.ClaimType
		state   State
		problem visit.Problem
		chosen  visit.ClaimType
	}{
		{"one of the unit's beside others", []visit.ClaimType{isolation, dialysis}, PhoneEntry, visit.NoProblem, dialysis},
		{"others alone", []visit.ClaimType{isolation}, Desk, visit.ServiceAtDesk, visit.ClaimType{}},
		{"none at all", []visit.ClaimType{}, NoRight, visit.NoRight, visit.ClaimType{}},
	} {
		found := RightFound{Number: 1, Right: ucs, ClaimTypes: c.named}
		m, _ := play(t, join(cardIn()[:3], []Event{found, StatusFound{Number: 1}})...)
		if m.State != c.state || m.Session.Problem != c.problem || m.Session.ClaimType != c.chosen {
			t.Errorf("%s: state %v, problem %v, chosen %v", c.name, m.State, m.Session.Problem, m.Session.ClaimType)
		}
		if slices.Contains(m.Session.Offered, isolation) {
			t.Errorf("%s: the patient is offered %v", c.name, m.Session.Offered)
		}
	}
}

func TestWithoutNHSOTheVisitIsTakenAndQueued(t *testing.T) {
	m, effects := play(t, join([]Event{
		CardInserted{insertions[0]},
		CardIdentified{1, personOf(1)},
		CardRead{Number: 1},
		RightFailed{1, visit.NHSOUnreachable},
		StatusFailed{1},
	}, typed("0800001234"), []Event{TapConfirm{}, VisitSaved{1}, VisitQueued{Number: 1}})...)
	if m.State != Queued || !m.Session.Offline() || m.Session.Code != "" {
		t.Fatalf("state %v, offline %v, code %q", m.State, m.Session.Offline(), m.Session.Code)
	}
	if p, ok := effects[len(effects)-1].(PrintSlip); !ok || p.Kind != SlipQueued || p.Slip.Code != "" {
		t.Errorf("the slip is %+v", effects[len(effects)-1])
	}
}

func TestMidnightBetweenSavingAndSendingGivesTheVisitToStaff(t *testing.T) {
	m, effects := play(t, join(cardIn(), []Event{StatusFound{Number: 1}}, typed("0800001234"),
		[]Event{TapConfirm{}, DayChanged{tomorrow}, VisitSaved{1}})...)
	if m.State != Desk || m.Session.Problem != visit.ServiceDatePassed {
		t.Fatalf("state %v, problem %v", m.State, m.Session.Problem)
	}
	for _, e := range effects {
		if _, ok := e.(SubmitVisit); ok {
			t.Error("the visit was sent on the day after")
		}
	}
}

func TestACardPutInWhileAnotherVisitIsSentIsReadAfterIt(t *testing.T) {
	m, _ := play(t, join(cardIn(), []Event{StatusFound{Number: 1}}, typed("0800001234"), []Event{
		TapConfirm{},
		VisitSaved{1},
		CardRemoved{},
		CardInserted{insertions[1]},
		VisitDone{Number: 1, Code: "PP1200000003", IssuedAt: time.Unix(3, 0)},
	})...)
	if m.State != Result || m.Session.Insertion != insertions[0] {
		t.Fatalf("the code of the first patient is not shown: %v", m.State)
	}
	m, _ = Step(m, TimerFired{TimerIdle})
	if m.State != Reading || m.Session.Insertion != insertions[1] || m.Session.Code != "" {
		t.Errorf("the second card is not read: %v", m.State)
	}
}

func TestAPatientsSettingsEndWithTheSession(t *testing.T) {
	m, _ := play(t, TapLanguage{"en"}, TapTextSize{}, TapContrast{}, CardInserted{insertions[0]})
	if want := (Prefs{"en", TextLarge, ContrastDark}); m.Prefs != want {
		t.Fatalf("the settings are %+v, want %+v", m.Prefs, want)
	}
	chosen := m.Prefs
	m, _ = Step(m, TapClose{})
	if m.State != TakeCard || m.Prefs != chosen {
		t.Errorf("who is to take the card reads of it in state %v with settings %+v", m.State, m.Prefs)
	}
	m, _ = Step(m, CardRemoved{})
	if m.State != Welcome || m.Prefs != (Prefs{}) {
		t.Errorf("state %v with settings %+v", m.State, m.Prefs)
	}
	m, _ = play(t, TapLanguage{"en"}, TimerFired{TimerPrefs})
	if m.Prefs != (Prefs{}) {
		t.Error("a language chosen by nobody stays")
	}
}

func TestSettingsChosenOnTheLastScreenEndWithIt(t *testing.T) {
	for _, way := range [][]Event{{TimerFired{TimerHold}}, {CardRemoved{}}} {
		for _, tap := range []Event{TapLanguage{"en"}, TapTextSize{}, TapContrast{}, TapHelp{}} {
			m, _ := play(t, join([]Event{CardInserted{insertions[0]}, TapClose{}, tap}, way)...)
			if m.State != Welcome || m.Prefs != (Prefs{}) || m.Help {
				t.Errorf("%T, %T: state %v with %+v, help %v", tap, way[0], m.State, m.Prefs, m.Help)
			}
		}
	}
}

// TestTheCodeStaysLongerWhenNoSlipComes follows the time that is left on the result.
func TestTheCodeStaysLongerWhenNoSlipComes(t *testing.T) {
	printer := func(s visit.DeviceState) Event {
		d := start().m.Devices
		d.Printer = s
		return DevicesChanged{Devices: d}
	}
	code := join(cardIn(), []Event{StatusFound{Number: 1}}, typed("0800001234"),
		[]Event{TapConfirm{}, VisitSaved{1}, VisitDone{Number: 1, Code: "PP1200000003", IssuedAt: time.Date(2026, 11, 22, 9, 0, 0, 0, visit.Bangkok)}})
	for _, c := range []struct {
		name   string
		before []Event
		after  []Event
		hold   time.Duration
		print  PrintState
	}{
		{"it is being printed", nil, nil, ResultHold, Printing},
		{"it was printed", nil, []Event{SlipPrinted{1, 1}}, ResultHold, Printed},
		{"it failed", nil, []Event{SlipFailed{Number: 1, Nth: 1}}, InfoHold, PrintFailed},
		{"nobody knows", nil, []Event{SlipFailed{1, 1, true}}, InfoHold, PrintUnclear},
		{"it failed, and then nobody knows", nil, []Event{SlipFailed{Number: 1, Nth: 1}, SlipFailed{1, 1, true}}, InfoHold, PrintUnclear},
		{"it failed, and came after all", nil, []Event{SlipFailed{Number: 1, Nth: 1}, SlipPrinted{1, 1}}, InfoHold, Printed},
		{"there is no printer", []Event{printer(visit.DeviceAbsent)}, nil, InfoHold, 0},
		{"the printer is out of order", []Event{printer(visit.DeviceDown)}, nil, InfoHold, Printing},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, effects := play(t, join(c.before, code, c.after)...)
			var hold time.Duration
			for _, e := range effects {
				if set, ok := e.(SetTimer); ok && set.Timer == TimerIdle {
					hold = set.After
				}
			}
			if m.State != Result || hold != c.hold || m.Session.Print != c.print {
				t.Errorf("%v with slip %v for %v, want slip %v for %v", m.State, m.Session.Print, hold, c.print, c.hold)
			}
		})
	}
}

func TestTheSlipBearsTheServiceDateOfItsVisit(t *testing.T) {
	sent := join(cardIn(), []Event{StatusFound{Number: 1}}, typed("0800001234"), []Event{TapConfirm{}, VisitSaved{1}})
	midnight, code := DayChanged{tomorrow}, VisitDone{Number: 1, Code: "PP1200000003", IssuedAt: time.Unix(3, 0)}
	there := StatusFound{1, []visit.Authentication{codeOf("PP1200000001", general, unit.HCode, 1)}}
	for _, c := range []struct {
		name   string
		events []Event
	}{
		{"midnight before the code", join(sent, []Event{midnight, code})},
		{"midnight before the word that it follows", join(sent, []Event{midnight, VisitQueued{Number: 1}})},
		{"midnight before a reprint", join(sent, []Event{code, SlipPrinted{1, 1}, midnight, TapReprint{}})},
		{"midnight before a reprint of a code that was there", join(cardIn(), []Event{there, midnight, TapReprint{}})},
	} {
		_, effects := play(t, c.events...)
		if p := slipsOf(effects); len(p) == 0 || p[len(p)-1].Slip.Date != today {
			t.Errorf("%s: %+v", c.name, p)
		}
	}
}

func TestWhatBecameOfAnEarlierSlipSaysNothingOfTheLast(t *testing.T) {
	there := StatusFound{1, []visit.Authentication{codeOf("PP1200000001", general, unit.HCode, 1)}}
	two := join(cardIn(), []Event{there, TapReprint{}, TapOtherService{}, TapClaimType{dialysis.Code}}, typed("0800001234"), []Event{TapConfirm{}, VisitSaved{1}, VisitDone{Number: 1, Code: "PP1200000003"}})
	m, effects := play(t, append(two, SlipPrinted{1, 1})...)
	if m.Session.Print != Printing {
		t.Errorf("the slip of the new code is %v", m.Session.Print)
	}
	slips := slipsOf(effects)
	if len(slips) != 2 || slips[0].Nth == slips[1].Nth {
		t.Fatalf("%+v", slips)
	}
	if m, _ = play(t, append(two, SlipPrinted{1, slips[0].Nth}, SlipPrinted{1, slips[1].Nth})...); m.Session.Print != Printed {
		t.Errorf("the slip of the new code is %v", m.Session.Print)
	}
}

func slipsOf(effects []Effect) (slips []PrintSlip) {
	for _, e := range effects {
		if p, ok := e.(PrintSlip); ok {
			slips = append(slips, p)
		}
	}
	return slips
}
