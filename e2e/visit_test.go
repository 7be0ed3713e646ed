//go:build e2e

package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

func newCard(t *testing.T, person virtualcard.Person) *virtualcard.Card {
	t.Helper()
	card, err := virtualcard.New(person, virtualcard.WithProfile(virtualcard.ProfileFast))
	if err != nil {
		t.Fatal(err)
	}
	return card
}

// typePhone types the number on the screen's keypad.
func (s *stage) typePhone() {
	s.t.Helper()
	s.typeDigits("080000")
	s.shows("080-000")
	s.picture("phone-half")
	s.typeDigits("1234")
}

func TestE2EAVisitFromTheCardToTheSlip(t *testing.T) {
	t.Parallel()
	s := newStage(t, binary)
	s.open()
	person := virtualcard.Adult()

	remove := s.insertGreeted(person)
	s.screen("phone")
	s.typePhone()
	s.screen("confirm")
	s.shows(person.PID.Masked())
	s.click("confirm")
	s.screen("result")

	codes := s.codes()
	if len(codes) != 1 || codes[0].PID != person.PID.Digits() {
		t.Fatalf("the test zone made %d codes", len(codes))
	}
	code := codes[0].Code
	s.shows(visit.AuthenCode(code).Grouped())
	if got := s.localStatus().Outbox; got.DoneToday != 1 || got.Pending != 0 || got.Staff != 0 {
		t.Errorf("the local status counts %+v", got)
	}
	slip := s.slip(codes[0].TransID)
	if got := zbar(t, slip); got != code {
		t.Errorf("the QR of the slip says %q, the test zone %q", got, code)
	}
	s.scans(code)
	remove()
	s.screen("welcome")
	for _, text := range s.layout().Texts {
		if strings.Contains(text, greeted(person)) || strings.Contains(text, code) {
			t.Errorf("the welcome screen still shows %q", text)
		}
	}

	t.Run("a second visit of the day shows the code and sends nothing", func(t *testing.T) {
		before := s.submissions()
		remove := s.insert(newCard(t, person))
		s.screen("already-here")
		s.shows(visit.AuthenCode(code).Grouped())
		s.click("reprint")
		remove()
		s.screen("welcome")
		if after := s.submissions(); after != before || len(s.codes()) != 1 {
			t.Errorf("%d requests became %d", before, after)
		}
	})

	s.kiosk.end(t)
	s.keeps(codes[0])
	for _, secret := range []string{person.PID.Digits(), person.Name.Last, "0800001234", testToken} {
		if strings.Contains(s.kiosk.out.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

// greeted is the name as the greeting says it: without the title. It is part of the
// name with the title, too.
func greeted(p virtualcard.Person) string {
	p.Name.Prefix = ""
	return p.Name.Short()
}

// insertGreeted puts a card in while NHSO takes its time, and returns when the name is
// on the screen before NHSO has answered. Where the machine was too slow to see that,
// the card is put in again, and NHSO takes longer: the kiosk waits eight seconds for it.
func (s *stage) insertGreeted(p virtualcard.Person) (remove func()) {
	s.t.Helper()
	for delay := 2000; ; delay = min(delay+2000, 6000) {
		s.fault(fmt.Sprintf(`{"path":"/nhsoendpoint/api/v2/right-search","kind":"slow","count":1,"delay_ms":%d}`, delay))
		remove = s.insert(newCard(s.t, p))
		seen := false
		eventually(s.t, "name on the screen of the reading", func() bool {
			now := s.layout()
			seen = now.Screen == "reading" && strings.Contains(strings.Join(now.Texts, "\n"), greeted(p))
			return seen || now.Screen != "welcome" && now.Screen != "reading"
		})
		if seen {
			s.picture("reading")
			return remove
		}
		remove()
		s.screen("welcome")
	}
}

func TestE2EPullingTheCardEndsTheSessionOnEveryScreen(t *testing.T) {
	t.Parallel()
	s := newStage(t, binary)
	s.open()
	for _, c := range []struct {
		screen string
		card   virtualcard.Person
		way    func()
	}{
		{"reading", virtualcard.Population()[1], nil},
		{"phone", virtualcard.Adult(), func() {}},
		{"confirm", virtualcard.Adult(), func() {
			s.screen("phone")
			s.typePhone()
		}},
		{"claim-types", virtualcard.Adult(), func() {
			s.screen("phone")
			s.typePhone()
			s.screen("confirm")
			s.click("change-claim-type")
		}},
		{"already-here", virtualcard.Population()[7], func() {}},
		{"already-elsewhere", virtualcard.Population()[8], func() {}},
		{"no-right", virtualcard.Population()[6], func() {}},
	} {
		t.Run(c.screen, func(t *testing.T) {
			var remove func()
			if c.screen == "reading" {
				remove = s.insertGreeted(c.card)
			} else {
				remove = s.insert(newCard(t, c.card))
				c.way()
				s.screen(c.screen)
			}
			remove()
			eventually(t, "end of the session", func() bool {
				now := s.layout()
				return (now.Screen == "welcome" || now.Screen == "card-fault") &&
					!strings.Contains(strings.Join(now.Texts, "\n"), greeted(c.card))
			})
			if c.screen != "phone" { // the others wait no longer for the card
				s.leave()
			}
			s.screen("welcome")
		})
	}
	if n := s.submissions(); n != 0 {
		t.Errorf("%d requests were sent for patients who left", n)
	}
}

func TestE2EARequestThatWasOnItsWayWhenThePowerWentMakesNoSecondCode(t *testing.T) {
	t.Parallel()
	s := newStage(t, binary)
	s.open()
	person := virtualcard.Adult()
	remove := s.insert(newCard(t, person))
	s.screen("phone")
	s.typePhone()
	s.screen("confirm")
	s.fault(`{"path":"/nhsoendpoint/api/AuthenCode","kind":"slow","count":1,"delay_ms":60000}`)
	s.click("confirm")
	eventually(t, "code at the test zone", func() bool { return len(s.codes()) == 1 })
	s.kiosk.kill()
	remove()

	s.open()
	eventually(t, "settled visit", func() bool { return s.localStatus().Outbox.DoneToday == 1 })
	if n := len(s.codes()); n != 1 || s.submissions() != 1 {
		t.Errorf("%d codes after %d requests", n, s.submissions())
	}
	s.kiosk.end(t)
	s.keeps(s.codes()[0])
}

func TestE2EAReplyThatIsCutIsLookedUpAndNotRepeated(t *testing.T) {
	t.Parallel()
	s := newStage(t, binary)
	s.open()
	s.insert(newCard(t, virtualcard.Adult()))
	s.screen("phone")
	s.typePhone()
	s.screen("confirm")
	s.fault(`{"path":"/nhsoendpoint/api/AuthenCode","kind":"cut","count":1}`)
	s.click("confirm")
	s.screen("result")
	if n := len(s.codes()); n != 1 || s.submissions() != 1 {
		t.Errorf("%d codes after %d requests", n, s.submissions())
	}
	s.kiosk.end(t)
}

func TestE2ENothingTouchesTheScreenFromAWrongThread(t *testing.T) {
	t.Parallel()
	const checked = "../out/authenkiosk-threads"
	build := exec.Command("go", "build", "-ldflags", "-s -w", "-tags", "x11,gles,no_emoji", "-o", checked, "..")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build with Fyne's thread check: %v: %s", err, out)
	}
	s := newStage(t, checked)
	s.open()
	remove := s.insert(newCard(t, virtualcard.Adult()))
	s.screen("phone")
	s.typePhone()
	s.screen("confirm")
	s.click("language")
	s.click("confirm")
	s.screen("result")
	remove()
	s.screen("welcome")
	s.kiosk.end(t)
	// What waits for the screen when the kiosk has ended is carried out without one.
	running, _, ended := strings.Cut(s.kiosk.out.String(), "msg=ends mode=kiosk")
	if !ended || strings.Contains(running, "Error in Fyne call thread") {
		t.Errorf("the screen was touched from a wrong thread:\n%s", s.kiosk.out)
	}
}

func TestE2EFyneFindsItsEnvironmentSet(t *testing.T) {
	t.Parallel()
	run := exec.Command(binary, "version")
	run.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	cache := strings.Index(string(out), "init fyne.io/fyne/v2/internal/cache @")
	ours := strings.Index(string(out), "init authenkiosk/ui/fyneenv @")
	if cache < 0 || ours < 0 || ours > cache {
		t.Errorf("the environment is set at %d, and read at %d of the initialisation", ours, cache)
	}
}

func TestE2EDemoNeedsNoDisplayNoReaderAndNoNetwork(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	args := []string{binary, "demo", "-out", out}
	if os.Geteuid() == 0 {
		// An own network name space has not even a loopback that is up.
		args = append([]string{"unshare", "--net", "--"}, args...)
	}
	run := exec.Command(args[0], args[1:]...)
	run.Env = append(os.Environ(), "DISPLAY=", "WAYLAND_DISPLAY=", "HOME="+t.TempDir(), "PCSCLITE_CSOCK_NAME=/nonexistent")
	stdout, err := run.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("%v: %s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(stdout)), "\n")
	code := lines[len(lines)-1]
	if _, err := visit.ParseAuthenCode(code); err != nil {
		t.Errorf("the last line is %q: %v", code, err)
	}
	if got := zbar(t, filepath.Join(out, "slip.png")); got != code {
		t.Errorf("the slip says %q, the last line %q", got, code)
	}
	for _, screen := range []string{"welcome", "reading", "phone", "confirm", "sending", "result"} {
		for _, pattern := range []string{"[0-9][0-9]-" + screen + ".png", "[0-9][0-9]-" + screen + "-en.png"} {
			if found, _ := filepath.Glob(filepath.Join(out, pattern)); len(found) == 0 {
				t.Errorf("there is no picture %s", pattern)
			}
		}
	}
}

// zbar reads the QR code of a picture with a reader that is not ours.
func zbar(t *testing.T, picture string) string {
	t.Helper()
	out, err := exec.Command("zbarimg", "-q", "--raw", picture).Output()
	if err != nil {
		t.Fatalf("zbarimg reads nothing from %s: %v", filepath.Base(picture), err)
	}
	return strings.TrimSpace(string(out))
}

func (s *stage) slip(id string) string {
	s.t.Helper()
	path := filepath.Join(s.path("slips"), "slip-"+id+".png")
	s.eventually("slip", func() bool { _, err := os.Stat(path); return err == nil })
	return path
}

// keeps holds the store of a kiosk that has ended against the code that the test zone made.
func (s *stage) keeps(c zoneCode) {
	s.t.Helper()
	if *onWindows {
		return
	}
	if r := s.record(c.TransID); string(r.Code) != c.Code || r.State != visit.StateDone || r.Visit.PID.Digits() != c.PID {
		s.t.Errorf("the store has state %s and code %s", r.State, r.Code)
	}
}

// record reads a visit from the store of a kiosk that has ended.
func (s *stage) record(id string) storage.Record {
	s.t.Helper()
	store, err := storage.Open(filepath.Join(s.path("data"), "test"), storage.Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	r, err := store.Visit(visit.ID(id))
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}
