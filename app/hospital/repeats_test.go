package hospital

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"authenkiosk/agent/secureagent"
	"authenkiosk/storage"
	"authenkiosk/storage/storagetest"
	"authenkiosk/visit"
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
	tally, now := newRepeatCounter(), time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)
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
	if got := tally.due(now.Add(repeatSpan-1), false); len(got) != 0 {
		t.Errorf("before the end: %s", resultsOf(got))
	}
	if got := resultsOf(tally.due(now.Add(repeatSpan), false)); got != "agent-latest client-his status-200-and-1000-more" {
		t.Errorf("at the end: %s", got)
	}
	if got := tally.due(now.Add(2*repeatSpan), true); len(got) != 0 || len(tally.repeats) != 0 {
		t.Errorf("once more: %s", resultsOf(got))
	}
}

func TestAnEntryAfterItsSpanIsWrittenWithTheNumberBeforeIt(t *testing.T) {
	for name, later := range map[string]time.Duration{"later": repeatSpan, "after the clock was set back": -time.Hour} {
		tally, now := newRepeatCounter(), time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)
		e := storage.Event{Name: "refused", Role: "client-his", Result: "status-401"}
		_, _ = tally.note(e, now), tally.note(e, now)
		if got := resultsOf(tally.note(e, now.Add(later))); got != "refused client-his status-401,refused client-his status-401-and-1-more" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestTheTallyIsBoundedAndLosesNoNumber(t *testing.T) {
	tally, now := newRepeatCounter(), time.Now()
	written := 0
	for i := range 3 * maxCounted {
		e := storage.Event{Name: "agent-probe", Role: "client-his", Result: "status-200", Handle: fmt.Sprintf("%x", i)}
		written += len(tally.note(e, now)) + len(tally.note(e, now))
		if len(tally.repeats) > maxCounted {
			t.Fatalf("%d are kept", len(tally.repeats))
		}
	}
	if written += len(tally.due(now, true)); written != 6*maxCounted {
		t.Errorf("%d entries, want one and one number for each of %d", written, 3*maxCounted)
	}
	e := storage.Event{Name: "agent-probe", Role: "client-his", Result: "status-200"}
	for range 3 * maxRepeat {
		tally.note(e, now)
	}
	if got := tally.due(now, true); len(got) != 1 || got[0].Result != "status-200-and-9999-more" {
		t.Errorf("%s", resultsOf(got))
	}
}

func TestTheNumberOfRepeatsIsWrittenAtTheEndOfTheProgram(t *testing.T) {
	store, err := storage.Open(t.TempDir(), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	d := NewAuditWriter(store, slog.New(slog.DiscardHandler))
	pid, err := visit.ParsePID("9000000000004")
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		d.access(secureagent.Access{At: time.Now(), Client: "his", Action: "latest", PID: pid, Status: 200})
		d.access(secureagent.Access{At: time.Now(), Client: "his", Action: "confirm-save", PID: pid, Status: 200})
		d.access(secureagent.Access{At: time.Now(), Client: "his", Action: "confirm-save", Status: 400})
		d.Audit("card-read", "his", "200")
		d.Audit("card-read", "his", "500")
		d.Audit("visits", "his", "200")
		d.Audit("visits", "his", "503")
		d.Audit("refused", "his", "429 too many requests (and 7 more not listed)")
	}
	d.Close()
	want := map[string]int{
		"agent-latest client-his status-200": 1, "agent-latest client-his status-200-and-4-more": 1,
		"agent-confirm-save client-his status-200": 5, // each is a code
		"agent-confirm-save client-his status-400": 1, "agent-confirm-save client-his status-400-and-4-more": 1,
		"agent-visits client-his status-200": 1, "agent-visits client-his status-200-and-4-more": 1,
		"agent-refused client-his status-429": 1, "agent-refused client-his status-429-and-4-more": 1,
	}
	if got := storagetest.AgentEntries(t, store); !maps.Equal(got, want) {
		t.Errorf("got %q", slices.Sorted(maps.Keys(got)))
	}
}
