package secureagent

import (
	"time"

	"github.com/google/uuid"

	"authenkiosk/visit"
)

// record is what confirm-save needs of one stay of a card: the correlations, and
// what was done with them. It ends with its card, or where Options.Outlive says so
// some time after the card was read. It has no photo.
type record struct {
	out    bool        // the card has left
	ends   *time.Timer // of a record whose card has left
	order  []string    // its correlations, the oldest first
	issued uint64      // how many there have been
	spent  map[string]uint64
	jobs   map[orderKey]*job
}

func newRecord() *record {
	return &record{spent: map[string]uint64{}, jobs: map[orderKey]*job{}}
}

// correlation ties a confirm-save to a read of a card.
type correlation struct {
	record *record
	number uint64 // counted in its record; those up to spent of a claim type have served it
	client string // who has read the card: its token, or its address and origin
	card   Card
	right  RightAnswer
	issued time.Time
	used   bool
	drafts map[string]Order // that are kept, by claim type
}

// correlate makes the id of a read, unless the card has gone.
func (h *Handler) correlate(s *session, client string, card Card, right RightAnswer) (string, bool) {
	id := uuid.NewString()
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.sessions[s.insertion] != s {
		return "", false
	}
	r := s.record
	if len(r.order) >= maxCorrelations {
		delete(h.correlations, r.order[0])
		r.order = r.order[1:]
	}
	r.issued++
	h.correlations[id] = &correlation{record: r, number: r.issued, client: client, card: card, right: right, issued: h.now()}
	r.order = append(r.order, id)
	return id, true
}

// serves reports whether a correlation can serve a client at a moment: on the day it
// was made, while its card is inside for half an hour, and without the card for the
// client that has read it, as long as Options.Outlive says. h.mu is held.
func (h *Handler) serves(c *correlation, client string, now time.Time) bool {
	age := now.Sub(c.issued)
	switch {
	case visit.ServiceDateOf(now) != visit.ServiceDateOf(c.issued):
		return false
	case !c.record.out && age <= correlationLife:
		return true
	}
	return age <= h.outlives && c.client == client
}

// find returns a correlation that can serve the client now. Whether it has been
// used is told by use.
func (h *Handler) find(id, client string) (correlation, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, _ = h.look() // a card that has left takes what it must with it
	c := h.correlations[id]
	if c == nil || !h.serves(c, client, h.now()) {
		return correlation{}, false
	}
	return *c, true
}

// use takes a correlation for a claim type, once: it can serve no other, and those
// of the same card that were made before serve that claim type no more. It fails
// when one of these was used, or the correlation has ended. The function that it
// returns undoes it.
func (h *Handler) use(id, client, claim string) (undo func(), ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, _ = h.look()
	c := h.correlations[id]
	if c == nil || !h.serves(c, client, h.now()) || c.used || c.number <= c.record.spent[claim] {
		return nil, false
	}
	before := c.record.spent[claim]
	c.used, c.record.spent[claim] = true, c.record.issued
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		c.used, c.record.spent[claim] = false, before
	}, true
}

// fresh reports whether a correlation has not been used yet for a draft or a visit.
func (h *Handler) fresh(id string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.correlations[id]
	return c != nil && !c.used
}

// outlive keeps the record of a card that has left for as long as one of its
// correlations can serve, and drops it then. h.mu is held.
func (h *Handler) outlive(r *record) {
	r.out = true
	last := time.Time{}
	for _, id := range r.order {
		if c := h.correlations[id]; c != nil {
			last = c.issued
		}
	}
	left := last.Add(h.outlives).Sub(h.now())
	if h.closed || last.IsZero() || left <= 0 {
		h.drop(r)
		return
	}
	if len(h.left) >= maxOutlived {
		h.drop(h.left[0])
	}
	h.left = append(h.left, r)
	r.ends = time.AfterFunc(left, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.drop(r)
	})
}

// drop lets go of a record and its correlations. h.mu is held.
func (h *Handler) drop(r *record) {
	if r.ends != nil {
		r.ends.Stop()
	}
	for _, id := range r.order {
		delete(h.correlations, id)
	}
	r.order, r.jobs = nil, nil
	for i, other := range h.left {
		if other == r {
			h.left = append(h.left[:i], h.left[i+1:]...)
			break
		}
	}
}

// draftOf returns the draft of a correlation for a claim type, if one is kept.
func (h *Handler) draftOf(c confirmation) (Order, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	known := h.correlations[c.id]
	if known == nil {
		return Order{}, false
	}
	o, kept := known.drafts[c.order.Visit.ClaimType.Code]
	return o, kept
}

// noteDraft remembers that a draft is kept.
func (h *Handler) noteDraft(c confirmation) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if known := h.correlations[c.id]; known != nil {
		if known.drafts == nil {
			known.drafts = map[string]Order{}
		}
		known.drafts[c.order.Visit.ClaimType.Code] = c.order
	}
}
