package setup

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"authenkiosk/app/config"
	"authenkiosk/visit"
)

// fresh is a machine on which nothing is set up.
func fresh(face Face) Model {
	values := map[string]string{}
	l, err := config.LoadOver("", "/nowhere")
	if err != nil {
		panic(err)
	}
	for _, key := range config.Settable() {
		values[key] = l.Value(key)
	}
	values["unit.hcode"], values["unit.name"] = "", ""
	return New(face, false, values, Known{})
}

// hand is somebody with a machine all of whose devices are well.
type hand struct {
	t *testing.T
	Model
	effects []Effect
	bad     map[Step]bool // its check comes to nothing good
}

func (h *hand) do(events ...Event) {
	h.t.Helper()
	for _, e := range events {
		var effects []Effect
		h.Model, effects = h.Take(e)
		for _, e := range effects {
			h.effects = append(h.effects, e)
			switch e := e.(type) {
			case LookInto:
				c := Check{State: Good, Detail: "5 ms"}
				switch {
				case h.bad[e.Step]:
					c = Check{State: Bad, Problem: visit.NHSOUnreachable}
				case e.Step == Slips:
					c = Check{State: Judge}
				}
				h.do(Checked{Of: e, Check: c})
			case Keep:
				h.do(Kept{})
			}
		}
	}
}

func (h *hand) at(want Step) {
	h.t.Helper()
	if h.Step != want {
		h.t.Fatalf("at %s, want %s (%+v)", h.Step, want, h.Check(h.Step))
	}
}

func (h *hand) unit() {
	h.do(Next{}, Typed{"unit.hcode", "10001"}, Typed{"unit.name", "โรงพยาบาลตัวอย่าง"}, Next{})
}

const aToken = "00000000-0000-4000-8000-000000000001"

func TestAMachineIsSetUpFromTheFirstStepToTheLast(t *testing.T) {
	for _, face := range []Face{Kiosk, Station} {
		t.Run(string(face), func(t *testing.T) {
			h := &hand{t: t, Model: fresh(face)}
			h.unit()
			h.at(NHSO)
			h.do(Typed{Token, aToken}, Next{})
			h.at(Reader)
			h.do(Next{})
			h.at(Slips)
			h.do(Chose{Option{Set: map[string]string{"printer.kind": "escpos-file", "printer.address": "/dev/usb/lp0"}}}, Next{})
			h.at(Slips)
			h.do(Judged{Fine: true})
			h.at(Camera)
			h.do(Next{})
			h.at(Look)
			h.do(Next{})
			h.at(Admin)
			h.do(Typed{Operator, "สมศรี"}, Typed{PIN, "204916"}, Next{})
			if face == Station {
				h.at(Clerks)
				h.do(Typed{Clerk, "สมชาย"}, Typed{ClerkPIN, "380527"}, Next{})
			}
			h.at(Finish)
			h.do(Next{})
			last := h.effects[len(h.effects)-1]
			if last != (Begin{}) {
				t.Errorf("the last effect is %#v", last)
			}
			i := slices.IndexFunc(h.effects, func(e Effect) bool { _, is := e.(Keep); return is })
			if kept := h.effects[i].(Keep).Values; kept["unit.hcode"] != "10001" || kept["nhso.zone"] != "test" || kept[Operator] != "สมศรี" {
				t.Error("what was typed is not kept")
			}
		})
	}
}

func TestNothingIsAskedAtTwoSteps(t *testing.T) {
	for _, face := range []Face{Kiosk, Station} {
		m := fresh(face)
		m.Found = Found{Agent: true, Readers: []string{"a", "b"}}
		seen := map[string]Step{}
		for _, m.Step = range m.Steps() {
			for _, a := range m.Asks() {
				keys := []string{a.Key}
				for _, o := range a.Options {
					keys = append(keys, slices.Collect(maps.Keys(o.Set))...)
				}
				for _, key := range keys {
					if at, asked := seen[key]; asked && at != m.Step {
						t.Errorf("%s is asked at %s and at %s", key, at, m.Step)
					}
					seen[key] = m.Step
				}
			}
		}
	}
}

func TestWhoGoesBackFindsWhatWasTyped(t *testing.T) {
	h := &hand{t: t, Model: fresh(Kiosk)}
	h.unit()
	h.do(Typed{Token, aToken}, Next{}, Back{}, Back{})
	h.at(Unit)
	if h.Values["unit.hcode"] != "10001" || h.Values[Token] != aToken {
		t.Error("something has to be typed again")
	}
	if h.Check(NHSO).State != Good {
		t.Error("NHSO is asked again though nothing has changed")
	}
	h.do(Go{Reader})
	h.at(Reader)
	h.do(Go{Admin})
	h.at(Reader) // nobody was there yet
	h.do(Go{Unit}, Typed{"unit.hcode", "10002"})
	if h.Check(NHSO).State != Unchecked {
		t.Error("the check of NHSO stands, and was made for another unit")
	}
}

func TestNobodyGoesOnWithWhatIsWrongAndItIsSaid(t *testing.T) {
	for _, c := range []struct {
		name  string
		zone  string
		step  Step
		key   string
		text  string
		wrong string
	}{
		{"a code that is too short", "test", Unit, "unit.hcode", "123", "setup.wrong.unit.hcode"},
		{"the demo's code in production", "production", Unit, "unit.hcode", "99999", "setup.wrong.unit.hcode"},
		{"no name", "test", Unit, "unit.name", "", "setup.wrong.unit.name"},
		{"half a telephone number", "test", Unit, "unit.phone", "02-0", "setup.wrong.unit.phone"},
		{"no token", "test", NHSO, Token, "", "setup.wrong.empty"},
		{"no name of the administrator", "test", Admin, Operator, "", "setup.wrong.operator"},
		{"a short PIN", "test", Admin, PIN, "12", "setup.wrong.pin"},
		{"an easy PIN", "test", Admin, PIN, "123456", "setup.wrong.weak-pin"},
		{"a PIN of nobody", "test", Clerks, Clerk, "", "setup.wrong.operator"},
		{"no PIN of the first at the desk", "test", Clerks, ClerkPIN, "", "setup.wrong.pin"},
		{"the administrator once more", "test", Clerks, Clerk, " a", "setup.wrong.clerk"},
	} {
		m := fresh(Kiosk)
		m.Step, m.reached = c.step, Finish
		maps.Copy(m.Values, map[string]string{"unit.hcode": "10001", "unit.name": "ก", Token: aToken, Operator: "a", PIN: "204916", Clerk: "b", ClerkPIN: "380527", "nhso.zone": c.zone})
		m.Values[c.key] = c.text
		i := slices.IndexFunc(m.Asks(), func(a Ask) bool { return a.Key == c.key })
		if got := m.Wrong(m.Asks()[i]); got != c.wrong {
			t.Errorf("%s: %q", c.name, got)
		}
		if after, effects := m.Take(Next{}); after.Step != c.step || len(effects) > 0 || !after.Strict {
			t.Errorf("%s: it goes on to %s", c.name, after.Step)
		}
	}
}

func TestABadCheckIsPassedByWordAlone(t *testing.T) {
	h := &hand{t: t, Model: fresh(Kiosk), bad: map[Step]bool{NHSO: true}}
	h.unit()
	h.do(Typed{Token, aToken}, GoWithout{})
	h.at(NHSO) // nobody has tried yet
	h.do(Next{}, Next{})
	h.at(NHSO)
	h.do(GoWithout{})
	h.at(Reader)
	if h.Check(NHSO).State != Without {
		t.Errorf("%+v", h.Check(NHSO))
	}
}

func TestAnAnswerToWhatWasChangedSinceComesTooLate(t *testing.T) {
	m := fresh(Kiosk)
	m.Step, m.Values["unit.hcode"] = NHSO, "10001"
	m, _ = m.Take(Typed{Token, aToken})
	m, effects := m.Take(Next{})
	asked := effects[0].(LookInto)
	m, effects = m.Take(Typed{Token, aToken + "2"})
	if stop, is := effects[0].(Stop); !is || stop.Before <= asked.N {
		t.Errorf("%#v does not end check %d", effects[0], asked.N)
	}
	if m, _ = m.Take(Checked{asked, Check{State: Good}}); m.Step != NHSO || m.Check(NHSO).State != Unchecked {
		t.Error("it was taken")
	}
}

func TestASlipThatCameOutWrongIsNoPrinter(t *testing.T) {
	m := fresh(Kiosk)
	m.Step = Slips
	maps.Copy(m.Values, map[string]string{"printer.kind": "escpos-file", "printer.address": "/dev/usb/lp0"})
	h := &hand{t: t, Model: m}
	h.do(Next{}, Judged{})
	h.at(Slips)
	if c := h.Check(Slips); c.State != Bad || c.Say == "" {
		t.Errorf("%+v", c)
	}
	h.do(Next{}, Judged{Fine: true})
	h.at(Camera)
}

func TestNHSOsOwnAgentIsUsedOrReplaced(t *testing.T) {
	h := &hand{t: t, Model: fresh(Station)}
	h.unit()
	h.do(Looked{Found{Agent: true}})
	i := slices.IndexFunc(h.Asks(), func(a Ask) bool { return a.Key == "agent" })
	if i < 0 {
		t.Fatal("nobody is asked about the agent")
	}
	h.do(Chose{h.Asks()[i].Options[1]})
	if h.Values["agent.listen"] != besideAgent || slices.ContainsFunc(h.Asks(), func(a Ask) bool { return a.Key == Token }) {
		t.Error("with NHSO's agent no token is needed, and another port is")
	}
	h.do(Next{})
	h.at(Reader)
	h.do(Back{}, Chose{h.Asks()[0].Options[0]})
	h.do(Chose{h.Asks()[i].Options[0]})
	if h.Values["agent.listen"] != agentPort || h.Values["nhso.upstream"] != "endpoint" {
		t.Errorf("%v", h.Values["agent.listen"])
	}
}

func TestWhatIsThereIsNotAskedAgain(t *testing.T) {
	m := fresh(Kiosk)
	m.Known = Known{Token: map[visit.Zone]bool{visit.ZoneTest: true}, Admin: map[visit.Zone]bool{visit.ZoneTest: true}}
	h := &hand{t: t, Model: m}
	h.unit()
	h.do(Next{}) // the token is sealed
	h.at(Reader)
	if slices.Contains(h.Steps(), Admin) {
		t.Error("an administrator is asked for again")
	}
	h.do(Go{NHSO})
	h.do(Chose{h.Asks()[0].Options[1]}, Next{}) // another zone has another token
	h.at(NHSO)
	if !slices.Contains(h.Steps(), Admin) {
		t.Error("the other zone has no administrator")
	}
}

func TestTheSettingsOfAStationKeepOneStepAtATime(t *testing.T) {
	m := fresh(Station)
	m = New(Station, true, m.Values, Known{Token: map[visit.Zone]bool{visit.ZoneTest: true}})
	maps.Copy(m.Values, map[string]string{"unit.hcode": "10001", "unit.name": "ก", "nhso.zone": "test"})
	h := &hand{t: t, Model: m, bad: map[Step]bool{Camera: true}}
	for _, gone := range []Step{Start, Admin, Clerks, Finish} {
		if h.MayGo(gone) {
			t.Errorf("%s is a setting", gone)
		}
	}
	h.do(Typed{"unit.phone", "02-000-1234"}, Next{})
	if !h.Saved || h.Step != Unit {
		t.Errorf("not kept: %+v", h.Check(Unit))
	}
	h.do(Go{Camera}, Chose{Option{Set: map[string]string{"camera.source": "v4l2:/dev/video0"}}}, Next{})
	if h.Saved {
		t.Error("a camera that is not there was kept without a word")
	}
	h.do(GoWithout{})
	if !h.Saved {
		t.Error("it is not kept all the same")
	}
	h.do(Go{Unit}, Typed{"unit.name", "อื่น"}, Go{Camera}, Next{})
	if h.Values["unit.name"] != "ก" {
		t.Error("what was left without saving it was kept with another page")
	}
	if slices.ContainsFunc(h.effects, func(e Effect) bool { _, begins := e.(Begin); return begins }) {
		t.Error("the station began anew by itself")
	}
}

// TestWhateverSomebodyDoes walks at random, with every answer of the machine.
func TestWhateverSomebodyDoes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	ended := 0
	for range 150 {
		m := fresh([]Face{Kiosk, Station}[r.IntN(2)])
		m.Found = Found{Agent: r.IntN(2) == 0, Readers: []string{"a"}, Printers: []Printer{{visit.PrinterFile, "/dev/usb/lp0"}}}
		var open []LookInto
		for range 300 {
			e := anything(r, m, open)
			var effects []Effect
			before := m
			m, effects = m.Take(e)
			for _, f := range effects {
				switch f := f.(type) {
				case LookInto:
					open = []LookInto{f} // which ends the one before
				case Stop:
					open = slices.DeleteFunc(open, func(o LookInto) bool { return o.N < f.Before })
				case Keep:
					held(t, before, f)
				case Begin:
					if k, kept := e.(Kept); !f.Demo && (!kept || k.Failed != "") {
						t.Fatalf("the face begins after %#v", e)
					}
					ended++
				}
			}
			if c := m.Check(m.Step); c.State == Checking && len(open) == 0 {
				t.Fatalf("%s waits for a check that nobody makes, after %#v", m.Step, e)
			}
		}
	}
	if ended < 20 {
		t.Errorf("only %d of the walks came to the end", ended)
	}
}

// held holds what is kept against the rules of every step.
func held(t *testing.T, m Model, k Keep) {
	t.Helper()
	for _, step := range m.Steps() {
		m.Step = step
		if !m.fits() {
			t.Fatalf("what is kept is wrong at %s", step)
		}
		if c := m.Check(step); m.checkable() && c.State != Good && c.State != Without {
			t.Fatalf("%s was not checked: %+v", step, c)
		}
	}
	if k.Values["nhso.zone"] == string(visit.ZoneDemo) {
		t.Fatal("the demo was set up")
	}
}

func anything(r *rand.Rand, m Model, open []LookInto) Event {
	texts := map[string][]string{
		"unit.hcode": {"10001", "1", "10002"}, "unit.name": {"ก", ""}, "unit.phone": {"", "1330"}, Token: {aToken, ""}, Operator: {"a", ""}, PIN: {"204916", "1"}, Clerk: {"b", "", "a"}, ClerkPIN: {"380527", "", "1"},
		"printer.address": {"192.0.2.7:9100", "x"}, cameraAddress: {"http://192.0.2.8/video", "x"},
	}
	switch r.IntN(10) {
	case 0, 1, 2:
		if asks := m.Asks(); len(asks) > 0 {
			a := asks[r.IntN(len(asks))]
			if a.Options != nil {
				return Chose{a.Options[r.IntN(len(a.Options))]}
			}
			return Typed{a.Key, texts[a.Key][min(r.IntN(4)/2, r.IntN(len(texts[a.Key])))]}
		}
	case 3:
		return []Event{Back{}, Again{}, GoWithout{}, Go{Steps()[r.IntN(len(Steps()))]}}[r.IntN(4)]
	case 4, 5:
		if len(open) > 0 {
			return Checked{open[r.IntN(len(open))], Check{State: []State{Good, Good, Bad, Judge}[r.IntN(4)]}}
		}
	case 6:
		return Judged{r.IntN(3) > 0}
	case 7:
		return Kept{Failed: []string{"", "", "full"}[r.IntN(3)]}
	}
	return Next{}
}

func TestAModelShowsNoSecret(t *testing.T) {
	m := fresh(Kiosk)
	m.Values[Token], m.Values[PIN], m.Values[ClerkPIN] = aToken, "204916", "380527"
	if text := fmt.Sprintf("%v %+v %#v %s", m, m, m, m.LogValue()); strings.Contains(text, aToken) || strings.Contains(text, "204916") || strings.Contains(text, "380527") {
		t.Error(text)
	}
}
