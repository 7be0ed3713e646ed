package flow

import (
	"slices"
	"testing"
	"time"

	"authenkiosk/visit"
)

// sent is a visit by card on its way, shown one with its code on the screen.
func sent() []Event {
	return join(cardIn(), []Event{StatusFound{Number: 1}}, typed("0800001234"), []Event{TapConfirm{}, VisitSaved{1}})
}

func coded() []Event {
	return append(sent(), VisitDone{Number: 1, Code: "PP1200000003", IssuedAt: time.Unix(3, 0)})
}

func hereOf(types ...visit.ClaimType) (done []visit.Authentication) {
	for _, c := range types {
		done = append(done, codeOf("PP1200000001", c, unit.HCode, 1))
	}
	return done
}

func TestANewCardEndsTheResultBeforeItAtOnce(t *testing.T) {
	for name, shown := range map[string][]Event{"a code": coded(), "a receipt": append(sent(), VisitQueued{Number: 1})} {
		for _, slip := range []Event{SlipPrinted{1, 1}, SlipFailed{Number: 1, Nth: 1}, SlipFailed{1, 1, true}} {
			for _, gone := range [][]Event{nil, {CardRemoved{}}} {
				m, _ := play(t, join(shown, []Event{slip}, gone, []Event{CardInserted{insertions[1]}})...)
				if m.State != Reading || m.Session.Insertion != insertions[1] || m.Session.Code != "" || m.Prefs != (Prefs{}) {
					t.Errorf("%s, %T: state %v with %q", name, slip, m.State, m.Session.Code)
				}
			}
		}
	}
}

func TestWhoeverTakesTheCardHearsWhetherThereIsACode(t *testing.T) {
	idle := []Event{TimerFired{TimerIdle}, TimerFired{TimerWipe}}
	confirm := join(cardIn(), []Event{StatusFound{Number: 1}}, typed("0800001234"))
	expired := append(cardIn()[:2], CardRead{Number: 1, Expiry: visit.PartialDate{Year: 2020, Month: 1, Day: 1}})
	vouching := join(without(visit.MethodCertifier), vouched(insertions[1])[:3])
	for _, c := range []struct {
		name   string
		events []Event
		want   Ending
	}{
		{"start again on the confirmation", append(confirm, TapClose{}), WithoutCode},
		{"nobody answers the warning", append(slices.Clone(confirm), idle...), WithoutCode},
		{"start again while the card is read", join(cardIn(), []Event{TapClose{}}), WithoutCode},
		{"a card that cannot be read", join(cardIn()[:1], []Event{CardFailed{1, visit.CardUnreadable}, TimerFired{TimerHold}}), WithoutCode},
		{"a code", append(coded(), TapClose{}), WithCode},
		{"a receipt", append(sent(), VisitQueued{Number: 1}, TapClose{}), WithCode},
		{"a code of before", join(cardIn(), []Event{StatusFound{1, hereOf(general)}, TapClose{}}), WithCode},
		{"an expired card", append(slices.Clone(expired), TapClose{}), AtDesk},
		{"an expired card that nobody takes", append(slices.Clone(expired), TimerFired{TimerHold}), AtDesk},
		{"the card of one who vouches", append(slices.Clone(vouching), TapClose{}), BeginAgain},
		{"the card of one who vouches, and another way is looked for", append(slices.Clone(vouching), TapBack{}, TapClose{}), BeginAgain},
		{"sent to the desk", append(sent(), VisitRefused{1, visit.NHSORefusedVisit, ""}, TapClose{}), AtDesk},
	} {
		m, _ := play(t, c.events...)
		if m.State != TakeCard || m.Ending != c.want {
			t.Errorf("%s: state %v, ending %v", c.name, m.State, m.Ending)
		}
		if m, _ = Step(m, CardRemoved{}); m.State != Welcome || m.Ending != NoEnding {
			t.Errorf("%s: state %v, ending %v when the card is out", c.name, m.State, m.Ending)
		}
	}
}

func TestSettingsGoWithThePatientWhoMadeThem(t *testing.T) {
	for _, c := range []struct {
		name   string
		events []Event
		keeps  bool
	}{
		{"a result, then another card", coded(), false},
		{"the card of who vouched is forgotten, then another card", join(without(visit.MethodCertifier), vouched(insertions[2].into(CertifierReader))[:3], []Event{TapClose{}}), false},
		{"a card that nobody has taken, then another one", []Event{CardInserted{insertions[0]}, TapClose{}}, false},
		{"sent to the desk, then another card", []Event{TapNoCard{}, TapNoNumber{insertions[0]}}, false},
		{"without a card, and then it is found", []Event{TapNoCard{CardHere: true}, TapMethod{visit.MethodPhoto, insertions[0]}}, true},
	} {
		m, _ := play(t, append(slices.Clone(c.events), TapLanguage{"en"}, CardInserted{insertions[1]})...)
		if m.State != Reading || (m.Prefs.Language == "en") != c.keeps {
			t.Errorf("%s: state %v in %q", c.name, m.State, m.Prefs.Language)
		}
	}
}

func TestScreensToReadWarnBeforeTheyGoAndGiveMoreTime(t *testing.T) {
	elsewhere := codeOf("PP1200000002", general, "99998", 2)
	for state, events := range map[State][]Event{
		NoCard:           {TapNoCard{}},
		AlreadyHere:      join(cardIn(), []Event{StatusFound{1, hereOf(general)}}),
		AlreadyElsewhere: join(cardIn(), []Event{StatusFound{1, []visit.Authentication{elsewhere}}}),
		NoRight:          join(cardIn()[:3], []Event{RightFound{Number: 1}, StatusFound{Number: 1}}),
		Desk:             append(sent(), VisitRefused{1, visit.NHSORefusedVisit, ""}),
		Result:           coded(),
		Queued:           append(sent(), VisitQueued{Number: 1}),
	} {
		m, _ := play(t, append(slices.Clone(events), TimerFired{TimerIdle})...)
		if m.State != state || !m.Warning {
			t.Errorf("%v: state %v, warning %v", state, m.State, m.Warning)
			continue
		}
		more, effects := Step(m, TapMoreTime{})
		if more.State != state || more.Warning || wait(effects, TimerIdle) == 0 {
			t.Errorf("%v: more time leads to %v for %v", state, more.State, wait(effects, TimerIdle))
		}
		if m, _ = Step(m, TimerFired{TimerWipe}); m.State == state || m.Session.identified() {
			t.Errorf("%v: it stays", state)
		}
	}
}

func TestTwoMoreSlipsAndThenTheDesk(t *testing.T) {
	for name, events := range map[string][]Event{"a code": coded(), "a code of before": join(cardIn(), []Event{StatusFound{1, hereOf(general)}})} {
		w := start()
		for _, e := range events {
			w, _ = advance(w, e)
		}
		again := 0
		for range 8 {
			var effects []Effect
			w, _ = advance(w, SlipPrinted{1, w.m.Session.Slips})
			w, effects = advance(w, TapReprint{})
			again += len(slipsOf(effects))
		}
		if again != MaxReprints || w.m.Session.MayReprint() {
			t.Errorf("%s: %d slips again for 8 taps", name, again)
		}
	}
}

func TestATypedNumberRevealsNothing(t *testing.T) {
	found := RightFound{Number: 1, Right: visit.Right{Main: visit.Coded{ID: "UCS"}, Holder: visit.Name{First: "ทดสอบ", Last: "เสมอใจ"}}}
	photo := func(answers ...Event) []Event {
		return join(without(visit.MethodPhoto), answers, photographed(), []Event{TapUsePhoto{}})
	}
	certifier := func(answers ...Event) []Event {
		return join(without(visit.MethodCertifier), answers, vouched(insertions[1]))
	}
	for name, way := range map[string]func(...Event) []Event{"photo": photo, "certifier": certifier} {
		for _, c := range []struct {
			name    string
			answers []Event
		}{
			{"a code of today here", []Event{found, StatusFound{1, hereOf(general)}}},
			{"a code of today elsewhere", []Event{found, StatusFound{1, []visit.Authentication{codeOf("PP1200000002", general, "99998", 2)}}}},
			{"no right", []Event{RightFound{Number: 1}, StatusFound{Number: 1}}},
			{"deceased", []Event{RightFound{Number: 1, Right: visit.Right{Deceased: true}}, StatusFound{Number: 1}}},
		} {
			m, effects := play(t, way(c.answers...)...)
			if m.State != Desk || m.Session.Problem != visit.StaffChecks || m.Session.Message != "" {
				t.Errorf("%s, %s: state %v, problem %v", name, c.name, m.State, m.Session.Problem)
			}
			for _, p := range slipsOf(effects) {
				if !p.Slip.Name.IsZero() || !p.Slip.Right.IsZero() || p.Slip.Code != "" {
					t.Errorf("%s, %s: the slip says %+v", name, c.name, p.Slip)
				}
			}
		}
	}
}

func TestThePhotoWithTheCardIsForThoseWhoHaveOne(t *testing.T) {
	for _, here := range []bool{true, false} {
		m, _ := play(t, TapNoCard{CardHere: here}, TapMethod{visit.MethodPhoto, insertions[0]})
		if begun := m.State == PIDEntry; begun != here {
			t.Errorf("the card is here %v: state %v", here, m.State)
		}
		m, _ = play(t, TapNoCard{CardHere: here}, TapMethod{visit.MethodCertifier, insertions[0]}, TapBack{})
		if m.State != NoCard || m.CardHere != here {
			t.Errorf("going back: state %v, the card is here %v, want %v", m.State, m.CardHere, here)
		}
	}
}

func TestThePhotoIsTakenByItselfOnlyWithTheCardInSight(t *testing.T) {
	aim := join(without(visit.MethodPhoto), answered(), []Event{live})
	m, _ := play(t, append(slices.Clone(aim), PhotoSeen{1, PhotoGood, true, false})...)
	if m.Session.Photo.Countdown != 0 || m.Session.Photo.Hint != PhotoNoCard {
		t.Errorf("without a card: %+v", m.Session.Photo)
	}
	m, _ = play(t, append(slices.Clone(aim), PhotoSeen{1, PhotoGood, true, true}, PhotoSeen{1, PhotoGood, true, false})...)
	if m.Session.Photo.Countdown != 0 {
		t.Error("it counts on when the card is gone")
	}
	taking := join(aim, []Event{TapShutter{}}, counted)
	m, _ = play(t, append(slices.Clone(taking), PhotoTaken{1, PhotoGood, false})...)
	if m.State != PhotoAim || m.Session.Photo.Hint != PhotoNoCard || m.Session.Photo.Tries != 1 {
		t.Errorf("a photo without the card: state %v, %+v", m.State, m.Session.Photo)
	}
}

func TestAPhotoThatFailedIsToldUntilTheNextOne(t *testing.T) {
	failed := join(without(visit.MethodPhoto), answered(), []Event{live, TapShutter{}}, counted, []Event{PhotoFailed{1}})
	if m, _ := play(t, failed...); !m.Session.Photo.Failed {
		t.Error("nobody hears that it failed")
	}
	if m, _ := play(t, append(failed, TapShutter{})...); m.Session.Photo.Failed {
		t.Error("it is still told while the next is taken")
	}
}

func TestACardThatNobodyTakesFromTheSecondReaderIsForTheStaff(t *testing.T) {
	second := insertions[1].into(CertifierReader)
	left := join(without(visit.MethodCertifier), answered(), vouched(second), []Event{TapClose{}, TimerFired{TimerHold}})
	m, _ := play(t, left...)
	if m.State != Welcome || !m.Left || m.Forgotten {
		t.Fatalf("state %v, left %v", m.State, m.Left)
	}
	for name, e := range map[string]Event{"it is taken": CardRemoved{CertifierReader}, "another comes in": CardInserted{insertions[2].into(CertifierReader)}} {
		if m, _ := play(t, append(slices.Clone(left), e)...); m.Left {
			t.Errorf("%s: the screen still tells of it", name)
		}
	}
	m, _ = play(t, join(left, []Event{CardInserted{insertions[2]}, TapClose{}, CardRemoved{}})...)
	if m.State != Welcome || !m.Left {
		t.Errorf("after the next patient: state %v, left %v", m.State, m.Left)
	}
}

func TestARefusedTokenPromisesNoCode(t *testing.T) {
	m, effects := play(t, join(cardIn()[:3], []Event{RightFailed{1, visit.NHSORefusedToken}, StatusFailed{1}})...)
	if m.State != Desk || m.Session.Problem != visit.NHSORefusedToken {
		t.Errorf("state %v, problem %v", m.State, m.Session.Problem)
	}
	for _, e := range effects {
		if _, ok := e.(SaveVisit); ok {
			t.Error("a visit is taken")
		}
	}
	m, _ = play(t, DevicesChanged{visit.Devices{NHSO: visit.DeviceDown, NHSOProblem: visit.NHSORefusedToken}}, CardInserted{insertions[0]})
	if m.State != Desk || m.Session.Problem != visit.NHSORefusedToken {
		t.Errorf("known before: state %v, problem %v", m.State, m.Session.Problem)
	}
	m, _ = play(t, append(sent(), VisitQueued{1, visit.NHSORefusedToken})...)
	if m.State != Queued || m.Session.Problem != visit.NHSORefusedToken {
		t.Errorf("refused when sent: state %v, problem %v", m.State, m.Session.Problem)
	}
}

func TestACodeOfAnotherUnitLeavesRoomForOneHereWhereTheUnitAllowsIt(t *testing.T) {
	elsewhere := codeOf("PP1200000002", general, "99998", 2)
	for _, allowed := range []bool{true, false} {
		w := start()
		w.m.Unit.SecondCode = allowed
		for _, e := range join(cardIn(), []Event{PhoneKnown{1, somePhone, visit.PhoneOfPatient}, StatusFound{1, []visit.Authentication{elsewhere}}, TapOtherService{}}) {
			w, _ = advance(w, e)
		}
		if on := w.m.State == Confirm; on != allowed {
			t.Errorf("allowed %v: state %v", allowed, w.m.State)
		}
	}
}

func TestTheTypedPhoneIsThereAgainForTheSameCardOnly(t *testing.T) {
	pulled := join(cardIn(), []Event{StatusFound{Number: 1}}, typed("0800001234"), []Event{TapPhoneOwner{visit.PhoneOfRelative}, CardRemoved{}})
	back := func(n uint64, p Person) []Event {
		return []Event{
			CardInserted{insertions[n-1]},
			CardIdentified{n, p},
			CardRead{Number: n},
			RightFound{Number: n, Right: ucs},
			PhoneKnown{n, mustPhone("0800005678"), visit.PhoneOfPatient},
			StatusFound{Number: n},
		}
	}
	m, _ := play(t, join(pulled, back(2, personOf(1)))...)
	if m.State != Confirm || m.Session.Phone != somePhone || !m.Session.PhoneTyped {
		t.Errorf("the same card: state %v with %v", m.State, m.Session.Phone)
	}
	m, _ = play(t, join(pulled, back(2, personOf(2)))...)
	if m.Session.Phone == somePhone || m.Session.Kept != (Kept{}) {
		t.Errorf("another card: state %v with %v", m.State, m.Session.Phone)
	}
	m, _ = play(t, append(pulled, TimerFired{TimerHold})...)
	if m.State != Welcome || m.Session.Kept != (Kept{}) {
		t.Errorf("nobody came: state %v with %+v", m.State, m.Session.Kept)
	}
}

func TestDigitsOfANumberThatIsNotWholeAreThereAgainForTheSameCardOnly(t *testing.T) {
	back := func(n uint64, p Person) []Event {
		return []Event{
			CardInserted{insertions[n-1]},
			CardIdentified{n, p},
			CardRead{Number: n},
			RightFound{Number: n, Right: ucs},
			StatusFound{Number: n},
		}
	}
	for _, c := range []struct {
		name  string
		typed []Event
		whose uint64
		state State
		phone visit.Phone
		input string
	}{
		{"the same card", typed("08000"), 1, PhoneEntry, visit.Phone{}, "08000"},
		{"another card", typed("08000"), 2, PhoneEntry, visit.Phone{}, ""},
		{"the same card, another number was begun", join(typed("0800001234"), []Event{TapChangePhone{}}, typed("0812")), 1, Confirm, somePhone, "0812"},
		{"another card, another number was begun", join(typed("0800001234"), []Event{TapChangePhone{}}, typed("0812")), 2, PhoneEntry, visit.Phone{}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			pulled := join(cardIn(), []Event{StatusFound{Number: 1}}, c.typed, []Event{TapPhoneOwner{visit.PhoneOfRelative}, CardRemoved{}})
			m, _ := play(t, join(pulled, back(2, personOf(c.whose)))...)
			if x := m.Session; m.State != c.state || x.Phone != c.phone || x.PhoneInput != c.input {
				t.Errorf("state %v with %v and %q, want %v with %v and %q", m.State, x.Phone, x.PhoneInput, c.state, c.phone, c.input)
			}
			if m.State == PhoneEntry && c.whose == 1 && m.Session.PhoneOwner != visit.PhoneOfRelative {
				t.Errorf("the number is now %v", m.Session.PhoneOwner)
			}
		})
	}
}

// The next patient, whose card is in, must not take the words for the one before for theirs.
func TestACardThatWaitsIsReadAsSoonAfterANoAsAfterACode(t *testing.T) {
	waiting := append(sent(), CardRemoved{}, CardInserted{insertions[1]})
	for name, e := range map[string]Event{
		"a code": VisitDone{Number: 1, Code: "PP1200000003"}, "a receipt": VisitQueued{Number: 1}, "a no": VisitRefused{1, visit.NHSORefusedVisit, ""},
	} {
		m, effects := play(t, append(slices.Clone(waiting), e)...)
		if m.Waiting != insertions[1] || wait(effects, TimerIdle) != ResultHold {
			t.Errorf("%s: %v waits, in state %v for %v", name, m.Waiting, m.State, wait(effects, TimerIdle))
		}
	}
}

// Whoever is asked to take a photo of the code takes the card first.
func TestACodeOfWhichNoSlipComesStaysWhenTheCardIsOut(t *testing.T) {
	printer := func(s visit.DeviceState) Event {
		d := start().m.Devices
		d.Printer = s
		return DevicesChanged{Devices: d}
	}
	here := join(cardIn(), []Event{StatusFound{1, hereOf(general)}})
	for _, c := range []struct {
		name   string
		events []Event
		stays  bool
	}{
		{"there is a slip from before", here, false},
		{"another slip has come", append(slices.Clone(here), TapReprint{}, SlipPrinted{1, 1}), false},
		{"another slip has failed", append(slices.Clone(here), TapReprint{}, SlipFailed{Number: 1, Nth: 1}), true},
		{"no more slips are printed", append(slices.Clone(here), TapReprint{}, SlipWithheld{1, 1}), false},
		{"nobody knows of another slip", append(slices.Clone(here), TapReprint{}, SlipFailed{1, 1, true}), false},
		{"the printer is out of order", append([]Event{printer(visit.DeviceDown)}, here...), true},
		{"there is no printer", append([]Event{printer(visit.DeviceAbsent)}, here...), true},
	} {
		m, effects := play(t, append(slices.Clone(c.events), CardRemoved{})...)
		if stays := m.State == AlreadyHere; stays != c.stays || stays && wait(effects, TimerIdle) != InfoHold {
			t.Errorf("%s: state %v for %v", c.name, m.State, wait(effects, TimerIdle))
		}
		if m, _ = play(t, append(slices.Clone(c.events), CardRemoved{}, CardInserted{insertions[1]})...); m.State != Reading || len(m.Session.Done) > 0 {
			t.Errorf("%s: the next patient's card leads to %v with %v", c.name, m.State, m.Session.Done)
		}
	}
}
