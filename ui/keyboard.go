package ui

import "time"

// A kiosk's keyboard port often has a barcode scanner in it, which types what it
// reads and ends with Enter. Its keys are told from those of a hand by their pace:
// nobody types six keys with less than scanGap between them.
const (
	scanGap  = 35 * time.Millisecond
	scanKeys = 6
)

// keyboard holds a key back until it is certain that a hand has pressed it: until
// no other key has followed for scanGap, which nobody notices. The keys of a scan
// are dropped, all of them.
type keyboard struct {
	now   func() time.Time
	later func(time.Duration, func()) // calls on the goroutine of the user interface
	held  []func()                    // what the keys of this run do
	run   int                         // how many keys followed each other without a gap
	last  time.Time
}

// press takes a key that does act when it turns out to be a key.
func (b *keyboard) press(act func()) {
	now := b.now()
	if gap := now.Sub(b.last); gap >= scanGap || gap < 0 {
		b.release()
	}
	b.run++
	b.last = now
	if b.run >= scanKeys {
		b.held = nil
		return
	}
	b.held = append(b.held, act)
	run := b.run
	b.later(scanGap, func() {
		if b.run == run && b.last.Equal(now) {
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
