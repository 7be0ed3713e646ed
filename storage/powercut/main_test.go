//go:build linux

package powercut_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// childVariable holds the task of a child and the directory, with a colon between.
const childVariable = "AUTHENKIOSK_POWERCUT_CHILD"

// TestMain lets the test program run itself as the program that loses power.
func TestMain(m *testing.M) {
	if task, dir, ok := strings.Cut(os.Getenv(childVariable), ":"); ok {
		os.Exit(runChild(task, dir))
	}
	flag.Parse()
	// The race detector makes experiments slow, and is run with -short: make test repeats
	// them as often as is usual without it.
	if testing.Short() {
		for _, often := range []*int{cuts, firstStartCuts, diskFull, compactCuts, madeCuts, failedSyncs, eachSync, restoreCuts} {
			*often = (*often + 3) / 4
		}
	}
	goleak.VerifyTestMain(m)
}
