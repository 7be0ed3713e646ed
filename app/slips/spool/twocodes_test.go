package spool

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/printer"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// A code of another machine is printed again with the visit of the session, which
// then gets a code of its own.
const codeElsewhere, codeHere visit.AuthenCode = "PP1200000001", "PP1200000002"

func codesOf(slips []printer.Slip) (out []visit.AuthenCode) {
	for _, s := range slips {
		out = append(out, s.Code)
	}
	return out
}

func TestTheSlipOfANewCodeComesOutThoughAnotherCodesIsBeingSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.printer.takes = 30 * time.Second
		b.ask(1, codeElsewhere, true, true)
		time.Sleep(20 * time.Second)
		b.ask(1, codeHere, false, false)
		time.Sleep(5 * time.Minute)
		if got := codesOf(b.printer.slips()); !slices.Equal(got, []visit.AuthenCode{codeElsewhere, codeHere}) {
			t.Errorf("came out: %v", got)
		}
		if got := b.outcomes(); !slices.Equal(got, []Outcome{Printed, Printed}) {
			t.Errorf("told %v", got)
		}
	})
}

func TestTheSlipsOfTwoCodesBothComeOutWhenThePaperIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.printer.set(printer.PaperOut)
		b.ask(1, codeElsewhere, true, true)
		time.Sleep(5 * time.Second)
		b.ask(1, codeHere, false, false)
		time.Sleep(5 * time.Second)
		b.printer.set(printer.Ready)
		time.Sleep(time.Minute)
		got := codesOf(b.printer.slips())
		slices.Sort(got)
		if !slices.Equal(got, []visit.AuthenCode{codeElsewhere, codeHere}) {
			t.Errorf("came out: %v", got)
		}
		if got := b.outcomes(); !slices.Equal(got, []Outcome{Failed, Failed, Printed, Printed}) {
			t.Errorf("told %v", got)
		}
	})
}

func TestAReprintCountsTheSlipsOfItsOwnCodeOnly(t *testing.T) {
	for _, c := range []struct {
		name    string
		restart bool
	}{
		{"in one life", false},
		{"after a restart", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t)
				b.ask(1, codeElsewhere, true, true)
				time.Sleep(10 * time.Second)
				b.printer.set(printer.PaperOut)
				b.ask(1, codeHere, false, false) // and never comes out
				time.Sleep(10 * time.Second)
				b.show(0)
				time.Sleep(keepWanted)
				if c.restart {
					b.end()
					b.start()
				}
				b.printer.set(printer.Ready)
				b.show(2)
				for range 2 {
					b.Print(Request{
						Session: 2, Tell: func(Outcome) {},
						Slip: printer.Slip{Visit: visitOf(1), Kind: printer.KindCode, Code: codeHere, Reprint: true},
					})
					time.Sleep(10 * time.Second)
				}
				out := b.printer.slips()
				if len(out) != 3 {
					t.Fatalf("%d slips came out", len(out))
				}
				for i, s := range out[1:] {
					if s.Code != codeHere || s.Reprint != (i > 0) || s.ReprintCount != i {
						t.Errorf("slip %d of the new code is marked %v %d", i, s.Reprint, s.ReprintCount)
					}
				}
			})
		})
	}
}

// Each time that a patient comes back is a session with a visit of its own.
func TestSlipsOfAnotherMachinesCodeAreCountedOverTheVisitsOfThoseWhoComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		ask := func(session int, kind printer.Kind, code visit.AuthenCode) Request {
			return Request{
				Session: 1, Elsewhere: kind == printer.KindCode, Tell: func(Outcome) {},
				Slip: printer.Slip{Visit: visitOf(session), Kind: kind, Code: code, Reprint: true},
			}
		}
		for i := range 3 {
			b.Print(ask(i+1, printer.KindCode, codeElsewhere))
			b.Print(ask(i+1, printer.KindQueued, ""))
			time.Sleep(20 * time.Second)
		}
		for _, c := range []struct {
			of   Request
			want int
		}{
			{ask(9, printer.KindCode, codeElsewhere), 3},
			{ask(1, printer.KindCode, codeHere), 0},
			{ask(1, printer.KindQueued, ""), 1},
			{ask(9, printer.KindQueued, ""), 0},
		} {
			if n := b.Count(c.of); n != c.want {
				t.Errorf("%v %s of visit %s: %d slips, want %d", c.of.Slip.Kind, c.of.Slip.Code, c.of.Slip.Visit, n, c.want)
			}
		}
	})
}

func TestASlipOfAnotherMachinesCodeIsNotMadeOfItsSessionsVisit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.printer.set(printer.PaperOut)
		b.ask(1, codeElsewhere, true, true)
		time.Sleep(5 * time.Second)
		b.end()
		b.printer.set(printer.Ready)
		b.show(0)
		b.start() // Rebuild knows the visit's own code alone
		time.Sleep(time.Minute)
		if n := len(b.printer.slips()); n != 0 {
			t.Errorf("%d slips came out", n)
		}
		if got := b.store.state(visitOf(1)); got != storage.JobGivenUp {
			t.Errorf("the job is %q", got)
		}
	})
}

func TestACodeThatCameDuringARestartIsNotedAsOne(t *testing.T) {
	for _, c := range []struct {
		name string
		code storage.JobState // of a job of the code that a killed program has noted; empty: none
		out  int
	}{
		{"at once", "", 1},
		{"noted anew by a program that was killed then", storage.JobWanted, 1},
		{"noted anew and printed", storage.JobPrinted, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t)
				b.end()
				queued := storage.PrintJob{
					ID: string(visitOf(1)), Visit: visitOf(1), Kind: "queued", Language: "th", State: storage.JobWanted, CreatedAt: time.Now(),
				}
				b.store.jobs[queued.ID] = queued
				if c.code != "" {
					code := queued
					code.ID, code.Kind, code.State = "another", "code", c.code
					b.store.jobs[code.ID] = code
				}
				b.show(0)
				b.start() // Rebuild makes the slip of the code
				time.Sleep(10 * time.Second)
				if n := len(b.printer.slips()); n != c.out {
					t.Fatalf("%d slips came out", n)
				}
				if got := b.store.state(visitOf(1)); got != storage.JobGivenUp {
					t.Errorf("the queue slip's job is %q", got)
				}
				b.show(1)
				b.want(1, true)
				time.Sleep(10 * time.Second)
				out := b.printer.slips()
				if s := out[len(out)-1]; len(out) != c.out+1 || !s.Reprint || s.ReprintCount != 1 {
					t.Errorf("the second slip of the code is marked %v %d", s.Reprint, s.ReprintCount)
				}
			})
		})
	}
}
