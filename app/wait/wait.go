// Package wait waits for a moment or for the end of something, whichever is first.
package wait

import (
	"context"
	"time"
)

// For waits that long, and reports whether the time passed, rather than ctx ended.
func For(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
