package config

import (
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"authenkiosk/visit"
)

// Update says from where newer versions come, and when they may be put in place.
type Update struct {
	Window Window
	Source string // a folder or an https address; empty: the command says it
}

// Window is a part of each day, by the clock of Thailand; it may hold midnight.
type Window struct{ From, To int } // minutes since midnight

// Holds reports whether a moment is in the window.
func (w Window) Holds(t time.Time) bool {
	t = t.In(visit.Bangkok)
	now := t.Hour()*60 + t.Minute()
	if w.From <= w.To {
		return w.From <= now && now < w.To
	}
	return w.From <= now || now < w.To
}

// String returns the form of the file.
func (w Window) String() string {
	return fmt.Sprintf("%02d:%02d-%02d:%02d", w.From/60, w.From%60, w.To/60, w.To%60)
}

// window takes two times of day.
func window(field func(*Config) *Window) setter {
	return func(c *Config, value any) string {
		const allowed = `two times like "18:00-06:00"`
		s, ok := value.(string)
		if !ok {
			return wrongType(value, allowed)
		}
		clean := trimmed(s)
		var h1, m1, h2, m2 int
		_, err := fmt.Sscanf(clean, "%d:%d-%d:%d", &h1, &m1, &h2, &m2)
		w := Window{h1*60 + m1, h2*60 + m2}
		if err != nil || w.From < 0 || h1 > 23 || h2 > 23 || w.String() != clean || w.From == w.To {
			return fmt.Sprintf(" = %s: allowed are %s", quoted(s), allowed)
		}
		*field(c) = w
		return ""
	}
}

// updateSource is a folder by its whole path, for the timer looks from elsewhere than people,
// or an address. What update.Find could never take is said at once, not in a log at night.
func updateSource(s string) string {
	u, err := url.Parse(s)
	address := err == nil && strings.HasPrefix(s, "https://") && u.Hostname() != "" && u.Fragment == ""
	folder := !strings.Contains(s, "://") && (strings.HasPrefix(s, "/") || filepath.IsAbs(s))
	if label(s) == "" && (address || folder) {
		return ""
	}
	return `allowed is a folder by its whole path, like "/media/stick", or an address like https://host/path`
}
