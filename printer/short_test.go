package printer

import "testing"

// drawn is for a test that draws in one goroutine: the race detector finds nothing in it
// and makes it ten times as slow. With -short it is left out; make test runs it without
// the detector.
func drawn(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("one goroutine draws: tested without -short")
	}
}
