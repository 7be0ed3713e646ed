package cardreader

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// errWrongLength says that a long read gave another number of bytes than it was
// asked for.
var errWrongLength = errors.New("a long read gave a wrong number of bytes")

// longReads remembers which cards bear a READ of more than 255 bytes, by ATR,
// since cards of one ATR are of one kind. It lives as long as its Reader. It is
// safe for use by several goroutines; nil means that long reads are not wanted.
type longReads struct {
	mu    sync.Mutex
	borne map[string]bool
}

// try reports whether a long read may be tried on a card of that ATR. Until settle
// says otherwise it counts as failed, so that a card which falls silent over its
// first long read is never asked for another.
func (l *longReads) try(atr []byte) bool {
	if l == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	borne, known := l.borne[string(atr)]
	if !known && len(l.borne) < maxATRs {
		l.borne[string(atr)] = false
		return true
	}
	return borne
}

// settle takes note of how a long read ended. An end that says nothing about the
// card, such as its removal, leaves everything as it was before.
// Silence speaks against the card however it ends: people pull out what hangs.
func (l *longReads) settle(ctx context.Context, atr []byte, err error, silence time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err == nil:
		l.borne[string(atr)] = true
	case silence > longSilence || !innocent(ctx, err):
		l.borne[string(atr)] = false
	case !l.borne[string(atr)]:
		delete(l.borne, string(atr))
	}
}

// innocent reports whether an error has nothing to do with what the card was asked.
func innocent(ctx context.Context, err error) bool {
	if cause := context.Cause(ctx); cause != nil {
		return !errors.Is(cause, errTooLong)
	}
	for _, other := range []error{ErrRemoved, ErrNoCard, ErrNoReader, ErrReset, ErrServiceDown} {
		if errors.Is(err, other) {
			return true
		}
	}
	return false
}

// photoAtOnce reads the photo with a single READ and as many GET RESPONSE as it
// takes. again says that the same card may be asked in short pieces, because it
// answered, only not as it should.
func (a *Applet) photoAtOnce(ctx context.Context, length int, progress func(done, total int)) (photo []byte, again bool, err error) {
	heard := time.Now()
	defer func() { a.long.settle(ctx, a.card.ATR(), err, time.Since(heard)) }()
	followUps := maxFollowUps + length/longPieceLeast
	photo, err = a.ch.fetch(ctx, readCommand(a.ins, area{photoOffset, length}), followUps, func(done int) {
		heard = time.Now()
		if progress != nil {
			progress(min(done, length), length)
		}
	})
	if err == nil && len(photo) != length {
		err = errWrongLength
	}
	if err == nil {
		photo, err = checkPhoto(photo)
	}
	if err != nil {
		again = refused(err) || errors.Is(err, errWrongLength) || errors.Is(err, ErrNoPhoto) || errors.Is(err, ErrEndless)
		return nil, again, fmt.Errorf("read photo at once: %w", err)
	}
	return photo, false, nil
}
