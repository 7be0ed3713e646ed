package headless

import (
	"testing"
	"time"
)

// longest is how long a test waits for what must come. A machine that is busy, or
// stands still for a while, comes nowhere near it.
const longest = 2 * time.Minute

const (
	submitPath = "/nhsoendpoint/api/AuthenCode"
	typedPhone = "0800001234" // on the keypad
)

// eventually waits for what another process does.
func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	limit := time.After(longest)
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for !ok() {
		select {
		case <-look.C:
		case <-limit:
			t.Fatal("it does not happen")
		}
	}
}
