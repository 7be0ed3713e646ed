package escpos

import (
	"context"
	"errors"
	"fmt"
	"time"

	"authenkiosk/printer/device"
)

// Print prints one picture and cuts. It returns nil when the printer confirmed
// it, *device.NotPrintedError when the slip surely did not come out whole, and
// *device.UnclearError when the printer took everything and does not say. Nothing
// is ever sent twice.
func (p *Printer) Print(ctx context.Context, picture device.Picture) error {
	if err := check(picture); err != nil {
		return &device.NotPrintedError{Condition: device.Unknown, Err: err}
	}
	p.turn.Lock()
	defer p.turn.Unlock()
	condition, err := p.status(ctx)
	if err == nil && condition.Prints() {
		err = p.settle(ctx)
	}
	if err != nil || !condition.Prints() {
		return &device.NotPrintedError{Condition: condition, Err: err}
	}
	p.link.drain()
	p.link.noisy.Store(false)
	if err := p.send(ctx, Defuse(picture)); err != nil {
		return p.failed(err)
	}
	return p.confirm(ctx)
}

// send writes the slip band by band.
func (p *Printer) send(ctx context.Context, picture device.Picture) error {
	p.dirty = true
	start := initialize
	for band := range bands(picture, p.model.Band) {
		if err := ctx.Err(); err != nil {
			return err
		}
		// The first band goes out together with what is before it: a packet less.
		data := append(start[:len(start):len(start)], band...)
		start = nil
		n, err := p.link.write(ctx, data, p.limits.Band)
		p.left = 0
		if err != nil || n < len(data) {
			// Of a partly written band nobody knows how much arrived.
			p.left = len(band)
			return fmt.Errorf("send slip: %w", err)
		}
		if p.model.Pause > 0 {
			time.Sleep(p.model.Pause)
		}
	}
	p.left = min(p.model.Band, picture.Height) * picture.RowBytes() // until it is confirmed
	end := ending(p.model)
	if p.fenced() {
		end = append(end, fence...)
	}
	p.after = len(end)
	if _, err := p.link.write(ctx, end, p.limits.Band); err != nil {
		return fmt.Errorf("send end of slip: %w", err)
	}
	return nil
}

func (p *Printer) fenced() bool { return p.model.Fence && !p.model.Silent && !p.fenceless }

// failed is the end of a slip that could not be sent to its end.
func (p *Printer) failed(cause error) error {
	said, known := p.lastWord()
	p.withdraw()
	condition := device.Unknown // when the caller gave up, nothing is wrong with the printer
	switch {
	case known:
		condition = said.Condition()
	case !errors.Is(cause, context.Canceled) && !errors.Is(cause, context.DeadlineExceeded):
		if condition = p.afterwards(); condition.Prints() {
			condition = device.Offline // it was gone for a moment
		}
	}
	return &device.NotPrintedError{Condition: condition, Partial: true, Err: cause}
}

// afterwards asks over a new connection why the printer stopped: the old one may
// be full of dots that it does not take.
func (p *Printer) afterwards() device.Condition {
	ctx, cancel := context.WithTimeout(context.Background(), p.limits.Band+3*p.limits.Answer)
	defer cancel()
	c, err := p.status(ctx)
	if err != nil {
		return device.Offline
	}
	return c
}

// lastWord looks for a status that the printer sent by itself before it stopped.
func (p *Printer) lastWord() (state State, ok bool) {
	for {
		select {
		case m := <-p.link.in:
			if s, err := ParseAuto(m.auto); m.sort == auto && err == nil {
				state, ok = s, true
			}
		default:
			return state, ok
		}
	}
}

// withdraw keeps the rest of a slip from coming out later, as far as possible:
// what the kernel holds is thrown away, the printer is told to forget its buffer
// where it can be told, and the next connection begins with clearing up.
func (p *Printer) withdraw() {
	if len(p.model.Clear) > 0 {
		_, _ = p.link.write(context.Background(), p.model.Clear, p.limits.Answer)
	}
	p.drop()
}

// confirm finds out whether the slip came out, after the last byte was taken: by
// the printer, or by the kernels on the way, which hold the end of a slip whose
// printer takes no more. Such a printer gets no more time than for a band.
func (p *Printer) confirm(ctx context.Context) error {
	if !p.fenced() || !p.answers && !p.fences {
		return p.confirmMute(ctx)
	}
	end := time.Now().Add(p.limits.Fence)
	held, still := p.held(), time.Now() // what the printer has not taken, and since when
	for {
		_, err := p.await(ctx, fenced, p.limits.Answer)
		if err == nil {
			return p.confirmed()
		}
		if n := p.held(); n != held {
			held, still = n, time.Now()
		}
		if !errors.Is(err, errNoAnswer) {
			return p.lost(device.Offline, err)
		}
		state, err := p.askKeepingFence(ctx)
		switch {
		case errors.Is(err, errFence):
			return p.confirmed()
		case err != nil && !errors.Is(err, errNoAnswer):
			return p.lost(device.Offline, err)
		case err == nil && !state.Condition().Prints() && state.Condition() != device.Busy:
			p.withdraw()
			return &device.NotPrintedError{Condition: state.Condition(), Partial: true}
		case err != nil && (time.Now().After(end) || held > 0 && time.Since(still) > p.limits.Band):
			return p.lost(device.Offline, errNoAnswer)
		case time.Now().After(end):
			return p.lost(state.Condition(), errNoFence)
		}
	}
}

var (
	errFence   = errors.New("the answer to the fence came")
	errNoFence = errors.New("the printer does not say whether it is done")

	errLateAnswer = errors.New("an answer came that may be to an earlier question")
)

// askKeepingFence asks for the cause of being off line while the answer to the
// fence may come at any moment. It is always the same question, so that an answer
// that comes late cannot be taken for that to another.
func (p *Printer) askKeepingFence(ctx context.Context) (State, error) {
	n, err := p.link.write(ctx, question(askCause), p.limits.Answer)
	p.after += n
	if err != nil {
		return State{}, fmt.Errorf("ask printer: %w", err)
	}
	timer := time.NewTimer(p.limits.Answer)
	defer timer.Stop()
	for {
		select {
		case m := <-p.link.in:
			switch m.sort {
			case fenced:
				return State{}, errFence
			case answer:
				return ParseAnswer(askCause, m.value)
			}
		case <-p.link.done:
			p.owing = true
			return State{}, errGone
		case <-timer.C:
			p.owing = true
			return State{}, errNoAnswer
		case <-ctx.Done():
			p.owing = true
			return State{}, ctx.Err()
		}
	}
}

// confirmMute is for a printer that has never said a word, or answers no fence: as
// long as it takes bytes it gets time, then a short one more.
func (p *Printer) confirmMute(ctx context.Context) error {
	end := time.Now().Add(p.limits.Fence)
	for {
		before := p.held()
		_, err := p.await(ctx, fenced, p.limits.Mute)
		after := p.held()
		switch {
		case err == nil && p.owing && !p.fences:
			// It may be the answer to a question that was given up, from a printer that
			// answers everything alike; such a one says nothing about the slip.
			p.dirty, p.left = false, 0
			return &device.UnclearError{Condition: device.Unknown, Err: errLateAnswer}
		case err == nil:
			return p.confirmed()
		case !errors.Is(err, errNoAnswer):
			return p.lost(device.Offline, err)
		case after > 0 && (after < before || time.Now().Before(end)):
			continue
		case after > 0:
			return p.lost(device.Unknown, err)
		}
		return p.unclear(ctx)
	}
}

// unclear is the usual end with such a printer. The link stays: there is nothing
// in it that could come out later.
func (p *Printer) unclear(ctx context.Context) error {
	condition, cause := p.hinted(), errNoAnswer
	if p.answers {
		state, err := p.askKeepingFence(ctx)
		if err != nil {
			return p.lost(device.Offline, err)
		}
		condition, cause = state.Condition(), errNoFence
	}
	if !condition.Prints() && condition != device.Busy {
		p.withdraw()
		return &device.NotPrintedError{Condition: condition, Partial: true, Err: cause}
	}
	p.dirty, p.left = false, 0
	return &device.UnclearError{Condition: condition, Err: cause}
}

// confirmed is the good end, unless the printer talks nonsense besides, or in its own
// way: then its answer to the fence may have been that as well.
func (p *Printer) confirmed() error {
	p.dirty, p.left = false, 0
	if p.strange != nil {
		return &device.UnclearError{Condition: device.Unknown, Err: errStrange}
	}
	if p.link.noisy.Load() {
		return &device.UnclearError{Condition: device.Unknown, Err: errNonsense}
	}
	p.fences = true
	return nil
}

// lost is the end of a slip of which everything was written. When the kernel
// still holds some of it, or the printer has stopped for want of something, it did
// not come out whole; else nobody knows.
func (p *Printer) lost(c device.Condition, cause error) error {
	held := p.held()
	p.withdraw()
	if !errors.Is(cause, context.Canceled) && !errors.Is(cause, context.DeadlineExceeded) {
		c = p.afterwards()
	}
	switch {
	case held > 0:
		if c.Prints() {
			c = device.Offline // it was gone for a moment
		}
		return &device.NotPrintedError{Condition: c, Partial: true, Err: fmt.Errorf("%d bytes were not taken: %w", held, cause)}
	case c == device.PaperOut || c == device.CoverOpen || c == device.Error:
		return &device.NotPrintedError{Condition: c, Partial: true, Err: cause}
	}
	return &device.UnclearError{Condition: c, Err: cause}
}

// held is how many bytes of the rows of a slip the printer has not taken, after the
// last was written. Its feed, the fence and the questions do not count: a slip that
// lacks only these may have come out.
func (p *Printer) held() int { return max(0, p.unsent()-p.after) }

// unsent is how many bytes of all that was written are still on the way.
func (p *Printer) unsent() int {
	b, ok := p.link.port.(backlog)
	if !ok {
		return 0
	}
	n, err := b.Unsent()
	if err != nil {
		return 0
	}
	return n
}
