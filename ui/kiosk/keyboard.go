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

// keyboard holds a key back until it is certain that a hand has pressed it: until
// no other key has followed for scanGap, which nobody notices. The keys of a scan
// are dropped, all of them.
type keyboard struct {
	now   func() time.Time
	later func(time.Duration, func()) // calls on the goroutine of the user interface
	held  []func()                    // what the keys of this run do
	run   int                         // how many keys followed each other without a gap
	key   uint64                      // the number of the last key
}

// press takes a key that does act when it turns out to be a key.
func (b *keyboard) press(act func()) {
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
	held := b.held
	b.held, b.run = nil, 0
	for _, act := range held {
		act()
	}
}

// forget drops the keys that are held: they were meant for a screen that is gone.
func (b *keyboard) forget() { b.held = nil }
