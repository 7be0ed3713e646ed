//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"authenkiosk/cardreader/pcscdtest"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/visit"
)

// newcomer is somebody in front of a machine on which nothing is set up. Everything they do
// is counted.
type newcomer struct {
	*stage
	touches bool
	keys    int            // pressed, or letters touched
	steps   int            // of the wizard
	asked   map[string]int // in how many steps a field stood
	began   time.Time
}

const (
	newUnit  = "12345"
	newAdmin = "somsri"
	newClerk = "somchai"
	clerkPIN = "380527"
)

// newMachine has a card service, a simulator in the place of NHSO's test zone, and a folder in
// the place of a printer; and no unit, no token, no operator.
func newMachine(t *testing.T, face, panel string, touches bool) *newcomer {
	t.Helper()
	s := bareStage(t, binary, panel)
	s.face = face
	s.service = pcscdtest.StartFor(t)
	s.env = append(s.env, s.service.Env())
	zone := startProcess(t, nil, binary, "testzone", "-listen", "127.0.0.1:0")
	s.zone = zone.says(t, `(http://127\.0\.0\.1:\d+)`)
	config := fmt.Sprintf("[nhso]\nendpoint_url = %q\nstatus_url = %q\n[agent]\nenabled = true\nlisten = \"127.0.0.1:0\"\n[printer]\nkind = \"image\"\naddress = %q\n",
		s.zone, s.zone, s.path("slips"))
	if err := os.WriteFile(s.path("kiosk.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	n := &newcomer{stage: s, touches: touches, asked: map[string]int{}, began: time.Now()}
	s.kiosk = startProcess(t, s.env, s.binary, face, "-config", s.path("kiosk.toml"), "-data", s.path("data"), "-size", panel, "-test-layout", s.path("layout.json"))
	t.Cleanup(func() {
		if t.Failed() {
			s.grab(filepath.Join(s.shots, "failed.png"))
			t.Logf("on the screen: %+v", s.layout())
		}
	})
	return n
}

// at waits for a step, and takes its picture in both languages.
func (n *newcomer) at(step string) {
	n.t.Helper()
	n.screen("setup-" + step)
	n.steps++
	for _, w := range n.layout().Widgets {
		if slices.Contains([]string{"unit.hcode", "unit.name", "unit.phone", "token", "operator", "pin", "clerk", "clerk-pin"}, w.Name) {
			n.asked[w.Name]++
		}
	}
	if *pictures != "" {
		n.xdotool("key", "F10")
		n.picture(step + "-en")
		n.xdotool("key", "F10")
		n.shows("English")
	}
}

// answer has a text in a field.
func (n *newcomer) answer(field, text string) {
	n.t.Helper()
	n.keys += len(text)
	if !n.touches {
		n.eventually("keyboard in "+field, func() bool { return n.layout().Focused == field })
		n.types(text, byHand)
		return
	}
	n.click(field)
	n.eventually("keyboard in "+field, func() bool { return n.layout().Focused == field })
	var letters []string
	for _, r := range text {
		letters = append(letters, "key-"+string(r))
	}
	last, there := letters[len(letters)-1], false
	n.eventually("letters to touch", func() bool {
		l := n.layout()
		_, other := l.widget("key-letters")
		_, there = l.widget(last)
		return there || other
	})
	if !there { // it is one of the other letters
		n.click("key-letters")
		n.keys++
	}
	n.click(letters...)
}

// on goes on: by Enter, or by a button.
func (n *newcomer) on(button string) {
	n.t.Helper()
	n.keys++
	if !n.touches {
		n.xdotool("key", "Return")
		return
	}
	n.click(button)
}

// enter goes from a field to the next.
func (n *newcomer) enter() {
	if !n.touches {
		n.on("")
	}
}

// setUp goes through the wizard.
func (n *newcomer) setUp() {
	n.t.Helper()
	n.at("start")
	n.on("next")
	n.at("unit")
	n.answer("unit.hcode", newUnit)
	n.enter()
	n.answer("unit.name", "hospital")
	n.enter()
	n.on("next") // the telephone may be left out
	n.at("nhso")
	n.answer("token", testToken)
	n.on("next")
	n.at("reader")
	remove := n.insert(newCard(n.t, virtualcard.Adult()))
	n.says("setup.good.reader")
	n.picture("reader-read")
	remove()
	n.on("next")
	n.at("printer")
	n.on("next")
	n.says("setup.judge")
	n.picture("printer-judge")
	if slips, _ := filepath.Glob(n.path("slips/*.png")); len(slips) != 1 {
		n.t.Errorf("%d test slips", len(slips))
	}
	if !n.touches {
		n.eventually("keyboard on the answer", func() bool { return n.layout().Focused == "fine" })
	}
	n.on("fine")
	n.at("camera")
	n.on("next")
	n.at("look")
	n.on("next")
	n.at("admin")
	n.answer("operator", newAdmin)
	n.enter()
	n.answer("pin", operatorPIN)
	n.on("next")
	if n.face == "station" {
		n.at("clerk")
		n.answer("clerk", newClerk)
		n.enter()
		n.answer("clerk-pin", clerkPIN)
		n.on("next")
	}
	n.at("finish")
	n.on("finish")
}

// told says what it took, and that nothing was asked twice.
func (n *newcomer) told(what string) {
	n.t.Helper()
	for field, times := range n.asked {
		if times > 1 {
			n.t.Errorf("%s is asked in %d steps", field, times)
		}
	}
	n.t.Logf("%s: %d steps, %d keys, %s", what, n.steps, n.keys, time.Since(n.began).Round(time.Second))
	n.nothingPersonal(testToken, operatorPIN, clerkPIN, virtualcard.Adult().PID.Digits(), virtualcard.Adult().Name.Last)
}

func TestE2EAnEmptyMachineBringsItsFirstCodeByTheWizard(t *testing.T) {
	for _, c := range []struct {
		name, panel string
		touches     bool
	}{{"by the keyboard", "1366x768", false}, {"by touch", upright, true}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			n := newMachine(t, "kiosk", c.panel, c.touches)
			n.setUp()
			n.status = n.kiosk.says(t, `msg="the agent answers" address=(\S+)`)
			n.screen("welcome")
			n.noticed(pcscdtest.First)

			person := virtualcard.Adult()
			remove := n.insert(newCard(t, person))
			n.screen("phone")
			n.typePhone()
			n.screen("confirm")
			n.click("confirm")
			n.screen("result")
			n.keys += len("0800001234") + 1
			n.steps++
			codes := n.codes()
			if len(codes) != 1 || codes[0].PID != person.PID.Digits() {
				t.Fatalf("the test zone made %d codes", len(codes))
			}
			n.shows(visit.AuthenCode(codes[0].Code).Grouped())
			remove()
			n.screen("welcome")
			n.kiosk.end(t)
			n.told(c.name)

			// It does not begin anew.
			n.kiosk = startProcess(t, n.env, n.binary, "kiosk", "-config", n.path("kiosk.toml"), "-data", n.path("data"), "-size", n.panel, "-test-layout", n.path("layout.json"))
			n.kiosk.says(t, `msg="the agent answers" address=(\S+)`)
			n.kiosk.end(t) // also before its window turns
		})
	}
}

func TestE2EAWizardEndsWithItsWindow(t *testing.T) {
	t.Parallel()
	for _, face := range []string{"kiosk", "station"} {
		n := newMachine(t, face, "1366x768", false)
		n.at("start")
		n.kiosk.end(t)
	}
}

func TestE2EAStationIsSetUpAndItsAdministratorChangesASetting(t *testing.T) {
	t.Parallel()
	n := newMachine(t, "station", "1366x768", false)
	n.setUp()
	n.status = n.kiosk.says(t, `msg="the agent answers" address=(\S+)`)
	n.screen("sign-in")
	n.noticed(pcscdtest.First)

	n.signInAs(newClerk, clerkPIN)
	n.stage.keys("F3")
	n.screen("new")
	person := virtualcard.Adult()
	out := n.insert(newCard(t, person))
	n.says("station.new.phone")
	n.types("0800001234", byHand)
	n.confirmed(person)
	n.keys += len(clerkPIN) + len("0800001234") + 4 // the operator, Enter, F3 and F9 besides
	n.steps++
	out()
	n.stage.keys("F12")
	n.screen("sign-in")
	n.told("station")

	n.signInAs(newAdmin, operatorPIN)
	n.turn("page-settings", "unit.phone")
	n.picture("settings-unit")
	n.click("unit.phone")
	n.types("02-000-1234", byHand)
	n.turn("save", "restart")
	n.says("setup.saved")
	n.picture("settings-saved")
	text, err := os.ReadFile(n.path("data/settings.toml"))
	if err != nil || !strings.Contains(string(text), "02-000-1234") {
		t.Errorf("%v: %s", err, text)
	}
	n.turn("step-reader", "again")
	remove := n.insert(newCard(t, virtualcard.Adult()))
	n.says("setup.good.reader")
	n.picture("settings-reader")
	remove()
	n.turn("step-unit", "unit.hcode")
	n.turn("save", "restart")
	n.turn("restart", "pin")
	n.kiosk.end(t)
}

// signInAs chooses one of several operators, and types their PIN.
func (n *newcomer) signInAs(name, pin string) {
	n.t.Helper()
	chosen := ""
	n.eventually("operator "+name, func() bool {
		for _, w := range n.layout().Widgets {
			if strings.HasPrefix(w.Name, "operator-") && strings.HasPrefix(w.Text, name) {
				chosen = w.Name
			}
		}
		return chosen != ""
	})
	n.click(chosen)
	n.eventually("keyboard in the PIN", func() bool { return n.layout().Focused == "pin" })
	n.types(pin, byHand)
	n.until("Return", func() bool { return n.layout().Screen == "today" })
}

// turn touches something, after which something else is there.
func (n *newcomer) turn(touched, until string) {
	n.t.Helper()
	n.click(touched)
	n.eventually(until, func() bool { _, there := n.layout().widget(until); return there })
}
