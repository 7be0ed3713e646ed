package secureagent

import (
	"context"
	"net/http"
	"time"

	"authenkiosk/visit"
)

// job is one confirm-save at work, or what came of it.
type job struct {
	id     string // of the correlation with which it began
	done   chan struct{}
	result result

	ended time.Time // zero: it is at work
	told  bool      // somebody was there to hear the result
}

// orderKey is what makes two requests of a client the same, also when it has read
// the card again in between. Those of two days are not: the second needs a code of
// its own.
type orderKey struct {
	client string
	pid    visit.PID
	day    visit.Date
	claim  string
	phone  visit.Phone
	hn     visit.HN
}

// result is what came of a confirm-save. say words it for one that asked with a
// correlation.
type result struct {
	say     func(r *http.Request, correlation string) answer
	keeps   bool // one that nobody has heard is told to the next who asks the same
	settled bool // the correlation has had its use, so the same request has the same answer
	unclear bool // it was sent, and must not be sent again
}

// jobFor returns the job of a request: one that is at work on the same, one whose
// result it may have, or a new one, which is mine.
func (h *Handler) jobFor(r *http.Request, c confirmation) (j *job, mine bool) {
	v := c.order.Visit
	key := orderKey{c.client, v.PID, v.ServiceDate, v.ClaimType.Code, v.Phone, c.order.HN}
	h.mu.Lock()
	before := c.record.jobs[key]
	if before != nil && before.serves(c.id, h.now()) {
		h.mu.Unlock()
		return before, false
	}
	again := before != nil && before.result.unclear && before.id == c.id
	j = &job{id: c.id, done: make(chan struct{}), result: h.unclear()}
	full := !c.record.room()
	if !full {
		c.record.jobs[key] = j
	}
	h.mu.Unlock()
	r = r.WithContext(context.WithoutCancel(r.Context()))
	if full || !h.background(func() { h.run(r, j, c, again) }) {
		j.result = result{say: func(r *http.Request, _ string) answer { return h.gaveUp(r) }}
		h.end(j)
	}
	return j, true
}

// serves reports whether a request with a correlation waits for this job, or has its
// result.
func (j *job) serves(id string, now time.Time) bool {
	switch {
	case j.ended.IsZero():
		return true
	case j.result.settled && j.id == id:
		return true
	}
	return j.result.keeps && !j.told && now.Sub(j.ended) <= unheardLife
}

// room makes room for one more job; false when too many are at work, or the record
// has ended.
func (r *record) room() bool {
	if r.jobs == nil {
		return false
	}
	if len(r.jobs) >= maxJobs {
		for key, j := range r.jobs {
			if !j.ended.IsZero() {
				delete(r.jobs, key)
			}
		}
	}
	return len(r.jobs) < maxJobs
}

// run does the work when it is the person's turn, and tells the audit: whether the
// client waits or not, it was asked for.
func (h *Handler) run(r *http.Request, j *job, c confirmation, again bool) {
	defer h.end(j) // also when something panics: nobody may wait for ever
	done, ok := h.saving.take(h.ctx, c.order.Visit.PID)
	if !ok {
		j.result = result{say: func(r *http.Request, _ string) answer { return h.gaveUp(r) }}
		return
	}
	defer done()
	j.result = h.submit(h.ctx, c, again)
	h.told(r, "confirm-save", c.order.Visit.PID, j.result.say(r, c.id))
}

func (h *Handler) end(j *job) {
	h.mu.Lock()
	defer h.mu.Unlock()
	j.ended = h.now()
	close(j.done)
}

// heard notes that somebody was there to hear the result.
func (h *Handler) heard(j *job) {
	h.mu.Lock()
	defer h.mu.Unlock()
	j.told = true
}
