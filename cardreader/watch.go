package cardreader

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// watchService keeps a context at the card service open until ctx ends. A single
// failure may be a hiccup (Windows reports one when cards are swapped) and only
// gets a new context; the service is lost when that fails, too.
func (m *Monitor) watchService(ctx context.Context) {
	m.tellList = true
	for failures := 0; ctx.Err() == nil; {
		worked, err := m.watchOnce(ctx)
		if ctx.Err() != nil {
			return
		}
		if worked {
			failures = 0
		}
		failures++
		m.log.Debug("card service context failed", "failures", failures, "error", err)
		if failures > 1 || errors.Is(err, ErrServiceDown) || errors.Is(err, ErrDenied) {
			m.lose(ctx, err)
		}
		pause(ctx, serviceRetryPause(failures))
	}
}

// serviceRetryPause doubles from the first to the longest pause.
func serviceRetryPause(failures int) time.Duration {
	p := serviceRetryFirst
	for range failures - 1 {
		p = min(2*p, serviceRetryMost)
		if p == serviceRetryMost {
			break
		}
	}
	return p
}

// watchOnce watches with one context of the card service until something fails
// or ctx ends, and reports whether anything worked.
func (m *Monitor) watchOnce(ctx context.Context) (worked bool, err error) {
	w, err := m.options.Service.Watch()
	if err != nil {
		return false, fmt.Errorf("watch: %w", err)
	}
	// Closing fails when the service is gone, and then there is nothing to close.
	defer func() { _ = w.Close() }()
	var listed time.Time
	hasty := 0 // waits in a row that ended almost at once
	for ctx.Err() == nil {
		if listed.IsZero() || time.Since(listed) >= relistEvery {
			if err := m.relist(ctx, w); err != nil {
				return worked, err
			}
			listed = time.Now()
		}
		if len(m.slots) == 0 {
			listed = time.Time{}
			pause(ctx, waitLimit)
			worked = true
			continue
		}
		began := time.Now()
		switch err := w.Wait(ctx, m.slots, waitLimit); {
		case err == nil:
			m.observe(ctx)
			worked = true
		case errors.Is(err, ErrTimeout):
			worked = true
		case errors.Is(err, ErrNoReader) && ctx.Err() == nil:
			// A reader went between the list and the wait: look again, not at once.
			listed = time.Time{}
			pause(ctx, serviceRetryFirst)
		default:
			return worked, fmt.Errorf("wait: %w", err)
		}
		if time.Since(began) >= waitLeast {
			hasty = 0
		} else if hasty++; hasty > maxHasty {
			pause(ctx, waitLeast)
		}
	}
	return worked, context.Cause(ctx)
}

// relist brings the slots into line with the readers that exist now.
func (m *Monitor) relist(ctx context.Context, w Watcher) error {
	names, err := w.Readers()
	if err != nil {
		return fmt.Errorf("list readers: %w", err)
	}
	if m.lost {
		m.lost, m.tellList = false, true
		m.log.Info("card service is back")
		m.emit(ctx, ServiceBack{})
	}
	m.slots = slices.DeleteFunc(m.slots, func(s Slot) bool {
		gone := !slices.Contains(names, s.Reader)
		if gone {
			m.log.Info("reader gone", "reader", s.Reader)
			m.endStay(ctx, s.Reader)
		}
		return gone
	})
	before := len(m.slots)
	for _, name := range names {
		if !slices.ContainsFunc(m.slots, func(s Slot) bool { return s.Reader == name }) {
			m.slots = append(m.slots, Slot{Reader: name})
		}
	}
	m.nameRoles()
	for _, s := range m.slots[before:] {
		m.log.Info("reader found", "reader", s.Reader, "kind", KindOf(s.Reader).String(), "role", m.roleOf(s.Reader).String())
	}
	// With a new reader the list waits for its state, which comes at once.
	if len(m.slots) == before {
		m.tellReaders(ctx)
	}
	return nil
}

// observe looks at the answer of a wait, slot by slot.
func (m *Monitor) observe(ctx context.Context) {
	found := make([]bool, len(m.slots)) // readers that are looked at for the first time
	for i := range m.slots {
		s := &m.slots[i]
		found[i] = s.Current == StateUnaware
		// The whole state goes back, counter included, or Windows would report the
		// same change for ever and swaps would be missed.
		s.Current = s.Event &^ StateChanged
	}
	if slices.Contains(found, true) {
		m.tellReaders(ctx) // before the cards that are in them
	}
	for i, s := range m.slots {
		m.compare(ctx, s.Reader, s.Current, found[i])
	}
	m.tellReaders(ctx)
}

// compare emits what happened in one reader. A counter that has moved on while a
// card is in means that it was out in between: maybe another card.
// found says that the reader was not looked at before.
func (m *Monitor) compare(ctx context.Context, reader string, now State, found bool) {
	status := statusOf(now)
	if status == StatusBusy {
		status = StatusPresent // somebody else's use does not move the card
	}
	m.mu.Lock()
	in := m.cards[reader]
	m.mu.Unlock()
	if in != nil && in.status == status && in.counter == now.Counter() {
		return
	}
	m.endStay(ctx, reader)
	if status == StatusPresent || status == StatusMute {
		m.beginStay(ctx, reader, status, now.Counter(), found)
	}
}

func (m *Monitor) beginStay(ctx context.Context, reader string, status Status, counter uint16, found bool) {
	role := m.takeRole(reader)
	if role == RoleNone {
		return
	}
	m.last++
	in := &insertion{number: m.last, role: role, status: status, counter: counter}
	in.ctx, in.end = context.WithCancelCause(context.Background())
	m.mu.Lock()
	m.cards[reader] = in
	m.mu.Unlock()
	m.log.Debug("card in", "reader", reader, "status", status.String(), "insertion", in.number)
	if status == StatusMute {
		m.emit(ctx, Mute{Reader: reader, Role: role, Insertion: in.number, Found: found})
	} else {
		m.emit(ctx, Inserted{Reader: reader, Role: role, Insertion: in.number, Found: found})
	}
}

// endStay calls off the readings of the card in the reader, if there is one, and
// tells that it is gone.
func (m *Monitor) endStay(ctx context.Context, reader string) {
	m.mu.Lock()
	in := m.cards[reader]
	delete(m.cards, reader)
	m.mu.Unlock()
	if in == nil {
		return
	}
	in.end(removedEarly())
	m.log.Debug("card out", "reader", reader, "insertion", in.number)
	m.emit(ctx, Removed{Reader: reader, Role: in.role, Insertion: in.number})
}

// lose ends everything that depends on the service: what happens to cards while
// nobody watches cannot be known, so none is taken for the one before.
func (m *Monitor) lose(ctx context.Context, err error) {
	if m.lost {
		return
	}
	m.lost = true
	m.log.Warn("card service lost", "error", err)
	for _, s := range m.slots {
		m.endStay(ctx, s.Reader)
	}
	m.slots = nil
	m.emit(ctx, ServiceLost{Err: faultOf(err)})
	m.tellReaders(ctx)
}
