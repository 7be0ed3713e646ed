package secureagent

import (
	"context"
	"errors"
	"slices"
	"time"

	"authenkiosk/visit"
)

// session is what is known of a card while it is inside. It ends, and its data is
// dropped, when that card goes; only its record may live on.
type session struct {
	insertion uint64
	ctx       context.Context // ends with the session, and calls readings off
	end       context.CancelFunc

	text  shared[Card]
	photo shared[[]byte]
	right shared[RightAnswer]

	record   *record
	reported map[report]bool // what the audit was told
}

// report is one way in which a client looked at a card, and whether it got what it
// asked for: a failure must not stand for the success that follows it.
type report struct {
	client, action string
	status         int
}

// errGone says that the card is out, or another one is inside.
var errGone = errors.New("the card is not inside any more")

// open returns the session of the newest card that is inside, and what the readers
// hold; it ends the sessions of cards that are out. The readers are looked at under
// the lock, so that of two requests the later one has the later look, and Removed,
// which follows the removal, finds whatever was opened before it.
func (h *Handler) open() (*session, Slot, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	slot, err := h.look()
	switch {
	case err != nil:
		return nil, slot, err
	case slot.Insertion == 0 || h.closed:
		return nil, slot, errGone
	}
	s := h.sessions[slot.Insertion]
	if s == nil {
		s = &session{insertion: slot.Insertion, record: newRecord(), reported: map[report]bool{}}
		s.ctx, s.end = context.WithCancel(h.ctx)
		h.sessions[slot.Insertion] = s
	}
	return s, slot, nil
}

// look returns what the readers hold, and ends the sessions of cards that are out.
// h.mu is held.
func (h *Handler) look() (Slot, error) {
	slot, err := h.cards.Slot()
	if err != nil || len(slot.Terminals) == 0 {
		slot = Slot{}
	}
	for insertion, s := range h.sessions {
		if insertion != slot.Insertion && !slices.Contains(slot.Inside, insertion) {
			h.leave(s)
		}
	}
	return slot, err
}

// leave ends the session of a card that is out. h.mu is held.
func (h *Handler) leave(s *session) {
	s.end()
	delete(h.sessions, s.insertion)
	h.outlive(s.record)
}

// Removed tells that the card of an insertion is out, which Cards.Slot must know
// already: its data is dropped at once, with the correlations if Options.Outlive is
// zero, and a reading of it is called off. Cards in other readers are not concerned.
// Without this call the same happens at the next request.
func (h *Handler) Removed(insertion uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if s := h.sessions[insertion]; s != nil {
		h.leave(s)
	}
}

// stands reports whether the session's card still is inside.
func (h *Handler) stands(s *session) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, err := h.look()
	return err == nil && h.sessions[s.insertion] == s
}

// card reads the text of the session's card, once.
func (h *Handler) card(ctx context.Context, s *session) (Card, error) {
	return s.text.get(ctx, h.background, h.now, always, func() (Card, error) {
		return oneAtATime(h, s, textLimit, func(ctx context.Context) (Card, error) { return h.cards.Text(ctx, s.insertion) })
	})
}

// image reads the photo of the session's card, once.
func (h *Handler) image(ctx context.Context, s *session) ([]byte, error) {
	return s.photo.get(ctx, h.background, h.now, always, func() ([]byte, error) {
		return oneAtATime(h, s, photoLimit, func(ctx context.Context) ([]byte, error) { return h.cards.Photo(ctx, s.insertion) })
	})
}

// rightOf asks for the right of the session's card, at most once in rightLife.
func (h *Handler) rightOf(ctx context.Context, s *session, pid visit.PID) (RightAnswer, error) {
	fresh := func(at time.Time) bool {
		now := h.now()
		return now.Sub(at) < rightLife && visit.ServiceDateOf(now) == visit.ServiceDateOf(at)
	}
	return s.right.get(ctx, h.background, h.now, fresh, func() (RightAnswer, error) {
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

// firstTime reports whether the audit has not heard yet that this client looks at
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
