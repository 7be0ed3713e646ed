package virtualcard

import (
	"context"
	"sync/atomic"
	"time"
)

// Profile is the speed and manner of a card in its reader.
type Profile struct {
	PerCommand time.Duration // of USB, driver and card
	PerByte    time.Duration // on the line: 12 etu
	Direct     bool          // the reader fetches answers itself: data and 9000 in place of 61xx
	MostData   int           // bytes that one READ hands out; 0 means no limit
	MostRead   int           // bytes that one READ may ask for; 0 means no limit
	Clock      *Clock        // takes note of the time in place of waiting; may be nil
}

// Profiles of the speed classes at 4 MHz, with 5 ms for USB, driver and card
// (docs/thai-id-card.md, sections 1.6 and 3; the 5 ms are an estimate).
var (
	ProfileFast   = Profile{PerCommand: 5 * time.Millisecond, PerByte: 48 * time.Microsecond}
	ProfileMiddle = Profile{PerCommand: 5 * time.Millisecond, PerByte: 93 * time.Microsecond}
	ProfileSlow   = Profile{PerCommand: 5 * time.Millisecond, PerByte: 1116 * time.Microsecond}
)

// Clock adds up the time that exchanges take, so that a measurement is exact and
// need not wait. It is safe for use by several goroutines.
type Clock struct{ elapsed atomic.Int64 }

// Elapsed returns the time of all exchanges so far.
func (c *Clock) Elapsed() time.Duration { return time.Duration(c.elapsed.Load()) }

// procedureByte is what a card sends between the header of a command and the
// data (T=0, ISO 7816-3): one byte on the line that no program gets to see.
const procedureByte = 1

// wait lasts as long as the exchange of that many bytes.
func (p Profile) wait(ctx context.Context, bytes int) error {
	d := p.PerCommand + time.Duration(bytes+procedureByte)*p.PerByte
	if p.Clock != nil {
		p.Clock.elapsed.Add(int64(d))
		return context.Cause(ctx)
	}
	if d <= 0 {
		return context.Cause(ctx)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
