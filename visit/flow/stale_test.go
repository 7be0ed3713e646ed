package flow

import (
	"fmt"
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
		SlipWithheld{number, 1},
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
	begun, _ := advance(start(), CardInserted{insertions[0]})
	for _, e := range eventsFor(&begun) {
		if f, ok := reflect.TypeOf(e).FieldByName("Number"); ok && f.Type.Kind() == reflect.Uint64 && !tried[reflect.TypeOf(e)] {
			t.Errorf("%T is not among the answers that come late", e)
		}
	}
}

var late = append(answersOf(99), answersOf(0)...)

// checkLate: whoever stands there now, an answer for a session that is over says nothing of
// them.
func checkLate(h host, w *world) error {
	var next world
	for _, e := range late {
		next = *w
		if effects := h.step(&next, e); len(effects) > 0 || !next.same(w) && next.whole() != w.whole() {
			return fmt.Errorf("%v: %T%+v of another session changes something: %v", w.m.State, e, e, effects)
		}
	}
	return nil
}
