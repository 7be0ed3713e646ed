//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// visitOf is a visit of today, of a person.
func visitOf(t *testing.T, p virtualcard.Person, id visit.ID) visit.Visit {
	t.Helper()
	now := time.Now()
	v := visit.Visit{
		ID: id, HCode: unitCode, ServiceDate: visit.ServiceDateOf(now), PID: p.PID, Name: p.Name, Sex: p.Sex,
		ClaimType: visit.ClaimType{Code: "PG0060001"}, Method: visit.MethodCard, CreatedAt: now,
	}
	var err error
	if v.Phone, err = visit.ParsePhone("0800001234"); err != nil {
		t.Fatal(err)
	}
	return v
}

// run has a command of the program do something with the data of a machine, and returns what
// it says.
func run(t *testing.T, data, config, typed string, args ...string) string {
	t.Helper()
	c := exec.Command(binary, append(args, "-config", config, "-data", data)...)
	c.Stdin = strings.NewReader(typed + "\n")
	var said, why bytes.Buffer
	c.Stdout, c.Stderr = &said, &why
	if err := c.Run(); err != nil {
		t.Fatalf("%q: %v: %s", args, err, why.String())
	}
	return said.String()
}

// besides starts another machine without a screen that has a visit for its staff, lets the
// station in there, and returns its address and its data.
func (s *stage) besides(v visit.Visit) (address, data string, machine *process) {
	s.t.Helper()
	data, config := s.path("other"), s.path("other.toml")
	text := fmt.Sprintf("[unit]\nhcode = %q\n[nhso]\nzone = \"test\"\nendpoint_url = %q\nstatus_url = %q\n[agent]\nlisten = \"127.0.0.1:0\"\n", unitCode, s.zone, s.zone)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	run(s.t, data, config, testToken, "secret", "set", "nhso-token")
	store, err := storage.Open(s.path("other/test"), storage.Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	if err := errorsOf(store.SaveForStaff(v, visit.Draft, v.CreatedAt), store.Close()); err != nil {
		s.t.Fatal(err)
	}
	run(s.t, data, config, operatorPIN, "operator", "add", "สมศรี")
	machine = startProcess(s.t, nil, binary, "agent", "-config", config, "-data", data)
	address = "http://" + machine.says(s.t, `msg="the agent answers" address=(\S+)`)
	code := regexp.MustCompile(`[0-9]{4}-[0-9]{4}`).FindString(run(s.t, data, config, "", "pair"))
	run(s.t, s.path("data"), s.path("kiosk.toml"), code, "pair", address, "-name", "desk-1")
	s.configure("[nhso]", fmt.Sprintf("[desk]\nurls = [%q]\n[nhso]", address))
	return address, data, machine
}

func TestE2EAtTheDeskAnItemOfAnotherMachineIsCompletedInTheWindow(t *testing.T) {
	t.Parallel()
	s, _, _ := station(t)
	person := virtualcard.Adult()
	item := visitOf(t, person, "01900000-0000-7000-8000-000abc123aaa")
	address, data, machine := s.besides(item)
	s.begin()
	s.signIn()
	s.shows("row-" + item.ID.Number()) // of the other machine
	s.scan(item.ID.Number(), "work")
	s.keys("Return") // to what can be done
	s.until("Return", func() bool { _, held := s.layout().widget("release"); return held })
	s.picture("held-elsewhere")
	s.presses("read-card", func() bool { return s.layout().Screen == "new" })
	s.screen("new")
	remove := s.insert(newCard(t, person))
	s.says("station.new.phone")
	s.types("0800001234", byHand)
	made := s.confirmed(person)
	remove()
	s.eventually("end of the item at its owner", func() bool { return get[localStatus](s, address+"/api/v1/status").Outbox.Staff == 0 })
	s.keys("F12")
	s.screen("sign-in")
	s.kiosk.end(t)
	machine.end(t)
	store, err := storage.Open(data+"/test", storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	r, err := store.Visit(item.ID)
	if err != nil || r.State != visit.StateDone || string(r.Code) != made.Code || string(r.SettledBy) != made.TransID || !strings.HasPrefix(r.ClosedBy, "desk-1/") {
		t.Errorf("the item is %s with %s by %s and %q: %v", r.State, r.Code, r.SettledBy, r.ClosedBy, err)
	}
	if n := s.submissions(); n != 1 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestE2EAtTheDeskARightIsCheckedAnItemOpenedACodeVoidAndASecondOneMade(t *testing.T) {
	t.Parallel()
	s, _, _ := station(t)
	person := virtualcard.Adult()
	first := visitOf(t, person, "01900000-0000-7000-8000-000abc123bbb")
	store, err := storage.Open(s.path("data/test"), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	at := first.CreatedAt
	if err := errorsOf(store.Save(first, at), store.Begin(first.ID, at), store.Done(first.ID, "PP1200000999", at), store.Close()); err != nil {
		t.Fatal(err)
	}
	s.begin()
	s.signIn()

	s.keys("ctrl+1")
	s.screen("counter")
	s.types(person.PID.Digits(), byHand)
	s.until("Return", func() bool { return strings.Contains(strings.Join(s.layout().Texts, "\n"), person.PID.Masked()) })
	s.languages("right")
	s.presses("hn", func() bool { return s.layout().Focused == "hn" })
	s.types("69-000123", byHand)
	s.presses("open-unconscious", func() bool { _, there := s.layout().widget("open-item"); return there })
	_, opened, _ := strings.Cut(said(t, "station.said.opened"), "}}")
	s.presses("open-item", func() bool { return strings.Contains(unbroken(strings.Join(s.layout().Texts, "")), opened) })
	s.shows("F4  (2)") // with the one that hospital software has left
	s.languages("opened")

	s.keys("F2")
	s.screen("today")
	s.again(func() { s.types(strings.ToLower(first.ID.Number())+"\n", byScanner) }, func() bool {
		_, found := s.layout().widget("void")
		return found
	})
	s.languages("code")
	s.presses("void", func() bool { _, asked := s.layout().widget("reason-double"); return asked })
	s.presses("reason-double", func() bool { _, chosen := s.layout().widget("confirm-void"); return chosen })
	s.presses("confirm-void", func() bool { _, asked := s.layout().widget("confirm-void"); return !asked })
	s.says("station.void.double")
	s.languages("void")

	s.presses("second", func() bool { _, asked := s.layout().widget("reason-after-void"); return asked })
	s.presses("reason-after-void", func() bool { _, chosen := s.layout().widget("confirm-second"); return chosen })
	s.languages("second-why")
	s.presses("confirm-second", func() bool { return s.layout().Screen == "new" })
	s.screen("new")
	s.says("station.second.after-void")
	remove := s.insert(newCard(t, person))
	s.says("station.new.phone")
	s.languages("second")
	s.types("08000", byHand)
	s.until("ctrl+0", func() bool { return s.layout().Screen == "sign-in" }) // a colleague goes on
	s.types(operatorPIN, byHand)
	s.until("Return", func() bool { return s.layout().Screen == "new" })
	s.types("01234", byHand)
	made := s.confirmed(person)
	remove()
	s.keys("F12")
	s.screen("sign-in")
	s.kiosk.end(t)
	if r := s.record(made.TransID); r.State != visit.StateDone || string(r.Code) != made.Code || r.Second.Of != first.ID {
		t.Errorf("the visit is %s with %s, the second of %q", r.State, r.Code, r.Second.Of)
	}
	if r := s.record(string(first.ID)); r.Void.Why != "double" || r.Code != "PP1200000999" {
		t.Errorf("the first has %s, void because of %q", r.Code, r.Void.Why)
	}
	s.nothingPersonal(person.PID.Digits(), person.Name.Last, "69-000123", operatorPIN)
}

// languages takes a picture in Thai and one in English, when pictures are asked for.
func (s *stage) languages(name string) {
	s.t.Helper()
	if *pictures == "" {
		return
	}
	s.picture(name + "-th")
	s.until("F10", func() bool { return strings.Contains(strings.Join(s.layout().Texts, "\n"), "ไทย  F10") })
	s.picture(name + "-en")
	s.until("F10", func() bool { return strings.Contains(strings.Join(s.layout().Texts, "\n"), "English  F10") })
}
