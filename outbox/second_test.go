package outbox

import (
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/visit"
)

func TestASecondCodeIsAnotherThanTheFirstHoweverTheAnswerComes(t *testing.T) {
	for _, c := range []struct {
		name    string
		script  []answer // of the second visit
		visible time.Duration
		made    int
		end     string
	}{
		{"at once", []answer{answerCode}, 0, 2, "done PP0000000002"},
		{"the answer is cut off", []answer{answerCut}, 0, 2, "done PP0000000002"},
		{"it is processed late", []answer{answerCut}, 40 * time.Second, 2, "done PP0000000002"},
		{"it was lost", []answer{answerLost, answerCode}, 0, 2, "done PP0000000002"},
		{"NHSO gives no second one", []answer{answerRefused}, 0, 1, "refused nhso-refused-visit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, nhso := newMemory(), &nhsoScript{script: append([]answer{answerCode}, c.script...)}
				saveNow(store, aVisitAt(id1, 0))
				run(t, store, nhso, nil, func(o *Outbox) {
					o.Submit(t.Context(), id1)
					time.Sleep(time.Minute)
					nhso.mu.Lock()
					nhso.visible = c.visible
					nhso.mu.Unlock()
					for _, id := range []visit.ID{id2, id3} { // somebody asks for it twice
						store.mu.Lock()
						store.save(aVisitAt(id, 0))
						i := store.items[id]
						i.Besides = []visit.AuthenCode{"PP0000000001"}
						store.items[id] = i
						store.mu.Unlock()
						if got := o.Submit(t.Context(), id); got.Code == "PP0000000001" {
							t.Errorf("the second code of visit %s is the first one", id)
						}
					}
					time.Sleep(15 * time.Minute)
				})
				first, second := store.ended(id1), store.ended(id2)
				if first != "done PP0000000001" || second != c.end {
					t.Errorf("they end as %q and %q, want %q", first, second, c.end)
				}
				if _, made := nhso.counts(); c.made == 2 && (made != 2 || store.ended(id3) != c.end) {
					t.Errorf("%d codes were made, the third ends as %q", made, store.ended(id3))
				}
			})
		})
	}
}
