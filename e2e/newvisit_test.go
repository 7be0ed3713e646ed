//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// knows has the machine remember the phone of a person who was there yesterday.
func (s *stage) knows(p virtualcard.Person) {
	s.t.Helper()
	at := time.Now().AddDate(0, 0, -1)
	v := visit.Visit{
		ID: "01900000-0000-7000-8000-000abc123000", HCode: unitCode, ServiceDate: visit.ServiceDateOf(at), PID: p.PID, Name: p.Name, Sex: p.Sex,
		ClaimType: visit.ClaimType{Code: "PG0060001"}, Method: visit.MethodCard, CreatedAt: at,
	}
	var err error
	if v.Phone, err = visit.ParsePhone("0800001234"); err != nil {
		s.t.Fatal(err)
	}
	store, err := storage.Open(s.path("data/test"), storage.Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	if err := errorsOf(store.Save(v, at), store.Begin(v.ID, at), store.Done(v.ID, "PP1200000999", at), store.Close()); err != nil {
		s.t.Fatal(err)
	}
}

// confirmed presses F9 where a visit can be confirmed, and returns the code that NHSO has
// made.
func (s *stage) confirmed(p virtualcard.Person) zoneCode {
	s.t.Helper()
	s.offers("confirm")
	s.picture("confirm")
	s.until("F9", func() bool { return len(s.codes()) > 0 })
	codes := s.codes()
	if len(codes) != 1 || codes[0].PID != p.PID.Digits() {
		s.t.Fatalf("the test zone made %d codes", len(codes))
	}
	s.shows(visit.AuthenCode(codes[0].Code).Grouped())
	s.picture("code")
	return codes[0]
}

// presses touches a button until it has done its work: a touch that comes right after the page
// has changed is not taken.
func (s *stage) presses(button string, done func() bool) {
	s.t.Helper()
	s.again(func() {
		l := s.layout()
		if w, there := l.widget(button); there {
			s.touch(l, w)
		}
	}, done)
}

// offers waits for a button.
func (s *stage) offers(button string) {
	s.t.Helper()
	s.eventually("button "+button, func() bool { _, there := s.layout().widget(button); return there })
}

func TestE2EAtTheDeskOneKeyMakesTheVisitOfAPatientWhosePhoneIsKnown(t *testing.T) {
	t.Parallel()
	s, _, _ := station(t, func(string) string { return "remember_phone_days = 30\n" }) // in the last section
	person := virtualcard.Adult()
	s.knows(person)
	s.begin()
	s.signIn()
	s.keys("F3")
	s.screen("new")
	remove := s.insert(newCard(t, person))
	s.offers("confirm")
	s.shows(person.Name.Full())

	s.types(person.PID.Digits()+"\n", byScanner) // a scan confirms nothing
	s.keys("Return")                             // nor does Enter
	<-time.After(painted)
	if n := s.submissions(); n != 0 {
		t.Fatalf("%d requests were sent before F9", n)
	}
	made := s.confirmed(person)
	if got := zbar(t, s.slip(made.TransID)); got != made.Code {
		t.Errorf("the QR code of the slip says %q, NHSO %q", got, made.Code)
	}
	remove()
	s.shows(visit.AuthenCode(made.Code).Grouped()) // it is copied while the card is given back

	s.keys("F2")
	s.screen("today")
	s.again(func() { s.types(strings.ToLower(visit.ID(made.TransID).Number())+"\n", byScanner) }, func() bool {
		_, found := s.layout().widget("print-again")
		return found
	})
	printed, _, _ := strings.Cut(said(t, "station.said.reprinted"), "{{")
	s.presses("print-again", func() bool { return strings.Contains(unbroken(strings.Join(s.layout().Texts, "")), printed) })
	s.picture("reprinted")
	s.keys("F12")
	s.screen("sign-in")
	if text := strings.Join(s.layout().Texts, "\n"); strings.Contains(text, person.Name.Full()) || strings.Contains(text, visit.AuthenCode(made.Code).Grouped()) {
		t.Error("the patient is on the screen where nobody is signed in")
	}
	s.kiosk.end(t)
	if r := s.record(made.TransID); r.State != visit.StateDone || string(r.Code) != made.Code || r.Visit.Phone.Digits() != "0800001234" || r.Reprints == 0 {
		t.Errorf("the visit is %s with %s, printed again %d times", r.State, r.Code, r.Reprints)
	}
	s.nothingPersonal(person.PID.Digits(), person.Name.Last, "0800001234", operatorPIN)
}

func TestE2EAtTheDeskThePatientsPhoneBringsTheCode(t *testing.T) {
	t.Parallel()
	s, _, _ := station(t, func(zone string) string { return fmt.Sprintf("[line]\nqr = %q\n", zone+"/line?unit="+unitCode) })
	person := virtualcard.Adult()
	s.begin()
	s.signIn()
	s.keys("F3")
	s.screen("new")
	s.offers("way-line")
	s.keys("F6")
	s.says("station.new.pid")
	s.types(person.PID.Digits(), byHand)
	s.says("station.new.line")
	address := s.zone + "/line?unit=" + unitCode
	s.scans(address)
	s.picture("line")
	phone := openBrowser(t, address)
	phone.typeInto("#pid", person.PID.Digits())
	phone.typeInto("#phone", "0800001234")
	phone.click("#confirm")
	code := visit.AuthenCode(phone.text("#code"))
	s.shows(code.Grouped())
	s.picture("code")
	s.keys("F12")
	s.screen("sign-in")
	if n := s.submissions(); n != 0 {
		t.Errorf("the station asked for a code itself, %d times", n)
	}
	s.kiosk.end(t)
	r, err := s.store().FindCode(code)
	if err != nil || r.State != visit.StateDone || r.Visit.Method != visit.MethodLine || r.Visit.PID != person.PID {
		t.Errorf("the store has a visit by %q in state %q: %v", r.Visit.Method, r.State, err)
	}
	s.nothingPersonal(person.PID.Digits(), string(code))
}

func TestE2EAtTheDeskAnItemIsCompletedWithTheCardOfItsPatient(t *testing.T) {
	t.Parallel()
	s, person, id := station(t)
	s.begin()
	s.signIn()
	s.scan(id.Number(), "work")
	s.keys("Return") // to what can be done
	s.until("Return", func() bool { _, held := s.layout().widget("release"); return held })
	s.presses("read-card", func() bool { return s.layout().Screen == "new" })
	s.screen("new")
	remove := s.insert(newCard(t, person))
	s.says("station.new.phone")
	s.types("0800001234", byHand)
	made := s.confirmed(person)
	remove()
	s.keys("F12")
	s.screen("sign-in")
	s.kiosk.end(t)
	if r := s.record(string(id)); r.State != visit.StateDone || string(r.Code) != made.Code || string(r.SettledBy) != made.TransID || r.ClosedBy == "" {
		t.Errorf("the item is %s with %s by %s", r.State, r.Code, r.SettledBy)
	}
	if n := s.submissions(); n != 1 {
		t.Errorf("%d requests were sent", n)
	}
}
