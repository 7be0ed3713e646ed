package testzone

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"authenkiosk/visit"
)

// Tokens that a zone knows when none are set.
const (
	DefaultToken = "00000000-0000-4000-8000-000000000001"
	ExpiredToken = "00000000-0000-4000-8000-00000000000e"
)

// Options make a Zone. The zero value is a working one.
type Options struct {
	Now     func() time.Time // nil: time.Now
	Token   string           // the Bearer token that is accepted; empty: DefaultToken
	Expired string           // the token that gets empty answers 200, as an expired one did; empty: ExpiredToken

	// Strict allows one code per person and day. Otherwise it is one per person,
	// day, claim type and unit. NHSO's exact rule is not known.
	Strict bool

	// AgentLandlines lets the agent take landline numbers (nine digits) in
	// confirm-save. Whether the original does is not known.
	AgentLandlines bool

	// OldShape answers submissions in the old form (AUTHEN_CODE, Data_Error,
	// always 200).
	OldShape bool

	// LatencyMin and LatencyMax bound the time that passes before a request is
	// processed; it is processed even when the client has gone away meanwhile.
	LatencyMin, LatencyMax time.Duration

	// Font is a TrueType font with Thai letters for the human page, for machines
	// that have none; nil: those of the browser.
	Font []byte

	// Snapshot is a file in which codes survive a restart; empty: in memory only.
	Snapshot string
}

// Zone is the simulator. It is an http.Handler, safe for concurrent use.
type Zone struct {
	options Options
	handler http.Handler

	mu       sync.Mutex
	persons  map[string]Person
	codes    []Code
	number   int64 // of the next code
	seeded   visit.Date
	faults   []Fault
	requests []Request
	snapshot *snapshot
	desk     *Desk
	evidence []Evidence
}

// Code is one authen code that the zone has given.
type Code struct {
	Code      visit.AuthenCode `json:"code"`
	PID       string           `json:"pid"`
	ClaimType string           `json:"claimType"`
	Hospital  visit.Hospital   `json:"hospital"`
	At        time.Time        `json:"at"`
	TransID   string           `json:"transId"` // empty: made by the zone itself for "already today"
	Channel   string           `json:"channel"` // API, AUTHENCODE
}

// firstNumber begins the running number of codes; those seen in the field have
// ten digits.
const firstNumber = 1200000001

// New makes a zone with the usual population. Its error concerns the options.
func New(o Options) (*Zone, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Token == "" {
		o.Token = DefaultToken
	}
	if o.Expired == "" {
		o.Expired = ExpiredToken
	}
	if o.LatencyMin < 0 || o.LatencyMax < 0 || o.LatencyMax < o.LatencyMin {
		return nil, fmt.Errorf("testzone: latency from %s to %s", o.LatencyMin, o.LatencyMax)
	}
	z := &Zone{options: o, persons: map[string]Person{}, number: firstNumber}
	for _, p := range Population() {
		z.persons[p.PID] = p
	}
	if o.Snapshot != "" {
		if err := z.restore(o.Snapshot); err != nil {
			return nil, err
		}
	}
	z.desk = newDesk(z)
	z.handler = z.routes()
	return z, nil
}

// Close closes the snapshot file, if there is one.
func (z *Zone) Close() error {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.snapshot.close()
}

// Persons returns the population in the order of their PIDs.
func (z *Zone) Persons() []Person {
	z.mu.Lock()
	defer z.mu.Unlock()
	all := make([]Person, 0, len(z.persons))
	for _, p := range z.persons {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b Person) int { return strings.Compare(a.PID, b.PID) })
	return all
}

// PutPerson adds a person or replaces the one of the same PID.
func (z *Zone) PutPerson(p Person) error {
	if err := p.Validate(); err != nil {
		return err
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	if _, known := z.persons[p.PID]; !known && len(z.persons) >= maxPersons {
		return ErrFull
	}
	z.persons[p.PID] = p
	z.seeded = visit.Date{} // they may be "already authenticated today"
	return nil
}

func (z *Zone) person(pid string) (Person, bool) {
	z.mu.Lock()
	defer z.mu.Unlock()
	p, ok := z.persons[pid]
	return p, ok
}

// Codes returns all codes in the order in which they were made.
func (z *Zone) Codes() []Code {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.seed()
	return slices.Clone(z.codes)
}

// codesOf returns the codes of a person and a day.
func (z *Zone) codesOf(pid string, day visit.Date) []Code {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.seed()
	return z.find(pid, day)
}

func (z *Zone) find(pid string, day visit.Date) []Code {
	var found []Code
	for _, c := range z.codes {
		if c.PID == pid && visit.ServiceDateOf(c.At) == day {
			found = append(found, c)
		}
	}
	return found
}

// seed makes the codes of those who are "already authenticated today", once a
// day. z.mu is held.
func (z *Zone) seed() {
	now := z.options.Now()
	today := visit.ServiceDateOf(now)
	if z.seeded == today {
		return
	}
	z.seeded = today
	at := today.Midnight().Add(doneTodayHour * time.Hour)
	if at.After(now) {
		at = today.Midnight()
	}
	var waiting []Person
	for _, p := range z.persons {
		if p.DoneToday.HCode != "" && len(z.find(p.PID, today)) == 0 {
			waiting = append(waiting, p)
		}
	}
	slices.SortFunc(waiting, func(a, b Person) int { return strings.Compare(a.PID, b.PID) })
	for _, p := range waiting {
		_, _ = z.issue(Code{
			PID: p.PID, ClaimType: "PG0060001", Hospital: p.DoneToday, At: at, Channel: "AUTHENCODE",
		})
	}
}

// issue gives the next number. z.mu is held.
func (z *Zone) issue(c Code) (Code, error) {
	c.Code = visit.AuthenCode(fmt.Sprintf("PP%010d", z.number))
	if err := z.snapshot.append(c); err != nil {
		return Code{}, err
	}
	z.number++
	z.codes = append(z.codes, c)
	return c, nil
}
