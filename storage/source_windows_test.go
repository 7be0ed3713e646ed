package storage

import "testing"

func TestDPAPIIsWeakBecauseItsOwnKeyIsOnTheSameDisk(t *testing.T) {
	if !(dpapiSource{}).Weak() {
		t.Error("a stolen disk opens it, with entropy of ours beside the data, too")
	}
}
