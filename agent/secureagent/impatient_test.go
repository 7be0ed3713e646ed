package secureagent

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/agent/agenttest"
	"authenkiosk/visit"
)

// dawdling is NHSO on a bad day: every look-up takes longer than programs wait.
type dawdling struct {
	*world
	each time.Duration
}

func (d dawdling) Codes(ctx context.Context, pid visit.PID, date visit.Date) ([]visit.Authentication, error) {
	if err := d.spend(ctx, d.each); err != nil {
		return nil, err
	}
	return d.world.Codes(ctx, pid, date)
}

func (d dawdling) RightByPID(ctx context.Context, pid visit.PID, date visit.Date) (RightAnswer, error) {
	d.do(func() { d.probes++ })
	return d.Right(ctx, pid, date)
}

// patience is how long the programs of these tests wait for an answer.
const patience = 2 * time.Second

// hurry asks and leaves when the answer does not come in time; ok reports whether it
// came.
func hurry(t *testing.T, h http.Handler, method, path, body string) (code int, v map[string]any, ok bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	code, v = ask(h, method, path, body, func(r *http.Request) { *r = *r.WithContext(ctx) })
	return code, v, ctx.Err() == nil
}

func TestAProgramThatWaitsTwoSecondsGetsItsCode(t *testing.T) {
	for name, anew := range map[string]bool{"it sends the same again": false, "it reads the card again": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				at(9, 0)
				w := newWorld()
				h := w.handler(t, func(o *Options) { o.Codes = dawdling{w, 2500 * time.Millisecond} })
				w.insert(agenttest.Adult.PID())
				id := read(t, h)
				tries := 1
				code, v, ok := hurry(t, h, "POST", ConfirmPath, confirmBody(id))
				for ; !ok && tries < 5; tries++ {
					if anew {
						id = read(t, h)
					}
					code, v, ok = hurry(t, h, "POST", ConfirmPath, confirmBody(id))
				}
				if code != 200 || v["claimCode"] == nil || v["correlationId"] != id {
					t.Errorf("after %d tries: %d %v", tries, code, v)
				}
				if w.statuses != 1 || len(w.orders) != 1 || tries != 2 {
					t.Errorf("%d look-ups, %d orders, %d tries", w.statuses, len(w.orders), tries)
				}
				var told []int
				for _, a := range w.accesses {
					if a.Action == "confirm-save" {
						told = append(told, a.Status)
					}
				}
				if len(told) != 2 || told[0] != 200 { // that it was sent, and who got the answer
					t.Errorf("the audit heard %v", told)
				}
			})
		})
	}
}

// TestAProgramThatHasLeftFindsTheResult comes back after the work is done.
func TestAProgramThatHasLeftFindsTheResult(t *testing.T) {
	for _, c := range []struct {
		name          string
		away          time.Duration
		again         bool // with a new reading
		status, sends int
	}{
		{"with the same reading", time.Minute, false, 200, 1},
		{"with a new reading", 5 * time.Second, true, 200, 1},
		{"with a new reading, late", time.Minute, true, 400, 1}, // a duplicate: the latest code is there
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				at(9, 0)
				w := newWorld()
				h := w.handler(t, func(o *Options) { o.Codes = dawdling{w, 2500 * time.Millisecond} })
				w.insert(agenttest.Adult.PID())
				id := read(t, h)
				if _, _, ok := hurry(t, h, "POST", ConfirmPath, confirmBody(id)); ok {
					t.Fatal("it came in time")
				}
				time.Sleep(c.away)
				if c.again {
					id = read(t, h)
				}
				if code, v := ask(h, "POST", ConfirmPath, confirmBody(id)); code != c.status || len(w.orders) != c.sends {
					t.Errorf("%d %v, %d orders", code, v, len(w.orders))
				}
			})
		})
	}
}

// TestAnUnclearOutcomeIsLookedUpWhenTheSameComesAgainAndNeverSentAgain has the answer
// of NHSO lost, and the code made all the same.
func TestAnUnclearOutcomeIsLookedUpWhenTheSameComesAgainAndNeverSentAgain(t *testing.T) {
	w := newWorld()
	w.outcome = &Outcome{}
	h := w.handler(t, nil)
	w.insert(agenttest.Adult.PID())
	id := read(t, h)
	for range 3 {
		if code, v := ask(h, "POST", ConfirmPath, confirmBody(id)); code != 500 || says(v) != sayUnclear {
			t.Errorf("%d %v", code, v)
		}
	}
	w.do(func() {
		w.given[agenttest.Adult.PID()] = []visit.Authentication{{Code: "PP1299999999", ClaimType: visit.ClaimType{Code: "PG0060001"}, Hospital: visit.Hospital{HCode: testUnit}, At: time.Now()}}
	})
	if code, v := ask(h, "POST", ConfirmPath, confirmBody(id)); code != 200 || v["claimCode"] != "PP1299999999" || len(w.orders) != 1 {
		t.Errorf("%d %v, %d orders", code, v, len(w.orders))
	}
}

func TestALookUpGoesOnAndIsAskedOnceForAll(t *testing.T) {
	for _, path := range []string{LatestPath, Latest5Path, ProbePath} {
		t.Run(path, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				at(9, 0)
				w := newWorld()
				slow := dawdling{w, 2500 * time.Millisecond}
				h := w.handler(t, func(o *Options) { o.Codes, o.Rights = slow, slow })
				asked := func() int { return w.statuses + w.probes }
				var running sync.WaitGroup
				for range 5 {
					running.Go(func() {
						if _, _, ok := hurry(t, h, "GET", path+agenttest.DoneHere.PID(), ""); ok {
							t.Error("it came in time")
						}
					})
				}
				running.Wait()
				time.Sleep(time.Second)
				if code, _, ok := hurry(t, h, "GET", path+agenttest.DoneHere.PID(), ""); code != 200 || !ok || asked() != 1 {
					t.Errorf("%d, in time: %v, %d questions", code, ok, asked())
				}
				// It was heard, so the next is asked anew.
				if code, _ := ask(h, "GET", path+agenttest.DoneHere.PID(), ""); code != 200 || asked() != 2 {
					t.Errorf("%d, %d questions", code, asked())
				}
				// What nobody comes for is forgotten.
				_, _, _ = hurry(t, h, "GET", path+agenttest.DoneHere.PID(), "")
				time.Sleep(unheardLife + time.Second)
				synctest.Wait()
				h.questions.mu.Lock()
				defer h.questions.mu.Unlock()
				if n := len(h.questions.open); n != 0 {
					t.Errorf("%d answers are kept", n)
				}
			})
		})
	}
}

// TestALookUpFromBeforeACodeIsNotToldAfterIt begins a look-up before confirm-save.
func TestALookUpFromBeforeACodeIsNotToldAfterIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at(9, 0)
		w := newWorld()
		h := w.handler(t, func(o *Options) { o.Codes = dawdling{w, 2500 * time.Millisecond} })
		w.insert(agenttest.Adult.PID())
		id := read(t, h)
		_, _, _ = hurry(t, h, "GET", LatestPath+agenttest.Adult.PID(), "") // nobody hears "none"
		if code, _ := ask(h, "POST", ConfirmPath, confirmBody(id)); code != 200 {
			t.Fatal(code)
		}
		if _, v := ask(h, "GET", LatestPath+agenttest.Adult.PID(), ""); v["claimCode"] == nil {
			t.Errorf("latest: %v", v)
		}
	})
}

func TestSubmissionsOfDifferentPersonsDoNotWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at(9, 0)
		w := newWorld()
		h := w.handler(t, func(o *Options) { o.Codes, o.Outlive = dawdling{w, 2500 * time.Millisecond}, time.Minute })
		persons := []agenttest.Person{agenttest.Adult, agenttest.Pensioner, agenttest.Elder}
		ids := make([]string, len(persons))
		for i, p := range persons {
			w.insert(p.PID())
			ids[i] = read(t, h)
			w.remove()
		}
		began := time.Now()
		var running sync.WaitGroup
		for i, p := range persons {
			running.Go(func() {
				if code, v := ask(h, "POST", ConfirmPath, confirmBody(ids[i], "pid", p.PID())); code != 200 {
					t.Errorf("%d %v", code, v)
				}
			})
		}
		running.Wait()
		if took := time.Since(began); took != 2500*time.Millisecond {
			t.Errorf("%s for all three", took)
		}
	})
}

// Right is slow in a dawdling world as well.
func (d dawdling) Right(ctx context.Context, pid visit.PID, date visit.Date) (RightAnswer, error) {
	if err := d.spend(ctx, d.each); err != nil {
		return RightAnswer{}, err
	}
	return d.world.Right(ctx, pid, date)
}

func TestAReadingWhoseRightComesLateIsThereTheNextTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at(9, 0)
		w := newWorld()
		h := w.handler(t, func(o *Options) { o.Rights = dawdling{w, 2500 * time.Millisecond} })
		w.insert(agenttest.Adult.PID())
		if _, _, ok := hurry(t, h, "GET", ReadPath, ""); ok {
			t.Fatal("it came in time")
		}
		if code, v, ok := hurry(t, h, "GET", ReadPath, ""); code != 200 || !ok || v["correlationId"] == nil || w.rights != 1 {
			t.Errorf("%d %v, in time: %v, %d questions", code, v, ok, w.rights)
		}
	})
}

// TestTheCodeOfYesterdayIsNotToldForToday is a visit whose client left before
// midnight, and a new reading of the same card behind it.
func TestTheCodeOfYesterdayIsNotToldForToday(t *testing.T) {
	for name, each := range map[string]time.Duration{
		"the result is there":          3 * time.Second,
		"the work goes on at midnight": 20 * time.Second,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				at(23, 59)
				time.Sleep(55 * time.Second)
				w := newWorld()
				h := w.handler(t, func(o *Options) { o.Codes = dawdling{w, each} })
				w.insert(agenttest.Adult.PID())
				if _, _, ok := hurry(t, h, "POST", ConfirmPath, confirmBody(read(t, h))); ok {
					t.Fatal("it came in time")
				}
				time.Sleep(4 * time.Second) // it is a new day
				today := visit.ServiceDateOf(time.Now())
				code, v := ask(h, "POST", ConfirmPath, confirmBody(read(t, h)))
				if code != 200 || v["claimCode"] == nil {
					t.Fatalf("%d %v", code, v)
				}
				last := w.orders[len(w.orders)-1]
				if last.Visit.ServiceDate != today || v["claimCode"] != string(w.given[agenttest.Adult.PID()][len(w.orders)-1].Code) {
					t.Errorf("%v for the visit of %v, on %v", v["claimCode"], last.Visit.ServiceDate, today)
				}
			})
		})
	}
}

// TestAProgramThatNeverWaitsKeepsNoOtherFromNHSO asks about one person after another
// and leaves, while NHSO is slow: what goes on without it is bounded, and another
// program is answered.
func TestAProgramThatNeverWaitsKeepsNoOtherFromNHSO(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at(9, 0)
		w := newWorld()
		type who struct{}
		h := w.handler(t, func(o *Options) {
			o.Rights = dawdling{w, 20 * time.Second}
			o.ClientID = func(ctx context.Context) string { name, _ := ctx.Value(who{}).(string); return name }
		})
		probe := func(client string, wait time.Duration, serial int) (int, map[string]any) {
			ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), who{}, client), wait)
			defer cancel()
			twelve := fmt.Sprintf("9%011d", serial)
			return ask(h, "GET", ProbePath+twelve+string(visit.PIDCheckDigit(twelve)), "", func(r *http.Request) { *r = *r.WithContext(ctx) })
		}
		full := 0
		for i := range 100 {
			code, v := probe("noisy", 50*time.Millisecond, i)
			if v["message"] == sayTooMany && code == 503 {
				full++
			}
		}
		if full != 100-maxQuestionsEach {
			t.Errorf("%d of 100 were told that there are too many", full)
		}
		if code, v := probe("patient", time.Minute, 1000); code != 200 {
			t.Errorf("another program: %d %v", code, v)
		}
		if w.probes != maxQuestionsEach+1 {
			t.Errorf("NHSO was asked %d times", w.probes)
		}
		if code, v := probe("noisy", time.Minute, 2000); code != 200 {
			t.Errorf("later: %d %v", code, v)
		}
	})
}
