//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"authenkiosk/cardreader/pcscdtest"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

const operatorPIN = "204916"

// station prepares the desk of a person whose visit hospital software has left to the
// staff, and an operator.
func station(t *testing.T, more ...func(zone string) string) (*stage, virtualcard.Person, visit.ID) {
	t.Helper()
	s := newStageOn(t, binary, "1366x768", more...)
	s.face = "station"
	person := virtualcard.Population()[3]
	now := time.Now()
	v := visit.Visit{
		ID: "01900000-0000-7000-8000-000abc123def", HCode: unitCode, ServiceDate: visit.ServiceDateOf(now), PID: person.PID, Name: person.Name,
		Sex: person.Sex, ClaimType: visit.ClaimType{Code: "PG0060001"}, Method: visit.MethodCard, CreatedAt: now,
	}
	var err error
	if v.Phone, err = visit.ParsePhone("0800001234"); err != nil {
		t.Fatal(err)
	}
	store, err := storage.Open(s.path("data/test"), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errorsOf(store.SaveForStaff(v, visit.Draft, now), store.Close()); err != nil {
		t.Fatal(err)
	}
	add := exec.Command(binary, "operator", "add", "สมศรี", "-config", s.path("kiosk.toml"), "-data", s.path("data"))
	add.Stdin = strings.NewReader(operatorPIN + "\n")
	if out, err := add.CombinedOutput(); err != nil {
		t.Fatalf("add an operator: %v: %s", err, out)
	}
	return s, person, v.ID
}

// begin starts the station and waits until somebody can sign in.
func (s *stage) begin() {
	s.t.Helper()
	s.start()
	s.status = s.kiosk.says(s.t, `msg="the agent answers" address=(\S+)`)
	s.screen("sign-in")
}

// keys presses keys as a hand does, each by its name in X.
func (s *stage) keys(names ...string) {
	s.xdotool(append([]string{"key", "--delay", "100"}, names...)...)
}

// types types as a hand does, or as fast as a scanner.
func (s *stage) types(text string, each time.Duration) {
	s.xdotool("type", "--delay", fmt.Sprint(each.Milliseconds()), text)
}

const (
	byHand    = 200 * time.Millisecond
	byScanner = 4 * time.Millisecond
)

func (s *stage) xdotool(args ...string) (said string) {
	s.t.Helper()
	c := exec.Command("xdotool", args...)
	c.Env = append(os.Environ(), s.env...)
	out, err := c.CombinedOutput()
	if err != nil {
		s.t.Fatalf("xdotool %q: %v: %s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// signIn signs the only operator in. A machine that stands still takes the first Enter for
// that of a scanner: a person presses it again.
func (s *stage) signIn() {
	s.t.Helper()
	s.types(operatorPIN, byHand)
	s.until("Return", func() bool { return s.layout().Screen == "today" })
	s.screen("today")
}

// scan reads a number until a screen is there. A machine that stands still can part what
// comes from a scanner, which finds nothing then. It is in small letters: xdotool takes its
// time for a shift key.
func (s *stage) scan(number, screen string) {
	s.t.Helper()
	s.again(func() { s.types(strings.ToLower(number)+"\n", byScanner) }, func() bool { return s.layout().Screen == screen })
	s.screen(screen)
}

// until presses a key until it has done its work.
func (s *stage) until(key string, done func() bool) {
	s.t.Helper()
	s.again(func() { s.keys(key) }, done)
}

// again does something now and then until it has done its work.
func (s *stage) again(do func(), done func() bool) {
	s.t.Helper()
	next := time.Time{}
	s.eventually("effect of a key", func() bool {
		if done() {
			return true
		}
		if now := time.Now(); now.After(next) {
			do()
			next = now.Add(3 * time.Second)
		}
		return false
	})
}

func TestE2EAtTheDeskAVisitIsFoundHeldAndSettledByTheKeyboardAlone(t *testing.T) {
	t.Parallel()
	s, person, id := station(t)
	s.begin()
	s.signIn()
	s.shows("row-" + id.Number())

	s.scan(id.Number(), "work")
	s.says("station.kind.draft")
	if strings.Contains(strings.Join(s.layout().Texts, ""), person.Name.Last) {
		t.Error("a family name is on the screen that nobody has asked for")
	}
	s.keys("Return") // to what can be done
	s.until("Return", func() bool { _, held := s.layout().widget("release"); return held })
	s.picture("held-th")
	if *pictures != "" { // both are in docs/manual/pictures
		s.until("F10", func() bool { return slices.Contains(s.layout().Texts, "ไทย  F10") })
		s.picture("held-en")
		s.until("F10", func() bool { return slices.Contains(s.layout().Texts, "English  F10") })
		s.until("Tab", func() bool { return s.layout().Focused == "code" })
	}

	// NHSO makes the code on a page of its own.
	resp, err := http.PostForm(s.zone+"/line?unit="+unitCode, url.Values{"pid": {person.PID.Digits()}, "phone": {"0800001234"}})
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	made := slices.DeleteFunc(get[[]zoneCode](s, s.zone+"/testzone/codes"), func(c zoneCode) bool { return c.PID != person.PID.Digits() })
	if len(made) != 1 {
		t.Fatalf("%d codes of that person were made", len(made))
	}
	s.eventually("field for the code that waits for keys", func() bool { return s.layout().Focused == "code" })
	s.types(strings.ToLower(made[0].Code)+"\n", byScanner)
	s.eventually("code in the field", func() bool {
		return strings.Contains(strings.ToUpper(strings.Join(s.layout().Texts, "\n")), made[0].Code)
	})
	s.until("Return", s.told("station.no-work"))
	s.shows(made[0].Code)
	s.picture("settled")

	s.keys("F12")
	s.screen("sign-in")
	s.kiosk.end(t)
	r := s.record(string(id))
	if r.State != visit.StateDone || string(r.Code) != made[0].Code || r.ClosedBy == "" || s.submissions() != 0 {
		t.Errorf("the visit is %s with %q by %q after %d requests of ours", r.State, r.Code, r.ClosedBy, s.submissions())
	}
	s.nothingPersonal(person.PID.Digits(), person.Name.Last, operatorPIN)
}

// TestE2EACardLeavesTheProgramInFrontAlone has the software of the hospital stand in front
// of the station, with somebody at its keyboard.
func TestE2EACardLeavesTheProgramInFrontAlone(t *testing.T) {
	t.Parallel()
	s, person, _ := station(t, func(string) string { return "[station]\non_card = \"page\"\n" })
	startProcess(t, s.env, "openbox")
	s.begin()
	s.xdotool("search", "--sync", "--onlyvisible", "--name", "^AuthenKiosk$", "windowactivate", "--sync") // openbox has the windows now
	s.signIn()
	s.noticed(pcscdtest.First)
	startProcess(t, s.env, "display", "-title", "his", "-geometry", "400x300+0+0", "xc:white[400x300]")
	s.xdotool("search", "--sync", "--onlyvisible", "--name", "^his$", "windowactivate", "--sync")
	before := s.xdotool("getwindowfocus")

	remove := s.insert(newCard(t, person))
	s.screen("new") // behind
	s.shows(person.Name.Full())
	s.picture("behind")
	remove()
	eventually(t, "station without the patient", func() bool {
		return !strings.Contains(strings.Join(s.layout().Texts, "\n"), person.Name.Full())
	})
	if after := s.xdotool("getwindowfocus"); after != before {
		t.Errorf("window %s had the focus, and %s has it now", before, after)
	}
	if front := s.xdotool("getactivewindow"); front != before {
		t.Errorf("window %s is in front now", front)
	}
	s.kiosk.end(t)
}
