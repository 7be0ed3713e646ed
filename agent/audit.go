package agent

import (
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Auditor writes down who did what. A poll of the feed that found nothing new is
// not told. No argument ever holds personal data: event
// is a word like card-read, client the name of a client or "no token" with the
// address or the page, result an HTTP status and at most a reason of the guard.
type Auditor interface {
	Audit(event, client, result string)
}

// scribe keeps a flood of refusals from becoming a flood of disk writes: beyond
// a rate they are counted, and the count stands in the next that is written.
type scribe struct {
	to    Auditor // nil: nobody listens
	limit *rate.Limiter

	mu      sync.Mutex
	skipped int
}

func newScribe(to Auditor) *scribe {
	return &scribe{to: to, limit: rate.NewLimiter(auditRate, auditBurst)}
}

func (s *scribe) done(event, client string, status int) {
	if s.to != nil && event != "" {
		s.to.Audit(event, client, fmt.Sprint(status))
	}
}

func (s *scribe) refused(client string, f *refusal, now time.Time) {
	if s.to == nil {
		return
	}
	s.mu.Lock()
	if !s.limit.AllowN(now, 1) {
		s.skipped++
		s.mu.Unlock()
		return
	}
	skipped := s.skipped
	s.skipped = 0
	s.mu.Unlock()
	result := fmt.Sprintf("%d %s", f.status, f.reason)
	if skipped > 0 {
		result += fmt.Sprintf(" (and %d more not listed)", skipped)
	}
	s.to.Audit("refused", client, result)
}
