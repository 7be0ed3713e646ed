package storage

import (
	"bufio"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

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
		v := madeUp(n)
		steps := []func() error{
			func() error { return s.Save(v, noon) },
			func() error { return s.Begin(v.ID, noon) },
			func() error { return s.Done(v.ID, childCode(n), noon) },
		}
		for i, state := range []State{StatePending, StateInflight, StateDone}[:1+n%3] {
			if err := steps[i](); err != nil {
				fmt.Println("error", err)
				return 1
			}
			if _, err := fmt.Println(state, v.ID); err != nil {
				return 1
			}
		}
	}
}

func childCode(n int) visit.AuthenCode { return visit.AuthenCode(fmt.Sprintf("PP%010d", n)) }

// nextNumber is how many visits there are: the child numbers them from 0.
func nextNumber(s *Store) (int, error) {
	all, err := s.List(visit.ServiceDateOf(noon))
	return len(all), err
}

func TestNoAcknowledgedChangeIsLostWhenTheProgramIsKilled(t *testing.T) {
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(1, 2))
	acknowledged := map[visit.ID]State{}
	for round := range *kills {
		lines := killAfter(t, dir, random.IntN(60))
		for _, line := range lines {
			state, id, _ := strings.Cut(line, " ")
			if state == "error" {
				t.Fatalf("round %d: the child said %q", round, line)
			}
			if state != "start" {
				acknowledged[visit.ID(id)] = State(state)
			}
		}
		verify(t, dir, acknowledged)
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
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+dir)
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

var rank = map[State]int{StatePending: 1, StateInflight: 2, StateDone: 3}

func verify(t *testing.T, dir string, acknowledged map[visit.ID]State) {
	t.Helper()
	s := openIn(t, dir)
	defer func() { _ = s.Close() }()
	all, err := s.List(visit.ServiceDateOf(noon))
	must(t, err)
	found, unsettled := 0, 0
	for n, r := range all {
		if !sameVisit(r.Visit, madeUp(n)) {
			t.Errorf("visit %d came back changed", n)
		}
		if want, ok := acknowledged[r.Visit.ID]; ok {
			found++
			if rank[r.State] < rank[want] || rank[r.State] > rank[want]+1 {
				t.Errorf("visit %d is %s, acknowledged as %s", n, r.State, want)
			}
		}
		if r.State == StateDone && r.Code != childCode(n) {
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
}
