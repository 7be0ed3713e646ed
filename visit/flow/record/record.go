package record

import (
	"fmt"
	"strings"
	"time"

	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// Record is the last steps of a kiosk.
type Record struct {
	Program string     // the version that took the steps
	From    uint64     // the number of the first of them
	Start   flow.Model // the model before it
	Steps   []Step
}

// Step is one event and what it led to.
type Step struct {
	N     uint64 // steps of a program are counted from 1
	At    time.Time
	Event flow.Event // nil: one that is not known here
	Name  string     // of the event's type
	After *After     // nil: the step has not ended
}

// After is what a model shows of itself after a step, without anything of a person.
type After struct {
	Screen    string `json:"screen"`
	Session   uint64 `json:"session,omitempty"` // number of the insertion
	Ending    string `json:"ending,omitempty"`
	Problem   string `json:"problem,omitempty"`
	Phase     string `json:"phase,omitempty"`
	Print     string `json:"print,omitempty"`
	Slips     int    `json:"slips,omitempty"`
	Digits    int    `json:"digits,omitempty"` // on the keypad
	Services  int    `json:"services,omitempty"`
	Countdown int    `json:"countdown,omitempty"`
	Code      bool   `json:"code,omitempty"` // one is there
	CardIn    bool   `json:"card_in,omitempty"`
	Certifier bool   `json:"certifier,omitempty"` // a card that vouches is in
	Waiting   bool   `json:"waiting,omitempty"`   // so is the next patient's
	Left      bool   `json:"left,omitempty"`      // a card is left in the reader
	Warning   bool   `json:"warning,omitempty"`
	Help      bool   `json:"help,omitempty"`
	Coming    bool   `json:"coming,omitempty"` // somebody, to whoever has opened the help page
	Slow      bool   `json:"slow,omitempty"`
}

var (
	endingNames = [...]string{"", "with-code", "at-desk", "without-code", "begin-again"}
	phaseNames  = [...]string{"", "saving", "submitting"}
	printNames  = [...]string{"", "printing", "printed", "failed", "unclear"}
)

// AfterOf returns what a model shows of itself.
func AfterOf(m *flow.Model) After {
	x := &m.Session
	a := After{
		Screen: m.State.String(), Session: x.Insertion.Number,
		Ending: named(endingNames[:], int(m.Ending)), Phase: named(phaseNames[:], int(x.Phase)), Print: named(printNames[:], int(x.Print)),
		Slips: x.Slips, Digits: len(x.PIDInput) + len(x.PhoneInput), Services: len(x.Offered), Countdown: x.Photo.Countdown, Code: x.Code != "",
		CardIn: m.CardIn, Certifier: !x.Certifier.Insertion.IsZero(), Waiting: !m.Waiting.IsZero(), Left: m.Left || m.Forgotten,
		Warning: m.Warning, Help: m.Help, Coming: m.Coming, Slow: x.Slow,
	}
	if x.Problem != visit.NoProblem {
		a.Problem = x.Problem.String()
	}
	return a
}

// String returns it on one line: the screen, then what is not as usual.
func (a After) String() string {
	text, err := encode(a)
	if err != nil {
		return a.Screen
	}
	rest := strings.TrimPrefix(strings.Trim(string(text), "{}"), `"screen":"`+a.Screen+`"`)
	return a.Screen + strings.NewReplacer(`"`, "", ",", " ").Replace(rest)
}

func named(names []string, n int) string {
	if n < 0 || n >= len(names) {
		return "unknown"
	}
	return names[n]
}

// Departure is the first step at which a replay and a record differ.
type Departure struct {
	N                  uint64
	Event              string
	Recorded, Replayed After
	Panic              any // what the flow panicked with; nil: it did not
}

// Error says what differs.
func (d *Departure) Error() string {
	if d.Panic != nil {
		return fmt.Sprintf("step %d (%s) panics: %v", d.N, d.Event, d.Panic)
	}
	return fmt.Sprintf("step %d (%s) departs: recorded %s, replayed %s", d.N, d.Event, d.Recorded, d.Replayed)
}

// Replay lets the flow take the steps of a record and hands each, with the model after
// it, to see, which may be nil. It ends at the first step that leads elsewhere than
// recorded (*Departure), or whose event is not known here.
func (r Record) Replay(see func(Step, flow.Model)) error {
	m := r.Start
	for _, s := range r.Steps {
		if s.Event == nil {
			return fmt.Errorf("step %d: nothing is known here of the event %q; is the record of another version (%s)?", s.N, s.Name, r.Program)
		}
		next, panicked := take(m, s.Event)
		if panicked != nil {
			return &Departure{N: s.N, Event: s.Name, Panic: panicked}
		}
		m = next
		if see != nil {
			see(s, m)
		}
		if replayed := AfterOf(&m); s.After != nil && *s.After != replayed {
			return &Departure{N: s.N, Event: s.Name, Recorded: *s.After, Replayed: replayed}
		}
	}
	return nil
}

func take(m flow.Model, e flow.Event) (next flow.Model, panicked any) {
	defer func() { panicked = recover() }()
	next, _ = flow.Step(m, e)
	return next, nil
}
