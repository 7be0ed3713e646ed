package storage

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit/desk"
)

const (
	wrongPIN = "804726"
	here     = "desk-1"
)

// counting has a store count the PINs at which it looks, instead of making it costly.
func counting(s *Store, checked *int) {
	s.signIns.fits = func(h pinHash, pin desk.PIN) bool {
		*checked++
		h.Time, h.Memory = 1, 8
		return pin.Digits() == somePIN
	}
}

func TestARightPINSignsInAndTakesTheCountBack(t *testing.T) {
	s := openIn(t, t.TempDir())
	id := addOperator(t, s, "สมหญิง", desk.Lead)
	for range desk.FreeTries - 1 {
		if _, err := s.SignIn(id, pinOf(t, wrongPIN), here); !errors.Is(err, ErrSignIn) {
			t.Fatal(err)
		}
	}
	if o, err := s.Operator(id); err != nil || o.Failed != desk.FreeTries-1 {
		t.Errorf("%+v, %v", o, err)
	}
	for range 2 {
		o, err := s.SignIn(id, pinOf(t, somePIN), here)
		if err != nil || o.ID != id || o.Role != desk.Lead || o.Name.Full() != "สมหญิง" || o.Failed != 0 {
			t.Fatalf("%+v, %v", o, err)
		}
	}
	must(t, s.view(func(tx *bolt.Tx) error {
		if k, _ := tx.Bucket(bucketMachines).Cursor().First(); k != nil {
			t.Error("the tries at the machine are still counted")
		}
		return nil
	}))
	var audit strings.Builder
	must(t, s.AuditExport(&audit))
	if ok, no := strings.Count(audit.String(), `"result":"ok"`), strings.Count(audit.String(), `"result":"refused"`); ok != 2 || no != desk.FreeTries-1 {
		t.Errorf("%d entries of a right PIN, %d of wrong ones", ok, no)
	}
	if !strings.Contains(audit.String(), `"machine-desk-1"`) || strings.Contains(audit.String(), somePIN) || strings.Contains(audit.String(), wrongPIN) {
		t.Error(audit.String())
	}
}

func TestNobodySignsInWhoIsUnknownDisabledOrElsewhere(t *testing.T) {
	s := openIn(t, t.TempDir())
	checked := 0
	counting(s, &checked)
	id := addOperator(t, s, "a", desk.Staff)
	must(t, s.DisableOperator(id))
	for _, who := range []desk.OperatorID{id, "0000000000000000", "", "9000000000004"} {
		if _, err := s.SignIn(who, pinOf(t, somePIN), here); !errors.Is(err, ErrSignIn) {
			t.Errorf("%q: %v", who, err)
		}
	}
	if checked != 4 {
		t.Errorf("%d PINs were looked at: the time of the answer tells who exists", checked)
	}
	for _, machine := range []string{"", "a b", "a9000000000004", strings.Repeat("a", 41)} {
		if _, err := s.SignIn(id, pinOf(t, somePIN), machine); !errors.Is(err, ErrMachine) {
			t.Errorf("%q: %v", machine, err)
		}
	}
}

// guesser tries PINs as somebody does who has the time, the button of the machine and
// its clock.
type guesser struct {
	t       *testing.T
	dir     string
	store   *Store
	clock   time.Duration // by how much the wall clock is wrong
	checked int
}

func (g *guesser) open() {
	s, err := Open(g.dir, Options{Now: func() time.Time { return time.Now().Add(g.clock) }})
	must(g.t, err)
	counting(s, &g.checked)
	g.store = s
}

func (g *guesser) restart() {
	must(g.t, g.store.Close())
	g.open()
}

func TestTwoHundredWrongPINsByForceAreLookedAtFifteenTimesAtTheMost(t *testing.T) {
	for name, c := range map[string]struct {
		patient bool // who waits as long as is told
		want    int
	}{
		"without waiting": {false, desk.FreeTries}, "with all the time": {true, desk.MaxTries},
	} {
		t.Run(name, func(t *testing.T) { synctest.Test(t, func(t *testing.T) { force(t, c.patient, c.want) }) })
	}
}

func force(t *testing.T, patient bool, want int) {
	g := &guesser{t: t, dir: t.TempDir()}
	g.open()
	defer func() { _ = g.store.Close() }()
	id, other := addOperator(t, g.store, "a", desk.Staff), addOperator(t, g.store, "b", desk.Staff)
	random := rand.New(rand.NewPCG(16, 5))
	restarts, set := 0, 0
	for range 200 {
		switch random.IntN(4) {
		case 0:
			g.restart()
			restarts++
		case 1:
			g.clock = []time.Duration{-year, -time.Hour, 0, time.Hour, year}[random.IntN(5)]
			set++
		case 2: // off, its clock changed, and on again
			g.clock = []time.Duration{-year, year}[random.IntN(2)]
			g.restart()
			restarts, set = restarts+1, set+1
		}
		before := g.checked
		_, err := g.store.SignIn(id, pinOf(t, wrongPIN), here)
		var locked *desk.LockedError
		switch {
		case errors.As(err, &locked) && g.checked != before:
			t.Fatal("a PIN was looked at though it is locked")
		case locked != nil && patient:
			time.Sleep(locked.Wait - time.Second)
			if _, err := g.store.SignIn(id, pinOf(t, wrongPIN), here); !errors.As(err, new(*desk.LockedError)) {
				t.Fatalf("a second too early: %v", err)
			}
			time.Sleep(time.Second)
		case locked == nil && !errors.Is(err, ErrSignIn):
			t.Fatal(err)
		}
	}
	if g.checked != want {
		t.Errorf("%d PINs were looked at, want %d", g.checked, want)
	}
	t.Logf("200 tries, %d restarts, %d times another clock: %d PINs were looked at", restarts, set, g.checked)

	for what, who := range map[string]desk.OperatorID{"the operator": id, "the machine": other} {
		var locked *desk.LockedError
		if _, err := g.store.SignIn(who, pinOf(t, somePIN), here); !errors.As(err, &locked) || locked.Machine != (who == other) {
			t.Errorf("the right PIN where %s is locked: %v", what, err)
		}
	}
	if patient {
		time.Sleep(year) // even then
		g.restart()
		if _, err := g.store.SignIn(id, pinOf(t, somePIN), "desk-2"); !errors.As(err, new(*desk.LockedError)) {
			t.Errorf("the right PIN at another machine: %v", err)
		}
	}
	if _, err := g.store.SignIn(other, pinOf(t, somePIN), "desk-2"); err != nil {
		t.Errorf("another operator at another machine: %v", err)
	}
	must(t, g.store.ResetOperator(id, pinOf(t, somePIN)))
	if _, err := g.store.SignIn(id, pinOf(t, somePIN), here); err != nil {
		t.Errorf("after the administrator has opened it: %v", err)
	}
	if _, err := g.store.AuditVerify(); err != nil {
		t.Error(err)
	}
	var audit strings.Builder
	must(t, g.store.AuditExport(&audit))
	if n := strings.Count(audit.String(), `"refused"`); n != want {
		t.Errorf("%d refusals in the audit, want %d", n, want)
	}
	if n := strings.Count(audit.String(), `"locked"`); n < 1 || n > restarts+2*want+5 {
		t.Errorf("%d entries say that it was locked", n)
	}
}

const year = 365 * 24 * time.Hour

func TestAFloodAtALockFillsTheAuditByOneEntry(t *testing.T) {
	s := openIn(t, t.TempDir())
	checked := 0
	counting(s, &checked)
	id := addOperator(t, s, "a", desk.Staff)
	for range 100 {
		_, _ = s.SignIn(id, pinOf(t, wrongPIN), here)
	}
	if entries, err := s.AuditVerify(); err != nil || entries != 1+desk.FreeTries+1 {
		t.Errorf("%d entries, %v", entries, err)
	}
}

func TestAFloodAtALockWritesNothing(t *testing.T) {
	s := openIn(t, t.TempDir())
	checked := 0
	counting(s, &checked)
	id := addOperator(t, s, "a", desk.Staff)
	try := func() (commits int) {
		if _, err := s.SignIn(id, pinOf(t, wrongPIN), here); err == nil {
			t.Fatal("a wrong PIN fits")
		}
		must(t, s.view(func(tx *bolt.Tx) error { commits = tx.ID(); return nil }))
		return commits
	}
	for range desk.FreeTries {
		try()
	}
	before := try() // the audit has now that it is locked
	for range 100 {
		if after := try(); after != before {
			t.Fatalf("%d commits, each of which has the disk write and keeps every other save waiting", after-before)
		}
	}
}

func TestAnOperatorWhoIsDisabledOrResetMeanwhileDoesNotSignIn(t *testing.T) {
	for name, meanwhile := range map[string]func(*Store, desk.OperatorID) error{
		"disabled": (*Store).DisableOperator,
		"reset":    func(s *Store, id desk.OperatorID) error { return s.ResetOperator(id, pinOf(t, "731946")) },
	} {
		s := openIn(t, t.TempDir())
		id := addOperator(t, s, "a", desk.Staff)
		s.signIns.fits = func(pinHash, desk.PIN) bool { return meanwhile(s, id) == nil }
		if _, err := s.SignIn(id, pinOf(t, somePIN), here); !errors.Is(err, ErrSignIn) {
			t.Errorf("%s: %v", name, err)
		}
		if o, err := s.Operator(id); err != nil || !o.Disabled && o.PINs != 2 {
			t.Errorf("%s: the change is gone: %+v, %v", name, o, err)
		}
		var audit strings.Builder
		must(t, s.AuditExport(&audit))
		if strings.Count(audit.String(), `"refused"`) != 1 || strings.Contains(audit.String(), `"ok"`) {
			t.Errorf("%s: the audit does not tell of the try: %s", name, audit.String())
		}
	}
}

func TestATryIsInTheFileBeforeThePINIsLookedAt(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	id := addOperator(t, s, "a", desk.Staff)
	looked := 0
	s.signIns.fits = func(pinHash, desk.PIN) bool {
		looked++
		as := openIn(t, copyDir(t, dir)) // as a power cut in this moment would leave it
		defer func() { _ = as.Close() }()
		if o, err := as.Operator(id); err != nil || o.Failed != looked {
			t.Errorf("%d tries are in the file, want %d; %v", o.Failed, looked, err)
		}
		return false
	}
	for range desk.FreeTries {
		_, _ = s.SignIn(id, pinOf(t, wrongPIN), here)
	}
	if looked != desk.FreeTries {
		t.Errorf("%d PINs were looked at", looked)
	}
}

func TestNobodySignsInOfWhomTheDiskCannotKeepIt(t *testing.T) {
	s := openIn(t, t.TempDir())
	id := addOperator(t, s, "a", desk.Staff)
	looked := 0
	s.signIns.fits = func(pinHash, desk.PIN) bool {
		looked++
		must(t, s.Close())
		return true
	}
	for range 2 {
		if o, err := s.SignIn(id, pinOf(t, somePIN), here); !errors.Is(err, ErrClosed) || o.ID != "" {
			t.Errorf("%v, %v", o.ID, err)
		}
	}
	if looked != 1 {
		t.Errorf("%d PINs were looked at, the second without a count", looked)
	}
}

func TestTriesAtOnceAreLookedAtOneByOne(t *testing.T) {
	s := openIn(t, t.TempDir())
	id := addOperator(t, s, "a", desk.Staff)
	var looked, at atomic.Int64
	s.signIns.fits = func(pinHash, desk.PIN) bool {
		if at.Add(1) != 1 {
			t.Error("two PINs are looked at at once")
		}
		looked.Add(1)
		at.Add(-1)
		return false
	}
	var trying sync.WaitGroup
	for n := range 40 {
		trying.Go(func() { _, _ = s.SignIn(id, pinOf(t, wrongPIN), fmt.Sprint("desk-", n%4)) })
	}
	trying.Wait()
	if looked.Load() != desk.FreeTries {
		t.Errorf("%d PINs were looked at", looked.Load())
	}
}

const guesserVariable = "AUTHENKIOSK_STORAGE_TEST_GUESSER"

// runGuesser tries wrong PINs for ever, as if every wait were over at its start. It says
// "look" when a PIN is about to be looked at.
func runGuesser(where string) int {
	dir, id, _ := strings.Cut(where, "|")
	s, err := Open(dir, Options{})
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	s.opened = s.opened.Add(-24 * time.Hour)
	fits := s.signIns.fits
	s.signIns.fits = func(h pinHash, pin desk.PIN) bool {
		fmt.Println("look")
		return fits(h, pin)
	}
	pin, err := desk.ParsePIN(wrongPIN)
	for err == nil {
		if _, err = s.SignIn(desk.OperatorID(id), pin, here); errors.Is(err, ErrSignIn) {
			err = nil
		}
		fmt.Println("answer", err)
	}
	return 0
}

func TestKillingTheProgramWhileItLooksAtAPINGivesNoTry(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	id := addOperator(t, s, "a", desk.Staff)
	must(t, s.Close())
	looks, kills := 0, 0
	for range desk.MaxTries + 5 {
		lines := killChild(t, guesserVariable+"="+dir+"|"+string(id), 0)
		seen := 0
		for _, line := range lines {
			if strings.HasPrefix(line, "error") {
				t.Fatal(line)
			}
			if line == "look" {
				seen++
			}
		}
		looks, kills = looks+seen, kills+1
		s := openIn(t, dir)
		if o, err := s.Operator(id); err != nil || o.Failed < looks {
			t.Fatalf("%d PINs were looked at, %d are counted, %v", looks, o.Failed, err)
		}
		must(t, s.Close())
	}
	if looks > desk.MaxTries || looks < desk.FreeTries {
		t.Errorf("%d PINs were looked at", looks)
	}
	s = openIn(t, dir)
	if _, err := s.SignIn(id, pinOf(t, somePIN), here); !errors.As(err, new(*desk.LockedError)) {
		t.Errorf("the right PIN while it is locked: %v", err)
	}
	t.Logf("%d kills, %d PINs were looked at", kills, looks)
}
