package outbox

import (
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/visit"
)

// What fails around the request says nothing about the request: a code that is found
// then is somebody else's, though the patient still waits.
func TestWhileThePatientWaitsACodeIsOnlyTheVisitsOwnIfARequestCanHaveBroughtIt(t *testing.T) {
	for name, c := range map[string]struct {
		script []answer
		begin  error // of the note that the request leaves
		want   Outcome
		end    string
		sent   int
	}{
		"NHSO says no, and the first look-up fails": {
			[]answer{answerRefused}, nil, Outcome{Kind: Done, Code: foreignCode, Earlier: true}, "done " + foreignCode, 1,
		},
		"the disk does not take the note, so nothing left": {
			nil, errors.New("no space"), Outcome{Kind: Queued, Problem: visit.NHSOUnreachable}, "", 0,
		},
		"the reply was lost": {
			[]answer{answerLost}, nil, Outcome{Kind: Done, Code: foreignCode}, "done " + foreignCode, 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, nhso := newMemory(), &nhsoScript{script: c.script, hushes: true}
				store.fail = c.begin
				saveNow(store, aVisitAt(id1, 0))
				o := New(Options{Store: store, NHSO: nhso, Log: slog.New(slog.DiscardHandler)})
				go func() {
					time.Sleep(time.Second)
					nhso.mu.Lock()
					defer nhso.mu.Unlock()
					nhso.hushes, nhso.down, nhso.codes = false, false, []visit.Authentication{{Code: foreignCode, ClaimType: visit.ClaimType{Code: "PG0060001"}, Hospital: visit.Hospital{HCode: "99999"}}}
				}()
				got := o.Submit(t.Context(), id1)
				time.Sleep(2 * time.Second) // until the look-ups work
				if sent, _ := nhso.counts(); got != c.want || store.ended(id1) != c.end || sent != c.sent {
					t.Errorf("%+v, ended as %q after %d requests", got, store.ended(id1), sent)
				}
			})
		})
	}
}

const foreignCode = "PP1200000009"
