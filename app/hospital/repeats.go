package hospital

import (
	"fmt"
	"time"

	"authenkiosk/storage"
)

// repeatCounter keeps programs that do the same again and again from filling the audit,
// which is kept for good: the first time is written as it is, repeats are counted,
// and their number is written at the end of the span. What differs in the client,
// the action, its status or the person is no repeat.
type repeatCounter struct {
	repeats map[storage.Event]*repeat // by the entry without its time
}

type repeat struct {
	since time.Time
	more  int
}

const (
	// repeatSpan is how long repeats are counted before their number is written. The
	// guard lets at most 5 a second through, so that it has four digits, as many as
	// a word of the audit takes.
	repeatSpan = 30 * time.Minute
	// repeatLook is how often spans that are over are looked for.
	repeatLook = time.Minute
	// maxCounted bounds the entries whose repeats are counted; each takes 200 bytes.
	maxCounted = 4096
	maxRepeat  = 9999
)

func newRepeatCounter() *repeatCounter { return &repeatCounter{repeats: map[storage.Event]*repeat{}} }

// note returns what is to be written because of an entry: nothing when it is a
// repeat.
func (t *repeatCounter) note(e storage.Event, now time.Time) (list []storage.Event) {
	key := e
	key.At = time.Time{}
	if r := t.repeats[key]; r != nil && !r.over(now) {
		r.more++
		return nil
	}
	list = t.due(now, len(t.repeats) >= maxCounted)
	t.repeats[key] = &repeat{since: now}
	return append(list, e)
}

// due returns the numbers of the spans that are over, or of all, and begins anew
// with those.
func (t *repeatCounter) due(now time.Time, all bool) (list []storage.Event) {
	for e, r := range t.repeats {
		if !all && !r.over(now) {
			continue
		}
		delete(t.repeats, e)
		if r.more > 0 {
			e.Result += fmt.Sprintf("-and-%d-more", min(r.more, maxRepeat))
			list = append(list, e)
		}
	}
	return list
}

// over reports whether the span has ended; a clock that was set back ends it, too.
func (r *repeat) over(now time.Time) bool {
	return now.Before(r.since) || now.Sub(r.since) >= repeatSpan
}
