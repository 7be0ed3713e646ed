package spool

import (
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/printer"
	"authenkiosk/storage"
)

func TestASlipThatWaitsDoesNotComeOutInFrontOfTheNextPatient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.printer.set(printer.PaperOut)
		b.want(1, false)
		time.Sleep(10 * time.Second)
		b.show(0)
		time.Sleep(10 * time.Second)
		b.show(2) // the next card is in
		time.Sleep(10 * time.Second)
		b.printer.set(printer.Ready)
		time.Sleep(time.Minute)
		b.show(0) // nor when that patient has gone
		time.Sleep(time.Minute)
		check(t, b, []Outcome{Failed}, 0, storage.JobGivenUp)

		b.show(3) // the first is back, and asks for it
		b.Print(Request{
			Session: 3, Tell: func(Outcome) {},
			Slip: printer.Slip{Visit: visitOf(1), Kind: printer.KindCode, Code: "PP1200000001", Reprint: true},
		})
		time.Sleep(10 * time.Second)
		if out := b.printer.slips(); len(out) != 1 || out[0].Visit != visitOf(1) || out[0].Reprint || out[0].ReprintCount != 0 {
			t.Errorf("%d slips came out, or one that never came out is called a reprint", len(out))
		}
	})
}

func TestASlipThatIsBeingSentGoesOnInFrontOfTheNextPatient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.printer.takes = 20 * time.Second
		b.want(1, false)
		time.Sleep(5 * time.Second)
		b.show(2)
		time.Sleep(time.Minute)
		check(t, b, []Outcome{Printed}, 1, storage.JobPrinted)
	})
}

func TestASlipThatTakesTooLongIsNotSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.printer.takes = usualLimit + 7*time.Second
		b.want(1, false)
		time.Sleep(time.Hour) // its patient stays
		check(t, b, []Outcome{Failed}, 0, storage.JobGivenUp)
		if got := b.printer.tries(); got != 1 {
			t.Errorf("it was begun %d times", got)
		}
	})
}

func TestASlowLineHasTheTimeThatItNeeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.end()
		b.limit = 5 * time.Minute
		b.start()
		b.printer.takes = 119 * time.Second // 103 kB at 9,600 bits a second
		b.want(1, false)
		time.Sleep(time.Hour)
		check(t, b, []Outcome{Printed}, 1, storage.JobPrinted)
	})
}
