package agent

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// The paths of events, and the names in their queries.
const (
	eventsPath         = "/api/v1/events"
	ticketPath         = "/api/v1/events/ticket"
	ticketParameter    = "ticket"
	lastEventParameter = "last_event_id"
	maxEventID         = 64 // characters
)

// errStreamsLeft says that clients did not go in time.
var errStreamsLeft = errors.New("some streams of events did not end in time")

// streams counts who listens and ends them.
type streams struct {
	closing chan struct{} // closed when the program ends

	mu     sync.Mutex
	ended  bool
	total  int
	client map[string]int
	gone   chan struct{} // closed when the last has gone after the end
}

func newStreams() *streams {
	return &streams{closing: make(chan struct{}), client: map[string]int{}, gone: make(chan struct{})}
}

func (s *streams) enter(client string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended || s.total >= maxStreams || s.client[client] >= maxClientStreams {
		return false
	}
	s.total++
	s.client[client]++
	return true
}

func (s *streams) leave(client string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.total--
	if s.client[client]--; s.client[client] == 0 {
		delete(s.client, client)
	}
	if s.ended && s.total == 0 {
		close(s.gone)
	}
}

// end tells all to go and waits for them.
func (s *streams) end(ctx context.Context) error {
	s.mu.Lock()
	if !s.ended {
		s.ended = true
		close(s.closing)
		if s.total == 0 {
			close(s.gone)
		}
	}
	s.mu.Unlock()
	select {
	case <-s.gone:
		return nil
	case <-ctx.Done():
		return errStreamsLeft
	}
}

// events answers GET /api/v1/events, as server-sent events or as a WebSocket.
func (a *Agent) events(w http.ResponseWriter, r *http.Request) {
	caller, _ := CallerOf(r.Context())
	last, err := lastEventID(r)
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	if !a.enter(w, caller) {
		return
	}
	defer a.streams.leave(caller.Name)
	var out sink
	if webSocket(r.Header) {
		out, err = openSocket(w, r, a.timing)
	} else {
		out, err = openEventSource(w, a.timing.event)
	}
	if err != nil {
		a.o.Logger.Debug("open a stream of events", "err", err)
		return
	}
	reason := a.feed(out, r.Context(), caller, last)
	if err := out.end(reason); err != nil {
		a.o.Logger.Debug("end a stream of events", "err", err)
	}
}

// enter counts a stream, or refuses one too many.
func (a *Agent) enter(w http.ResponseWriter, caller Caller) bool {
	if a.streams.enter(caller.Name) {
		return true
	}
	w.Header().Set("Retry-After", "5")
	refuse(w, http.StatusServiceUnavailable, "too many streams are open")
	return false
}

// lastEventID returns what the client has seen: from the header that browsers
// send when they come back, or from the query.
func lastEventID(r *http.Request) (string, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return "", errors.New("the query cannot be read")
	}
	id := r.Header.Get("Last-Event-ID")
	if id == "" {
		id = query.Get(lastEventParameter)
	}
	if len(id) > maxEventID {
		return "", errors.New("the id of the last event is too long")
	}
	return id, nil
}

// sink is a stream of either kind.
type sink interface {
	send(wireEvent) error
	beat() error             // shows that the stream is alive
	gone() <-chan struct{}   // closed when the client has gone; nil: the context tells
	end(reason string) error // empty reason: the client has gone
}

// Reasons for the end of a stream.
const (
	endSlow    = "the client did not keep up"
	endRevoked = "the client was removed or lost the scope"
	endClosing = "the program ends"
)

// feed sends events until something ends the stream, and returns the reason.
func (a *Agent) feed(out sink, ctx context.Context, caller Caller, last string) (reason string) {
	sub, missed, gap := a.hub.subscribe(last)
	defer a.hub.leave(sub)
	if err := out.beat(); err != nil { // the client sees at once that it is heard
		return ""
	}
	if gap {
		if err := out.send(notice(noticeGap, "events before these are lost", a.now())); err != nil {
			return ""
		}
	}
	for _, e := range missed {
		if err := out.send(e.wire(caller)); err != nil {
			return ""
		}
	}
	beat := time.NewTicker(a.heartbeat)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return ""
		case <-out.gone():
			return ""
		case <-a.streams.closing:
			return endClosing
		case e, open := <-sub.events:
			if !open && sub.slow {
				return endSlow
			} else if !open {
				return endClosing
			}
			if e.personal() && !a.renew(&caller, ScopeEvents) {
				return endRevoked
			}
			if err := out.send(e.wire(caller)); err != nil {
				return ""
			}
		case <-beat.C:
			if !a.renew(&caller, ScopeEvents) {
				return endRevoked
			}
			if err := out.beat(); err != nil {
				return ""
			}
		}
	}
}

// renew gives the caller its present scopes; false when it may not listen any more.
func (a *Agent) renew(caller *Caller, needed Scope) bool {
	now, ok := a.keys.holds(caller.client)
	caller.Scopes = now.Scopes
	return ok && now.May(needed)
}

// ticket answers POST /api/v1/events/ticket.
func (a *Agent) ticket(w http.ResponseWriter, r *http.Request) {
	caller, _ := CallerOf(r.Context())
	text := a.tickets.issue(caller.client, r.Header.Get("Origin"), a.now())
	a.answer(w, map[string]any{"ticket": text, "expires_in": int(ticketTTL / time.Second)})
}
