package flow

import (
	"errors"
	"fmt"
	"testing"

	"authenkiosk/visit"
)

// sittingWorld is a sitting with the one timer that it has.
type sittingWorld struct {
	p       Photo
	counted bool
}

// checkSitting: a picture is taken from a camera that delivers, once, and one that is
// worth nothing is not shown before the patient has had every try.
func checkSitting(before Photo, e Event, next sittingWorld, effects []Effect, taken bool) error {
	p := next.p
	takes := 0
	for _, effect := range effects {
		if _, ok := effect.(TakePhoto); ok {
			takes++
		}
	}
	result, judged := e.(PhotoTaken)
	passed := judged && result.Hint == PhotoGood && result.Card
	switch {
	case takes > 1, takes == 1 && (before.Taking || before.Camera != visit.DeviceReady || e != Event(TimerFired{TimerCountdown})):
		return errors.New("a picture is taken that nobody counted down to")
	case p.Taking && !before.Taking && takes == 0:
		return errors.New("a picture is waited for that is not taken")
	case p.Taking && (p.Camera != visit.DeviceReady || p.Countdown > 0):
		return errors.New("a picture is taken while the camera is away or the countdown runs")
	case (p.Countdown > 0) != next.counted, p.Countdown > countFrom:
		return fmt.Errorf("the countdown stands at %d, its timer runs: %v", p.Countdown, next.counted)
	case p.Countdown > before.Countdown && e != Event(TapShutter{}) && !isSteady(e):
		return errors.New("a countdown begins by itself without a card in sight")
	case taken && (!before.Taking || !judged || !passed && p.Tries < maxTries):
		return errors.New("a photo is shown that is none, or a bad one too early")
	case p.GatePassed && !before.GatePassed && !passed:
		return errors.New("a photo passes on which no card was seen")
	case p.Tries > maxTries, p.Tries < before.Tries, p.Accepted != before.Accepted:
		return errors.New("tries are not counted, or nobody looked at the photo")
	}
	return nil
}

func isSteady(e Event) bool {
	seen, ok := e.(PhotoSeen)
	return ok && seen.Steady && seen.Card
}

func TestEveryStepOfASittingBeforeTheCameraKeepsItsPromises(t *testing.T) {
	const number = 7
	events := []Event{TapShutter{}, TapConfirm{}, PhotoFailed{number}}
	for s := visit.DeviceUnknown; s <= visit.DeviceAbsent; s++ {
		events = append(events, CameraChanged{number, s})
	}
	for _, h := range PhotoHints() {
		for _, card := range []bool{false, true} {
			events = append(events, PhotoTaken{number, h, card}, PhotoSeen{number, h, false, card}, PhotoSeen{number, h, true, card})
		}
	}
	seen, queue, pairs, ends := map[sittingWorld]bool{{}: true}, []sittingWorld{{}}, 0, 0
	for len(queue) > 0 {
		w := queue[0]
		queue = queue[1:]
		now := events
		if w.counted {
			now = append(now[:len(now):len(now)], TimerFired{TimerCountdown})
		}
		for _, e := range now {
			pairs++
			photo, effects, taken := w.p.Step(number, e)
			next := sittingWorld{photo, w.counted && e != Event(TimerFired{TimerCountdown})}
			for _, effect := range effects {
				switch effect.(type) {
				case SetTimer:
					next.counted = true
				case ClearTimer:
					next.counted = false
				}
			}
			if err := checkSitting(w.p, e, next, effects, taken); err != nil {
				t.Fatalf("%+v, event %T%+v: %v", w.p, e, e, err)
			}
			if taken { // and the patient wants another one
				ends++
				next = sittingWorld{p: Photo{Tries: photo.Tries}}
			}
			if !seen[next] {
				seen[next] = true
				queue = append(queue, next)
			}
		}
	}
	if ends == 0 {
		t.Error("no photo is ever taken")
	}
	t.Logf("%d sittings, %d pairs of sitting and event, %d photos to be looked at", len(seen), pairs, ends)
}
