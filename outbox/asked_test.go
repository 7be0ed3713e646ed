package outbox

import (
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/visit"
)

// Somebody may have made a code by hand or with a phone, or another machine have sent for the
// same person; and NHSO may not have answered when the screen asked, or only before that.
func TestNothingIsSentForAnybodyBeforeNHSOWasAsked(t *testing.T) {
	for who, byDesk := range map[string]bool{"a patient has confirmed": false, "a desk has made it": true} {
		for _, c := range []struct {
			name      string
			elsewhere bool // a code was made there
			down      bool // while the patient waits
			first     Outcome
			sent      int
		}{
			{"there is no code", false, false, Outcome{Kind: Done, Code: "PP0000000001"}, 1},
			{"there is a code that was made elsewhere", true, false, Outcome{Kind: Done, Code: "PP0000000009"}, 0},
			{"NHSO does not answer, and has that code", true, true, Outcome{Kind: Queued}, 0},
			{"NHSO does not answer, and has none", false, true, Outcome{Kind: Queued}, 1},
		} {
			t.Run(who+", "+c.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					store, nhso := newMemory(), &nhsoScript{down: c.down}
					v := aVisitAt(id2, 0)
					ends := []visit.ID{id2}
					if byDesk {
						ends = append(ends, id1)
						saveNow(store, aVisitAt(id1, -30*time.Minute))
						store.hold(id1)
						store.complete(id1, v)
					} else {
						saveNow(store, v)
					}
					if c.elsewhere {
						nhso.codes = append(nhso.codes, codeOf("PP0000000009", v.ClaimType.Code, v.HCode, time.Now()))
					}
					run(t, store, nhso, nil, func(o *Outbox) {
						if got := o.Submit(t.Context(), id2); got.Kind != c.first.Kind || got.Code != c.first.Code {
							t.Errorf("whoever waits hears %+v", got)
						}
						if sent, _ := nhso.counts(); c.down && sent != 0 {
							t.Error("it was sent, and NHSO was not asked")
						}
						nhso.setDown(false)
						time.Sleep(5 * time.Minute)
					})
					if sent, _ := nhso.counts(); sent != c.sent {
						t.Errorf("%d requests", sent)
					}
					for _, id := range ends {
						if got := store.ended(id); got != store.ended(id2) || !strings.HasPrefix(got, "done ") {
							t.Errorf("%s ended as %q", id, got)
						}
					}
				})
			})
		}
	}
}

func TestNHSOIsNotAskedTwiceInARow(t *testing.T) {
	for _, c := range []struct {
		name   string
		age    time.Duration // of the visit, which is made just before NHSO is asked
		asked  int
		ending string
	}{
		{"at once", 0, 0, "done PP0000000001"},
		{"after a slow answer", 9 * time.Second, 0, "done PP0000000001"},
		{"the disk stood still, or the machine slept, and somebody made a code", time.Minute, 1, "done PP0000000009"},
		{"the clock was set back", -time.Minute, 1, "done PP0000000009"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, nhso := newMemory(), &nhsoScript{}
				v := aVisitAt(id1, -c.age)
				saveNow(store, v)
				if c.asked > 0 {
					nhso.codes = append(nhso.codes, codeOf("PP0000000009", v.ClaimType.Code, v.HCode, time.Now()))
				}
				o := New(Options{Store: store, NHSO: nhso, Log: slog.New(slog.DiscardHandler)})
				got := o.SubmitAsked(t.Context(), id1)
				if got.Kind != Done || nhso.looked != c.asked || store.ended(id1) != c.ending {
					t.Errorf("%+v after %d questions; it ended as %q", got, nhso.looked, store.ended(id1))
				}
			})
		})
	}
}

// The patient is told why the code does not come, where the staff can do something.
func TestAPatientHearsThatTheTokenIsRefusedAlsoBeforeAnythingIsSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pid := people(1)[0]
		refused := &Failure{Kind: NotProcessed, Problem: visit.NHSORefusedToken, Err: errScript}
		store, nhso := newMemory(), &oddNHSO{odd: map[visit.PID]error{pid: refused}}
		v := visitOf(pid, 1, today())
		store.save(v)
		o := New(Options{Store: store, NHSO: nhso, Log: slog.New(slog.DiscardHandler)})
		if got, want := o.Submit(t.Context(), v.ID), (Outcome{Kind: Queued, Problem: visit.NHSORefusedToken}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	})
}
