// Package setup is how a machine is set up, as a pure model: its steps, what each asks, what
// is found out there, and when somebody may go on. The wizard of the first start and the
// settings of a station are the same model. Readers, printers, NHSO and the disk are
// effects, whose results come back as events; nothing here opens or writes anything.
package setup

import (
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"

	"authenkiosk/visit"
)

// Step is a page of the setting up.
type Step string

// The steps, in their order.
const (
	Start  Step = "start"  // the language; a real machine, or the demo
	Unit   Step = "unit"   // code, name and telephone
	NHSO   Step = "nhso"   // zone, the way to NHSO, token
	Reader Step = "reader" // a card is read for a test
	Slips  Step = "printer"
	Camera Step = "camera"
	Look   Step = "look"
	Admin  Step = "admin" // the first administrator
	Clerks Step = "clerk" // of a station: the first who serves patients there
	Finish Step = "finish"
)

// Steps returns every step.
func Steps() []Step {
	return []Step{Start, Unit, NHSO, Reader, Slips, Camera, Look, Admin, Clerks, Finish}
}

// Face is what the machine is for.
type Face string

// The faces that have a screen.
const (
	Kiosk   Face = "kiosk"
	Station Face = "station"
)

// What is asked and is no key of the configuration.
const (
	Token    = "token"
	Operator = "operator"
	PIN      = "pin"
	Clerk    = "clerk"
	ClerkPIN = "clerk-pin"
)

// State is how a check stands.
type State string

// The states of a check.
const (
	Unchecked State = ""
	Checking  State = "checking" // it may wait for a card
	Judge     State = "judge"    // a person has to say what came out
	Good      State = "good"
	Bad       State = "bad"
	Without   State = "without" // somebody goes on all the same
)

// Check is what was found out at a step.
type Check struct {
	State   State
	Problem visit.Problem // of a bad one; NoProblem: Say has the words
	Say     string        // key of the words for what a bad one has found; empty: those of Problem
	Detail  string        // what a technician wants to know: times, names of devices
}

// Found is what a look at the machine has found.
type Found struct {
	Readers  []string
	Printers []Printer
	Cameras  []Device
	Agent    bool // NHSO's own agent answers at its usual place
	Windows  bool // this is Windows, which has printers of its own
}

// Printer is a printer that was found.
type Printer struct {
	Kind    visit.PrinterKind
	Address string
}

// Device is one that was found: its name, and what the configuration says for it.
type Device struct{ Name, Value string }

// Known is what is on the machine already, by zone.
type Known struct {
	Token map[visit.Zone]bool // the token is sealed
	Admin map[visit.Zone]bool // somebody may sign in as administrator
	Clerk map[visit.Zone]bool // somebody may sign in who serves patients
}

// Model is where the setting up stands. It prints itself as "[setup]": it holds the token
// and PINs.
type Model struct {
	Face     Face
	Settings bool // it is the page of a station; else the wizard
	Step     Step
	Values   map[string]string // by key of the configuration, and those that are none
	Known    Known
	Found    Found
	Looking  bool // for what there is
	Saving   bool
	Saved    bool   // of the settings: they hold from the next start on
	Failed   string // why nothing was saved; empty: it was, or nobody has tried
	Strict   bool   // what is missing is said, too: somebody wanted to go on

	held    map[string]string // of the settings: what was saved last
	checks  map[Step]Check
	reached Step   // the furthest step; those before can be gone to
	leaving bool   // it goes on by itself when the check is good
	n       uint64 // of the last question; an answer to another one comes too late
}

// New begins with the values that hold now.
func New(face Face, settings bool, values map[string]string, known Known) Model {
	m := Model{Face: face, Settings: settings, Step: Start, Values: maps.Clone(values), Known: known, held: maps.Clone(values), checks: map[Step]Check{}, reached: Start}
	if settings {
		m.Step = Unit
	} else if visit.Zone(m.Values["nhso.zone"]) == visit.ZoneDemo {
		m.Values["nhso.zone"] = string(visit.ZoneTest) // the demo needs no wizard
	}
	return m
}

// Format keeps every verb of package fmt from showing a secret by accident.
func (m Model) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[setup]") }

// LogValue implements slog.LogValuer.
func (m Model) LogValue() slog.Value { return slog.StringValue("[setup]") }

// Steps returns those that this machine has, in their order.
func (m Model) Steps() []Step {
	return slices.DeleteFunc(Steps(), func(s Step) bool {
		switch s {
		case Start, Finish:
			return m.Settings
		case Admin:
			return m.Settings || m.Known.Admin[m.zone()]
		case Clerks:
			return m.Settings || m.Face != Station || m.Known.Clerk[m.zone()]
		}
		return false
	})
}

// Check returns how a step stands.
func (m Model) Check(s Step) Check { return m.checks[s] }

// MayGo reports whether somebody may turn to a step now.
func (m Model) MayGo(to Step) bool {
	list := m.Steps()
	return !m.Saving && slices.Contains(list, to) && (m.Settings || slices.Index(Steps(), to) <= slices.Index(Steps(), m.reached))
}

// Language is the one that is shown first.
func (m Model) Language() string {
	if len(m.Values["kiosk.languages"]) < 2 {
		return "th"
	}
	return m.Values["kiosk.languages"][:2]
}

func (m Model) zone() visit.Zone { return visit.Zone(m.Values["nhso.zone"]) }

// throughAgent reports whether codes come from the agent that is installed here.
func (m Model) throughAgent() bool { return m.Values["nhso.upstream"] == "agent" }
