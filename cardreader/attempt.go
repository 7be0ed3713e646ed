package cardreader

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

var (
	// errTooLong is why a reading ends that has used up its time.
	errTooLong = errors.New("the card took too long")

	// ErrTooManyHang says that so many cards hang that no reading is started.
	ErrTooManyHang = errors.New("too many readings hang")
)

// say hands a call to the goroutine that waits for an attempt, and does nothing
// when nobody waits any more.
type say func(call func())

// work is what is done with a card while this program has it for itself. It runs
// on a goroutine of its own and must give its results through say or its value.
type work[T any] func(ctx context.Context, card Card, tell say) (T, error)

// attempt does the work once, on a goroutine that is left behind when ctx ends
// first: a card that hangs blocks its Transmit until it is taken out, and nothing
// can wake it. The goroutine then gives the card back and ends by itself.
// Calls through say run on the goroutine of attempt, never after its return.
func attempt[T any](ctx context.Context, r *Reader, reader string, do work[T]) (T, error) {
	type result struct {
		value T
		err   error
	}
	var none T
	select {
	case r.slots <- struct{}{}:
	default:
		return none, ErrTooManyHang
	}
	var reading atomic.Bool
	calls, done := make(chan func()), make(chan result, 1)
	tell := func(call func()) {
		select {
		case calls <- call:
		case <-ctx.Done():
		}
	}
	go func() {
		defer func() { <-r.slots }()
		value, err := holding(ctx, r, reader, &reading, tell, do)
		done <- result{value, err}
	}()
	for {
		select {
		case call := <-calls:
			call()
		case res := <-done:
			return res.value, res.err
		case <-ctx.Done():
			return none, abandoned(ctx, reading.Load() || r.held.is(reader))
		}
	}
}

// held counts, for each reader, the attempts of this program that have the card: one
// that was left behind keeps it until the card is out.
type held struct {
	mu sync.Mutex
	by map[string]int
}

func (h *held) add(reader string, n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.by[reader] += n; h.by[reader] == 0 {
		delete(h.by, reader)
	}
}

func (h *held) is(reader string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.by[reader] > 0
}

// abandoned says why an attempt was left behind: another program had the card all the
// time, or the card took too long for this one.
func abandoned(ctx context.Context, ours bool) error {
	cause := context.Cause(ctx)
	if errors.Is(cause, errTooLong) && !ours {
		return fmt.Errorf("%w: %w", ErrBusy, cause)
	}
	return cause
}

// holding connects, keeps others away while the work is done, and gives the card
// back. reading becomes true when the card is this program's.
func holding[T any](ctx context.Context, r *Reader, reader string, reading *atomic.Bool, tell say, do work[T]) (value T, err error) {
	card, err := r.service.Connect(reader)
	if err != nil {
		return value, fmt.Errorf("connect: %w", err)
	}
	// What closing or ending says is of no use: the card is often gone by then.
	defer func() { _ = card.Close() }()
	if err := card.Begin(); err != nil {
		return value, fmt.Errorf("begin transaction: %w", err)
	}
	defer func() { _ = card.End() }()
	r.held.add(reader, 1)
	defer r.held.add(reader, -1)
	reading.Store(true)
	if err := context.Cause(ctx); err != nil {
		return value, err
	}
	return do(ctx, card, tell)
}

// retry repeats attempts with growing pauses until one succeeds, one fails in a
// way that no repetition mends, or the limit is up. A card held by another
// program is tried for as long as there is time.
func retry[T any](ctx context.Context, r *Reader, reader string, limit time.Duration, do work[T]) (T, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errTooLong)
	defer cancel()
	var none T
	last := errTooLong
	for i := 0; ; i++ {
		if !pause(ctx, retryPauses[min(i, len(retryPauses)-1)]) {
			return none, endOf(ctx, last)
		}
		value, err := attempt(ctx, r, reader, do)
		if err == nil {
			return value, nil
		}
		if ctx.Err() != nil {
			return none, endOf(ctx, err)
		}
		r.log.Debug("card reading failed", "reader", reader, "attempt", i+1, "error", err)
		last = err
		if hopeless(err) || i >= doubtfulTries-1 && errors.Is(err, ErrNotThai) || (i >= len(retryPauses)-1 && !errors.Is(err, ErrBusy)) {
			return none, err
		}
	}
}

// endOf tells what to report when the context of a reading has ended: who called
// it off, or else what kept it from succeeding in time.
func endOf(ctx context.Context, last error) error {
	if cause := context.Cause(ctx); !errors.Is(cause, errTooLong) {
		return cause
	}
	return last
}

// hopeless reports whether no repetition can help.
func hopeless(err error) bool {
	var answer *StatusError
	if errors.Is(err, ErrNotThai) {
		return errors.As(err, &answer) && surelyNone(answer.SW)
	}
	for _, final := range []error{ErrNoPhoto, ErrSwapped, ErrDenied, ErrTooManyHang} {
		if errors.Is(err, final) {
			return true
		}
	}
	return false
}

// pause waits and reports whether the context still stands.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
