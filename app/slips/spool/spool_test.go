package spool

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/printer"
	"authenkiosk/storage"
)

func check(t *testing.T, b *bench, told []Outcome, out int, state storage.JobState) {
	t.Helper()
	if got := b.outcomes(); !slices.Equal(got, told) {
		t.Errorf("told %v, want %v", got, told)
	}
	if got := len(b.printer.slips()); got != out {
		t.Errorf("%d slips came out, want %d", got, out)
	}
	if got := b.store.state(visitOf(1)); got != state {
		t.Errorf("the job is %q, want %q", got, state)
	}
}

func TestASlipIsMarkedAsBeingSentBeforeItsFirstByte(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.want(1, false)
		time.Sleep(500 * time.Millisecond) // half of it is on the way
		if got := b.store.state(visitOf(1)); got != storage.JobSending || b.printer.tries() != 1 {
			t.Errorf("the job is %q after %d tries", got, b.printer.tries())
		}
		time.Sleep(time.Second)
		check(t, b, []Outcome{Printed}, 1, storage.JobPrinted)
		if want := []string{"wanted", "sending", "printed"}; !slices.Equal(b.store.history, want) {
			t.Errorf("the store saw %v", b.store.history)
		}
	})
}

func TestASlipComesOutOnceThePrinterIsWellAgain(t *testing.T) {
	for _, c := range []printer.Condition{printer.PaperOut, printer.CoverOpen, printer.Offline, printer.Error, printer.Busy} {
		for _, well := range []printer.Condition{printer.Ready, printer.PaperLow, printer.Unknown} {
			t.Run(c.String()+" then "+well.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					b := newBench(t)
					b.printer.set(c)
					b.want(1, false)
					time.Sleep(time.Minute)
					check(t, b, []Outcome{Failed}, 0, storage.JobFailed)
					if b.printer.tries() != 1 {
						t.Errorf("a printer that is not well was tried %d times", b.printer.tries())
					}
					b.printer.set(well)
					time.Sleep(5 * time.Second)
					check(t, b, []Outcome{Failed, Printed}, 1, storage.JobPrinted)
					time.Sleep(time.Hour)
					check(t, b, []Outcome{Failed, Printed}, 1, storage.JobPrinted)
				})
			})
		}
	}
}

func TestASlipThatWasCutShortIsPrintedAgainAndAnUnclearOneNever(t *testing.T) {
	for _, c := range []struct {
		name  string
		ends  error
		told  []Outcome
		out   int
		state storage.JobState
	}{
		{"unplugged in the middle", &printer.NotPrintedError{Condition: printer.Offline, Partial: true}, []Outcome{Failed, Printed}, 1, storage.JobPrinted},
		{"nobody knows", &printer.UnclearError{Condition: printer.Offline}, []Outcome{Unclear}, 0, storage.JobUnclear},
		{"nonsense as an answer", &printer.UnclearError{}, []Outcome{Unclear}, 0, storage.JobUnclear},
		{"an error of no known sort", errDisk, []Outcome{Unclear}, 0, storage.JobUnclear},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t)
				b.printer.ends = []error{c.ends}
				b.want(1, false)
				time.Sleep(time.Hour)
				check(t, b, c.told, c.out, c.state)
				b.end()
				b.start()
				time.Sleep(time.Hour)
				check(t, b, c.told, c.out, c.state)
			})
		})
	}
}

func TestASlipIsGivenUpTwoMinutesAfterItsPatientHasGone(t *testing.T) {
	for _, c := range []struct {
		name  string
		leave time.Duration // of the patient; 0: never
		well  time.Duration // of the printer
		out   int
	}{
		{"the patient left and the paper came at once", time.Second, keepWanted - 10*time.Second, 1},
		{"the patient left and the paper came too late", time.Second, keepWanted + 10*time.Second, 0},
		{"the patient stays and waits", 0, 10 * time.Minute, 1},
		{"the patient stayed long and left", 3 * time.Minute, 4 * time.Minute, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t)
				b.printer.set(printer.PaperOut)
				b.want(1, false)
				if c.leave > 0 {
					time.AfterFunc(c.leave, func() { b.show(0) })
				}
				time.Sleep(c.well)
				b.printer.set(printer.Ready)
				time.Sleep(10 * time.Second)
				state := storage.JobGivenUp
				told := []Outcome{Failed}
				if c.out > 0 {
					state, told = storage.JobPrinted, append(told, Printed)
				}
				check(t, b, told, c.out, state)
				if b.waiting() != 0 {
					t.Error("something of a slip is still held")
				}
			})
		})
	}
}

func TestAfterARestartOnlyWhatIsWantedComesOut(t *testing.T) {
	for _, c := range []struct {
		name  string
		state storage.JobState
		kind  string
		age   time.Duration
		want  storage.JobState
		out   int
	}{
		{"wanted", storage.JobWanted, "code", time.Second, storage.JobPrinted, 1},
		{"failed", storage.JobFailed, "code", time.Minute, storage.JobPrinted, 1},
		{"wanted too long ago", storage.JobWanted, "code", keepWanted, storage.JobGivenUp, 0},
		{"from a clock that was ahead", storage.JobWanted, "code", -time.Minute, storage.JobGivenUp, 0},
		{"with nothing to make it of", storage.JobWanted, "desk", time.Second, storage.JobGivenUp, 0},
		{"being sent", storage.JobSending, "code", time.Second, storage.JobUnclear, 0},
		{"unclear", storage.JobUnclear, "code", time.Second, storage.JobUnclear, 0},
		{"printed", storage.JobPrinted, "code", time.Second, storage.JobPrinted, 0},
		{"given up", storage.JobGivenUp, "code", time.Second, storage.JobGivenUp, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t)
				b.end()
				b.store.jobs[string(visitOf(1))] = storage.PrintJob{
					ID: string(visitOf(1)), Visit: visitOf(1), Kind: c.kind, Language: "th", State: c.state, CreatedAt: time.Now().Add(-c.age),
				}
				b.show(0)
				b.start()
				time.Sleep(time.Hour)
				check(t, b, nil, c.out, c.want)
			})
		})
	}
}

func TestAReprintCountsWhatMayHaveComeOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.printer.ends = []error{nil, &printer.UnclearError{}, nil}
		for _, reprint := range []bool{false, true, true} {
			b.want(1, reprint)
			time.Sleep(10 * time.Second)
		}
		b.printer.mu.Lock()
		defer b.printer.mu.Unlock()
		for i, s := range b.printer.begun {
			if s.Reprint != (i > 0) || s.ReprintCount != i {
				t.Errorf("slip %d is marked %v %d", i, s.Reprint, s.ReprintCount)
			}
		}
		if len(b.printer.begun) != 3 {
			t.Errorf("%d slips were sent", len(b.printer.begun))
		}
	})
}

func TestASlipAskedForAgainTakesThePlaceOfTheOneThatFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.printer.set(printer.PaperOut)
		b.want(1, false)
		time.Sleep(10 * time.Second)
		b.want(1, true)
		time.Sleep(10 * time.Second)
		b.printer.set(printer.Ready)
		time.Sleep(time.Minute)
		check(t, b, []Outcome{Failed, Failed, Printed}, 1, storage.JobGivenUp)
		if s := b.printer.slips(); len(s) == 1 && (s[0].Reprint || s[0].ReprintCount != 0) {
			t.Error("the first slip that came out is called a reprint")
		}
	})
}

func TestASlipAskedForWhileTheSameIsSentAgainComesOutOnce(t *testing.T) {
	for _, c := range []struct {
		name string
		ends error
		told []Outcome
		out  int
	}{
		{"it comes out", nil, []Outcome{Failed, Printed}, 1},
		{"it is unclear", &printer.UnclearError{}, []Outcome{Failed, Unclear}, 0},
		{"it fails", &printer.NotPrintedError{Condition: printer.Offline}, []Outcome{Failed, Printed}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t)
				b.printer.takes = 10 * time.Second
				b.printer.ends = []error{&printer.NotPrintedError{Condition: printer.PaperOut}, c.ends}
				b.want(1, false)
				time.Sleep(15 * time.Second) // the second try is under way
				b.want(1, true)
				time.Sleep(time.Minute)
				if got := b.outcomes(); !slices.Equal(got, c.told) {
					t.Errorf("told %v", got)
				}
				out := b.printer.slips()
				if len(out) != c.out {
					t.Fatalf("%d slips came out", len(out))
				}
				if c.out == 1 && out[0].Reprint {
					t.Error("the only slip is called a reprint")
				}
				if b.waiting() != 0 {
					t.Error("a slip is still wanted")
				}
			})
		})
	}
}

func TestASlowPrinterHoldsUpNobodyWhoAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.printer.takes = time.Minute
		began := time.Now()
		for n := range 3 {
			b.want(n+1, false)
		}
		if waited := time.Since(began); waited != 0 {
			t.Errorf("asking took %s", waited)
		}
		time.Sleep(time.Second) // the first is on its way
		b.show(3)
		time.Sleep(4 * time.Minute)
		// The first was being sent, the third is on the screen; the second would have
		// come out in front of the third.
		if got := b.outcomes(); !slices.Equal(got, []Outcome{Printed, Printed}) {
			t.Errorf("told %v", got)
		}
		if out := b.printer.slips(); len(out) != 2 || out[0].Visit != visitOf(1) || out[1].Visit != visitOf(3) {
			t.Errorf("%d slips came out, or the wrong ones", len(out))
		}
	})
}

func TestANewSlipGoesBeforeOneThatHasFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.printer.set(printer.CoverOpen)
		b.ask(1, "PP1200000001", true, true)
		time.Sleep(5 * time.Second)
		b.ask(1, "PP1200000002", false, false)
		b.printer.set(printer.Ready)
		time.Sleep(10 * time.Second)
		if s := b.printer.slips(); len(s) != 2 || s[0].Code != "PP1200000002" || s[1].Code != "PP1200000001" {
			t.Errorf("%d slips came out, or in the wrong order", len(s))
		}
	})
}

func TestAPrinterThatSaysItIsWellAndFailsIsNotTriedForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		for range 100 {
			b.printer.ends = append(b.printer.ends, &printer.NotPrintedError{Condition: printer.Offline, Partial: true})
		}
		b.want(1, false)
		time.Sleep(time.Hour)
		if got := b.printer.tries(); got != maxAttempts {
			t.Errorf("it was tried %d times", got)
		}
		if got := b.store.state(visitOf(1)); got != storage.JobGivenUp || b.waiting() != 0 {
			t.Errorf("the job is %q", got)
		}
	})
}

func TestWithoutADiskASlipComesOutOnceAndIsNotNoted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.store.breakDown(errDisk)
		b.want(1, false)
		time.Sleep(time.Hour)
		check(t, b, []Outcome{Printed}, 1, "")
	})
}

func TestASlipThatCannotBeMarkedAsBeingSentIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.printer.takes = 10 * time.Second
		b.show(2)
		b.want(2, false) // keeps the printer busy
		time.Sleep(time.Second)
		b.show(1)
		b.want(1, false)
		b.store.breakDown(errDisk)
		time.Sleep(20 * time.Second)
		if got := b.printer.tries(); got != 1 {
			t.Errorf("%d slips were begun", got)
		}
		b.store.breakDown(nil)
		time.Sleep(30 * time.Second)
		if got := b.store.state(visitOf(1)); got != storage.JobPrinted {
			t.Errorf("with the disk back the job is %q", got)
		}
	})
}

func TestTheEndOfTheProgramLetsASlipComeOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.want(1, false)
		time.Sleep(500 * time.Millisecond)
		b.end()
		check(t, b, []Outcome{Printed}, 1, storage.JobPrinted)
	})
}

func TestTheEndOfTheProgramDoesNotWaitForAStuckPrinter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.printer.stuck = true
		b.want(1, false)
		time.Sleep(time.Second)
		began := time.Now()
		b.end()
		if took := time.Since(began); took != grace {
			t.Errorf("the end took %s", took)
		}
		check(t, b, []Outcome{Failed}, 0, storage.JobFailed)
		b.printer.stuck = false
		b.show(0)
		b.start() // and it is still wanted
		time.Sleep(10 * time.Second)
		check(t, b, []Outcome{Failed}, 1, storage.JobPrinted)
	})
}

func TestTheCodeThatComesWhileItsQueueSlipIsSentHasASlipOfItsOwn(t *testing.T) {
	for _, c := range []struct {
		name string
		ends error // of the queue slip
		out  int
	}{
		{"the queue slip comes out", nil, 2},
		{"the queue slip fails", &printer.NotPrintedError{Condition: printer.Offline}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t)
				b.printer.takes = 10 * time.Second
				b.printer.ends = []error{c.ends}
				b.Print(Request{
					Session: 1, Slip: printer.Slip{Visit: visitOf(1), Kind: printer.KindQueued},
					Tell: func(o Outcome) { t.Errorf("the screen, which shows the code, heard %v of the queue slip", o) },
				})
				time.Sleep(5 * time.Second)
				b.want(1, false)
				time.Sleep(time.Minute)
				if got := b.outcomes(); !slices.Equal(got, []Outcome{Printed}) {
					t.Errorf("told %v", got)
				}
				out := b.printer.slips()
				if len(out) != c.out || out[len(out)-1].Kind != printer.KindCode || out[len(out)-1].Reprint {
					t.Errorf("%d slips came out", len(out))
				}
			})
		})
	}
}

func TestAPrinterInWhichAPieceMayBeIsToldSo(t *testing.T) {
	for _, c := range []struct {
		name     string
		state    storage.JobState // in which the earlier life left its slip
		attempts int
		want     int
	}{
		{"killed in the middle", storage.JobSending, 1, 1},
		{"killed in the middle, as the store says it", storage.JobUnclear, 1, 1},
		{"failed, perhaps in the middle", storage.JobFailed, 1, 1},
		{"given up after it failed", storage.JobGivenUp, 2, 1},
		{"printed", storage.JobPrinted, 1, 0},
		{"never begun", storage.JobWanted, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t)
				b.end()
				b.store.jobs[string(visitOf(1))] = storage.PrintJob{
					ID: string(visitOf(1)), Visit: visitOf(1), Kind: "desk", State: c.state, Attempts: c.attempts, CreatedAt: time.Now(),
				}
				b.start()
				if got := b.printer.interrupted; got != c.want {
					t.Errorf("it was told %d times, want %d", got, c.want)
				}
			})
		})
	}
}

func TestASlipWhoseFailureCouldNotBeMarkedComesOutWhenTheDiskIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.printer.ends = []error{&printer.NotPrintedError{Condition: printer.Offline}}
		b.want(1, false)
		time.Sleep(500 * time.Millisecond) // it is being sent
		b.store.breakDown(errDisk)
		time.Sleep(3 * time.Second)
		b.store.breakDown(nil)
		time.Sleep(30 * time.Second)
		check(t, b, []Outcome{Failed, Failed, Printed}, 1, storage.JobPrinted)
	})
}
