package secureagent

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"authenkiosk/visit"
)

// session is everything known of the card that is inside. It ends, and its data
// is dropped, when that card goes.
type session struct {
	insertion uint64
	ctx       context.Context // ends with the session, and calls readings off
	end       context.CancelFunc

	text  shared[Card]
	photo shared[[]byte]
	right shared[RightAnswer]

	correlations map[string]*correlation
	order        []string        // of the correlations, the oldest first
	reported     map[report]bool // what the audit was told
}

// correlation ties a confirm-save to a read of the card that is inside.
type correlation struct {
	card   Card
	right  RightAnswer
	issued time.Time
	used   bool
	drafts map[string]Order // that are kept, by claim type
}

// report is one way in which a client looked at a card, and whether it got what it
// asked for: a failure must not stand for the success that follows it.
type report struct {
	client, action string
	status         int
}

// errGone says that the card is out, or another one is inside.
var errGone = errors.New("the card is not inside any more")

// open returns the session of the card that is inside now, and what the readers
// hold; it ends the session of every other card. The readers are looked at under
// the lock, so that of two requests the later one has the later look, and Removed,
// which follows the removal, finds whatever was opened before it.
func (h *Handler) open() (*session, Slot, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	slot, err := h.look()
	switch {
	case err != nil:
		return nil, slot, err
	case slot.Insertion == 0:
		return nil, slot, errGone
	case h.current == nil:
		s := &session{insertion: slot.Insertion, correlations: map[string]*correlation{}, reported: map[report]bool{}}
		s.ctx, s.end = context.WithCancel(context.Background())
		h.current = s
	}
	return h.current, slot, nil
}

// look returns what the readers hold, and ends the session of a card that is not
// the one inside. h.mu is held.
func (h *Handler) look() (Slot, error) {
	slot, err := h.cards.Slot()
	if err != nil || len(slot.Terminals) == 0 {
		slot = Slot{}
	}
	if h.current != nil && h.current.insertion != slot.Insertion {
		h.wipe()
	}
	return slot, err
}

// wipe ends the session and lets go of its data. h.mu is held.
func (h *Handler) wipe() {
	if h.current != nil {
		h.current.end()
		h.current = nil
	}
}

// Removed tells that the card of an insertion is out, which Cards.Slot must know
// already: its data and correlations are dropped at once, and a reading of it is
// called off. Cards in other readers are not concerned. Without this call the same
// happens at the next request.
func (h *Handler) Removed(insertion uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.current != nil && h.current.insertion == insertion {
		h.wipe()
	}
}

// Close drops the data of the card that is inside. Requests that are on their
// way are not waited for: that is the server's affair.
func (h *Handler) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.wipe()
}

// stands tells whether the session's card still is inside.
func (h *Handler) stands(s *session) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, err := h.look()
	return err == nil && h.current == s
}

// card reads the text of the session's card, once.
func (h *Handler) card(ctx context.Context, s *session) (Card, error) {
	return s.text.get(ctx, h.now, always, func() (Card, error) {
		return oneAtATime(h, s, textLimit, func(ctx context.Context) (Card, error) { return h.cards.Text(ctx, s.insertion) })
	})
}

// image reads the photo of the session's card, once.
func (h *Handler) image(ctx context.Context, s *session) ([]byte, error) {
	return s.photo.get(ctx, h.now, always, func() ([]byte, error) {
		return oneAtATime(h, s, photoLimit, func(ctx context.Context) ([]byte, error) { return h.cards.Photo(ctx, s.insertion) })
	})
}

// rightOf asks for the right of the session's card, at most once in rightLife.
func (h *Handler) rightOf(ctx context.Context, s *session, pid visit.PID) (RightAnswer, error) {
	fresh := func(at time.Time) bool {
		now := h.now()
		return now.Sub(at) < rightLife && visit.ServiceDateOf(now) == visit.ServiceDateOf(at)
	}
	return s.right.get(ctx, h.now, fresh, func() (RightAnswer, error) {
		ctx, cancel := context.WithTimeout(s.ctx, rightLimit)
		defer cancel()
		return h.rights.Right(ctx, pid, visit.ServiceDateOf(h.now()))
	})
}

// oneAtATime lets one reading of the card go on at a time. A reading ends with
// the session, not with the request: clients with time-outs of a second would
// otherwise never see a slow card.
func oneAtATime[T any](h *Handler, s *session, limit time.Duration, read func(context.Context) (T, error)) (T, error) {
	var none T
	ctx, cancel := context.WithTimeout(s.ctx, limit)
	defer cancel()
	select {
	case h.reading <- struct{}{}:
	case <-ctx.Done():
		return none, ctx.Err()
	}
	defer func() { <-h.reading }()
	return read(ctx)
}

// correlate makes the id of a read, unless the session has ended.
func (h *Handler) correlate(s *session, card Card, right RightAnswer) (string, bool) {
	id := uuid.NewString()
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.current != s {
		return "", false
	}
	if len(s.order) >= maxCorrelations {
		delete(s.correlations, s.order[0])
		s.order = s.order[1:]
	}
	s.correlations[id] = &correlation{card: card, right: right, issued: h.now()}
	s.order = append(s.order, id)
	return id, true
}

// lookUp finds an unexpired, unused correlation of the card that is inside.
func (h *Handler) lookUp(id string) (*session, correlation, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, err := h.look()
	s := h.current
	if err != nil || s == nil {
		return nil, correlation{}, false
	}
	c, known := s.correlations[id]
	if !known || c.used || h.now().Sub(c.issued) > correlationLife {
		return nil, correlation{}, false
	}
	return s, *c, true
}

// mark sets whether a correlation is used. It fails when that is so already, or
// when the session has ended.
func (h *Handler) mark(s *session, id string, used bool) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	c, known := s.correlations[id]
	if h.current != s || !known || c.used == used {
		return false
	}
	c.used = used
	return true
}

// draftOf returns the draft of a correlation for a claim type, if one is kept.
func (h *Handler) draftOf(c confirmation) (Order, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	known := c.session.correlations[c.id]
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
	if known := c.session.correlations[c.id]; known != nil {
		if known.drafts == nil {
			known.drafts = map[string]Order{}
		}
		known.drafts[c.order.Visit.ClaimType.Code] = c.order
	}
}

// firstTime tells whether the audit has not heard yet that this client looks at
// this card in this way with this result.
func (h *Handler) firstTime(s *session, r report) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if s.reported[r] {
		return false
	}
	s.reported[r] = true
	return true
}
