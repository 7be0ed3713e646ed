// Package desk is the one interface between the visits of a machine and every face for
// the staff, be it on that machine or elsewhere. Lists are masked; what a person is called
// comes by Reveal alone. The owner of a visit alone changes it: everybody else asks the
// owner through this interface.
package desk

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// Desk is what the staff see and do. Every call needs an operator whose role allows it
// (rules.Allowed), and is refused with NotAllowed otherwise; what is refused, and what
// shows or changes something of a person, is in the audit with that operator. A call has
// done nothing when it returns an error, but for Failed: then nobody knows, and the same
// call finds out. Errors are *Error, for errors.Is with a Code. It is safe for
// concurrent use.
type Desk interface {
	Watcher
	Machines

	// Visits returns a page of the visits of a day, the newest first.
	Visits(ctx context.Context, o Operator, q Query) (Page, error)
	// Visit returns one visit with its history.
	Visit(ctx context.Context, o Operator, id visit.ID) (Details, error)
	// Work returns what has no code and is not closed, of every day, the oldest first.
	Work(ctx context.Context, o Operator) (Page, error)
	// Numbers returns how many visits of a day stand where.
	Numbers(ctx context.Context, o Operator, day visit.Date) (Numbers, error)
	// Figures returns what can be counted of the visits of a day. Unlike Numbers, it reads them.
	Figures(ctx context.Context, o Operator, day visit.Date) (Figures, error)
	// Reveal returns who those visits are of, in their order. why is what the operator does with it, and
	// decides how much it is: ShowVisit and CopyPID for one visit, ShowNames and
	// ExportNames for a list.
	Reveal(ctx context.Context, o Operator, why rules.Action, ids ...visit.ID) ([]Person, error)
	// Ask asks NHSO for the codes of a visit now. It changes nothing.
	Ask(ctx context.Context, o Operator, id visit.ID) (Answer, error)

	// CheckRight asks NHSO for the right of a person who need not have a visit. Nothing is
	// kept but that the operator asked, and of whom, in the audit.
	CheckRight(ctx context.Context, o Operator, pid visit.PID) (Right, error)

	// Hold takes a visit, so that nothing is sent for it. Who holds it already is told
	// that it is theirs.
	Hold(ctx context.Context, o Operator, id visit.ID) error
	// Release gives a visit back after NHSO was asked: never without an answer. A code
	// that NHSO has ends the visit.
	Release(ctx context.Context, o Operator, id visit.ID) (Answer, error)
	// Complete tells the owner of an item that the operator holds which visit completes it:
	// before that is saved on the machine at which the operator works. From then on
	// nothing ends the hold until the machine has told the end of that visit by
	// Completed. The same visit may be told again.
	Complete(ctx context.Context, o Operator, id, made visit.ID) error
	// Completions returns what a station has begun by Complete and not told the end of. No
	// operator is asked for in this and the next: after a crash nobody is signed in.
	Completions(ctx context.Context, station string) ([]Completion, error)
	// Completed tells what became of a visit that a station has made for an item. Its
	// code ends the item. Without one nothing may be sent for that visit any more, and
	// the item is held as before. Told again, it changes nothing.
	Completed(ctx context.Context, station string, c Completion) error
	// Settle ends a visit that the operator holds with a code that NHSO confirms.
	Settle(ctx context.Context, o Operator, id visit.ID, code visit.AuthenCode) error
	// Close ends a visit that the operator holds without a code.
	Close(ctx context.Context, o Operator, id visit.ID, why rules.Reason) error
	// Reopen brings a visit that was closed back to the list of work. Nothing is sent
	// for it.
	Reopen(ctx context.Context, o Operator, id visit.ID) error

	// OpenItem opens an item of work for a person of whom the unit's HN is known alone: until
	// midnight, when it ends. The same id may be opened again.
	OpenItem(ctx context.Context, o Operator, id visit.ID, hn visit.HN, why rules.OpenReason) error
	// SecondCode lets the operator make another visit of today for the person of a visit that
	// has its code. NHSO is asked first. Of the same service, the codes of the answer
	// are those that the new visit does not stand for; of another one there are none.
	SecondCode(ctx context.Context, o Operator, id visit.ID, why rules.SecondReason) (Answer, error)
	// Void marks the code of a visit as not to be used. NHSO has it all the same.
	Void(ctx context.Context, o Operator, id visit.ID, why rules.VoidReason) error
	// Reprint counts that the slip of a visit with a code is printed again, before it is, and
	// returns how often that was.
	Reprint(ctx context.Context, o Operator, id visit.ID) (int, error)
}

// Completion is a visit that a station makes for an item of another machine.
type Completion struct {
	Item   visit.ID         `json:"id"`
	Made   visit.ID         `json:"made"`
	Code   visit.AuthenCode `json:"code,omitempty"`  // empty: it has none
	Issued time.Time        `json:"issued,omitzero"` // zero: NHSO did not tell it, or there is no code
}

// Operator is who asks. Whoever serves a Desk has signed them in.
type Operator struct {
	ID   rules.OperatorID
	Name string // "station/operator", as holds and the audit have it
	Role rules.Role
}

// OperatorAt is an operator who has signed in at a station.
func OperatorAt(station string, o rules.Operator) Operator {
	return Operator{o.ID, station + "/" + o.Holder(), o.Role}
}

// Check refuses an operator who is not named as holds and the audit need it.
func (o Operator) Check() error {
	if _, err := rules.ParseOperatorID(string(o.ID)); err != nil {
		return &Error{Code: BadRequest, Err: err}
	}
	if station, name, _ := strings.Cut(o.Name, "/"); station == "" || name == "" {
		return &Error{Code: BadRequest, Err: errors.New("an operator is named as station/operator")}
	}
	return nil
}

// Query says which visits are listed. What is empty does not matter.
type Query struct {
	Day    visit.Date // of service; zero: today
	State  visit.State
	Kind   rules.Kind
	Search string // a PID, name, HN, code, number of a visit, or the last four of a phone
	After  Cursor // of the page before; empty: from the newest
	Limit  int    // of the page; 0: 50, and at most 500
}

// Cursor says where a page has ended. Visits that come in meanwhile stand before the
// first page and move nothing, and a cursor stays good when its visit is erased.
type Cursor string

// Page is a part of a list.
type Page struct {
	Items      []Item
	Next       Cursor // empty: this is the last page
	Unreadable int    // visits that are left out because their records cannot be read
}

// Item is a visit as lists show it: with nothing by which a person can be found.
type Item struct {
	ID      visit.ID      `json:"id"`
	HCode   string        `json:"hcode"`
	Day     visit.Date    `json:"service_date"`
	State   visit.State   `json:"state"` // of a visit that is held: where it stood before
	Problem visit.Problem `json:"-"`

	Kind  rules.Kind   `json:"kind"`
	Steps []rules.Step `json:"steps"`          // what solves it, the best first
	Until time.Time    `json:"until,omitzero"` // it can be solved; zero: there is nothing to solve

	Saved    time.Time `json:"saved"`
	Changed  time.Time `json:"changed"`
	Attempts int       `json:"attempts"`           // how many requests have left
	LastSent time.Time `json:"last_sent,omitzero"` // the last of them; zero: none has

	HeldBy    string       `json:"held_by,omitempty"` // "station/operator"; empty: nobody
	HeldSince time.Time    `json:"held_since,omitzero"`
	Made      visit.ID     `json:"made,omitempty"`      // the visit that the holder has made for it; empty: none yet
	ClosedBy  string       `json:"closed_by,omitempty"` // "station/operator" who ended it; empty: nobody at a desk
	Closed    rules.Reason `json:"closed,omitempty"`
	SettledBy visit.ID     `json:"settled_by,omitempty"` // the visit whose code it has; empty: its own

	Opened   rules.OpenReason   `json:"opened,omitempty"` // why nobody knows the number of the person; empty: it is known
	OpenedBy string             `json:"opened_by,omitempty"`
	SecondOf visit.ID           `json:"second_of,omitempty"` // the visit that has the first code; empty: this is no second one
	Second   rules.SecondReason `json:"second,omitempty"`
	Void     rules.VoidReason   `json:"void,omitempty"` // why the code is not to be used; empty: it is good
	VoidBy   string             `json:"void_by,omitempty"`
	Reprints int                `json:"reprints,omitempty"` // of the slip

	Code      visit.AuthenCode `json:"code,omitempty"`
	Issued    time.Time        `json:"issued,omitzero"` // zero: NHSO did not tell it, or there is no code
	ClaimType visit.ClaimType  `json:"claim_type"`
	Method    visit.Method     `json:"method,omitempty"`
	Relation  visit.Relation   `json:"relation,omitempty"` // of the certifier
	Photo     bool             `json:"photo"`

	// All four are masked.
	PID   string `json:"pid_masked"`
	HN    string `json:"hn_masked"`
	Name  string `json:"name_masked"`
	Phone string `json:"phone_masked"`
}

// Details is one visit with what became of it.
type Details struct {
	Item
	History []Entry // the oldest first
}

// Entry is something that happened to a visit.
type Entry struct {
	At     time.Time `json:"at"`
	What   string    `json:"what"` // words of the audit, as the next two
	Result string    `json:"result"`
	Role   string    `json:"role"`          // of whoever did it
	Who    string    `json:"who,omitempty"` // "station/operator", or a handle of the audit; empty: nobody at a desk
}

// Numbers are how many visits of a day stand where, and how much work there is.
type Numbers struct {
	Day    visit.Date          `json:"service_date"`
	States map[visit.State]int `json:"states"` // a visit that is held counts as work for the staff
	Work   int                 `json:"work"`   // of every day
}

// Figures are what can be counted of the visits of a day, without anything of a person.
// Those of several machines add up.
type Figures struct {
	Day     visit.Date           `json:"service_date"`
	Hours   [24]Hour             `json:"hours"` // in which they were saved, in Thailand
	Methods map[visit.Method]int `json:"methods"`
	// Failed are those that NHSO refused or that are left to the staff, by the name of the
	// problem. One that is held counts by where it stood before.
	Failed map[string]int `json:"failed"`
	// Seconds are how many patients have waited so many whole seconds for their code: from the
	// visit's saving until its code was there, however many requests that took.
	Seconds    map[int]int `json:"seconds"`
	Unreadable int         `json:"unreadable,omitempty"` // visits that are left out because their records cannot be read
}

// Hour is how many of the visits of an hour stand where by now.
type Hour struct {
	Done    int `json:"done"`
	Waiting int `json:"waiting"` // they wait for NHSO, and the program goes on by itself
	Failed  int `json:"failed"`
	Closed  int `json:"closed"` // without a code
}

// Add adds the figures of the same day on another machine.
func (f *Figures) Add(other Figures) {
	for i, h := range other.Hours {
		f.Hours[i] = f.Hours[i].plus(h)
	}
	f.Methods, f.Failed, f.Seconds = sum(f.Methods, other.Methods), sum(f.Failed, other.Failed), sum(f.Seconds, other.Seconds)
	f.Unreadable += other.Unreadable
}

// Total is the whole day.
func (f Figures) Total() (all Hour) {
	for _, h := range f.Hours {
		all = all.plus(h)
	}
	return all
}

// All is how many visits there are, wherever they stand.
func (h Hour) All() int { return h.Done + h.Waiting + h.Failed + h.Closed }

func (h Hour) plus(other Hour) Hour {
	return Hour{h.Done + other.Done, h.Waiting + other.Waiting, h.Failed + other.Failed, h.Closed + other.Closed}
}

func sum[K comparable](a, b map[K]int) map[K]int {
	both := maps.Clone(a)
	if both == nil {
		both = map[K]int{}
	}
	for k, n := range b {
		both[k] += n
	}
	return both
}

// Median is how many seconds half of the patients have waited at most; ok: anybody has got
// a code.
func (f Figures) Median() (seconds int, ok bool) {
	all := 0
	for _, n := range f.Seconds {
		all += n
	}
	for _, s := range slices.Sorted(maps.Keys(f.Seconds)) {
		if all -= 2 * f.Seconds[s]; all <= 0 && f.Seconds[s] > 0 {
			return s, true
		}
	}
	return 0, false
}

// Person is who a visit is of. Its numbers and names print themselves masked.
type Person struct {
	ID    visit.ID
	PID   visit.PID
	Name  visit.Name // but for CopyPID
	HN    visit.HN   // the same
	Phone visit.Phone
	Owner visit.PhoneOwner

	Certifier visit.Name
	Message   string // NHSO's own words, which may name a person
}

// Right is what NHSO says about a person today.
type Right struct {
	At         time.Time
	Right      visit.Right
	ClaimTypes []visit.ClaimType // that NHSO offers for the person; nil: it names none
}

// Answer is what NHSO said.
type Answer struct {
	At    time.Time
	Codes []visit.Authentication // of that visit; empty: there is none
}
