package flow

import (
	"testing"
	"time"

	"authenkiosk/visit"
)

// serve runs events at a station at which somebody has signed in and looks at the page, and
// holds each step against what a station keeps.
func serve(t *testing.T, events ...Event) (Station, []Effect) {
	t.Helper()
	w := start()
	var all []Effect
	for _, e := range append([]Event{SignedIn{anna}, PageShown{true}}, events...) {
		next, effects := stepStation(w, e)
		if err := checkStation(&w, e, &next, effects); err != nil {
			t.Fatalf("%T: %v", e, err)
		}
		if err := checkWay(&w.m, e, &next.m, effects); err != nil {
			t.Fatalf("%T: %v", e, err)
		}
		w, all = next, append(all, effects...)
	}
	return stationOf(&w), all
}

// known brings a patient with a known phone to the confirmation.
func known() []Event {
	return append(cardIn(), PhoneKnown{1, somePhone, visit.PhoneOfPatient}, StatusFound{Number: 1})
}

func saves(effects []Effect) (all []SaveVisit) {
	for _, e := range effects {
		if save, ok := e.(SaveVisit); ok {
			all = append(all, save)
		}
	}
	return all
}

func TestNobodyIsServedUnlessSomebodyHasSignedInAndLooksAtThePage(t *testing.T) {
	for _, c := range []struct {
		name   string
		events []Event
		served bool
	}{
		{"nobody has signed in", []Event{SignedOut{}, CardInserted{insertions[0]}}, false},
		{"another page is looked at", []Event{PageShown{false}, CardInserted{insertions[0]}}, false},
		{"the page is turned to", []Event{PageShown{false}, CardInserted{insertions[0]}, PageShown{true}}, true},
		{"it is out again by then", []Event{PageShown{false}, CardInserted{insertions[0]}, CardRemoved{}, PageShown{true}}, false},
		{"somebody signs in, and looks", []Event{SignedOut{}, CardInserted{insertions[0]}, SignedIn{ben}, PageShown{true}}, true},
		{"a way without a card, from another page", []Event{PageShown{false}, TapMethod{visit.MethodPhoto, insertions[0]}}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d, _ := serve(t, c.events...); (d.State != Welcome) != c.served {
				t.Errorf("the state is %v", d.State)
			}
		})
	}
}

func TestSigningOutEndsASessionThatHasNotLeftAndNoOther(t *testing.T) {
	for _, c := range []struct {
		name   string
		events []Event
		state  State
		drops  bool
	}{
		{"while the card is read", cardIn(), Welcome, false},
		{"while the visit is saved", append(known(), TapConfirm{}), Welcome, true},
		{"while it is being sent", append(known(), TapConfirm{}, VisitSaved{1}), Sending, false},
		{"with a code", append(known(), TapConfirm{}, VisitSaved{1}, VisitDone{Number: 1, Code: "PP1200000003", IssuedAt: time.Unix(3, 0)}), Welcome, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, effects := serve(t, append(c.events, SignedOut{})...)
			drops := false
			for _, e := range effects {
				_, drop := e.(DropVisit)
				drops = drops || drop
			}
			if d.State != c.state || drops != c.drops {
				t.Errorf("the state is %v, taken back %t", d.State, drops)
			}
		})
	}
}

func TestWhatHasLeftIsNotShownWhereNobodyIsSignedIn(t *testing.T) {
	sent := append(known(), TapConfirm{}, VisitSaved{1}, SignedOut{})
	code := VisitDone{Number: 1, Code: "PP1200000003", IssuedAt: time.Unix(3, 0)}
	if d, effects := serve(t, append(sent, code)...); d.State != Welcome || len(slipsOf(effects)) != 1 {
		t.Errorf("the state is %v, %d slips", d.State, len(slipsOf(effects)))
	}
	if d, _ := serve(t, append(sent, SignedIn{ben}, code)...); d.State != Result {
		t.Errorf("whoever has signed in meanwhile sees %v", d.State)
	}
}

func TestAChangeOfOperatorsKeepsWhatIsHalfTyped(t *testing.T) {
	half := append(append(cardIn(), StatusFound{Number: 1}), typed("08000")...)
	leaves := []Event{OperatorChanges{}, SignedOut{}}
	d, _ := serve(t, append(append(half, leaves...), TapDigit{'1'}, SignedIn{ben}, PageShown{true})...)
	if d.Session.PhoneInput != "08000" || d.By != ben {
		t.Errorf("%s goes on with %q", d.By, d.Session.PhoneInput)
	}
	if d, _ = serve(t, append(append(half, leaves...), TimerFired{TimerHold}, SignedIn{ben})...); d.State != Welcome {
		t.Errorf("nobody came in time, and the state is %v", d.State)
	}
	if d, effects := serve(t, append(append(known(), leaves...), SignedIn{ben}, PageShown{true}, TapConfirm{})...); d.State != Sending || saves(effects)[0].By != ben {
		t.Errorf("the state is %v", d.State)
	}
}

func TestACardThatComesWhileAVisitIsOnItsWayIsServedAfterIt(t *testing.T) {
	next := insertions[1]
	d, _ := serve(t, append(known(), TapConfirm{}, VisitSaved{1}, CardRemoved{}, CardInserted{next}, VisitQueued{Number: 1})...)
	if d.State != Queued || d.Waiting != next {
		t.Fatalf("the state is %v, %v waits", d.State, d.Waiting)
	}
	w := start()
	d.in(&w)
	w, _ = stepStation(w, TapClose{})
	if w.m.State != Reading || w.m.Session.Insertion != next {
		t.Errorf("the state is %v", w.m.State)
	}
}

func TestTheCodeStaysInSightWhenTheCardIsGivenBackAndGoesWithTheNextOne(t *testing.T) {
	coded := append(known(), TapConfirm{}, VisitSaved{1}, VisitDone{Number: 1, Code: "PP1200000003", IssuedAt: time.Unix(3, 0)}, SlipPrinted{1, 1}, CardRemoved{})
	if d, _ := serve(t, coded...); d.Session.Code == "" {
		t.Errorf("the state is %v", d.State)
	}
	if d, _ := serve(t, append(coded, CardInserted{insertions[1]})...); d.State != Reading || d.Session.Code != "" {
		t.Errorf("the state is %v", d.State)
	}
	if d, _ := serve(t, append(coded, PageShown{false}, CardInserted{insertions[1]})...); d.State != Welcome || d.Waiting != insertions[1] {
		t.Errorf("behind another page: %v", d.State)
	}
}

func TestWhatThereIsToReadStaysInSightWhenTheCardIsGivenBack(t *testing.T) {
	for state, c := range map[State][]Event{
		AlreadyHere:      append(cardIn(), StatusFound{1, hereOf(general)}),
		AlreadyElsewhere: append(cardIn(), StatusFound{1, []visit.Authentication{codeOf("PP1200000002", general, "99998", 1)}}),
		NoRight:          append(cardIn()[:3:3], RightFound{Number: 1}, StatusFound{Number: 1}),
		Desk:             append(known(), TapConfirm{}, VisitNotSaved{Number: 1}),
	} {
		t.Run(state.String(), func(t *testing.T) {
			d, _ := serve(t, append(c, CardRemoved{})...)
			if d.State != state || d.CardIn || !d.Session.identified() {
				t.Fatalf("the state is %v", d.State)
			}
			if after, _ := serve(t, append(c, CardRemoved{}, TapOtherService{}, TapVouches{insertions[2]}, TapConfirm{})...); after.State != state {
				t.Errorf("without the card it goes on to %v", after.State)
			}
			if next, _ := serve(t, append(c, CardRemoved{}, CardInserted{insertions[1]})...); next.State != Reading || next.Session.identified() {
				t.Errorf("with the next card it is %v", next.State)
			}
			if closed, _ := serve(t, append(c, CardRemoved{}, TapClose{})...); closed.State != Welcome {
				t.Errorf("it cannot be closed: %v", closed.State)
			}
		})
	}
}

// mother turns her own session round; children are served with her card.
func mother() []Event {
	return append(known(), TapVouches{insertions[1]})
}

// childOf proves a child by the card of an insertion.
func childOf(number, card uint64, by Person) []Event {
	return append(typed(typedPID), RightFound{Number: number, Right: ucs, Birth: visit.PartialDate{Year: 2020}}, StatusFound{Number: number},
		CardIdentified{card, by}, CardRead{Number: card, Expiry: visit.PartialDate{Lifelong: true}}, TapRelation{visit.RelationParent})
}

func TestTheCardThatIsInBecomesTheGuardiansWithItsPhone(t *testing.T) {
	by := personOf(1)
	by.Birth = adult.Birth
	d, effects := serve(t, append(append(mother(), childOf(2, 1, by)...), TapConfirm{})...)
	if d.State != Sending || len(saves(effects)) != 1 {
		t.Fatalf("the state is %v with problem %v", d.State, d.Session.Problem)
	}
	v := saves(effects)[0].Visit
	if v.Method != visit.MethodCertifier || v.PID != same.PID || v.Attestation.Certifier != by.PID || v.Phone != somePhone || v.PhoneOwner != visit.PhoneOfRelative {
		t.Errorf("the visit is %+v", v)
	}
}

func TestTheNextChildHasTheGuardiansPhoneAndTheirCardIsReadAgain(t *testing.T) {
	by := personOf(1)
	by.Birth = adult.Birth
	first := append(append(mother(), childOf(2, 1, by)...), TapConfirm{}, VisitSaved{2}, VisitDone{Number: 2, Code: "PP1200000003"}, TapVouches{insertions[2]})
	d, effects := serve(t, append(first, typed(typedPID)...)...)
	if d.State != CertifierCard || d.Session.Certifier.CardRead || d.Session.Phone != somePhone {
		t.Fatalf("the state is %v", d.State)
	}
	if last, ok := effects[len(effects)-1].(ReadCard); !ok || last.Insertion.Number != 1 {
		t.Errorf("the card is not read again: %v", effects[len(effects)-1])
	}
	other := adult
	other.PID = mustPID("9000000000021")
	again := append(first, childOf(3, 1, by)...)
	if d, _ = serve(t, again...); d.State != Confirm {
		t.Errorf("with her card: %v", d.State)
	}
	swapped := append(append(first, CardRemoved{}), typed(typedPID)...)
	swapped = append(swapped, RightFound{Number: 3, Right: ucs}, StatusFound{Number: 3}, CardInserted{insertions[3]},
		CardIdentified{4, other}, CardRead{Number: 4, Expiry: visit.PartialDate{Lifelong: true}}, TapRelation{visit.RelationParent})
	if d, _ = serve(t, swapped...); d.State != PhoneEntry || !d.Session.Phone.IsZero() {
		t.Errorf("with the card of somebody else: %v", d.State)
	}
}

func TestThePatientsOwnCardMayComeInPlaceOfTheNumber(t *testing.T) {
	d, _ := serve(t, append(mother(), CardRemoved{}, CardInserted{insertions[2]})...)
	if d.State != Reading || d.Session.Method != visit.MethodCard || d.Session.Insertion != insertions[2] || !d.Session.Phone.IsZero() {
		t.Errorf("the state is %v of %+v", d.State, d.Session)
	}
}

func TestAnItemIsCompletedByItsOwnPatientAlone(t *testing.T) {
	own, other := personOf(1).PID.Masked(), personOf(2).PID.Masked()
	for _, c := range []struct {
		name   string
		events []Event
		item   visit.ID // completed
		waits  visit.ID // afterwards
	}{
		{"chosen before the card", append([]Event{TapItem{oneItem, own}}, append(known(), TapConfirm{})...), oneItem, oneItem},
		{"chosen after it", append(known(), TapItem{oneItem, own}, TapConfirm{}), oneItem, oneItem},
		{"of nobody knows whom", append(known(), TapItem{oneItem, ""}, TapConfirm{}), oneItem, oneItem},
		{"somebody else's", append(known(), TapItem{oneItem, other}, TapConfirm{}), "", oneItem},
		{"given up", append([]Event{TapItem{oneItem, own}, TapClose{}}, append(known(), TapConfirm{})...), "", ""},
		{"left for another page", append([]Event{TapItem{oneItem, own}, PageShown{false}, PageShown{true}}, append(known(), TapConfirm{})...), "", ""},
		{"over", append(known(), TapItem{oneItem, own}, TapConfirm{}, VisitSaved{1}, VisitQueued{Number: 1}, TapClose{}), oneItem, ""},
		{"a card the wrong way round", append([]Event{TapItem{oneItem, ""}, CardInserted{insertions[1]}, CardFailed{2, visit.CardMute}, CardRemoved{}}, append(known(), TapConfirm{})...), oneItem, oneItem},
		{"somebody else's after the patient took the card", append([]Event{TapItem{oneItem, ""}, CardInserted{insertions[1]}, CardIdentified{2, same}, CardRemoved{}}, append(known(), TapConfirm{})...), "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, effects := serve(t, c.events...)
			if all := saves(effects); len(all) != 1 || all[0].Item != c.item || d.Item != c.waits {
				t.Errorf("saved %+v, %q waits", all, d.Item)
			}
		})
	}
}

func TestAChildsItemIsCompletedWithTheGuardiansCard(t *testing.T) {
	by := personOf(1)
	by.Birth = adult.Birth
	for _, of := range []string{"", same.PID.Masked()} {
		_, effects := serve(t, append(append([]Event{TapItem{oneItem, of}}, mother()...), append(childOf(2, 1, by), TapConfirm{})...)...)
		if all := saves(effects); len(all) != 1 || all[0].Item != oneItem {
			t.Errorf("of %q: %+v", of, all)
		}
	}
}

func TestAFurtherCodeIsForThePersonAndTheReasonOfItAlone(t *testing.T) {
	own, other := personOf(1).PID.Masked(), personOf(2).PID.Masked()
	first, later := codeOf("PP1200000001", general, unit.HCode, 1), codeOf("PP1200000002", dialysis, unit.HCode, 2)
	referral := Second{Of: oneItem, Why: "referral", Claim: general.Code, Besides: []visit.AuthenCode{first.Code}}
	service := referral
	service.Why, service.Other = "other-service", true
	with := func(done ...visit.Authentication) []Event {
		return append(cardIn(), PhoneKnown{1, somePhone, visit.PhoneOfPatient}, StatusFound{1, done})
	}
	for _, c := range []struct {
		name   string
		events []Event
		state  State
		second visit.ID // of the visit that is made
		claim  visit.ClaimType
	}{
		{"referral", append(append([]Event{TapSecond{referral, own}}, with(first)...), TapConfirm{}), Sending, oneItem, general},
		{"another service", append(append([]Event{TapSecond{service, own}}, with(first)...), TapClaimType{dialysis.Code}, TapConfirm{}), Sending, oneItem, dialysis},
		{"the service of the first code, where another was asked for", append(append([]Event{TapSecond{service, own}}, with(first)...), TapClaimType{general.Code}, TapConfirm{}), ClaimTypeChoice, "", visit.ClaimType{}},
		{"asked for while the card is read", append(append(cardIn(), TapSecond{referral, own}), PhoneKnown{1, somePhone, visit.PhoneOfPatient}, StatusFound{1, []visit.Authentication{first}}, TapConfirm{}), Sending, oneItem, general},
		{"asked for at the confirmation", append(known(), TapSecond{service, own}, TapClaimType{dialysis.Code}, TapConfirm{}), Sending, oneItem, dialysis},
		{"of somebody else", append(append([]Event{TapSecond{referral, other}}, with(first)...), TapConfirm{}), AlreadyHere, "", visit.ClaimType{}},
		{"of nobody knows whom", append(append([]Event{TapSecond{referral, ""}}, with(first)...), TapConfirm{}), AlreadyHere, "", visit.ClaimType{}},
		{"when NHSO shows a code that is not known", append([]Event{TapSecond{referral, own}}, with(first, later)...), AlreadyHere, "", visit.ClaimType{}},
		{"and all the same", append(append([]Event{TapSecond{referral, own}}, with(first, later)...), TapOtherService{}, TapConfirm{}), Sending, oneItem, general},
		{"in place of an item", append(append([]Event{TapItem{otherItem, own}, TapSecond{referral, own}}, with(first)...), TapConfirm{}), Sending, oneItem, general},
		{"given up", append([]Event{TapSecond{referral, own}, TapClose{}}, with(first)...), AlreadyHere, "", visit.ClaimType{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, effects := serve(t, c.events...)
			all := saves(effects)
			if made := len(all) == 1; d.State != c.state || made != (c.second != "") {
				t.Fatalf("the state is %v of %s, and %d visits were saved", d.State, d.Session.ClaimType.Code, len(all))
			}
			if c.second != "" && (all[0].Second.Of != c.second || all[0].Item != "" || all[0].Visit.ClaimType != c.claim) {
				t.Errorf("saved %+v", all[0])
			}
		})
	}
}

func TestWhyAVisitWasNotSavedIsToldAtTheDeskUntilTheNextPatient(t *testing.T) {
	refused := append(known(), TapConfirm{}, VisitNotSaved{1, "held"})
	if d, _ := serve(t, refused...); d.State != Desk || d.NotSaved != "held" {
		t.Errorf("the state is %v because of %q", d.State, d.NotSaved)
	}
	if d, _ := serve(t, append(refused, TapClose{})...); d.NotSaved != "" {
		t.Errorf("it is still %q", d.NotSaved)
	}
}

func TestAWayWithoutTheCardTakesThePlaceOfOneThatLedNowhere(t *testing.T) {
	for _, before := range [][]Event{
		{CardInserted{insertions[0]}, CardFailed{1, visit.CardUnreadable}},
		{TapMethod{visit.MethodPhoto, insertions[0]}},
	} {
		if d, _ := serve(t, append(before, TapMethod{visit.MethodCertifier, insertions[1]})...); d.State != PIDEntry || d.Session.Method != visit.MethodCertifier {
			t.Errorf("the state is %v by %s", d.State, d.Session.Method)
		}
	}
}

// NHSO gives a phone a code without a word of what it is for.
func TestWhatAPhoneAsksForIsKeptUnderTheOperatorsNameAndCompletesNoItem(t *testing.T) {
	asks := append([]Event{TapMethod{visit.MethodLine, insertions[0]}}, typed(personOf(1).PID.Digits())...)
	n := insertions[0].Number
	code := StatusFound{Number: n, Done: []visit.Authentication{{Code: "PP1200000001", ClaimType: general, Hospital: visit.Hospital{HCode: start().m.Unit.HCode}}}}
	d, effects := serve(t, append(asks, StatusFound{Number: n}, TimerFired{TimerPoll}, code)...)
	kept := 0
	for _, e := range effects {
		if r, is := e.(RecordVisit); is && r.By == anna && r.Code == "PP1200000001" {
			kept++
		}
	}
	if d.State != Result || kept != 1 {
		t.Errorf("at %v it is kept %d times", d.State, kept)
	}

	item := TapItem{Item: "01900000-0000-7000-8000-0000000000f1", Of: personOf(1).PID.Masked()}
	if d, _ := serve(t, item); d.Offers(visit.MethodLine) {
		t.Error("the phone is offered for an item")
	}
	if d, _ := serve(t, append(asks, item)...); d.State != Line || d.Completes() != "" {
		t.Errorf("at %v the item %q is to be completed by a phone", d.State, d.Completes())
	}
}
