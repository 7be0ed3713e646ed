package secureagent

import (
	"context"
	"net/http"
	"time"

	"authenkiosk/visit"
)

// lastRead is whose card a client was the last to read.
type lastRead struct {
	pid visit.PID
	at  time.Time
}

// noteRead remembers for a while whose card a client has read.
func (h *Handler) noteRead(r *http.Request, pid visit.PID) {
	client := h.clientID(r.Context())
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return
	}
	if known := h.justRead[client]; known != nil && known.pid == pid {
		known.at = h.now()
		return
	}
	one := &lastRead{pid: pid, at: h.now()}
	h.justRead[client] = one
	h.forgetLater(client, one, justReadLife)
}

// forgetLater drops a note when its time is over. h.mu is held.
func (h *Handler) forgetLater(client string, one *lastRead, in time.Duration) {
	time.AfterFunc(in, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.justRead[client] != one {
			return
		}
		if left := justReadLife - h.now().Sub(one.at); left > 0 {
			h.forgetLater(client, one, left)
			return
		}
		delete(h.justRead, client)
	})
}

// JustRead reports whether the client of a request was the last to read the card of that
// person, in the last ten minutes. pid is written as in a path.
func (h *Handler) JustRead(ctx context.Context, pid string) bool {
	person, err := parsePID(pid)
	client := h.clientID(ctx)
	h.mu.Lock()
	defer h.mu.Unlock()
	one := h.justRead[client]
	return err == nil && one != nil && one.pid == person && h.now().Sub(one.at) <= justReadLife
}
