package storage

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"authenkiosk/storage/internal/madeup"
	"authenkiosk/visit"
)

const childVariable = "AUTHENKIOSK_STORAGE_TEST_CHILD"

// A round that costs about 50 ms; 30 keep the ordinary run short.
var kills = flag.Int("kills", 30, "how often the kill test kills its child")

// runChild opens the store and takes visits through their states for ever,
// telling each acknowledged change on standard output: "state id".
func runChild(dir string) int {
	fmt.Println("start -")
	s, err := Open(dir, Options{})
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	first, err := nextNumber(s)
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	for n := first; ; n++ {
		v := killed(n)
		steps := []func() error{
			func() error { return saveKilled(s, n) },
			func() error { return s.Begin(v.ID, noon) },
			func() error { return s.Done(v.ID, childCode(n), noon) },
		}
		for i, state := range []visit.State{visit.StatePending, visit.StateInflight, visit.StateDone}[:1+n%3] {
			if err := steps[i](); err != nil {
				fmt.Println("error", err)
				return 1
			}
			if _, err := fmt.Println(state, v.ID); err != nil {
				return 1
			}
		}
		if n%3 == 2 {
			if err := errors.Join(s.PutPrintJob(slip(n)), s.MarkPrintJob(slip(n).ID, JobSending, noon)); err != nil {
				fmt.Println("error", err)
				return 1
			}
			fmt.Println("sending", v.ID)
		}
	}
}

// killed returns visit n of the kill test: some have a photo, some a certifier.
func killed(n int) visit.Visit {
	switch n % 5 {
	case 1:
		return madeup.WithPhoto(n)
	case 2:
		return madeup.Certified(n)
	}
	return madeUp(n)
}

func killedPhoto(n int) []byte { return bytes.Repeat(fmt.Append(nil, "photo ", n), 1000) }

func saveKilled(s *Store, n int) error {
	if v := killed(n); v.Attestation.Photo {
		return s.SaveWithPhoto(v, killedPhoto(n), noon)
	}
	return s.Save(killed(n), noon)
}

func childCode(n int) visit.AuthenCode { return visit.AuthenCode(fmt.Sprintf("PP%010d", n)) }

// nextNumber is how many visits there are: the child numbers them from 0.
func nextNumber(s *Store) (int, error) {
	all, err := listOf(s, visit.ServiceDateOf(noon))
	return len(all), err
}

func TestNoAcknowledgedChangeIsLostWhenTheProgramIsKilled(t *testing.T) {
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(1, 2))
	acknowledged, slips := map[visit.ID]visit.State{}, map[string]bool{}
	for round := range *kills {
		lines := killAfter(t, dir, random.IntN(60))
		for _, line := range lines {
			state, id, _ := strings.Cut(line, " ")
			if state == "error" {
				t.Fatalf("round %d: the child said %q", round, line)
			}
			if state == "sending" {
				slips[id] = true
			} else if state != "start" {
				acknowledged[visit.ID(id)] = visit.State(state)
			}
		}
		verify(t, dir, acknowledged, slips)
		if t.Failed() {
			t.Fatalf("after round %d", round)
		}
	}
	t.Logf("%d kills, %d acknowledged visits", *kills, len(acknowledged))
}

// killAfter starts a child, kills it when it has said that many lines and
// returns every whole line, those that came out during the kill included.
func killAfter(t *testing.T, dir string, count int) (lines []string) {
	t.Helper()
	return killChild(t, childVariable+"="+dir, count)
}

// killChild is killAfter for a child that is told by the environment what it is.
func killChild(t *testing.T, variable string, count int) (lines []string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), variable)
	pipe, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	watchdog := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer watchdog.Stop()
	for out := bufio.NewReader(pipe); ; {
		line, err := out.ReadString('\n')
		if err != nil {
			break
		}
		if lines = append(lines, strings.TrimSpace(line)); len(lines) == count+1 {
			_ = cmd.Process.Kill()
		}
	}
	_ = cmd.Wait()
	return lines
}

var rank = map[visit.State]int{visit.StatePending: 1, visit.StateInflight: 2, visit.StateDone: 3}

func verify(t *testing.T, dir string, acknowledged map[visit.ID]visit.State, slips map[string]bool) {
	t.Helper()
	s := openIn(t, dir)
	defer func() { _ = s.Close() }()
	all, err := listOf(s, visit.ServiceDateOf(noon))
	must(t, err)
	found, unsettled := 0, 0
	for n, r := range all {
		if !sameVisit(r.Visit, killed(n)) {
			t.Errorf("visit %d came back changed", n)
		}
		if photo, err := s.Photo(r.Visit.ID); r.Visit.Attestation.Photo && (err != nil || !bytes.Equal(photo, killedPhoto(n))) {
			t.Errorf("the photo of visit %d: %v", n, err)
		}
		if want, ok := acknowledged[r.Visit.ID]; ok {
			found++
			if rank[r.State] < rank[want] || rank[r.State] > rank[want]+1 {
				t.Errorf("visit %d is %s, acknowledged as %s", n, r.State, want)
			}
		}
		if r.State == visit.StateDone && r.Code != childCode(n) {
			t.Errorf("visit %d has another code", n)
		}
		if r.State.Unsettled() {
			unsettled++
		}
	}
	if found != len(acknowledged) {
		t.Errorf("%d of %d acknowledged visits are there", found, len(acknowledged))
	}
	if counts, err := s.Counts(visit.ServiceDateOf(noon)); err != nil || counts.Pending != unsettled || counts.DoneToday != len(all)-unsettled {
		t.Errorf("counts %+v for %d unsettled of %d, %v", counts, unsettled, len(all), err)
	}
	jobs, err := s.PrintJobs()
	must(t, err)
	sent := 0
	for _, j := range jobs {
		if slips[j.ID] {
			sent++
		}
		if slips[j.ID] && j.State != JobUnclear {
			t.Errorf("a slip that was being sent is %s", j.State)
		}
	}
	if sent != len(slips) {
		t.Errorf("%d of %d slips are there", sent, len(slips))
	}
	changes, _, err := s.Changes(0, len(all)+1)
	if err != nil || len(changes) != len(all)-unsettled {
		t.Errorf("%d changes of %d visits that are settled, %v", len(changes), len(all)-unsettled, err)
	}
}
