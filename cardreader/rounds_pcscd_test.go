//go:build pcscd

package cardreader_test

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"testing"
	"time"

	"authenkiosk/cardreader"
	"authenkiosk/cardreader/pcsc"
	"authenkiosk/cardreader/virtualcard"
)

var (
	rounds   = flag.Int("pcscd-rounds", 20, "insertions in TestPCSCDRounds")
	restarts = flag.Int("pcscd-restarts", 2, "restarts of pcscd in TestPCSCDRestarts")
)

// TestPCSCDRounds puts cards in and out of a reader, reads each, and prints how
// long after the insertion its event comes, beside the moment at which pcscd
// itself tells of it to another process that does nothing but wait.
func TestPCSCDRounds(t *testing.T) {
	r := newOverVpcd(t)
	m := watchEmpty(t, r, cardreader.Options{})
	raw := watchRaw(t)
	people := virtualcard.Population()
	cards := make([]*virtualcard.Card, len(people))
	for i, p := range people {
		cards[i] = makeCard(t, p)
	}
	var ours, theirs, behind, texts []time.Duration
	for round := range *rounds {
		who := round % len(people)
		began := time.Now()
		r.insert(t, vpcdFirst, cards[who])
		in := expect[cardreader.Inserted](t, m)
		told := time.Now()
		doc, err := m.Read(t.Context(), in, cardreader.Receiver{})
		must(t, err)
		texts = append(texts, time.Since(told))
		wantDocument(t, doc, people[who])
		raised := raw(t)
		ours, theirs = append(ours, told.Sub(began)), append(theirs, raised.Sub(began))
		behind = append(behind, told.Sub(raised))
		r.remove(t, vpcdFirst)
		if out := expect[cardreader.Removed](t, m); out.Insertion != in.Insertion {
			t.Fatalf("round %d: removed %d, want %d", round, out.Insertion, in.Insertion)
		}
	}
	t.Logf("%d rounds, no failure", *rounds)
	t.Log("insertion to event:  ", spread(ours))
	t.Log("to that of pcscd:    ", spread(theirs))
	t.Log("behind pcscd:        ", spread(behind))
	t.Log("event to all text:   ", spread(texts))
}

// TestPCSCDRestarts stops and starts pcscd under a Monitor that goes on running.
func TestPCSCDRestarts(t *testing.T) {
	r := newOverVpcd(t)
	m := watchEmpty(t, r, cardreader.Options{})
	r.insert(t, vpcdFirst, makeCard(t, virtualcard.Adult()))
	in := expect[cardreader.Inserted](t, m)
	var back []time.Duration
	for range *restarts {
		r.stop(t)
		if out := expect[cardreader.Removed](t, m); out.Insertion != in.Insertion {
			t.Fatalf("removed %d, want %d", out.Insertion, in.Insertion)
		}
		expect[cardreader.ServiceLost](t, m)
		r.start(t)
		began := time.Now()
		expect[cardreader.ServiceBack](t, m)
		in = expect[cardreader.Inserted](t, m)
		back = append(back, time.Since(began))
		doc, err := m.Read(t.Context(), in, cardreader.Receiver{})
		must(t, err)
		wantDocument(t, doc, virtualcard.Adult())
	}
	t.Logf("%d restarts; pcscd ready to card announced: %s", *restarts, spread(back))
}

// spread describes durations.
func spread(d []time.Duration) string {
	slices.Sort(d)
	at := func(percent int) time.Duration { return d[(len(d)-1)*percent/100].Round(10 * time.Microsecond) }
	return fmt.Sprintf("least %v, median %v, 95 %% %v, most %v", at(0), at(50), at(95), at(100))
}

// rawWatcher is set for the process that only waits.
const rawWatcher = "AUTHENKIOSK_TEST_RAW_WATCHER"

// watchRaw starts that process and returns a function that waits for the moment
// of the next insertion in the first reader. It is another process because the
// binding must not wait for one reader twice in the same.
func watchRaw(t *testing.T) func(t *testing.T) time.Time {
	t.Helper()
	program, err := os.Executable()
	must(t, err)
	cmd := exec.Command(program, "-test.run", "^TestPCSCDRawWatcher$")
	cmd.Env = append(os.Environ(), rawWatcher+"=1")
	stdin, err := cmd.StdinPipe()
	must(t, err)
	stdout, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = stdin.Close() // which ends it
		_, _ = io.Copy(io.Discard, stdout)
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(stdout)
	next := func(t *testing.T) string {
		t.Helper()
		if !lines.Scan() {
			t.Fatal("the process that waits has ended")
		}
		return lines.Text()
	}
	if got := next(t); got != "ready" {
		t.Fatalf("the process that waits says %q", got)
	}
	return func(t *testing.T) time.Time {
		t.Helper()
		nanoseconds, err := strconv.ParseInt(next(t), 10, 64)
		must(t, err)
		return time.Unix(0, nanoseconds)
	}
}

// TestPCSCDRawWatcher is that process: it prints the time whenever pcscd tells of
// a card that came in, until its input ends.
func TestPCSCDRawWatcher(t *testing.T) {
	if os.Getenv(rawWatcher) == "" {
		t.Skip("this is run by TestPCSCDRounds")
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = io.Copy(io.Discard, os.Stdin)
	}()
	w, err := pcsc.New().Watch()
	must(t, err)
	defer func() { _ = w.Close() }()
	slots := []cardreader.Slot{{Reader: vpcdFirst}}
	first := true
	for {
		err := w.Wait(t.Context(), slots, time.Second)
		now := time.Now()
		select {
		case <-ended:
			return
		default:
		}
		if errors.Is(err, cardreader.ErrTimeout) {
			continue
		}
		must(t, err)
		came := slots[0].Event.Has(cardreader.StatePresent) && !slots[0].Current.Has(cardreader.StatePresent)
		slots[0].Current = slots[0].Event &^ cardreader.StateChanged
		switch {
		case first:
			first = false
			fmt.Println("ready")
		case came:
			fmt.Println(now.UnixNano())
		}
	}
}
