package agent

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// throttle holds one bucket for each client. Clients are few: programs with a
// token, and those of addresses that may connect. When there are too many all the same,
// the buckets that are full again are forgotten, which changes nothing.
type throttle struct {
	limit rate.Limit
	burst int

	mu      sync.Mutex
	buckets map[string]*rate.Limiter
	all     *throttle // for all clients of an address together; nil: none
}

func newThrottle(limit rate.Limit, burst int) *throttle {
	each := &throttle{limit: limit, burst: burst, buckets: map[string]*rate.Limiter{}}
	each.all = &throttle{limit: addressTimes * limit, burst: addressTimes * burst, buckets: map[string]*rate.Limiter{}}
	return each
}

// allowAll takes one from what all clients of an address have together.
func (t *throttle) allowAll(address string, now time.Time) bool { return t.all.allow(address, now) }

// allow takes one from the client's bucket.
func (t *throttle) allow(client string, now time.Time) bool {
	t.mu.Lock()
	b := t.buckets[client]
	if b == nil {
		if len(t.buckets) >= maxBuckets {
			t.forget(now)
		}
		b = rate.NewLimiter(t.limit, t.burst)
		t.buckets[client] = b
	}
	t.mu.Unlock()
	return b.AllowN(now, 1)
}

// forget drops full buckets, or one when none is full.
func (t *throttle) forget(now time.Time) {
	last := ""
	for name, b := range t.buckets {
		last = name
		if b.TokensAt(now) >= float64(t.burst) {
			delete(t.buckets, name)
		}
	}
	if len(t.buckets) >= maxBuckets {
		delete(t.buckets, last)
	}
}
