package kiosk

import "time"

// A kiosk's keyboard port often has a barcode scanner in it, which types what it
// reads and ends with Enter. Its keys are told from those of a hand by their pace:
// nobody types six keys with less than scanGap between them.
const (
	scanGap  = 35 * time.Millisecond
	scanKeys = 6
)

// stoodStill is how late a call is that the window was too busy to make: keys that
// came meanwhile may still wait to be heard, with times that are not theirs.
const stoodStill = 20 * time.Millisecond

// restWithin is how long after a scan without an Enter the rest of it may come: the machine was
// busy, or the scanner.
const restWithin = 500 * time.Millisecond

// keyboard holds a key back until it is certain that a hand has pressed it: until
// no other key has followed for scanGap, which nobody notices. The keys of a scan
// are dropped, all of them.
type keyboard struct {
	now   func() time.Time
	later func(time.Duration, func()) // calls on the goroutine of the user interface
	held  []func()                    // what the keys of this run do
	run   int                         // how many keys followed each other without a gap
	key   uint64                      // the number of the last key
	began time.Time                   // the first key of the run
	last  time.Time                   // and the last
	cut   time.Time                   // the last key of a scan that no Enter has ended; zero: none is open
	whole bool                        // the last key of the run is Enter
}

// press takes a key that does act when it turns out to be a key; ends: it is Enter.
func (b *keyboard) press(act func(), ends bool) {
	b.last, b.whole = b.now(), ends
	if b.run == 0 {
		b.began = b.last
	}
	b.run++
	b.key++
	b.held = append(b.held, act)
	if b.run >= scanKeys {
		b.held = nil
	}
	b.await(b.key, true)
}

// await ends the run when no key follows. After the window has stood still it looks
// once more, because the rest of a scan may have been kept from it.
func (b *keyboard) await(key uint64, again bool) {
	due := b.now().Add(scanGap)
	b.later(scanGap, func() {
		switch {
		case b.key != key:
		case again && b.now().Sub(due) >= stoodStill:
			b.await(key, false)
		default:
			b.release()
		}
	})
}

// release does what the keys do that were held, and ends the run.
func (b *keyboard) release() {
	held, scan := b.held, b.run >= scanKeys
	if rest := !scan && !b.cut.IsZero() && b.began.Sub(b.cut) < restWithin; rest {
		held = nil
	}
	switch {
	case b.whole:
		b.cut = time.Time{}
	case scan:
		b.cut = b.last
	}
	b.held, b.run = nil, 0
	for _, act := range held {
		act()
	}
}

// forget drops the keys that are held: they were meant for a screen that is gone.
func (b *keyboard) forget() { b.held = nil }
