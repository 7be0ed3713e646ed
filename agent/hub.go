package agent

import (
	"crypto/rand"
	"encoding/hex"
	"strconv"
	"strings"
	"sync"
	"time"

	"authenkiosk/visit"
)

// Hub hands events to everybody who listens. Publish never waits: a listener
// that does not keep up is dropped, with a notice. The latest events stay for
// those who were away for a moment; what is personal in them goes as soon as
// the card is out, and after a minute at the latest.
type Hub struct {
	run string // of this run of the program, so that ids of an earlier one are recognized
	now func() time.Time

	mu     sync.Mutex
	seq    uint64 // of the latest event
	ring   []stamped
	subs   map[*subscription]struct{}
	closed bool
}

// stamped is an event with its place.
type stamped struct {
	Event
	seq uint64
	id  string
}

// subscription is one listener.
type subscription struct {
	events chan stamped
	slow   bool // set before events is closed: it did not keep up
}

// NewHub returns a hub without listeners.
func NewHub() *Hub {
	raw := make([]byte, 4)
	rand.Read(raw) //nolint:errcheck // never fails since Go 1.24
	return &Hub{run: hex.EncodeToString(raw), now: time.Now, subs: map[*subscription]struct{}{}}
}

// Publish hands an event to all listeners. It may be called from anywhere and
// returns at once; after Close it does nothing.
func (h *Hub) Publish(e Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return
	}
	now := h.now()
	if e.Time.IsZero() {
		e.Time = now
	}
	h.forget(now, e.Type == CardRemoved)
	h.seq++
	s := stamped{Event: e, seq: h.seq, id: h.run + "-" + strconv.FormatUint(h.seq, 10)}
	if len(h.ring) == ringSize {
		copy(h.ring, h.ring[1:])
		h.ring = h.ring[:ringSize-1]
	}
	h.ring = append(h.ring, s)
	for sub := range h.subs {
		select {
		case sub.events <- s:
		default:
			sub.slow = true
			h.drop(sub)
		}
	}
}

// forget takes personal data out of old events, or out of those of a card that
// is out.
func (h *Hub) forget(now time.Time, cardOut bool) {
	for i := range h.ring {
		e := &h.ring[i]
		if now.Sub(e.Time) > personalTTL || cardOut && e.Type == CardRead {
			e.PID, e.Code = visit.PID{}, ""
		}
	}
}

// Forget takes personal data that is too old out of the memory. Serve calls it
// now and then.
func (h *Hub) Forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forget(h.now(), false)
}

// Close ends all subscriptions.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for sub := range h.subs {
		h.drop(sub)
	}
}

// drop ends a subscription; h.mu is held.
func (h *Hub) drop(sub *subscription) {
	if _, ok := h.subs[sub]; ok {
		delete(h.subs, sub)
		close(sub.events)
	}
}

// subscribe begins a subscription. With the id of the last event that was seen
// it also returns those since; gap is true when some of them are lost, or the id
// is not of this run.
func (h *Hub) subscribe(lastID string) (sub *subscription, missed []stamped, gap bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forget(h.now(), false)
	sub = &subscription{events: make(chan stamped, streamBuffer)}
	if h.closed {
		close(sub.events)
		return sub, nil, false
	}
	h.subs[sub] = struct{}{}
	if lastID == "" {
		return sub, nil, false
	}
	last, ok := h.parseID(lastID)
	if !ok || last > h.seq {
		return sub, append(missed, h.ring...), true
	}
	first := h.seq - uint64(len(h.ring)) // seq before the first of the ring
	if last < first {
		return sub, append(missed, h.ring...), true
	}
	return sub, append(missed, h.ring[last-first:]...), false
}

// parseID reads the id of an event of this run: the run, a hyphen, the number.
func (h *Hub) parseID(id string) (uint64, bool) {
	run, number, ok := strings.Cut(id, "-")
	if !ok || run != h.run || len(number) > 20 || number == "" || number[0] < '0' || number[0] > '9' {
		return 0, false
	}
	n, err := strconv.ParseUint(number, 10, 64)
	return n, err == nil
}

// leave ends a subscription; the listener has gone.
func (h *Hub) leave(sub *subscription) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.drop(sub)
}
