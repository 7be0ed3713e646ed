package station

import (
	"image"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
	"authenkiosk/visit/flow"
)

var (
	general  = visit.ClaimType{Code: "PG0060001", Name: "เข้ารับบริการรักษาทั่วไป (OPD/ IPD/ PP)"}
	dialysis = visit.ClaimType{Code: "PG0130001", Name: "บริการฟอกเลือดด้วยเครื่องไตเทียม (HD)"}
	noonDay  = visit.Date{Year: 2026, Month: time.November, Day: 22}
)

// atDesk is a desk where nobody is served yet, and every way is open.
func atDesk() flow.Station {
	return flow.Station{Way: flow.Way{
		Unit: flow.Unit{
			HCode: "99999", ClaimTypes: []visit.ClaimType{general, dialysis}, DefaultClaimType: general.Code,
			Methods: visit.Methods(), Upstream: visit.Methods(), FirstDigits: "9", LineQR: "qr", SecondCode: true,
			Certify: flow.Certify{
				MinAge: 18, AdultAge: 15, Relations: []visit.Relation{visit.RelationParent, visit.RelationOfficer},
				AdultRelations: []visit.Relation{visit.RelationOfficer},
			},
		},
		Today: noonDay,
	}}
}

// tell does what the runner of the flow does: one step, and what comes of it is shown.
func (w *world) tell(e flow.Event) {
	start := flow.Insertion{Number: 1000 + uint64(len(w.done)), VisitID: "01900000-0000-7000-8000-0000000000aa"}
	switch tap := e.(type) {
	case flow.TapMethod:
		tap.Start = start
		e = tap
	case flow.TapVouches:
		tap.Start = start
		e = tap
	}
	var effects []flow.Effect
	w.at, effects = w.at.Step(e)
	w.done = append(w.done, effects...)
	switch m := w.at; {
	case w.Station == nil:
	case w.lag > 0:
		w.o.Later(w.lag, func() { w.Visit(m) })
	default:
		w.Visit(m)
	}
}

func (w *world) tellAll(events ...flow.Event) {
	for _, e := range events {
		w.tell(e)
	}
	w.pass(time.Second)
}

func pidOf(t *testing.T, digits string) visit.PID {
	t.Helper()
	p, err := visit.ParsePID(digits)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func phoneOf(t *testing.T, digits string) visit.Phone {
	t.Helper()
	p, err := visit.ParsePhone(digits)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const somePID, otherPID, somePhone = "9000000000012", "9000000000004", "0800001234"

// card puts a card in.
func (w *world) card(number uint64) {
	w.tell(flow.CardInserted{Insertion: flow.Insertion{Number: number, VisitID: visit.ID("01900000-0000-7000-8000-00000000000" + string(rune('0'+number)))}})
}

var someRight = visit.Right{Main: visit.Coded{ID: "UCS"}, HospMain: visit.Hospital{HCode: "99998", Name: "โรงพยาบาลส่งเสริมสุขภาพตำบลทดสอบเหนือเฉลิมพระเกียรติ"}}

// reads answers for the card of an insertion: somebody who is 45 years old.
func (w *world) reads(number uint64, digits string) {
	w.tell(flow.CardIdentified{Number: number, Person: flow.Person{
		PID: pidOf(w.t, digits), Name: visit.NewName("นางสาว", "ทดสอบเรียบร้อย", "", "เสมอใจ"), Birth: visit.PartialDate{Year: 1981, Month: 1, Day: 1},
	}})
	w.tell(flow.CardRead{Number: number, Expiry: visit.PartialDate{Lifelong: true}})
}

func (w *world) answers(number uint64, birth visit.PartialDate) {
	w.tellAll(flow.RightFound{Number: number, Right: someRight, Birth: birth}, flow.StatusFound{Number: number})
}

// patient brings a patient with a card to the confirmation, or to the phone.
func (w *world) patient(number uint64, digits string, phone string) {
	w.card(number)
	w.reads(number, digits)
	if phone != "" {
		w.tell(flow.PhoneKnown{Number: number, Phone: phoneOf(w.t, phone), Owner: visit.PhoneOfPatient})
	}
	w.answers(number, visit.PartialDate{})
}

// newVisitPage signs somebody in and turns to the page.
func newVisitPage(t *testing.T) *world {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	w.signInAs(rules.Staff)
	w.key(fyne.KeyF3)
	if w.ScreenName() != "new" {
		t.Fatalf("the page is %q", w.ScreenName())
	}
	return w
}

func (w *world) in(s flow.State) {
	w.t.Helper()
	if w.at.State != s {
		w.t.Fatalf("the state is %v, want %v: %q", w.at.State, s, w.texts())
	}
}

// saved is the visit that was made; nil: none.
func (w *world) asked() *flow.SaveVisit {
	for _, e := range slices.Backward(w.done) {
		if save, ok := e.(flow.SaveVisit); ok {
			return &save
		}
	}
	return nil
}

// gets lets the visit have its code.
func (w *world) gets(number uint64) {
	w.tellAll(flow.VisitSaved{Number: number}, flow.VisitDone{Number: number, Code: "PP1200000003", IssuedAt: w.clock})
}

func TestAKnownPhoneTakesOneKeyAndANewOneEleven(t *testing.T) {
	for _, c := range []struct {
		name, known, typed string
		keys               int
	}{
		{"a known phone", somePhone, "", 1},
		{"a new phone", "", somePhone, 11},
		{"a new phone, on a keyboard that was left in Thai", "", "จคจจจจๅ/-ภ", 11},
		{"a new phone, in Thai digits", "", "๐๘๐๐๐๐๑๒๓๔", 11},
		{"a new phone, as it stands on paper", "", "080-000-1234", 13},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newVisitPage(t)
			w.patient(1, somePID, c.known)
			w.hand(c.typed)
			w.key(fyne.KeyF9)
			w.in(flow.Sending)
			if keys := len([]rune(c.typed)) + 1; keys != c.keys {
				t.Errorf("%d keys, want %d", keys, c.keys)
			}
			if v := w.asked().Visit; v.Phone.Digits() != somePhone || w.asked().By == "" {
				t.Errorf("saved by %q with %v", w.asked().By, v.Phone)
			}
		})
	}
}

func TestF9ConfirmsBehindTheLastDigitWhateverIsShownByThen(t *testing.T) {
	w := newVisitPage(t)
	w.patient(1, somePID, "")
	w.pass(settle)
	w.lag = 200 * time.Millisecond
	w.letters(somePhone, 100*time.Millisecond)
	w.quick(fyne.KeyF9)
	w.in(flow.Sending)
}

func TestNothingOfThePatientStaysWithAPageThatIsLeft(t *testing.T) {
	w := newVisitPage(t)
	w.patient(1, somePID, somePhone)
	w.key(fyne.KeyF12)
	if len(w.fresh.now.facts) > 0 || w.fresh.box != nil {
		t.Errorf("the page still has %+v", w.fresh.now.facts)
	}
}

func TestAScanAfterAVisitFindsAsOnEveryPage(t *testing.T) {
	w := newVisitPage(t)
	v := w.add(2, visit.StateStaff, visit.Draft)
	w.patient(1, somePID, somePhone)
	w.key(fyne.KeyF9)
	w.gets(1)
	w.key(fyne.KeyF5)
	w.pass(lookEvery)
	w.Tick(w.clock)
	w.scanner(v.ID.Number())
	if w.ScreenName() != "work" {
		t.Errorf("the page is %q", w.ScreenName())
	}
}

func TestWhoHasACodeIsAskedNothing(t *testing.T) {
	w := newVisitPage(t)
	w.card(1)
	w.reads(1, somePID)
	w.tellAll(flow.RightFound{Number: 1, Right: someRight}, flow.StatusFound{Number: 1, Done: []visit.Authentication{
		{Code: "PP1200000001", ClaimType: general, Hospital: visit.Hospital{HCode: "99999"}, At: w.clock},
	}})
	w.in(flow.AlreadyHere)
	w.shows(visit.AuthenCode("PP1200000001").Grouped())
	w.tell(flow.CardRemoved{}) // it is given back while the code is copied
	w.key(fyne.KeyF7)
	if w.clip != "PP1200000001" {
		t.Errorf("copied %q", w.clip)
	}
}

func TestNoTimeIsShownOfACodeOfWhichNHSOGaveTheDayAlone(t *testing.T) {
	for state, come := range map[flow.State]func(*world){
		flow.AlreadyHere: func(w *world) {
			w.card(1)
			w.reads(1, somePID)
			w.tellAll(flow.RightFound{Number: 1, Right: someRight}, flow.StatusFound{Number: 1, Done: []visit.Authentication{
				{Code: "PP1200000001", ClaimType: general, Hospital: visit.Hospital{HCode: "99999"}},
			}})
		},
		flow.Result: func(w *world) {
			w.patient(1, somePID, somePhone)
			w.key(fyne.KeyF9)
			w.tellAll(flow.VisitSaved{Number: 1}, flow.VisitDone{Number: 1, Code: "PP1200000001"})
		},
	} {
		w := newVisitPage(t)
		come(w)
		w.in(state)
		if texts := w.texts(); strings.Contains(texts, w.Station.clock(time.Time{})) {
			t.Errorf("a time is shown: %q", texts)
		}
	}
}

func TestNothingButF9ConfirmsAVisit(t *testing.T) {
	for name, try := range map[string]func(*world){
		"a scan":                 func(w *world) { w.scanner("V-ABC-123-456") },
		"Enter":                  func(w *world) { w.key(fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace) },
		"Enter on the button":    func(w *world) { w.focusName("confirm"); w.key(fyne.KeyReturn, fyne.KeySpace) },
		"a scan on the button":   func(w *world) { w.focusName("confirm"); w.scanner("PP1200000001") },
		"a scan on another":      func(w *world) { w.focusName("change-phone"); w.scanner("HN0000000009") },
		"a scan that ends in F9": func(w *world) { w.letters("PP1200000001", 5*time.Millisecond); w.quick(fyne.KeyF9) },
		"F9 as the page changes": func(w *world) { w.tell(flow.TapClose{}); w.again(); w.quick(fyne.KeyF9); w.pass(settle) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newVisitPage(t)
			w.patient(1, somePID, somePhone)
			try(w)
			w.in(flow.Confirm)
			if w.asked() != nil {
				t.Error("a visit was made")
			}
			w.key(fyne.KeyF9)
			w.in(flow.Sending)
		})
	}
}

// quick presses a key without a pause before it.
func (w *world) quick(key fyne.KeyName) {
	if f := w.window.Canvas().Focused(); f != nil {
		f.TypedKey(&fyne.KeyEvent{Name: key})
		return
	}
	w.window.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: key})
}

// again brings the next patient to the confirmation without any pause.
func (w *world) again() {
	w.card(2)
	w.reads(2, somePID)
	w.tell(flow.PhoneKnown{Number: 2, Phone: phoneOf(w.t, somePhone), Owner: visit.PhoneOfPatient})
	w.tell(flow.RightFound{Number: 2, Right: someRight})
	w.tell(flow.StatusFound{Number: 2})
}

func TestAScanInTheMiddleOfAVisitLeavesItAlone(t *testing.T) {
	w := newVisitPage(t)
	w.patient(1, somePID, "")
	w.hand("080")
	w.scanner("0811112222")
	w.in(flow.PhoneEntry)
	if got := w.at.Session.PhoneInput; got != "080" || w.ScreenName() != "new" {
		t.Errorf("typed is %q, the page %q", got, w.ScreenName())
	}
	w.shows(w.say.Say("station.new.scanned"))
	w.key(fyne.KeyBackspace)
	w.hand("8")
	if got := w.at.Session.PhoneInput; got != "088" {
		t.Errorf("typed is %q", got)
	}
}

func TestANumberIsScannedWhereItIsAskedFor(t *testing.T) {
	w := newVisitPage(t)
	w.key(fyne.KeyF8)
	w.in(flow.PIDEntry)
	w.scanner(otherPID)
	w.in(flow.CertifierCard)
}

func TestAnotherClaimTypeIsAKeyAway(t *testing.T) {
	w := newVisitPage(t)
	w.patient(1, somePID, somePhone)
	w.hand("2")
	w.in(flow.Confirm)
	if w.at.Session.ClaimType != dialysis {
		t.Errorf("chosen is %v", w.at.Session.ClaimType)
	}
}

func TestAMotherHasHerChildrenServedWithOneReader(t *testing.T) {
	w := newVisitPage(t)
	w.patient(1, somePID, somePhone)
	w.key(fyne.KeyF8)
	w.in(flow.PIDEntry)
	w.shows(w.say.Say("station.new.guardian-in"))
	w.hand(otherPID)
	n := w.at.Session.Insertion.Number
	w.answers(n, visit.PartialDate{Year: 2020, Month: 1, Day: 1})
	w.shows(w.say.Count("station.new.years", 6))
	w.reads(1, somePID)
	w.pass(time.Second)
	w.hand("1") // a parent
	w.in(flow.Confirm)
	w.pass(settle)
	w.key(fyne.KeyF9)
	if v := w.asked().Visit; v.Method != visit.MethodCertifier || v.Phone.Digits() != somePhone {
		t.Errorf("the visit is by %s with %v", v.Method, v.Phone)
	}
	w.gets(n)
	w.in(flow.Result)
	w.key(fyne.KeyF8)
	w.in(flow.PIDEntry)
	if w.at.Session.Phone.Digits() != somePhone {
		t.Error("her phone is asked for again")
	}
}

func TestAPhotoIsTakenByTheCameraOfTheDesk(t *testing.T) {
	w := newVisitPage(t)
	w.image = image.NewRGBA(image.Rect(0, 0, 64, 48))
	w.key(fyne.KeyF7)
	w.hand(otherPID)
	w.in(flow.PhotoAim)
	n := w.at.Session.Insertion.Number
	w.tellAll(flow.CameraChanged{Number: n, State: visit.DeviceReady}, flow.PhotoSeen{Number: n, Hint: flow.PhotoTooDark})
	w.Frame()
	if w.fresh.picture.Image == nil || w.fresh.picture.Image == w.image {
		t.Error("there is no picture of its own on the page")
	}
	w.shows(w.say.Say("photo.hint.too-dark"))
	w.key(fyne.KeyF6)
	w.tellAll(flow.TimerFired{Timer: flow.TimerCountdown}, flow.TimerFired{Timer: flow.TimerCountdown}, flow.TimerFired{Timer: flow.TimerCountdown},
		flow.PhotoTaken{Number: n, Hint: flow.PhotoGood, Card: true})
	w.in(flow.PhotoReview)
	w.key(fyne.KeyF6)
	w.answers(n, visit.PartialDate{})
	w.in(flow.PhoneEntry)
	if w.fresh.picture.Image != nil {
		t.Error("the picture stays when nobody looks at it any more")
	}
	if strings.Contains(w.texts(), someRight.HospMain.Name) {
		t.Error("a number that was typed shows what NHSO knows of its owner")
	}
}

func TestAColleagueGoesOnWithWhatIsHalfTyped(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff, rules.Lead)
	w.signInAs(rules.Staff)
	w.key(fyne.KeyF3)
	w.patient(1, somePID, "")
	w.hand("0800")
	w.tap("change-operator")
	w.shows(w.say.Say("station.sign-in.kept"))
	if texts := w.texts(); strings.Contains(texts, "เสมอใจ") || strings.Contains(texts, "080") {
		t.Errorf("the patient is in sight of nobody: %q", texts)
	}
	w.tap("operator-" + string(w.ids["lead"]))
	w.hand(aPIN)
	w.key(fyne.KeyReturn)
	if w.ScreenName() != "new" || w.at.Session.PhoneInput != "0800" {
		t.Fatalf("the page is %q with %q", w.ScreenName(), w.at.Session.PhoneInput)
	}
	w.hand("001234")
	w.key(fyne.KeyF9)
	if save := w.asked(); save == nil || !strings.HasSuffix(save.By, "lead") {
		t.Errorf("saved %v", save)
	}
}

func TestSigningOutKeepsWhatIsHalfTypedOutOfSightForAWhile(t *testing.T) {
	for name, leave := range map[string]func(*world){
		"key":   func(w *world) { w.quick(fyne.KeyF12) },
		"touch": func(w *world) { w.tap("sign-out") },
	} {
		t.Run(name, func(t *testing.T) {
			w := newVisitPage(t)
			begun := func() {
				w.patient(1, somePID, "")
				w.letters("0800", 100*time.Millisecond)
				leave(w)
				w.shows(w.say.Say("station.sign-in.kept"))
				if texts := w.texts(); strings.Contains(texts, "เสมอใจ") || strings.Contains(texts, "080") {
					t.Errorf("the patient is in sight of nobody: %q", texts)
				}
			}
			begun()
			w.hand(aPIN)
			w.key(fyne.KeyReturn)
			if w.ScreenName() != "new" || w.at.Session.PhoneInput != "0800" {
				t.Fatalf("the page is %q with %q", w.ScreenName(), w.at.Session.PhoneInput)
			}
			w.key(fyne.KeyEscape)
			w.in(flow.Welcome)
			begun()
			w.tell(flow.TimerFired{Timer: flow.TimerHold}) // nobody has come
			w.in(flow.Welcome)
			w.shows(w.say.Say("station.sign-in.not-kept"))
			w.signInAs(rules.Staff)
		})
	}
}

func TestSigningOutEndsWhatIsThereToRead(t *testing.T) {
	w := newVisitPage(t)
	w.patient(1, somePID, somePhone)
	w.key(fyne.KeyF9)
	w.gets(1)
	w.in(flow.Result)
	w.key(fyne.KeyF12)
	w.in(flow.Welcome)
	w.signInAs(rules.Staff)
}

func TestWhoeverTreatsNoPatientsHasNoPageForIt(t *testing.T) {
	w := newWorld(t, visit.OnCardPage, rules.Administrator)
	w.signInAs(rules.Administrator)
	w.card(1)
	w.key(fyne.KeyF3)
	if w.ScreenName() != "today" || w.has("page-new") {
		t.Errorf("the page is %q", w.ScreenName())
	}
}

func TestACardTurnsToNoOtherPageUnderAHandThatTypes(t *testing.T) {
	for _, c := range []struct {
		name, page string
		typed      func(*world)
	}{
		{"in the search", "today", func(w *world) { w.key(fyne.KeyF6); w.hand("0812") }},
		{"a number whose right is asked for", "counter", func(w *world) { w.ctrl(fyne.Key1); w.hand("90000") }},
		{"nothing for a while", "new", func(w *world) { w.key(fyne.KeyF6); w.hand("0812"); w.pass(typingFor) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, visit.OnCardPage, rules.Staff)
			w.signInAs(rules.Staff)
			c.typed(w)
			w.card(1)
			if w.ScreenName() != c.page {
				t.Fatalf("the page is %q", w.ScreenName())
			}
			w.key(fyne.KeyF3)
			w.in(flow.Reading)
		})
	}
}

func TestACardOpensThePageWithoutTakingTheFocusAndNotOverWhatIsHalfDone(t *testing.T) {
	w := newWorld(t, visit.OnCardPage, rules.Staff)
	v := w.add(2, visit.StateStaff, visit.Draft)
	w.signInAs(rules.Staff)
	w.key(fyne.KeyF4)
	w.work.details.open(w.here(), v.ID)
	w.tap("hold")
	w.work.details.enter()
	w.hand("PP0")
	w.card(1)
	if w.ScreenName() != "work" || w.at.State != flow.Welcome {
		t.Fatalf("the page is %q", w.ScreenName())
	}
	w.key(fyne.KeyF3)
	w.in(flow.Reading)
}

func TestAnItemIsCompletedAtThisPage(t *testing.T) {
	for _, c := range []struct {
		step  string
		state flow.State
	}{{"read-card", flow.Welcome}, {"officer-card", flow.PIDEntry}} {
		t.Run(c.step, func(t *testing.T) {
			w := newWorld(t, visit.OnCardNotice, rules.Staff)
			v := w.add(2, visit.StateStaff, visit.Draft)
			w.signInAs(rules.Staff)
			w.key(fyne.KeyF4, fyne.KeyDown)
			if w.has(c.step) {
				t.Error("it is offered before it is held")
			}
			w.tap("hold")
			w.tap(c.step)
			w.in(c.state)
			w.shows(w.say.Say("station.new.item", "Number", v.ID.Number()))
			if c.state == flow.Welcome {
				w.patient(1, v.PID.Digits(), somePhone)
				w.key(fyne.KeyF9)
				if save := w.asked(); save == nil || save.Item != v.ID {
					t.Errorf("saved %+v", save)
				}
				return
			}
			w.key(fyne.KeyEscape)
			if w.at.Item != "" {
				t.Error("Escape does not give the item up")
			}
		})
	}
}

func TestTheCardOfSomebodyElseDoesNotCompleteTheItem(t *testing.T) {
	w := newVisitPage(t)
	w.tell(flow.TapItem{Item: "01900000-0000-7000-8000-0000000000f1", Of: pidOf(t, otherPID).Masked()})
	w.patient(1, somePID, somePhone)
	w.shows(w.say.Say("station.new.item-other", "Number", visit.ID("01900000-0000-7000-8000-0000000000f1").Number()))
	w.key(fyne.KeyF9)
	if save := w.asked(); save == nil || save.Item != "" {
		t.Errorf("saved %+v", save)
	}
}

func TestTheSlipOfAVisitIsPrintedAgainAndCounted(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	v := w.add(1, visit.StateDone, visit.NoProblem)
	w.signInAs(rules.Staff)
	w.key(fyne.KeyDown)
	w.tap("print-again")
	w.shows(w.say.Say("station.said.reprinted", "Count", 1))
	if r, err := w.store.Visit(v.ID); err != nil || r.Reprints != 1 {
		t.Errorf("counted %d times", r.Reprints)
	}
}

func TestATouchRightAfterAChangeOfThePageDoesNotCount(t *testing.T) {
	w := newVisitPage(t)
	w.card(1)
	w.reads(1, somePID)
	w.tell(flow.PhoneKnown{Number: 1, Phone: phoneOf(t, somePhone), Owner: visit.PhoneOfPatient})
	w.tell(flow.RightFound{Number: 1, Right: someRight})
	w.tell(flow.StatusFound{Number: 1})
	w.tap("confirm")
	w.in(flow.Confirm)
	w.pass(settle)
	w.tap("confirm")
	w.in(flow.Sending)
}

// byPhone brings the page to the QR code for the phone of a patient.
func (w *world) byPhone() {
	w.t.Helper()
	w.key(fyne.KeyF6)
	w.in(flow.PIDEntry)
	w.hand(otherPID)
	w.in(flow.Line)
	w.tellAll(flow.StatusFound{Number: w.at.Session.Insertion.Number})
}

// phoneAsked has NHSO know the code that the phone has asked for, when it is asked next.
func (w *world) phoneAsked(of uint64) {
	w.tell(flow.TimerFired{Timer: flow.TimerPoll})
	w.tellAll(flow.StatusFound{Number: of, Done: []visit.Authentication{{Code: "PP1200000001", ClaimType: general, Hospital: visit.Hospital{HCode: "99999"}, At: w.clock}}})
}

func TestThePatientsPhoneBringsTheCodeToThePage(t *testing.T) {
	for name, meanwhile := range map[string]func(*world){
		"the page is in front": func(*world) {},
		"another page was in front": func(w *world) {
			w.key(fyne.KeyF2)
			w.phoneAsked(w.at.Session.Insertion.Number)
			if text := w.frame.turn["new"].Text; !strings.Contains(text, "(1)") {
				t.Errorf("the way to the page says %q", text)
			}
			w.key(fyne.KeyF3)
		},
		"NHSO was away for a while": func(w *world) {
			w.tell(flow.TimerFired{Timer: flow.TimerPoll})
			w.tellAll(flow.StatusFailed{Number: w.at.Session.Insertion.Number})
			w.shows(w.say.Say("line.unanswered"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newVisitPage(t)
			w.byPhone()
			w.pass(75 * time.Second)
			w.Tick(w.clock)
			w.shows(w.say.Say("station.new.waited", "Time", "12:00", "For", "1:16"))
			meanwhile(w)
			if w.at.State == flow.Line {
				w.phoneAsked(w.at.Session.Insertion.Number)
			}
			w.in(flow.Result)
			w.shows(visit.AuthenCode("PP1200000001").Grouped())
			w.key(fyne.KeyF7)
			if w.clip != "PP1200000001" || w.asked() != nil {
				t.Errorf("copied %q; asked for a code: %v", w.clip, w.asked())
			}
		})
	}
}

// Whose code it is a typed number does not say: only a card shows one that NHSO has already.
func TestACodeThatThePhoneBringsTooLateIsShownToItsPatientsCardAlone(t *testing.T) {
	w := newVisitPage(t)
	w.byPhone()
	late := w.at.Session.Insertion.Number
	w.key(fyne.KeyEscape)
	w.in(flow.Welcome)
	w.phoneAsked(late)
	w.in(flow.Welcome)
	w.key(fyne.KeyF6)
	w.hand(otherPID)
	w.phoneAsked(w.at.Session.Insertion.Number)
	w.in(flow.Desk)
	w.shows(w.say.Say("station.todo.staff-checks"))
	w.key(fyne.KeyEscape)
	w.card(5)
	w.reads(5, otherPID)
	w.tellAll(flow.RightFound{Number: 5, Right: someRight}, flow.StatusFound{Number: 5, Done: []visit.Authentication{
		{Code: "PP1200000001", ClaimType: general, Hospital: visit.Hospital{HCode: "99999"}, At: w.clock},
	}})
	w.in(flow.AlreadyHere)
	w.shows(visit.AuthenCode("PP1200000001").Grouped())
}

func TestFromTheQRCodeEveryOtherWayIsAKeyAway(t *testing.T) {
	for key, method := range map[fyne.KeyName]visit.Method{fyne.KeyF7: visit.MethodPhoto, fyne.KeyF8: visit.MethodCertifier} {
		w := newVisitPage(t)
		w.tell(flow.DevicesChanged{Devices: visit.Devices{Reader: visit.DeviceReady, Camera: visit.DeviceReady, NHSO: visit.DeviceReady}})
		w.byPhone()
		w.key(key)
		w.in(flow.PIDEntry)
		if got := w.at.Session.Method; got != method {
			t.Errorf("%s leads to %s", key, got)
		}
	}
}

func TestTheQRCodeForThePhoneIsReadFromAnArmsLength(t *testing.T) {
	w := display(t, 1366, 768)
	for _, s := range samples(t) {
		if s.name != "line-unanswered" {
			continue
		}
		for range 2 {
			w.Visit(s.m)
			found := false
			each(w.root, func(o fyne.CanvasObject) {
				picture, is := o.(*canvas.Image)
				if !is {
					return
				}
				found = true
				modules := float32(picture.Image.Bounds().Dx())
				if side := picture.Size(); side.Width != side.Height || side.Width < 300 || int(side.Width)%int(modules) != 0 {
					t.Errorf("%v modules are %v", modules, side) // 300 px are 7.5 cm of a 15.6" display
				}
			})
			if !found {
				t.Error("there is none")
			}
			w.key(fyne.KeyF10)
		}
	}
}

// number is the number in large letters.
func (w *world) number() string {
	w.t.Helper()
	if w.fresh.digits == nil {
		w.t.Fatalf("no number is asked for: %q", w.texts())
	}
	return w.fresh.digits.Text
}

func TestADigitIsDrawnAtOnceWhateverTheFlowTakesToHearOfIt(t *testing.T) {
	for _, lag := range []time.Duration{0, 30 * time.Millisecond, 450 * time.Millisecond} {
		w := newVisitPage(t)
		w.patient(1, somePID, "")
		w.lag = lag
		for n := range len(somePhone) - 1 {
			w.pass(120 * time.Millisecond)
			w.letters(somePhone[n:n+1], 0)
			if want := visit.GroupPhone(somePhone[:n+1]); w.number() != want {
				t.Errorf("with %v until the flow is shown: %q is drawn, want %q", lag, w.number(), want)
			}
		}
		w.pass(time.Second)
		if got := w.at.Session.PhoneInput; got != somePhone[:9] || w.number() != visit.GroupPhone(got) {
			t.Errorf("the flow has %q, drawn is %q", got, w.number())
		}
		w.key(fyne.KeyBackspace)
		w.pass(time.Second)
		if got := w.at.Session.PhoneInput; got != somePhone[:8] || w.number() != visit.GroupPhone(got) {
			t.Errorf("without the last, the flow has %q, drawn is %q", got, w.number())
		}
	}
}

func TestTheDigitsOfAScanAreTakenBackAndTheFlowHearsOfNone(t *testing.T) {
	w := newVisitPage(t)
	w.patient(1, somePID, "")
	w.hand("080")
	before := len(w.done)
	for n, r := range "0811112222" {
		w.letters(string(r), 10*time.Millisecond)
		if back := w.number() == visit.GroupPhone("080"); back != (n+1 >= scanKeys) {
			t.Errorf("after %d letters %q is drawn", n+1, w.number())
		}
		if got := w.at.Session.PhoneInput; got != "080" {
			t.Fatalf("the flow has %q", got)
		}
	}
	w.enter()
	if w.number() != visit.GroupPhone("080") || w.at.Session.PhoneInput != "080" || len(w.done) != before {
		t.Errorf("%q is drawn, the flow has %q", w.number(), w.at.Session.PhoneInput)
	}
}

func TestTheWidgetsStayWhileANumberIsTyped(t *testing.T) {
	w := newVisitPage(t)
	w.patient(1, somePID, "")
	w.pass(time.Second)
	before := w.buttons()
	for _, d := range "081" {
		w.hand(string(d))
	}
	if !slices.Equal(before, w.buttons()) {
		t.Error("the buttons are made anew for a digit")
	}
	w.shows(w.say.Count("phone.too-short", 7))
}

func TestTheKeypadStaysWhereItIsWhileSomethingIsSaidAboutTheNumber(t *testing.T) {
	w := newVisitPage(t)
	w.patient(1, somePID, "")
	place := func() fyne.Position {
		w.root.Refresh() // as the driver of a window does
		for _, b := range w.buttons() {
			if b.name == "digit-1" {
				return fyne.CurrentApp().Driver().AbsolutePositionForObject(b)
			}
		}
		t.Fatal("there is no keypad")
		return fyne.Position{}
	}
	before := place()
	for range 2 {
		w.hand("01") // no number begins like that, which takes two lines to say
		if now := place(); now != before {
			t.Errorf("it was at %v and is at %v", before, now)
		}
		w.key(fyne.KeyDelete)
		w.pass(time.Second)
		w.key(fyne.KeyF10)
		before = place()
	}
}

// The keypad stands where the claim types come.
func TestADigitTooManyOfAPhoneChoosesNoClaimType(t *testing.T) {
	const phone = "0800001232"
	for name, again := range map[string]func(*world){
		"typed at once":  func(w *world) { w.hand("2") },
		"typed slowly":   func(w *world) { w.pass(overrun / 2); w.hand("2") },
		"touched twice":  func(w *world) { w.tap("claim-" + dialysis.Code) },
		"typed and sent": func(w *world) { w.hand("2"); w.key(fyne.KeyF9) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newVisitPage(t)
			w.patient(1, somePID, "")
			w.hand(phone)
			w.in(flow.Confirm)
			again(w)
			if got := w.at.Session.ClaimType.Code; got != general.Code {
				t.Fatalf("the claim type is %s", got)
			}
			if w.at.State != flow.Confirm {
				return
			}
			w.pass(overrun)
			w.hand("2")
			if got := w.at.Session.ClaimType.Code; got != dialysis.Code {
				t.Errorf("nothing else is chosen by its number afterwards: %s", got)
			}
		})
	}
}

func TestEscapeClosesNoCodeThatNobodyHasSeen(t *testing.T) {
	w := newVisitPage(t)
	w.patient(1, somePID, somePhone)
	w.key(fyne.KeyF9)
	w.tell(flow.VisitSaved{Number: 1})
	w.key(fyne.KeyEscape) // nothing is closed while it is sent
	w.tell(flow.VisitDone{Number: 1, Code: "PP1200000003", IssuedAt: w.clock})
	w.quick(fyne.KeyEscape)
	w.in(flow.Result)
	w.pass(settle)
	w.key(fyne.KeyEscape)
	w.in(flow.Welcome)
}
