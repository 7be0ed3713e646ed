//go:build linux

package powercut_test

import (
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
	goleak.VerifyTestMain(m)
}
