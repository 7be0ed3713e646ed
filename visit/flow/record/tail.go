package record

import (
	"reflect"
	"time"

	"authenkiosk/visit/flow"
)

// Kept is how many steps a Tail keeps.
const Kept = 200

// Tail keeps the last steps of a flow, with pseudonyms from the moment they are handed
// to it: a person's values are in it no longer than in the model. It is not for use by
// several goroutines at once.
type Tail struct {
	program string
	as      *Pseudonyms
	start   flow.Model // before the oldest step that is kept
	first   uint64     // its number
	next    uint64     // the number of the next step
	steps   [Kept]kept // by number
}

type kept struct {
	at    time.Time
	name  string
	event flow.Event
	ended bool
	after After
	clean *flow.Model // the model after a session, in which there is no person
}

// NewTail makes the tail of a flow that begins with that model, in which there is no
// session. The program is the version that stands in the record.
func NewTail(program string, start flow.Model) *Tail {
	t := &Tail{program: program, as: NewPseudonyms(start.Unit), first: 1, next: 1}
	t.start = t.as.Start(start)
	return t
}

// Begin keeps an event before its step is taken: of a step that does not come to its
// end the record says with what it began.
func (t *Tail) Begin(at time.Time, before *flow.Model, e flow.Event) {
	if t.next-t.first == Kept {
		t.drop()
	}
	t.steps[t.next%Kept] = kept{at: at, name: reflect.TypeOf(e).Name(), event: t.as.Event(before, e)}
	t.next++
}

// drop lets the oldest step go: the record begins with the model after it. After each
// session that is the kiosk's own, in case the flow went another way by the record.
func (t *Tail) drop() {
	switch oldest := &t.steps[t.first%Kept]; {
	case oldest.clean != nil:
		t.start = *oldest.clean
	case oldest.event != nil:
		t.start, _ = flow.Step(t.start, oldest.event)
	}
	t.first++
}

// End keeps what the step that began last has led to.
func (t *Tail) End(before, after *flow.Model) {
	last := &t.steps[(t.next-1)%Kept]
	last.after, last.ended = AfterOf(after), true
	if after.State == flow.Welcome && before.State != flow.Welcome {
		clean := t.as.Start(*after)
		last.clean = &clean
	}
	// Each time without a session: an answer may come after the one that asked for it.
	if is := after.Session.Insertion; after.Session.Kept == (flow.Kept{}) && (is.IsZero() || is != before.Session.Insertion) {
		t.as.Forget()
	}
}

// Since returns what is kept from a step on, or from the oldest one where that is gone.
// It begins where all that is kept does. A step that has not ended is the last of it.
func (t *Tail) Since(n uint64) Record {
	r := Record{Program: t.program, From: t.first, Start: t.start}
	for n = max(n, t.first); n < t.next; n++ {
		s := &t.steps[n%Kept]
		one := Step{N: n, At: s.at, Event: s.event, Name: s.name}
		if s.ended {
			after := s.after
			one.After = &after
		}
		r.Steps = append(r.Steps, one)
	}
	return r
}
