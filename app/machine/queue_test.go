package machine

import (
	"testing"
	"testing/synctest"
)

// burst is more than anybody would give room for.
const burst = 5000

func TestAQueueKeepsTheOrderAndLosesNothingUntilItEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue[int]()
		var got []int
		done := make(chan struct{})
		go func() {
			defer close(done)
			for n, ok := q.wait(); ok; n, ok = q.wait() {
				got = append(got, n)
			}
		}()
		for n := range burst {
			if n == burst/2 {
				synctest.Wait() // the reader has taken all and waits
			}
			q.put(n)
		}
		q.end()
		q.put(-1)
		<-done
		if len(got) != burst {
			t.Fatalf("%d of %d came", len(got), burst)
		}
		for i, n := range got {
			if n != i {
				t.Fatalf("at %d came %d", i, n)
			}
		}
	})
}

func TestATakenItemIsSignalledWhileMoreAreThere(t *testing.T) {
	q := newQueue[string]()
	for _, s := range []string{"a", "b", "c"} {
		q.put(s)
	}
	var got string
	for range 3 {
		select {
		case <-q.ready:
		default:
			t.Fatalf("after %q nobody is told of the rest", got)
		}
		s, ok := q.take()
		if !ok {
			t.Fatalf("after %q nothing was there", got)
		}
		got += s
	}
	if got != "abc" {
		t.Errorf("%q", got)
	}
}
