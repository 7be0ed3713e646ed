package cardreader

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"authenkiosk/visit"
)

// Errors of a reading.
var (
	// ErrSwapped says that the card is not the one whose reading began.
	ErrSwapped = errors.New("another card came in during the reading")

	// ErrCalledOff says that the caller ended the reading, by its context or by
	// ending the Monitor. It is no Fault: nobody needs to be told.
	ErrCalledOff = errors.New("the reading was called off")
)

// Receiver gets what is known of a card while its reading goes on. Each function
// may be nil; they are called on the goroutine of the caller, each at most once,
// and never after the reading has returned. PID comes first: on slow cards long
// before the name, on others at the same moment.
type Receiver struct {
	PID      func(visit.PID)
	Identity func(Identity)
}

// Reader reads cards by the name of the reader, without knowing about insertions:
// what Monitor uses, and enough for a program that only checks the equipment. It
// is safe for use by several goroutines.
type Reader struct {
	service Service
	log     *slog.Logger
	slots   chan struct{} // one for each reading in progress or hanging
	held    *held         // readers whose card this program has for itself
	long    *longReads    // nil unless wanted
}

// ReaderOption changes a Reader that NewReader makes.
type ReaderOption func(*Reader)

// WithLongReads lets the photo be read with one long READ in place of twenty
// short ones, which halves its commands. Whether real cards bear that is not
// known; one that does not is read in short pieces at once, and so are all cards
// of the same ATR from then on.
func WithLongReads() ReaderOption {
	return func(r *Reader) { r.long = &longReads{borne: make(map[string]bool)} }
}

// NewReader returns a Reader. The logger may be nil.
func NewReader(service Service, logger *slog.Logger, with ...ReaderOption) *Reader {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	r := &Reader{service: service, log: logger, slots: make(chan struct{}, maxReadings), held: &held{by: map[string]int{}}}
	for _, option := range with {
		option(r)
	}
	return r
}

// Text reads all the text of the card within 10 seconds, with attempts repeated
// as long as there is hope, and gives the card back to other programs at once.
// Errors are of type *Fault, except that a context which the caller ended gives
// ErrCalledOff. What the receiver got stays true: when a later attempt finds
// another card, Text fails.
func (r *Reader) Text(ctx context.Context, reader string, to Receiver) (Document, error) {
	hear := hearing{to: to}
	doc, err := retry(ctx, r, reader, textLimit, func(ctx context.Context, card Card, tell say) (Document, error) {
		applet, err := Select(ctx, card)
		if err != nil {
			return Document{}, err
		}
		id, err := applet.Identity(ctx, func(pid visit.PID) { tell(func() { hear.pid(pid) }) })
		if err != nil {
			return Document{}, err
		}
		tell(func() { hear.identity(id) })
		rest, err := applet.Rest(ctx)
		return Document{id, rest}, err
	})
	if hear.swapped {
		err = ErrSwapped
	}
	if err != nil {
		return Document{}, report(ctx, err)
	}
	return doc, nil
}

// Thai reports whether the card is a Thai ID card, by nothing but its applet. The
// error is nil when it is; it is as those of Text.
func (r *Reader) Thai(ctx context.Context, reader string) error {
	_, err := retry(ctx, r, reader, textLimit, func(ctx context.Context, card Card, _ say) (struct{}, error) {
		_, err := Select(ctx, card)
		return struct{}{}, err
	})
	if err != nil {
		return report(ctx, err)
	}
	return nil
}

// hearing passes on each thing once and notices when a later attempt reads
// another card. It is used by one goroutine, that of the caller of Text.
type hearing struct {
	to      Receiver
	known   visit.PID
	named   bool
	swapped bool
}

func (h *hearing) pid(pid visit.PID) {
	switch {
	case h.known.IsZero():
		h.known = pid
		if h.to.PID != nil {
			h.to.PID(pid)
		}
	case h.known != pid:
		h.swapped = true
	}
}

func (h *hearing) identity(id Identity) {
	h.pid(id.PID)
	if h.named || h.swapped {
		return
	}
	h.named = true
	if h.to.Identity != nil {
		h.to.Identity(id)
	}
}

// Photo reads the photo of the card whose text was read before, within 20
// seconds. It makes sure that the card still is that of the document. progress
// may be nil; it is called on the goroutine of the caller with bytes. Ending ctx
// calls the reading off between two pieces. Errors are as those of Text; a card
// without a usable photo gives a Fault whose cause is ErrNoPhoto.
func (r *Reader) Photo(ctx context.Context, reader string, of Document, progress func(done, total int)) ([]byte, error) {
	photo, err := retry(ctx, r, reader, photoLimit, func(ctx context.Context, card Card, tell say) ([]byte, error) {
		applet, err := Select(ctx, card)
		if err != nil {
			return nil, err
		}
		pid, err := applet.first(ctx)
		if err != nil {
			return nil, err
		}
		if pid != of.Identity.PID {
			return nil, ErrSwapped
		}
		applet.long = r.long
		return applet.Photo(ctx, of.Rest.PhotoLength, func(done, total int) {
			if progress != nil {
				tell(func() { progress(done, total) })
			}
		})
	})
	if err != nil {
		return nil, report(ctx, err)
	}
	return photo, nil
}

// report makes the error for the caller: ErrCalledOff with the cause when the
// caller ended the reading, a Fault in every other case.
func report(ctx context.Context, err error) error {
	var fault *Fault
	if cause := context.Cause(ctx); cause != nil && errors.Is(err, cause) && !errors.As(err, &fault) {
		return fmt.Errorf("%w: %w", ErrCalledOff, err)
	}
	return faultOf(err)
}

// drain waits until no reading is in progress, at most for the limit, and tells
// whether that is so. No reading can begin any more after a success.
func (r *Reader) drain(limit time.Duration) bool {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for range cap(r.slots) {
		select {
		case r.slots <- struct{}{}:
		case <-timer.C:
			return false
		}
	}
	return true
}
