package update

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
)

// tried is a root in which version 1.1.0 is on trial.
func tried(t *testing.T) Root {
	t.Helper()
	r, from := newRoot(t), t.TempDir()
	must(t, os.WriteFile(filepath.Join(from, "authenkiosk"), []byte(programOf("1.1.0")), 0o700))
	must(t, r.Adopt(from, "1.1.0"))
	must(t, r.Try("1.1.0", false))
	return r
}

func never() bool { return false }

// TestAVersionOnTrialIsNotStartedForEverOnAFullDisk lets the disk become full at each moment
// of a trial.
func TestAVersionOnTrialIsNotStartedForEverOnAFullDisk(t *testing.T) {
	full := func() error { return syscall.ENOSPC }
	for _, c := range []struct {
		name    string
		counted int // starts before it is full
		kept    func() bool
		back    bool
		now     string
	}{
		{"before its first start", 0, never, true, "1.0.0"},
		{"before its last start", maxStarts - 1, never, true, "1.0.0"},
		{"when it has been started too often", maxStarts, never, true, "1.0.0"},
		{"and it has said that it stays", 1, func() bool { return true }, false, "1.1.0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := tried(t)
			for range c.counted {
				if back, err := r.Settle(never); back || err != nil {
					t.Fatalf("back %v, %v", back, err)
				}
			}
			r.room = full
			back, err := r.Settle(c.kept)
			now, lost := r.Current()
			if must(t, lost); back != c.back || now != c.now {
				t.Errorf("back %v, in use is %s: %v", back, now, err)
			}
			if c.back && r.Refused() != "1.1.0" {
				t.Errorf("refused is %q: it would be put in place again", r.Refused())
			}
			if c.counted < maxStarts && !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("nobody hears that the disk is full: %v", err)
			}
			for range 2 * maxStarts { // whatever happens, it starts again
				_, _ = r.Settle(c.kept)
			}
			if now, err := r.Current(); err != nil || now != c.now {
				t.Errorf("later in use is %s, %v", now, err)
			}
		})
	}
}

func TestWhoeverHasWaitedLongEnoughGoesBackOnAFullDisk(t *testing.T) {
	r := tried(t)
	trial, _ := r.Trial()
	r.room = func() error { return syscall.ENOSPC }
	back, err := r.Back(trial, never)
	if now, lost := r.Current(); !back || err != nil || lost != nil || now != "1.0.0" || r.Refused() != "1.1.0" {
		t.Errorf("back %v, in use is %s, refused %q: %v, %v", back, now, r.Refused(), err, lost)
	}
}

// TestATrialOnAFullDiskDoesNotBegin is why going back never needs room: it lies ready.
func TestATrialOnAFullDiskDoesNotBegin(t *testing.T) {
	for after := range 4 { // things that still found room
		r, from := newRoot(t), t.TempDir()
		must(t, os.WriteFile(filepath.Join(from, "authenkiosk"), []byte(programOf("1.1.0")), 0o700))
		must(t, r.Adopt(from, "1.1.0"))
		left := after
		r.room = func() error {
			if left--; left < 0 {
				return syscall.ENOSPC
			}
			return nil
		}
		err := r.Try("1.1.0", false)
		now, lost := r.Current()
		if must(t, lost); !errors.Is(err, syscall.ENOSPC) || now != "1.0.0" {
			t.Errorf("after %d: in use is %s, %v", after, now, err)
		}
	}
}

// second is a root in which version 1.1.0 is on trial and 1.2.0 lies beside it.
func second(t *testing.T) Root {
	t.Helper()
	r, from := tried(t), t.TempDir()
	must(t, os.WriteFile(filepath.Join(from, "authenkiosk"), []byte(programOf("1.2.0")), 0o700))
	must(t, r.Adopt(from, "1.2.0"))
	return r
}

// filling lets that many things find room, and none after them.
func filling(left int) func() error {
	return func() error {
		if left--; left < 0 {
			return syscall.ENOSPC
		}
		return nil
	}
}

// TestATrialThatFollowsAnotherOnAFullDiskTakesNothingFromIt lets the disk become full at
// each step of the change: the version that is in use then is on trial, and goes back.
func TestATrialThatFollowsAnotherOnAFullDiskTakesNothingFromIt(t *testing.T) {
	for after := 0; ; after++ { // things that still find room
		r := second(t)
		r.room = filling(after)
		err := r.Try("1.2.0", false)
		want := "1.1.0"
		if err == nil {
			want = "1.2.0"
		}
		trial, on := r.Trial()
		if now, lost := r.Current(); lost != nil || now != want || !on || trial.To != want || trial.From != "1.0.0" {
			t.Fatalf("after %d: in use is %s, %v; on trial %v: %+v", after, now, lost, on, trial)
		}
		r.room = filling(0)
		if back, err := r.Back(trial, never); !back || err != nil {
			t.Errorf("after %d: back %v, %v", after, back, err)
		}
		if now, lost := r.Current(); lost != nil || now != "1.0.0" || r.Refused() != want {
			t.Errorf("after %d: in use is %s, %v; refused %q, not %s", after, now, lost, r.Refused(), want)
		}
		if err == nil {
			if after < 4 {
				t.Errorf("a trial that follows another needs %d times room: the test fills no disk", after)
			}
			return
		}
	}
}

// TestATrialThatFollowsAnotherAndIsCutShortIsStillThatOfTheOneBefore has the power go
// between the note of the second trial and the change.
func TestATrialThatFollowsAnotherAndIsCutShortIsStillThatOfTheOneBefore(t *testing.T) {
	for _, next := range []string{"1.1.0 goes back", "1.1.0 stays", "1.2.0 is tried again"} {
		t.Run(next, func(t *testing.T) {
			r := second(t)
			trial := Trial{From: "1.0.0", To: "1.2.0", Over: "1.1.0"}
			must(t, r.prepare(trial))
			must(t, r.note(trial))
			want, refused := "1.0.0", "1.1.0"
			switch next {
			case "1.1.0 goes back":
				r.room = filling(0)
				_, err := r.Settle(never)
				if !errors.Is(err, syscall.ENOSPC) {
					t.Errorf("nobody hears that the disk is full: %v", err)
				}
			case "1.1.0 stays":
				want, refused = "1.1.0", ""
				if back, err := r.Settle(func() bool { return true }); back || err != nil {
					t.Errorf("back %v, %v", back, err)
				}
			default:
				want, refused = "1.2.0", ""
				must(t, r.Try("1.2.0", false))
			}
			if now, err := r.Current(); err != nil || now != want || r.Refused() != refused {
				t.Errorf("in use is %s, %v; refused %q", now, err, r.Refused())
			}
		})
	}
}

// TestAVersionThatStaysAfterAnotherIsTriedIsGoneBackToOnAFullDisk has 1.1.0 run on, and save
// a visit, while 1.2.0 is on trial: its data must not be left to 1.0.0, and 1.2.0 must not be
// started for ever.
func TestAVersionThatStaysAfterAnotherIsTriedIsGoneBackToOnAFullDisk(t *testing.T) {
	for after := range 3 {
		r := second(t)
		must(t, r.Try("1.2.0", false))
		r.room = filling(after)
		if err := r.Heed("1.1.0"); err != nil && !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("after %d: %v", after, err)
		}
		for range 2 * maxStarts {
			_ = r.Heed("1.1.0")
			now, err := r.Current()
			must(t, err)
			_, _ = r.Settle(func() bool { return now == "1.1.0" })
		}
		if now, err := r.Current(); err != nil || now != "1.1.0" || r.Refused() != "1.2.0" {
			t.Errorf("after %d: in use is %s, %v; refused %q", after, now, err, r.Refused())
		}
	}
}

// TestATrialOfAnOlderProgramGoesBack has a trial for which nothing lies ready, or what is
// left of another one.
func TestATrialOfAnOlderProgramGoesBack(t *testing.T) {
	for name, left := range map[string]func(r Root) error{
		"nothing lies ready": func(r Root) error { r.unprepare(); return nil },
		"of another one": func(r Root) error {
			other := Trial{From: "0.9.0", To: "0.9.1"}
			if err := r.prepare(other); err != nil {
				return err
			}
			r.begun(other)
			return nil
		},
	} {
		r := tried(t)
		must(t, left(r))
		trial, _ := r.Trial()
		if back, err := r.Back(trial, never); !back || err != nil {
			t.Errorf("%s: %v, %v", name, back, err)
		}
		if now, err := r.Current(); err != nil || now != "1.0.0" || r.Refused() != "1.1.0" {
			t.Errorf("%s: in use is %s, refused %q: %v", name, now, r.Refused(), err)
		}
	}
}

func TestTwoProgramsThatStartAtOnceAreTwoStarts(t *testing.T) {
	r := tried(t)
	var both sync.WaitGroup
	for range maxStarts {
		both.Go(func() {
			if back, err := r.Settle(never); back || err != nil {
				t.Errorf("back %v, %v", back, err)
			}
		})
	}
	both.Wait()
	if trial, on := r.Trial(); !on || trial.Starts != maxStarts {
		t.Errorf("on trial %v with %d starts", on, trial.Starts)
	}
}

// TestAVersionThatWentBackIsNotTriedAgainWhateverHappensThen has the power go right after the
// change.
func TestAVersionThatWentBackIsNotTriedAgainWhateverHappensThen(t *testing.T) {
	r := tried(t)
	trial, _ := r.Trial()
	func() {
		defer func() { _ = recover() }()
		asked := 0
		_, _ = r.Back(trial, func() bool {
			if asked++; asked == 2 {
				panic("the power goes")
			}
			return false
		})
	}()
	if now, err := r.Current(); err != nil || now != "1.0.0" || r.Refused() != "1.1.0" {
		t.Errorf("in use is %s, refused %q: %v", now, r.Refused(), err)
	}
}

// TestAVersionThatStaysIsRefusedNoMore has somebody ask again for one that went back.
func TestAVersionThatStaysIsRefusedNoMore(t *testing.T) {
	r := tried(t)
	trial, _ := r.Trial()
	_, err := r.Back(trial, never)
	must(t, err)
	must(t, r.Try("1.1.0", false))
	_, err = r.Settle(func() bool { return true })
	must(t, err)
	if now, err := r.Current(); err != nil || now != "1.1.0" || r.Refused() != "" {
		t.Errorf("in use is %s, refused %q: %v", now, r.Refused(), err)
	}
}
