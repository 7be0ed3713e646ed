package flow

import (
	"testing"
	"time"

	"authenkiosk/visit"
)

// without begins a session of that method with the typed PID.
func without(m visit.Method) []Event {
	return join([]Event{TapNoCard{CardHere: true}, TapMethod{m, insertions[0]}}, typed(typedPID))
}

var ucs = visit.Right{Main: visit.Coded{ID: "UCS"}}

func answered() []Event { return []Event{RightFound{Number: 1, Right: ucs}, StatusFound{Number: 1}} }

func photographed() []Event {
	return []Event{
		CameraChanged{1, visit.DeviceReady},
		PhotoSeen{1, PhotoGood, true, true},
		TimerFired{TimerCountdown},
		TimerFired{TimerCountdown},
		TimerFired{TimerCountdown},
		PhotoTaken{1, PhotoGood, true},
	}
}

func vouched(i Insertion) []Event {
	return []Event{
		CardInserted{i},
		CardIdentified{i.Number, adult},
		CardRead{Number: i.Number, Expiry: visit.PartialDate{Lifelong: true}},
		TapRelation{visit.RelationParent},
	}
}

func taps(events []Event) int {
	n := 0
	for _, e := range events {
		switch e.(type) {
		case TapNoCard, TapMethod, TapDigit, TapUsePhoto, TapRelation, TapConfirm:
			n++
		}
	}
	return n
}

// The usability goal for the photo is at most 13 + 10 + 4.
func TestTheWaysWithoutACardTakeFewTaps(t *testing.T) {
	for _, c := range []struct {
		name   string
		events []Event
		most   int
		end    State
	}{
		{"photo", join(without(visit.MethodPhoto), answered(), photographed(), []Event{TapUsePhoto{}}, typed("0800001234"), []Event{TapConfirm{}}), 13 + 10 + 4, Sending},
		{"certifier", join(without(visit.MethodCertifier), answered(), vouched(insertions[1]), typed("0800001234"), []Event{TapConfirm{}}), 13 + 10 + 4, Sending},
		{"line", join(without(visit.MethodLine), []Event{StatusFound{Number: 1}, TimerFired{TimerPoll}, StatusFound{1, []visit.Authentication{hereNow}}}), 13 + 2, Result},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, _ := play(t, c.events...)
			if m.State != c.end {
				t.Fatalf("state %v", m.State)
			}
			if n := taps(c.events); n > c.most {
				t.Errorf("%d taps, more than %d", n, c.most)
			} else {
				t.Logf("%d taps", n)
			}
		})
	}
}

var hereNow = codeOf("PP1200000001", general, "99999", 1)

func TestACertifierCardThatIsPulledIsAskedForAgainAtEachStep(t *testing.T) {
	for _, role := range []Role{PatientReader, CertifierReader} {
		card := insertions[1].into(role)
		whole := join(without(visit.MethodCertifier), answered(), vouched(card), typed("0800001234"))
		began := len(without(visit.MethodCertifier)) + len(answered()) + 1 // with the card in
		for n := began; n <= len(whole); n++ {
			before, _ := play(t, whole[:n]...)
			m, effects := play(t, append(whole[:n:n], CardRemoved{role})...)
			if m.State != CertifierCard || m.Session.Problem != visit.CardRemovedEarly || m.Session.Person.PID.IsZero() {
				t.Errorf("pulled on %v: state %v, problem %v", before.State, m.State, m.Session.Problem)
			}
			for _, e := range effects {
				if _, ok := e.(SaveVisit); ok {
					t.Errorf("pulled on %v: a visit was saved", before.State)
				}
			}
			again := insertions[2].into(role)
			m, _ = play(t, join(append(whole[:n:n], CardRemoved{role}), vouched(again), typed("0800001234"), []Event{TapConfirm{}})...)
			if m.State != Sending || m.Session.Visit.Attestation.Certifier != adult.PID {
				t.Errorf("pulled on %v and put in again: state %v", before.State, m.State)
			}
		}
		pulledWhileSaved := append(whole[:len(whole):len(whole)], TapConfirm{}, CardRemoved{role})
		m, effects := play(t, pulledWhileSaved...)
		dropped := false
		for _, e := range effects {
			_, is := e.(DropVisit)
			dropped = dropped || is
		}
		if m.State != CardFault || !dropped {
			t.Errorf("pulled while the visit is saved: state %v, dropped %v", m.State, dropped)
		}
	}
}

func TestOnlyAFitPersonVouches(t *testing.T) {
	lifelong := CardRead{Number: 2, Expiry: visit.PartialDate{Lifelong: true}}
	for _, c := range []struct {
		name   string
		events []Event
		want   visit.Problem
	}{
		{"the patient's own card", []Event{CardIdentified{2, same}, lifelong}, visit.CertifierSame},
		{"a child's card", []Event{CardIdentified{2, child}, lifelong}, visit.CertifierTooYoung},
		{"an expired card", []Event{CardIdentified{2, adult}, CardRead{Number: 2, Expiry: visit.PartialDate{Year: 2020}}}, visit.CardExpired},
		{"a card that cannot be read", []Event{CardFailed{2, visit.CardNotThai}}, visit.CardNotThai},
		{"a card that never ends", []Event{TimerFired{TimerReading}}, visit.CardUnreadable},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, _ := play(t, join(without(visit.MethodCertifier), answered(), []Event{CardInserted{insertions[1]}}, c.events)...)
			if m.State != CertifierCard || m.Session.Problem != c.want || m.Session.Certifier.CardRead {
				t.Errorf("state %v, problem %v", m.State, m.Session.Problem)
			}
		})
	}
}

func TestAPhotoThatDoesNotPassIsTakenAsItIsAfterThreeTries(t *testing.T) {
	events := join(without(visit.MethodPhoto), answered(), []Event{CameraChanged{1, visit.DeviceReady}})
	bad := []Event{TapShutter{}, TimerFired{TimerCountdown}, TimerFired{TimerCountdown}, TimerFired{TimerCountdown}, PhotoTaken{Number: 1, Hint: PhotoBlurred}}
	for try := 1; try <= maxTries; try++ {
		events = join(events, bad)
		m, _ := play(t, events...)
		want := PhotoAim
		if try == maxTries {
			want = PhotoReview
		}
		if m.State != want || m.Session.Photo.GatePassed {
			t.Errorf("after %d bad photos: state %v", try, m.State)
		}
	}
}

func TestAFaceThatMovesStopsTheCountdownUnlessTheShutterWasPressed(t *testing.T) {
	aim := join(without(visit.MethodPhoto), answered(), []Event{CameraChanged{1, visit.DeviceReady}})
	moved := PhotoSeen{Number: 1, Hint: PhotoBlurred}
	if m, _ := play(t, join(aim, []Event{PhotoSeen{1, PhotoGood, true, true}, TimerFired{TimerCountdown}, moved})...); m.Session.Photo.Countdown != 0 {
		t.Error("the countdown goes on")
	}
	if m, _ := play(t, join(aim, []Event{TapShutter{}, TimerFired{TimerCountdown}, moved})...); m.Session.Photo.Countdown != 2 {
		t.Error("the patient's own countdown stops")
	}
}

func TestACodeOfTodayIsNotShownToATypedNumber(t *testing.T) {
	photo := join(without(visit.MethodPhoto), []Event{RightFound{Number: 1, Right: ucs}, StatusFound{1, []visit.Authentication{hereNow}}}, photographed(), []Event{TapUsePhoto{}})
	line := join(without(visit.MethodLine), []Event{StatusFound{1, []visit.Authentication{hereNow}}})
	for name, events := range map[string][]Event{"photo": photo, "line": line} {
		m, _ := play(t, events...)
		if m.State != Desk || m.Session.Problem != visit.StaffChecks || m.Session.Code != "" {
			t.Errorf("%s: state %v, problem %v", name, m.State, m.Session.Problem)
		}
	}
}

func TestAProofThatTheUpstreamDoesNotTakeBecomesWorkForTheStaff(t *testing.T) {
	m, effects := play(t, join(without(visit.MethodPhoto), answered(), photographed(), []Event{TapUsePhoto{}}, typed("0800001234"), []Event{TapConfirm{}, VisitSaved{1}})...)
	if m.State != Desk || m.Session.Problem != visit.UpstreamCannot {
		t.Errorf("state %v, problem %v", m.State, m.Session.Problem)
	}
	handed := false
	for _, e := range effects {
		switch e := e.(type) {
		case HandToStaff:
			handed = e.Problem == visit.UpstreamCannot
		case SubmitVisit:
			t.Error("the visit is submitted")
		}
	}
	if !handed {
		t.Error("the staff hear nothing of it")
	}
}

func TestNumbersThatAreNotTakenSayWhy(t *testing.T) {
	for _, c := range []struct {
		digits string
		want   visit.PIDProblem
	}{
		{"", visit.PIDTooShort},
		{"1", visit.PIDBeginning},
		{"900000000000", visit.PIDTooShort},
		{"9000000000005", visit.PIDCheckWrong},
		{"90000000000051", visit.PIDCheckWrong}, // a further digit changes nothing
	} {
		m, _ := play(t, join([]Event{TapNoCard{CardHere: true}, TapMethod{visit.MethodPhoto, insertions[0]}}, typed(c.digits))...)
		if m.State != PIDEntry || m.PIDProblem() != c.want {
			t.Errorf("%q: state %v, problem %v", c.digits, m.State, m.PIDProblem())
		}
	}
	if m, _ := play(t, TapNoCard{}, TapNoNumber{insertions[0]}); m.State != Desk || m.Session.Problem != visit.NoNumber {
		t.Errorf("no number: state %v", m.State)
	}
}

func TestTheNextOneWhoVouchesDoesNotInheritThePhoneOfTheOneBefore(t *testing.T) {
	other := Person{PID: mustPID("9000000000021"), Birth: visit.PartialDate{Year: 1970}}
	first, second := insertions[1].into(CertifierReader), insertions[2].into(CertifierReader)
	begun := join(without(visit.MethodCertifier), answered(), vouched(first), typed("0800001234"), []Event{CardRemoved{CertifierReader}})
	for _, c := range []struct {
		name   string
		person Person
		end    State
	}{{"the same person", adult, Confirm}, {"somebody else", other, PhoneEntry}} {
		t.Run(c.name, func(t *testing.T) {
			m, _ := play(t, join(begun, []Event{
				CardInserted{second},
				CardIdentified{3, c.person},
				CardRead{Number: 3, Expiry: visit.PartialDate{Lifelong: true}},
				TapRelation{visit.RelationParent},
			})...)
			if m.State != c.end || m.Session.Phone.IsZero() != (c.end == PhoneEntry) {
				t.Errorf("state %v with the phone %v", m.State, m.Session.Phone)
			}
		})
	}
}

// unfit is the beginning with a card that cannot vouch, in the certifier's reader.
func unfit() []Event {
	return join(without(visit.MethodCertifier), answered(), []Event{
		CardInserted{insertions[1].into(CertifierReader)},
		CardIdentified{2, adult},
		CardRead{Number: 2, Expiry: visit.PartialDate{Year: 2020}},
	})
}

func TestACardThatCannotVouchIsNotAskedForAgain(t *testing.T) {
	m, _ := play(t, join(unfit(), []Event{CardRemoved{CertifierReader}})...)
	if m.State != CertifierCard || m.Session.Problem != visit.CardExpired {
		t.Errorf("state %v, problem %v", m.State, m.Session.Problem)
	}
}

func TestAFitCardVouchesThoughAnUnfitOneIsStillInTheOtherReader(t *testing.T) {
	fit := insertions[2]
	m, _ := play(t, join(unfit(), []Event{
		CardInserted{fit},
		CardIdentified{3, adult},
		CardRead{Number: 3, Expiry: visit.PartialDate{Lifelong: true}},
		TapRelation{visit.RelationParent},
	}, typed("0800001234"))...)
	if m.State != Confirm || m.Session.Method != visit.MethodCertifier || m.Session.Certifier.Insertion != fit {
		t.Fatalf("state %v, method %v", m.State, m.Session.Method)
	}
	for _, e := range []Event{TapClose{}, CardRemoved{}} {
		if m, _ = Step(m, e); m.State != TakeCard {
			t.Errorf("after %T: state %v with a card in the certifier's reader", e, m.State)
		}
	}
	if m, _ = Step(m, CardRemoved{CertifierReader}); m.State != Welcome {
		t.Errorf("state %v when all cards are out", m.State)
	}
}

func TestACardOfOneWhoVouchedIsNotForgottenAfterGoingBack(t *testing.T) {
	read := []Event{
		CardInserted{insertions[1].into(CertifierReader)},
		CardIdentified{2, adult},
		CardRead{Number: 2, Expiry: visit.PartialDate{Lifelong: true}},
	}
	m, _ := play(t, join(without(visit.MethodCertifier), answered(), read, []Event{TapBack{}, TapClose{}})...)
	if m.State != TakeCard {
		t.Errorf("state %v", m.State)
	}
}

// wait returns how long the timer that was set last runs.
func wait(effects []Effect, timer Timer) (d time.Duration) {
	for _, e := range effects {
		if s, ok := e.(SetTimer); ok && s.Timer == timer {
			d = s.After
		}
	}
	return d
}

func TestAnNHSOThatDoesNotAnswerIsAskedLessAndLessOften(t *testing.T) {
	events := without(visit.MethodLine)
	last := PollFirst
	for range 3 {
		events = append(events, StatusFailed{1}, TimerFired{TimerPoll})
		_, effects := play(t, events...)
		d := wait(effects, TimerPoll)
		if d != 2*last {
			t.Errorf("%v after %v", d, last)
		}
		last = d
	}
	for range 100 {
		events = append(events, StatusFailed{1}, TimerFired{TimerPoll})
	}
	if _, effects := play(t, events...); wait(effects, TimerPoll) != FailLongest {
		t.Errorf("%v in the end", wait(effects, TimerPoll))
	}
	if _, effects := play(t, join(events, []Event{StatusFound{Number: 1}})...); wait(effects, TimerPoll) > PollLongest {
		t.Errorf("%v when it answers again", wait(effects, TimerPoll))
	}
}

// A clock of the kiosk that is slow must not make an old code a new one.
func TestACodeOfTheFirstAnswerGoesToTheDeskWhateverItsTime(t *testing.T) {
	asked := without(visit.MethodLine)
	away := join(asked, []Event{StatusFailed{1}, TimerFired{TimerPoll}})
	midnight := join(asked, []Event{StatusFound{Number: 1}, DayChanged{tomorrow}, TimerFired{TimerPoll}})
	for name, begun := range map[string][]Event{"asked": asked, "asked again": away, "the first of another day": midnight} {
		for _, made := range []time.Time{{}, time.Unix(1, 0), time.Now().Add(time.Hour)} {
			code := hereNow
			code.At = made
			m, _ := play(t, join(begun, []Event{StatusFound{1, []visit.Authentication{code}}})...)
			if m.State != Desk || m.Session.Code != "" {
				t.Errorf("%s, a code of %v: state %v", name, made, m.State)
			}
		}
	}
}

var (
	live    = CameraChanged{1, visit.DeviceReady}
	counted = []Event{TimerFired{TimerCountdown}, TimerFired{TimerCountdown}, TimerFired{TimerCountdown}}
)

func TestAPhotoThatWillNotBeUsedGivesWayToTheLivePicture(t *testing.T) {
	taking := join(without(visit.MethodPhoto), answered(), []Event{live, TapShutter{}}, counted)
	for name, e := range map[string]Event{
		"it does not pass": PhotoTaken{Number: 1, Hint: PhotoBlurred}, "it failed": PhotoFailed{1}, "the camera is gone": CameraChanged{1, visit.DeviceDown},
	} {
		m, effects := play(t, append(taking[:len(taking):len(taking)], e)...)
		looks := 0
		for _, e := range effects {
			if _, ok := e.(LookAgain); ok {
				looks++
			}
		}
		if m.State != PhotoAim || m.Session.Photo.Taking || looks != 1 {
			t.Errorf("%s: state %v, %+v, %d times the live picture", name, m.State, m.Session.Photo, looks)
		}
	}
}

func TestACameraThatGivesNoPhotoThreeTimesIsOfNoUse(t *testing.T) {
	events := join(without(visit.MethodPhoto), answered(), []Event{live})
	for try := 1; try <= maxTries; try++ {
		events = join(events, []Event{TapShutter{}}, counted, []Event{PhotoFailed{1}})
		m, _ := play(t, events...)
		if down := m.Session.Photo.Camera == visit.DeviceDown; m.State != PhotoAim || down != (try == maxTries) {
			t.Errorf("after %d: %v, %+v", try, m.State, m.Session.Photo)
		}
	}
	if m, _ := play(t, join(events, []Event{PhotoSeen{1, PhotoGood, true, true}})...); m.Session.Photo.Countdown != 0 {
		t.Error("it counts down without a camera")
	}
}

func TestARejectedPhotoLeavesNoWarningWithoutAnEnd(t *testing.T) {
	m, _ := play(t, join(without(visit.MethodPhoto), answered(), []Event{live, TimerFired{TimerIdle}, PhotoSeen{1, PhotoGood, true, true}}, counted,
		[]Event{PhotoTaken{Number: 1, Hint: PhotoBlurred}})...)
	if m.Warning {
		t.Error("the warning stays")
	}
}

func TestACodeThatWasThereBeforeTheVisitIsShownToACardAndNotToATypedNumber(t *testing.T) {
	photo := join(without(visit.MethodPhoto), answered(), photographed(), []Event{TapUsePhoto{}})
	card := join(cardIn(), []Event{StatusFound{Number: 1}})
	for _, c := range []struct {
		name    string
		begins  []Event
		earlier bool
		end     State
	}{
		{"photo, its own code", photo, false, Result},
		{"photo, an earlier code", photo, true, Desk},
		{"card, an earlier code", card, true, Result},
	} {
		for _, queued := range []bool{false, true} {
			w := start()
			w.m.Unit.Upstream = w.m.Unit.Methods
			events := join(c.begins, typed("0800001234"), []Event{TapConfirm{}, VisitSaved{1}})
			if queued {
				events = append(events, VisitQueued{Number: 1})
			}
			for _, e := range append(events, VisitDone{Number: 1, Code: hereNow.Code, IssuedAt: hereNow.At, Earlier: c.earlier}) {
				w, _ = advance(w, e)
			}
			if shown := w.m.Session.Code != ""; w.m.State != c.end || shown != (c.end == Result) {
				t.Errorf("%s, queued %v: state %v, problem %v, shown %v", c.name, queued, w.m.State, w.m.Session.Problem, shown)
			}
		}
	}
}
