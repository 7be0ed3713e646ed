package secureagent

import (
	"context"
	"net/http"
	"sync"
	"time"

	"authenkiosk/visit"
)

// background does something that goes on whether the client waits or not. Nothing
// begins after Close, which waits for all of it; false: it did not begin.
func (h *Handler) background(do func()) bool {
	h.mu.Lock()
	if h.closed {
		h.mu.Unlock()
		return false
	}
	h.work.Add(1)
	h.mu.Unlock()
	go func() {
		defer h.work.Done()
		defer func() {
			if recover() != nil { // what was thrown may hold personal data
				h.log.Error("work for a program panicked")
			}
		}()
		do()
	}()
	return true
}

// Close drops all data, calls off what is under way and has not been handed to the
// Submitter, and waits for the rest.
func (h *Handler) Close() {
	h.mu.Lock()
	h.closed = true
	h.cancel()
	for _, s := range h.sessions {
		h.leave(s)
	}
	clear(h.justRead)
	for len(h.left) > 0 {
		h.drop(h.left[0])
	}
	h.mu.Unlock()
	h.work.Wait()
	h.questions.clear()
}

// reply words a result for a request: several may be told the same one.
type reply func(r *http.Request) answer

// questions to NHSO about persons are asked once for all who ask the same at the
// same time. They go on when the client leaves, and what nobody was there to hear
// waits a little for the next who asks the same: a program with a time-out of two
// seconds would otherwise never hear of a look-up that takes longer.
//
// Those that are at work are bounded, of all clients and of each: a program that asks
// about many persons and never waits must not keep NHSO busy for itself.
type questions struct {
	mu   sync.Mutex
	open map[questionKey]*question

	asked   int            // that are at work
	askedBy map[string]int // for each client
}

type questionKey struct {
	pid  visit.PID
	what string
}

type question struct {
	done  chan struct{}
	reply reply
}

// begin takes a place for a question of a client; false when there is none. q.mu is
// held.
func (q *questions) begin(client string) bool {
	if q.asked >= maxQuestions || q.askedBy[client] >= maxQuestionsEach {
		return false
	}
	q.asked++
	q.askedBy[client]++
	return true
}

func (q *questions) end(client string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.asked--
	if q.askedBy[client]--; q.askedBy[client] == 0 {
		delete(q.askedBy, client)
	}
}

// ask returns the answer to a question; false when it was not asked, the client has
// left, or the program ends.
func (h *Handler) ask(r *http.Request, key questionKey, ask func(context.Context) reply) (reply, bool) {
	q, client := &h.questions, h.clientID(r.Context())
	q.mu.Lock()
	f := q.open[key]
	begins := f == nil
	if begins {
		if !q.begin(client) {
			q.mu.Unlock()
			return h.tooMany, false
		}
		f = &question{done: make(chan struct{}), reply: h.gaveUp}
		q.open[key] = f
	}
	q.mu.Unlock()
	if begins && !h.background(func() {
		defer q.end(client)
		q.answer(h.ctx, key, f, ask)
	}) {
		q.end(client)
		q.forget(key, f)
		close(f.done)
	}
	select {
	case <-f.done:
		q.forget(key, f)
		return f.reply, true
	case <-r.Context().Done():
		return h.gaveUp, false
	}
}

// answer asks, and keeps the answer until somebody has heard it.
func (q *questions) answer(ctx context.Context, key questionKey, f *question, ask func(context.Context) reply) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	defer func() { // also when ask panics: nobody may wait for ever
		close(f.done)
		time.AfterFunc(unheardLife, func() { q.forget(key, f) })
	}()
	f.reply = ask(ctx)
}

// forget drops an answer, unless a later question has its place.
func (q *questions) forget(key questionKey, f *question) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.open[key] == f {
		delete(q.open, key)
	}
}

// outdate has questions about a person asked anew from now on.
func (q *questions) outdate(pid visit.PID) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for key := range q.open {
		if key.pid == pid {
			delete(q.open, key)
		}
	}
}

func (q *questions) clear() {
	q.mu.Lock()
	defer q.mu.Unlock()
	clear(q.open)
}
