package privatelog

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// shortestSecret is the length in bytes from which a secret is hidden. A shorter one
// would be found in words that are none.
const shortestSecret = 8

// known are the secrets of this process. There is one set for all, because a panic
// and the last error of a command pass no handler that could hold one.
var known secrets

// Hide has a secret taken out of all that is logged from now on, in whatever text it
// stands. A secret of less than 8 bytes is not hidden. It may be called by any
// goroutine and again with the same secret.
func Hide(secret string) { known.add(secret) }

type secrets struct {
	mu    sync.RWMutex
	forms []string // in which the secrets may be written
}

func (s *secrets) add(secret string) {
	if len(secret) < shortestSecret {
		return
	}
	quoted := strconv.Quote(secret) // as %q prints it
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, form := range []string{secret, quoted[1 : len(quoted)-1], url.QueryEscape(secret), url.PathEscape(secret)} {
		if !slices.Contains(s.forms, form) {
			s.forms = append(s.forms, form)
		}
	}
}

type span struct{ from, to int }

// clean hides the secrets in a text. Those that overlap become one, so that no end
// of the second is left.
func (s *secrets) clean(text string) string {
	found := s.find(text)
	if len(found) == 0 {
		return text
	}
	slices.SortFunc(found, func(a, b span) int { return a.from - b.from })
	var b strings.Builder
	done := 0
	for i := 0; i < len(found); {
		whole := found[i]
		for i++; i < len(found) && found[i].from < whole.to; i++ {
			whole.to = max(whole.to, found[i].to)
		}
		b.WriteString(text[done:whole.from])
		b.WriteString(hiddenSecret)
		done = whole.to
	}
	return b.String() + text[done:]
}

// find returns every place of every form, also where one overlaps itself.
func (s *secrets) find(text string) []span {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var found []span
	for _, form := range s.forms {
		for at := 0; ; at++ {
			next := strings.Index(text[at:], form)
			if next < 0 {
				break
			}
			at += next
			found = append(found, span{at, at + len(form)})
		}
	}
	return found
}
