package app

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"authenkiosk/storage"
)

func resultsOf(list []storage.Event) string {
	var words []string
	for _, e := range list {
		words = append(words, e.Name+" "+e.Role+" "+e.Result)
	}
	slices.Sort(words)
	return strings.Join(words, ",")
}

func TestRepeatsAreCountedAndTheirNumberIsWrittenAtTheEndOfTheSpan(t *testing.T) {
	tally, now := newTally(), time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)
	read := storage.Event{Name: "agent-latest", Role: "client-his", Result: "status-200", Handle: "00"}
	other, failed := read, read
	other.Handle, failed.Result = "01", "status-500"
	for i, e := range []storage.Event{read, other, failed} {
		if got := tally.note(e, now); len(got) != 1 || got[0] != e {
			t.Errorf("%d: what comes for the first time gives %s", i, resultsOf(got))
		}
	}
	for i := range 1000 {
		read.At = now.Add(time.Duration(i) * time.Second)
		if got := tally.note(read, read.At); len(got) != 0 {
			t.Fatalf("repeat %d writes %s", i, resultsOf(got))
		}
	}
	if got := tally.due(now.Add(tallySpan-1), false); len(got) != 0 {
		t.Errorf("before the end: %s", resultsOf(got))
	}
	if got := resultsOf(tally.due(now.Add(tallySpan), false)); got != "agent-latest client-his status-200-and-1000-more" {
		t.Errorf("at the end: %s", got)
	}
	if got := tally.due(now.Add(2*tallySpan), true); len(got) != 0 || len(tally.repeats) != 0 {
		t.Errorf("once more: %s", resultsOf(got))
	}
}

func TestAnEntryAfterItsSpanIsWrittenWithTheNumberBeforeIt(t *testing.T) {
	for name, later := range map[string]time.Duration{"later": tallySpan, "after the clock was set back": -time.Hour} {
		tally, now := newTally(), time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)
		e := storage.Event{Name: "refused", Role: "client-his", Result: "status-401"}
		_, _ = tally.note(e, now), tally.note(e, now)
		if got := resultsOf(tally.note(e, now.Add(later))); got != "refused client-his status-401,refused client-his status-401-and-1-more" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestTheTallyIsBoundedAndLosesNoNumber(t *testing.T) {
	tally, now := newTally(), time.Now()
	written := 0
	for i := range 3 * maxTally {
		e := storage.Event{Name: "agent-probe", Role: "client-his", Result: "status-200", Handle: fmt.Sprintf("%x", i)}
		written += len(tally.note(e, now)) + len(tally.note(e, now))
		if len(tally.repeats) > maxTally {
			t.Fatalf("%d are kept", len(tally.repeats))
		}
	}
	if written += len(tally.due(now, true)); written != 6*maxTally {
		t.Errorf("%d entries, want one and one number for each of %d", written, 3*maxTally)
	}
	e := storage.Event{Name: "agent-probe", Role: "client-his", Result: "status-200"}
	for range 3 * maxRepeat {
		tally.note(e, now)
	}
	if got := tally.due(now, true); len(got) != 1 || got[0].Result != "status-200-and-9999-more" {
		t.Errorf("%s", resultsOf(got))
	}
}
