//go:build linux

package main

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"slices"
	"testing"
	"time"

	"authenkiosk/cmd/authenagent/builttest"
)

// starts is how often the program is started for its figures.
var starts = flag.Int("starts", 2, "how often TestFigures... starts the program")

// readingsOfAStart is how many cards are read, for each start, for the figure of the
// memory; a client is allowed five a second.
const readingsOfAStart = 10

// TestFiguresOfTheBuiltAgent prints what docs/agent.md tells of start and memory.
// It asserts the memory alone: machines of tests are busy.
func TestFiguresOfTheBuiltAgent(t *testing.T) {
	var ready []time.Duration
	var fresh []int
	var last *agentRun
	for n := range *starts {
		began := time.Now()
		a := startAgent(t, "")
		for {
			if status, _, err := a.ask(t.Context(), http.MethodGet, "/healthz", ""); err == nil && status == http.StatusOK {
				break
			}
			if time.Since(began) > patience {
				t.Fatal("it does not become ready")
			}
		}
		ready = append(ready, time.Since(a.began))
		fresh = append(fresh, memoryOf(t, a.pid, "VmRSS:"))
		if last = a; n < *starts-1 {
			a.end()
		}
	}
	readings := *starts * readingsOfAStart
	for range readings / 2 { // two persons in turn, so that each is read anew
		for _, pid := range []string{builttest.Adult, builttest.Other} {
			last.insert(pid)
			if err := last.readPerson(t.Context(), pid, patience); err != nil {
				t.Fatal(err)
			}
		}
	}
	after := memoryOf(t, last.pid, "VmRSS:")
	info, err := os.Stat(builttest.Program(t))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(ready)
	slices.Sort(fresh)
	t.Logf("%d starts: healthy after %s (median), %d kB resident (median); after %d readings %d kB; the file has %s",
		*starts, ready[len(ready)/2].Round(time.Millisecond), fresh[len(fresh)/2], readings, after, fmt.Sprintf("%.1f MB", float64(info.Size())/1e6))
	if after > maxResident {
		t.Errorf("%d kB resident, want at most %d", after, maxResident)
	}
}
