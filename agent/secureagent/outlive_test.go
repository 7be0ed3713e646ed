package secureagent

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/agent/agenttest"
	"authenkiosk/visit"
)

// at sets the clock of a bubble to a time of day.
func at(hour, minute int) {
	now := time.Now()
	begin := visit.ServiceDateOf(now).Next().Midnight()
	time.Sleep(begin.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute).Sub(now))
}

func TestAReadingServesItsClientForAWhileWhenTheCardIsOut(t *testing.T) {
	for _, c := range []struct {
		name    string
		outlive time.Duration
		after   time.Duration // from the reading to confirm-save
		client  string
		body    []string
		want    int
	}{
		{"within the time", 10 * time.Minute, 10*time.Minute - time.Second, "his", nil, 200},
		{"a second too late", 10 * time.Minute, 10*time.Minute + time.Second, "his", nil, 500},
		{"for another client", 10 * time.Minute, time.Minute, "queue", nil, 500},
		{"for another person", 10 * time.Minute, time.Minute, "his", []string{"pid", agenttest.Pensioner.PID()}, 400},
		{"where a card has to stay", 0, time.Second, "his", nil, 500},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				at(9, 0)
				w := newWorld()
				client := "his"
				h := w.handler(t, func(o *Options) {
					o.Outlive = c.outlive
					o.ClientID = func(context.Context) string { return client }
				})
				w.insert(agenttest.Adult.PID())
				id := read(t, h)
				w.remove()
				h.Removed(1)
				w.insert(agenttest.Pensioner.PID()) // the next patient's
				time.Sleep(c.after)
				client = c.client
				code, v := ask(h, "POST", ConfirmPath, confirmBody(id, c.body...))
				if code != c.want || (code == 200) != (len(w.orders) == 1) || code == 500 && (v["message"] != sayNoCard || says(v) != sayCorrelation) {
					t.Errorf("%d %v, %d orders", code, v, len(w.orders))
				}
				if code == 200 && w.orders[0].Visit.PID.Digits() != agenttest.Adult.PID() {
					t.Error("the order is for somebody else")
				}
			})
		})
	}
}

func TestMidnightEndsAReading(t *testing.T) {
	for name, out := range map[string]bool{"the card is out": true, "the card stays": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				at(23, 59)
				w := newWorld()
				h := w.handler(t, func(o *Options) { o.Outlive = 10 * time.Minute })
				w.insert(agenttest.Adult.PID())
				id := read(t, h)
				if out {
					w.remove()
				}
				time.Sleep(time.Minute)
				if code, v := ask(h, "POST", ConfirmPath, confirmBody(id)); code != 500 || says(v) != sayCorrelation || len(w.orders) != 0 {
					t.Errorf("%d %v", code, v)
				}
			})
		})
	}
}

// TestOneUseEndsAllReadingsOfACardForThatClaimType has a program that polls read: each
// reading has a correlation of its own, and the first that is used serves for all.
func TestOneUseEndsAllReadingsOfACardForThatClaimType(t *testing.T) {
	w := newWorld()
	w.outcome = &Outcome{Kind: Refused}
	h := w.handler(t, func(o *Options) { o.Outlive = 10 * time.Minute })
	w.insert(agenttest.Adult.PID())
	first, second, third := read(t, h), read(t, h), read(t, h)
	w.remove()
	if code, _ := ask(h, "POST", ConfirmPath, confirmBody(second)); code != 400 {
		t.Fatalf("%d", code)
	}
	for _, id := range []string{first, third} {
		if code, v := ask(h, "POST", ConfirmPath, confirmBody(id, "hn", "other")); code != 500 || says(v) != sayCorrelation {
			t.Errorf("%d %v", code, v)
		}
	}
	if len(w.orders) != 1 {
		t.Errorf("%d orders", len(w.orders))
	}
	if code, _ := ask(h, "POST", ConfirmPath, confirmBody(first, "claimType", "PG0130001")); code != 400 || len(w.orders) != 2 {
		t.Errorf("another claim type: %d, %d orders", code, len(w.orders))
	}
}

func TestACardInAnotherReaderEndsNoReading(t *testing.T) {
	w := newWorld()
	h := w.handler(t, nil) // nothing outlives its card here
	w.insert(agenttest.Adult.PID())
	id := read(t, h)
	w.others = []uint64{1}
	w.insert(agenttest.Pensioner.PID()) // in the other reader, the newest
	later := read(t, h)
	if code, v := ask(h, "POST", ConfirmPath, confirmBody(id)); code != 200 {
		t.Errorf("the card that stayed inside: %d %v", code, v)
	}
	w.do(func() { w.others, w.insertion, w.pid = nil, 1, agenttest.Adult.PID() })
	if code, v := ask(h, "POST", ConfirmPath, confirmBody(later, "pid", agenttest.Pensioner.PID())); code != 500 || says(v) != sayCorrelation {
		t.Errorf("the card that has left: %d %v", code, v)
	}
}

// TestWhatOutlivesACardLeavesTheMemoryInTime looks at all that is kept of cards that
// have left: no photo and no text from the first moment, nothing in the end.
func TestWhatOutlivesACardLeavesTheMemoryInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at(9, 0)
		w := newWorld()
		h := w.handler(t, func(o *Options) { o.Outlive = 10 * time.Minute })
		kept := func() (sessions, correlations, left int) {
			h.mu.Lock()
			defer h.mu.Unlock()
			return len(h.sessions), len(h.correlations), len(h.left)
		}
		for range maxOutlived + 5 { // more than any desk serves
			w.insert(agenttest.Adult.PID())
			read(t, h)
			w.remove()
			h.Removed(w.last)
		}
		if s, c, l := kept(); s != 0 || c != maxOutlived || l != maxOutlived {
			t.Errorf("%d sessions, %d correlations, %d records", s, c, l)
		}
		w.insert(agenttest.Adult.PID())
		_, _ = ask(h, "GET", ReadCardPath, "") // without a correlation nothing is kept
		w.remove()
		h.Removed(w.last)
		if _, _, l := kept(); l != maxOutlived {
			t.Errorf("%d records", l)
		}
		time.Sleep(10*time.Minute + time.Second)
		synctest.Wait()
		if s, c, l := kept(); s != 0 || c != 0 || l != 0 {
			t.Errorf("%d sessions, %d correlations, %d records in the end", s, c, l)
		}
	})
}

func TestAPersonCountsAsJustReadForTenMinutesAndForTheClientThatRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at(9, 0)
		w := newWorld()
		client := "intranet"
		h := w.handler(t, func(o *Options) { o.ClientID = func(context.Context) string { return client } })
		just := func(p agenttest.Person) bool { return h.JustRead(t.Context(), p.PID()) }
		w.insert(agenttest.Adult.PID())
		_, _ = ask(h, "GET", ReadCardPath, "") // has no right, and no code, for anybody
		if just(agenttest.Adult) {
			t.Error("before the reading")
		}
		read(t, h)
		if !just(agenttest.Adult) || just(agenttest.Pensioner) || h.JustRead(t.Context(), "x") {
			t.Error("after the reading")
		}
		client = "another"
		if just(agenttest.Adult) {
			t.Error("for another client")
		}
		client = "intranet"
		time.Sleep(6 * time.Minute)
		read(t, h)
		time.Sleep(6 * time.Minute)
		if !just(agenttest.Adult) {
			t.Error("after it was read again")
		}
		w.insert(agenttest.Pensioner.PID())
		read(t, h)
		if just(agenttest.Adult) || !just(agenttest.Pensioner) {
			t.Error("after the next person")
		}
		time.Sleep(justReadLife + time.Second)
		if just(agenttest.Pensioner) || len(h.justRead) != 0 {
			t.Errorf("in the end, %d are remembered", len(h.justRead))
		}
	})
}
