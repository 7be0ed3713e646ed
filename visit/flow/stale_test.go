package flow

import (
	"reflect"
	"testing"
	"time"

	"authenkiosk/visit"
)

// answersOf are the answers to every effect of a session, as they could come late.
func answersOf(number uint64) []Event {
	other := []visit.Authentication{codeOf("PP1200000009", general, unit.HCode, 9)}
	return []Event{
		CardIdentified{number, adult},
		CardRead{Number: number, Expiry: visit.PartialDate{Lifelong: true}},
		CardFailed{number, visit.CardUnreadable},
		RightFound{Number: number, Right: ucs},
		RightFailed{number, visit.NHSORefusedToken},
		StatusFound{number, other},
		StatusFailed{number},
		PhoneKnown{number, mustPhone("0800005678"), visit.PhoneOfRelative},
		VisitSaved{number},
		VisitNotSaved{Number: number},
		VisitDone{Number: number, Code: "PP1200000009", IssuedAt: time.Unix(9, 0)},
		VisitQueued{Number: number},
		VisitRefused{number, visit.NHSORefusedVisit, "เหตุผล"},
		SlipPrinted{number, 1},
		SlipFailed{number, 1, true},
		CameraChanged{number, visit.DeviceDown},
		PhotoSeen{number, PhotoGood, true, true},
		PhotoTaken{number, PhotoGood, true},
		PhotoFailed{number},
	}
}

func TestEveryAnswerIsTriedLate(t *testing.T) {
	tried := map[reflect.Type]bool{}
	for _, e := range answersOf(1) {
		tried[reflect.TypeOf(e)] = true
	}
	for _, e := range eventsFor(atKiosk.move(start(), CardInserted{insertions[0]})) {
		if f, ok := reflect.TypeOf(e).FieldByName("Number"); ok && f.Type.Kind() == reflect.Uint64 && !tried[reflect.TypeOf(e)] {
			t.Errorf("%T is not among the answers that come late", e)
		}
	}
}

// Whoever stands there now, an answer for a session that is over says nothing of them.
func TestAnAnswerOfASessionThatIsOverChangesNothing(t *testing.T) {
	late := append(answersOf(99), answersOf(0)...)
	most, _ := bounds()
	known := map[key]bool{start().key(): true}
	queue := []world{start()}
	for len(queue) > 0 {
		w := queue[0]
		queue = queue[1:]
		for _, e := range late {
			if next, effects := advance(w, e); len(effects) > 0 || next.whole() != w.whole() {
				t.Fatalf("%v: %T%+v of another session changes something: %v", w.m.State, e, e, effects)
			}
		}
		for _, e := range eventsFor(w) {
			if next := atKiosk.move(w, e); !known[next.key()] && len(known) < most {
				known[next.key()] = true
				queue = append(queue, next)
			}
		}
	}
}
