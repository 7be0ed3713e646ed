package outbox

import (
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/visit"
)

// A code that NHSO tells later is the visit's own only when a request of the visit
// can have brought it. Nothing is sent again after a no.
func TestACodeThatIsFoundLaterIsTheVisitsOwnOnlyIfARequestCanHaveBroughtIt(t *testing.T) {
	const foreign = "PP1200000009"
	for _, c := range []struct {
		name    string
		script  []answer
		visible time.Duration                // until a code of the script is seen
		code    func() *visit.Authentication // of somebody else's request, as it is told in the end
		end     string
		earlier bool
		sent    int
	}{
		{
			"NHSO says no and cannot be asked for a while",
			[]answer{answerRefused},
			0,
			func() *visit.Authentication { return &visit.Authentication{At: time.Now()} }, "done " + foreign, true, 1,
		},
		{
			"NHSO says no, and has no code",
			[]answer{answerRefused},
			0,
			func() *visit.Authentication { return nil }, "refused nhso-refused-visit", false, 1,
		},
		{
			"NHSO was not reached, and somebody else's request was",
			[]answer{answerNotSent},
			0,
			func() *visit.Authentication { return &visit.Authentication{At: time.Now()} }, "done " + foreign, true, 1,
		},
		{
			"the reply was lost",
			[]answer{answerLost},
			0,
			func() *visit.Authentication { return &visit.Authentication{At: time.Now()} }, "done " + foreign, false, 1,
		},
		{
			"the reply was lost, and NHSO tells the day alone",
			[]answer{answerLost},
			0,
			func() *visit.Authentication { return &visit.Authentication{} }, "done " + foreign, false, 1,
		},
		{
			"NHSO says no and tells the day alone",
			[]answer{answerRefused},
			0,
			func() *visit.Authentication { return &visit.Authentication{} }, "done " + foreign, true, 1,
		},
		{
			"the first request is processed late, and the second refused for it",
			[]answer{answerCut, answerRefused},
			70 * time.Second,
			func() *visit.Authentication { return nil }, "done PP0000000001", false, 2,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, nhso := newMemory(), &nhsoScript{script: c.script, visible: c.visible}
				saveNow(store, aVisitAt(id1, 0))
				var heard []Outcome
				run(t, store, nhso, func(_ visit.ID, o Outcome) { heard = append(heard, o) }, func(o *Outbox) {
					nhso.mu.Lock()
					nhso.hushes = c.visible == 0
					nhso.mu.Unlock()
					if got := o.Submit(t.Context(), id1); got.Kind != Queued {
						t.Errorf("the patient hears %+v", got)
					}
					time.Sleep(20 * time.Second)
					if code := c.code(); code != nil {
						*code = codeOf(foreign, "PG0060001", "99999", code.At)
						nhso.mu.Lock()
						nhso.codes = append(nhso.codes, *code)
						nhso.mu.Unlock()
					}
					nhso.setDown(false)
					time.Sleep(20 * time.Minute)
				})
				if sent, _ := nhso.counts(); store.ended(id1) != c.end || sent != c.sent {
					t.Errorf("ended as %q after %d requests, want %q after %d", store.ended(id1), sent, c.end, c.sent)
				}
				if len(heard) != 1 || heard[0].Earlier != c.earlier {
					t.Errorf("heard %+v", heard)
				}
			})
		})
	}
}
