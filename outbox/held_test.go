package outbox

import (
	"bytes"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/visit"
)

const id3 = visit.ID("01900000-0000-7000-8000-000000000003")

// other is a visit of another service, which nothing here concerns.
func other() visit.Visit {
	v := aVisitAt(id3, 0)
	v.ClaimType.Code = "PG0130001"
	return v
}

func TestNothingIsSentForAHeldVisitUntilItIsReleased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, nhso := newMemory(), &nhsoScript{}
		saveNow(store, aVisitAt(id1, 0))
		if !store.hold(id1) {
			t.Fatal("it is not held")
		}
		run(t, store, nhso, nil, func(o *Outbox) {
			if got := o.Submit(t.Context(), id1); got != (Outcome{Kind: Queued}) {
				t.Errorf("the patient hears %+v", got)
			}
			for range 60 { // impatient wake-ups change nothing
				o.Wake()
				time.Sleep(time.Minute)
			}
			if sent, _ := nhso.counts(); sent != 0 || store.ended(id1) != "" {
				t.Errorf("%d requests, it ended as %q", sent, store.ended(id1))
			}
			store.unhold(id1)
			o.Wake()
			time.Sleep(5 * time.Second)
		})
		if sent, made := nhso.counts(); sent != 1 || made != 1 || store.ended(id1) != "done PP0000000001" {
			t.Errorf("%d requests and %d codes after the release, it ended as %q", sent, made, store.ended(id1))
		}
	})
}

func TestAHeldVisitIsNotGivenUpAtMidnight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, nhso := newMemory(), &nhsoScript{}
		saveNow(store, aVisitAt(id1, 0))
		store.hold(id1)
		run(t, store, nhso, nil, func(o *Outbox) {
			time.Sleep(25 * time.Hour)
			if got := store.ended(id1); got != "" {
				t.Errorf("it ended as %q under the hands of its holder", got)
			}
			store.unhold(id1)
			o.Wake()
			time.Sleep(time.Hour)
		})
		if sent, _ := nhso.counts(); sent != 0 || store.ended(id1) != "staff service-date-passed" {
			t.Errorf("%d requests, it ended as %q", sent, store.ended(id1))
		}
	})
}

// Each of the moments between the list of what waits and the request.
func TestAVisitThatIsTakenBetweenTheListAndTheRequestIsNotSentAndKeepsNobodyWaiting(t *testing.T) {
	for _, c := range []struct {
		name  string
		taken func(t *testing.T, store *listing, nhso *nhsoScript) // arranges when
		looks time.Duration
	}{
		{"after it was listed", func(_ *testing.T, store *listing, _ *nhsoScript) {
			store.then = func() { store.hold(id1) }
		}, 0},
		{"while NHSO is asked", func(_ *testing.T, store *listing, _ *nhsoScript) {
			go func() {
				time.Sleep(foregroundGrace + 2*time.Second)
				store.hold(id1)
			}()
		}, 5 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				store, nhso := &listing{memory: newMemory()}, &nhsoScript{looks: c.looks}
				saveNow(store.memory, aVisitAt(id1, 0))
				saveNow(store.memory, other())
				c.taken(t, store, nhso)
				o := New(Options{Store: store, NHSO: nhso, Log: slog.New(slog.NewTextHandler(&log, nil))})
				done := make(chan struct{})
				go func() { defer close(done); o.Run(t.Context()) }()
				time.Sleep(30 * time.Second)
				synctest.Wait()
				if sent, made := nhso.counts(); sent != 1 || made != 1 || store.ended(id3) == "" || store.ended(id1) != "" {
					t.Errorf("%d requests, %d codes; the held one ended as %q, the other as %q", sent, made, store.ended(id1), store.ended(id3))
				}
				if log.Len() > 0 {
					t.Errorf("the log says %s", log.String())
				}
				if len(o.left) > 0 || len(o.round.apart) > 0 {
					t.Errorf("%d visits are remembered as sent, %d are set apart", len(o.left), len(o.round.apart))
				}
				store.unhold(id1)
				o.Wake()
				time.Sleep(30 * time.Second)
				if store.ended(id1) != "done PP0000000002" {
					t.Errorf("released it ended as %q", store.ended(id1))
				}
			})
		})
	}
}

// The patient stands there, and the clock has to be borne out before anything is sent.
func TestAVisitThatIsTakenWhileItsPatientWaitsIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, nhso := newMemory(), &nhsoScript{looks: 2 * time.Second}
		saveNow(store, aVisitAt(id1, 0))
		o := New(Options{
			Store: store, NHSO: nhso, Log: slog.New(slog.DiscardHandler), Clock: func() Clock { return ClockUnknown },
		})
		go func() {
			time.Sleep(time.Second)
			store.hold(id1)
		}()
		if got := o.Submit(t.Context(), id1); got != (Outcome{Kind: Queued}) {
			t.Errorf("the patient hears %+v", got)
		}
		if sent, _ := nhso.counts(); sent != 0 {
			t.Errorf("%d requests", sent)
		}
	})
}

func TestARequestThatHasLeftCannotBeOvertakenByAHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, nhso := newMemory(), &nhsoScript{script: []answer{answerCut, answerCode}, takes: 2 * time.Second, visible: 30 * time.Second}
		saveNow(store, aVisitAt(id1, 0))
		run(t, store, nhso, nil, func(o *Outbox) {
			go o.Submit(t.Context(), id1)
			for store.ended(id1) == "" {
				time.Sleep(time.Second)
				if store.hold(id1) {
					t.Fatal("it is held, and NHSO is at work on it")
				}
			}
		})
		if sent, made := nhso.counts(); sent != 1 || made != 1 {
			t.Errorf("%d requests, %d codes", sent, made)
		}
	})
}

func TestACodeThatALookUpOfBeforeTheHoldFindsEndsTheVisit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, nhso := newMemory(), &nhsoScript{looks: 5 * time.Second}
		nhso.codes = []visit.Authentication{codeOf(foreignCode, "PG0060001", "99999", time.Now())}
		saveNow(store, aVisitAt(id1, 0))
		go func() {
			time.Sleep(foregroundGrace + 2*time.Second)
			store.hold(id1)
		}()
		run(t, store, nhso, nil, func(*Outbox) { time.Sleep(time.Minute) })
		if sent, _ := nhso.counts(); sent != 0 || store.ended(id1) != "done "+foreignCode {
			t.Errorf("%d requests, it ended as %q", sent, store.ended(id1))
		}
	})
}

func TestOfAServiceOnWhichADeskWorksNothingIsSentButWhatTheDeskHasMade(t *testing.T) {
	desk := visit.ID("01900000-0000-7000-8000-00000000000d")
	for _, c := range []struct {
		name string
		back time.Duration // when the patient came to the kiosk again, seen from the desk's visit
		held []visit.ID    // by two desks, if two
		made []visit.ID    // for whom
	}{
		{"the patient came back before the desk made its visit", -time.Minute, []visit.ID{id1}, []visit.ID{id1}},
		{"the patient comes back afterwards", time.Second, []visit.ID{id1}, []visit.ID{id1}},
		{"both visits are held, by two desks", -time.Minute, []visit.ID{id1, id2}, []visit.ID{id1, id2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, nhso := newMemory(), &nhsoScript{takes: time.Second}
				time.Sleep(time.Hour)
				saveNow(store, aVisitAt(id1, -30*time.Minute))
				saveNow(store, aVisitAt(id2, c.back))
				for _, id := range c.held {
					store.hold(id)
				}
				run(t, store, nhso, nil, func(o *Outbox) {
					if len(c.held) == 1 {
						if got := o.Submit(t.Context(), id2); got != (Outcome{Kind: Queued}) {
							t.Errorf("the patient who came back hears %+v", got)
						}
					}
					time.Sleep(5 * time.Minute)
					if sent, _ := nhso.counts(); sent != 0 {
						t.Errorf("%d requests while the desk works", sent)
					}
					for n, item := range c.made {
						v := aVisitAt(desk[:len(desk)-1]+visit.ID(rune('a'+n)), 0)
						store.complete(item, v)
						go o.Submit(t.Context(), v.ID)
					}
					time.Sleep(5 * time.Minute)
				})
				for _, id := range []visit.ID{id1, id2} {
					if store.ended(id) != "done PP0000000001" {
						t.Errorf("%s ended as %q", id, store.ended(id))
					}
				}
				if sent, made := nhso.counts(); sent != 1 || made != 1 {
					t.Errorf("%d requests, %d codes", sent, made)
				}
			})
		})
	}
}
