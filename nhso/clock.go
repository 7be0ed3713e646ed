package nhso

import (
	"net/http"
	"sync"
	"time"
)

// clock remembers by how much NHSO's clock is ahead of ours, or what NHSO's
// certificate tells about the time when there is no answer because of it.
type clock struct {
	mu     sync.Mutex
	ahead  time.Duration
	known  bool
	bounds bounds
}

// observe takes the Date header of an answer that was understood; a web page of
// a portal has a clock of its own. The header has whole seconds, so half a
// second is added, and the middle between sending and receiving is taken for the
// moment at which it was written.
func (c *clock) observe(a answer) {
	date, err := http.ParseTime(a.header.Get("Date"))
	if err != nil {
		return
	}
	middle := a.sent.Add(a.received.Sub(a.sent) / 2)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead, c.known, c.bounds = date.Add(time.Second/2).Sub(middle), true, bounds{}
}

func (c *clock) bound(b bounds) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bounds = b
}

func (c *clock) witness() (after, before time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bounds.witness()
}

func (c *clock) skew() (time.Duration, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ahead, c.known
}
