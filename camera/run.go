package camera

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"time"
)

// run connects and reads until ctx ends. It is the camera's own goroutine.
func (c *Camera) run(ctx context.Context) {
	defer c.end()
	pause := backoffMin
	for ctx.Err() == nil {
		started := time.Now()
		err := c.session(ctx)
		if ctx.Err() != nil {
			return
		}
		c.lost(err)
		if time.Since(started) > settled {
			pause = backoffMin
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
		pause = min(2*pause, backoffMax)
	}
}

// lost notes why the connection ended. A picture that nobody took yet is of the
// past and must not be taken for one of now.
func (c *Camera) lost(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.newest != nil {
		c.spare = append(c.spare, c.newest)
		c.newest = nil
	}
	for _, r := range c.spare {
		r.wipe()
	}
	if c.seen && errors.Is(err, ErrAbsent) {
		err = fmt.Errorf("%w: %w", ErrGone, err)
	}
	c.set(stateOf(err, c.seen), err)
}

// end closes the camera for its users and overwrites what it has.
func (c *Camera) end() {
	c.cancel()
	c.lost(ErrClosed)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.spare = nil
	close(c.done)
}

// session is one connection, from beginning to end. It always returns an error.
func (c *Camera) session(ctx context.Context) error {
	connecting, cancel := context.WithTimeout(ctx, connectLimit)
	src, err := c.connect(connecting)
	cancel()
	if err != nil {
		return err
	}
	defer src.close()
	limit := firstFrameLimit
	var same sameness
	for {
		if err := c.picture(ctx, src, limit, &same); err != nil {
			return err
		}
		limit = stallLimit
	}
}

// picture reads until there is one that can be delivered, and no longer than
// limit. What is no picture does not count.
func (c *Camera) picture(ctx context.Context, src source, limit time.Duration, same *sameness) error {
	reading, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	r := c.spareRaw()
	var rubbish error
	for {
		if err := src.read(reading, r); err != nil {
			c.giveBack(r)
			if reading.Err() != nil && ctx.Err() == nil {
				return errors.Join(fmt.Errorf("%w for %v", ErrStalled, limit), rubbish)
			}
			return err
		}
		if rubbish = r.check(); rubbish == nil {
			if !r.still && same.frozen(maphash.Bytes(c.seed, r.data), time.Now()) {
				c.giveBack(r)
				return ErrFrozen
			}
			c.deliver(r)
			return nil
		}
		if errors.Is(rubbish, ErrTooLarge) {
			c.giveBack(r)
			return rubbish
		}
	}
}

// check reports whether r can be a picture, without decoding it.
func (r *raw) check() error {
	if len(r.data) > maxFrame {
		return fmt.Errorf("%w: %d bytes", ErrTooLarge, len(r.data))
	}
	if r.format == formatJPEG {
		w, h, err := jpegSize(r.data)
		r.w, r.h = w, h
		return err
	}
	if err := checkSides(r.w, r.h); err != nil {
		return err
	}
	if need := r.bytesNeeded(); len(r.data) < need {
		return fmt.Errorf("%w: %d bytes, wanted %d", ErrNotPictures, len(r.data), need)
	}
	return nil
}

// sameness is how long the same picture has been coming.
type sameness struct {
	sum   uint64
	since time.Time
}

// frozen reports whether pictures with the same sum have been coming for too long.
func (s *sameness) frozen(sum uint64, now time.Time) bool {
	if sum != s.sum || s.since.IsZero() {
		*s = sameness{sum: sum, since: now}
	}
	return now.Sub(s.since) >= frozenLimit
}
