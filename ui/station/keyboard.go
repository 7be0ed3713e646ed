package station

import "time"

// A scanner types what it reads, faster than any hand, and ends with Enter.
const (
	scanGap  = 35 * time.Millisecond
	scanKeys = 6
)

// stoodStill is how late a call is that the window was too busy to make: letters that came
// meanwhile may still wait to be heard.
const stoodStill = 20 * time.Millisecond

// standsStill is how much longer a scan may seem to take because the window is painted in
// the middle of it. Letters that take longer are a hand's, on a machine that is slow.
const standsStill = 100 * time.Millisecond

// restWithin is how long after a scan without an Enter the rest of it may come: the machine was
// busy, or the scanner.
const restWithin = 500 * time.Millisecond

// keyboard tells a scanner from a hand. Letters between which there is no gap are a run;
// the Enter that follows one at once is not a hand's.
type keyboard struct {
	now     func() time.Time
	later   func(time.Duration, func())
	scanned func(text string, undo func()) // hears what a scanner has read, and how to take it out of the field
	typed   func(text string)              // hears what a hand has typed
	echo    func(text string)              // hears what may become that; empty: it was a scanner's
	run     []rune
	began   time.Time // the first letter of the run
	last    time.Time // and the last
	key     uint64    // the number of the last letter
	cut     time.Time // the last letter of a scan that no Enter has ended; zero: none is open
	undo    func()    // takes the letters of the run out of the field; nil: they went into none
}

// letter notes a letter. undo is kept from the first of a run.
func (k *keyboard) letter(r rune, undo func()) {
	if len(k.run) == 0 {
		k.undo, k.began = undo, k.now()
	}
	k.last = k.now()
	k.run = append(k.run, r)
	switch n := len(k.run); {
	case k.rest():
	case n < scanKeys:
		k.echo(string(k.run))
	case n == scanKeys:
		k.echo("")
	}
	k.key++
	k.await(k.key, true)
}

// await ends the run when no letter follows. After the window has stood still it looks
// once more, because the rest of a scan may have been kept from it.
func (k *keyboard) await(key uint64, again bool) {
	due := k.now().Add(scanGap)
	k.later(scanGap, func() {
		switch {
		case k.key != key:
		case again && k.now().Sub(due) >= stoodStill:
			k.await(key, false)
		default:
			k.end()
		}
	})
}

// enter reports whether Enter was pressed by a hand.
func (k *keyboard) enter() bool {
	hand := len(k.run) == 0 || k.slow()
	k.end()
	k.cut = time.Time{} // the scan is whole
	return hand
}

// hand ends the run before a key that no scanner has, and reports whether it was a hand's.
func (k *keyboard) hand() bool {
	hand := len(k.run) < scanKeys || k.slow()
	k.end()
	return hand
}

// slow reports whether the run took longer than a scanner does.
func (k *keyboard) slow() bool {
	return k.last.Sub(k.began) > time.Duration(len(k.run)-1)*scanGap+standsStill
}

// begun is what is being typed, if that may be a hand's.
func (k *keyboard) begun() string {
	if len(k.run) >= scanKeys || k.rest() {
		return ""
	}
	return string(k.run)
}

// rest reports whether the run is too short for a scan and begins where the rest of one may come.
func (k *keyboard) rest() bool {
	return len(k.run) < scanKeys && !k.cut.IsZero() && k.began.Sub(k.cut) < restWithin
}

// running reports whether letters come in that may be a scanner's.
func (k *keyboard) running() bool { return len(k.run) > 0 }

// end ends the run, and hands it over if it was a scan.
func (k *keyboard) end() {
	run, undo, slow := k.run, k.undo, k.slow()
	rest := k.rest()
	k.run, k.undo = nil, nil
	k.key++ // nobody waits for the end of this run any more
	switch {
	case len(run) == 0:
		return
	case rest:
		return
	case len(run) < scanKeys || slow:
		k.typed(string(run))
		return
	}
	k.cut = k.last
	if undo == nil {
		undo = func() {}
	}
	k.scanned(string(run), undo)
}
