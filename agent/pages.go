package agent

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// refusedPage is a page that was not let in, for the person who keeps the machine:
// the browser tells its user "Network Error" and nothing else. It never holds
// personal data.
type refusedPage struct {
	Origin, Path, Reason string
}

// seenPage is how often a page was refused, and when last.
type seenPage struct {
	refusedPage
	Count int
	Last  time.Time
}

// refusedPages remembers the last pages that were refused, each once.
type refusedPages struct {
	log   *slog.Logger
	limit *rate.Limiter // of the log

	mu   sync.Mutex
	seen []seenPage // the last one first
}

func newRefusedPages(log *slog.Logger) *refusedPages {
	return &refusedPages{log: log, limit: rate.NewLimiter(auditRate, auditBurst)}
}

func (p *refusedPages) note(page refusedPage, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	one := seenPage{refusedPage: page}
	for i, known := range p.seen {
		if known.refusedPage == page {
			one = known
			p.seen = append(p.seen[:i], p.seen[i+1:]...)
			break
		}
	}
	if one.Count == 0 && p.limit.AllowN(now, 1) {
		p.log.Warn("a web page was refused by the agent", "origin", page.Origin, "path", page.Path, "reason", page.Reason)
	}
	one.Count++
	one.Last = now
	p.seen = append([]seenPage{one}, p.seen...)
	if len(p.seen) > maxRefusedPages {
		p.seen = p.seen[:maxRefusedPages]
	}
}

func (p *refusedPages) list() []seenPage {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]seenPage(nil), p.seen...)
}

// pageOf tells which page has sent a request; false: it was a program, or a page of
// our own. Only the Origin, or the host of the Referer, tells which.
func pageOf(r *http.Request) (origin string, ok bool) {
	if list := r.Header["Origin"]; len(list) > 0 {
		return oneLine(strings.Join(list, " ")), true
	}
	for _, text := range r.Header["Referer"] {
		if u, err := url.Parse(text); err == nil && u.Host != "" {
			return oneLine(u.Scheme + "://" + u.Host), u.Host != r.Host
		}
	}
	site := r.Header.Get("Sec-Fetch-Site")
	return "?", site != "" && site != "none" && site != "same-origin"
}

// pathOf names the path of a request without what it holds of a person.
func (a *Agent) pathOf(r *http.Request) string {
	path := "another path"
	if found := a.routes.at(r.URL.Path); len(found) > 0 {
		path = found[0].path
	}
	return cut(r.Method, 10) + " " + path
}
