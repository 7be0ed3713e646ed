package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"authenkiosk/visit"
)

// memory is a Store that keeps everything in memory and refuses what a durable
// one would refuse.
type memory struct {
	mu    sync.Mutex
	order []visit.ID // of saving, of what may not be settled
	items map[visit.ID]Item
	end   map[visit.ID]string
	own   map[visit.PID][]visit.ID
	fail  error // what Begin returns
}

func newMemory() *memory {
	return &memory{items: map[visit.ID]Item{}, end: map[visit.ID]string{}, own: map[visit.PID][]visit.ID{}}
}

func (m *memory) save(v visit.Visit) {
	m.order = append(m.order, v.ID)
	m.items[v.ID] = Item{Visit: v}
	m.own[v.PID] = append(m.own[v.PID], v.ID)
}

func (m *memory) Pending() ([]Item, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.order = slices.DeleteFunc(m.order, func(id visit.ID) bool { return m.items[id].Settled })
	var out []Item
	for _, id := range m.order {
		out = append(out, m.items[id])
	}
	return out, nil
}

func (m *memory) Item(id visit.ID) (Item, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.items[id], nil
}

func (m *memory) Same(pid visit.PID, date visit.Date) (same []Item, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range m.own[pid] {
		if i := m.items[id]; i.Visit.ServiceDate == date {
			same = append(same, i)
		}
	}
	return same, nil
}

func (m *memory) change(id visit.ID, f func(*Item)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := m.items[id]
	if i.Settled {
		return fmt.Errorf("visit %s is settled", id)
	}
	f(&i)
	m.items[id] = i
	return nil
}

// hold is what somebody at a desk does; it reports whether they have the visit.
func (m *memory) hold(id visit.ID) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := m.items[id]
	if i.Settled || i.InFlight || i.Unclear > 0 {
		return false
	}
	i.Settled, i.Held = true, true
	m.items[id] = i
	return true
}

// unhold gives a visit back.
func (m *memory) unhold(id visit.ID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := m.items[id]; i.Held {
		i.Settled, i.Held = false, false
		m.items[id] = i
		m.order = append(m.order, id)
	}
}

// complete saves a visit that a desk has made for one that it holds.
func (m *memory) complete(item visit.ID, v visit.Visit) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.save(v)
	m.items[v.ID] = Item{Visit: v, Completes: item}
}

func (m *memory) Begin(id visit.ID, at time.Time) error {
	if m.fail != nil {
		return m.fail
	}
	return m.change(id, func(i *Item) {
		i.Attempts, i.LastSent, i.InFlight = i.Attempts+1, at, true
		i.Unclear, i.Denied = i.Unclear+1, nil
	})
}

func (m *memory) Requeue(id visit.ID, _ time.Time) error {
	return m.change(id, func(i *Item) { i.InFlight, i.Unclear = false, i.Unclear-1 })
}

func (m *memory) Deny(id visit.ID, p visit.Problem, message string, _ time.Time) error {
	return m.change(id, func(i *Item) { i.Denied, i.Unclear = &Denial{p, message}, i.Unclear-1 })
}

func (m *memory) Done(id visit.ID, code visit.AuthenCode, at time.Time) error {
	m.unhold(id) // a code is the end of a hold
	if item := func() visit.ID { m.mu.Lock(); defer m.mu.Unlock(); return m.items[id].Completes }(); item != "" {
		defer func() { m.unhold(item); _ = m.Done(item, code, at) }()
	}
	if err := m.change(id, func(i *Item) { i.Code, i.IssuedAt = code, at }); err != nil {
		return err
	}
	return m.settle(id, "done "+string(code))
}

func (m *memory) Refuse(id visit.ID, p visit.Problem, _ string, _ time.Time) error {
	return m.settle(id, "refused "+p.String())
}

func (m *memory) Staff(id visit.ID, p visit.Problem, _ time.Time) error {
	return m.settle(id, "staff "+p.String())
}

func (m *memory) settle(id visit.ID, how string) error {
	return m.change(id, func(i *Item) {
		i.Settled = true
		m.end[id] = how
	})
}

func (m *memory) ended(id visit.ID) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.end[id]
}

// nhsoScript is an NHSO that does with each request what the script says, and
// makes a code for every request that it processes, as the real one might.
type nhsoScript struct {
	mu      sync.Mutex
	script  []answer // for requests, in turn; the last one stays
	down    bool     // look-ups fail
	hushes  bool     // they fail from the first request on
	codes   []visit.Authentication
	of      map[visit.PID][]visit.Authentication // those that were made here
	sent    int
	looked  int
	wrong   int           // requests on another day than the visit's own
	visible time.Duration // how long a processed request takes to be seen
	takes   time.Duration // how long a request takes
	looks   time.Duration // how long a look-up takes
	later   time.Duration // what it says about when to come again, if not sent
}

type answer int

const (
	answerCode answer = iota
	answerCut         // processed, no reply
	answerLost        // not processed, no reply
	answerNotSent
	answerRefused
)

var errScript = errors.New("as the script says")

func (n *nhsoScript) Submit(_ context.Context, v visit.Visit) (visit.AuthenCode, time.Time, error) {
	left, takes := today(), func() time.Duration { n.mu.Lock(); defer n.mu.Unlock(); return n.takes }()
	time.Sleep(takes)
	n.mu.Lock()
	defer n.mu.Unlock()
	a := answerCode
	if len(n.script) > 0 {
		a = n.script[0]
		if len(n.script) > 1 {
			n.script = n.script[1:]
		}
	}
	n.sent++
	n.down = n.down || n.hushes
	if v.ServiceDate != left {
		n.wrong++
	}
	switch a {
	case answerCode, answerCut:
		c := codeOf(visit.AuthenCode(fmt.Sprintf("PP%010d", len(n.codes)+1)), v.ClaimType.Code, v.HCode, time.Now().Add(n.visible))
		n.codes = append(n.codes, c)
		if n.of == nil {
			n.of = map[visit.PID][]visit.Authentication{}
		}
		n.of[v.PID] = append(n.of[v.PID], c)
		if a == answerCode {
			return c.Code, c.At, nil
		}
	case answerNotSent:
		return "", time.Time{}, &Failure{Kind: NotProcessed, Problem: visit.NHSOUnreachable, RetryAfter: n.later, Err: errScript}
	case answerRefused:
		return "", time.Time{}, &Failure{Kind: Refused, Problem: visit.NHSORefusedVisit, Err: errScript}
	}
	return "", time.Time{}, &Failure{Kind: Ambiguous, Problem: visit.NHSOUnreachable, Err: errScript}
}

func (n *nhsoScript) Codes(context.Context, visit.PID, visit.Date) ([]visit.Authentication, error) {
	n.mu.Lock()
	looks := n.looks
	n.mu.Unlock()
	time.Sleep(looks)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.looked++
	if n.down {
		return nil, errScript
	}
	var seen []visit.Authentication
	for _, c := range n.codes {
		if !c.At.After(time.Now()) {
			seen = append(seen, c)
		}
	}
	return seen, nil
}

func (n *nhsoScript) setDown(down bool) {
	n.mu.Lock()
	n.down, n.hushes = down, false
	n.mu.Unlock()
}

func (n *nhsoScript) counts() (sent, made int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.sent, len(n.codes)
}
