package photo

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/camera"
	"authenkiosk/camera/scene"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// heard collects what the camera tells the flow.
type heard struct {
	mu     sync.Mutex
	events []flow.Event
}

func (h *heard) send(e flow.Event) {
	h.mu.Lock()
	h.events = append(h.events, e)
	h.mu.Unlock()
}

// until waits for an event.
func (h *heard) until(t *testing.T, what string, ok func(flow.Event) bool) {
	t.Helper()
	for begin := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		h.mu.Lock()
		for _, e := range h.events {
			if ok(e) {
				h.mu.Unlock()
				return
			}
		}
		h.mu.Unlock()
		if time.Since(begin) > 2*time.Minute {
			t.Fatalf("no %s among %v", what, h.events)
		}
	}
}

func demoPhotographer(t *testing.T) (*Camera, *scene.Stage) {
	t.Helper()
	stage := &scene.Stage{}
	p := NewWith(func(ctx context.Context) (*camera.Camera, error) {
		return camera.Open(ctx, drawnCamera, camera.OnStage(stage))
	}, func() {}, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		p.Run(ctx)
		close(ended)
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	return p, stage
}

func TestTheCameraTellsWhatItSeesTakesAPhotoAndForgetsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, stage := demoPhotographer(t)
		stage.Set(scene.Nobody)
		var h heard
		p.Start(7, h.send)
		h.until(t, "live camera", func(e flow.Event) bool { return e == flow.CameraChanged{Number: 7, State: visit.DeviceReady} })
		h.until(t, "empty picture", func(e flow.Event) bool { return e == flow.PhotoSeen{Number: 7, Hint: flow.PhotoNoFace} })
		stage.Set(scene.Good)
		h.until(t, "steady face", func(e flow.Event) bool {
			seen, ok := e.(flow.PhotoSeen)
			return ok && seen.Steady && seen.Card
		})
		if picture, _ := p.Preview(); picture == nil {
			t.Error("there is no preview")
		}
		p.Take(6) // somebody else's
		p.Take(7)
		h.until(t, "photo", func(e flow.Event) bool { return e == flow.PhotoTaken{Number: 7, Hint: flow.PhotoGood, Card: true} })
		if photo := p.Photo(); len(photo) < 1000 || len(photo) > camera.MaxStill {
			t.Errorf("a photo of %d bytes", len(photo))
		}
		p.Stop()
		if p.Photo() == nil {
			t.Error("the photo is gone with the camera")
		}
		p.Forget()
		if picture, fresh := p.Preview(); p.Photo() != nil || picture != nil || !fresh {
			t.Error("the photo is still there")
		}
	})
}

func (h *heard) forget() {
	h.mu.Lock()
	h.events = nil
	h.mu.Unlock()
}

func TestAfterAPhotoThatIsNotUsedTheLivePictureGoesOnAndIsToldAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, stage := demoPhotographer(t)
		stage.Set(scene.Good)
		steady := func(e flow.Event) bool {
			seen, ok := e.(flow.PhotoSeen)
			return ok && seen.Steady
		}
		var h heard
		p.Start(7, h.send)
		h.until(t, "steady face", steady)
		p.Take(7)
		h.until(t, "photo", func(e flow.Event) bool { _, ok := e.(flow.PhotoTaken); return ok })
		h.forget()
		p.Again(6) // somebody else's
		if p.Photo() == nil {
			t.Error("the photo is gone with another session")
		}
		p.Again(7)
		if p.Photo() != nil {
			t.Error("a photo that is not used is kept")
		}
		h.until(t, "steady face that was steady all the time", steady)
		h.until(t, "camera that was live all the time", func(e flow.Event) bool { return e == flow.CameraChanged{Number: 7, State: visit.DeviceReady} })
		for begin := time.Now(); ; time.Sleep(10 * time.Millisecond) {
			if picture, fresh := p.Preview(); picture != nil && fresh {
				break
			}
			if time.Since(begin) > 2*time.Minute {
				t.Fatal("the screen gets no new picture")
			}
		}
	})
}

func TestAPhotoThatComesTooLateIsNotKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, stage := demoPhotographer(t)
		stage.Set(scene.Good)
		var h heard
		p.Start(7, h.send)
		h.until(t, "live camera", func(e flow.Event) bool { return e == flow.CameraChanged{Number: 7, State: visit.DeviceReady} })
		p.mu.Lock() // the photo cannot be handed over before it is called off
		pose := p.now
		pose.takes++
		nth := pose.takes
		pose.takes++
		p.mu.Unlock()
		if _, _, err := p.take(t.Context(), pose, nth); !errors.Is(err, errUnwanted) || p.Photo() != nil {
			t.Errorf("%v, and the photo is kept: %v", err, p.Photo() != nil)
		}
	})
}

// A webcam refuses whoever opens it a second time.
func TestTheCameraIsNeverOpenedTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var before *camera.Camera
		stage := &scene.Stage{}
		p := NewWith(func(ctx context.Context) (*camera.Camera, error) {
			mu.Lock()
			defer mu.Unlock()
			if before != nil {
				if s, err := before.State(); !errors.Is(err, camera.ErrClosed) {
					t.Errorf("opened while the one before is %v, %v", s, err)
				}
			}
			c, err := camera.Open(ctx, drawnCamera, camera.OnStage(stage))
			before = c
			return c, err
		}, func() {}, slog.New(slog.DiscardHandler))
		t.Cleanup(func() { p.Forget(); p.work.Wait() })
		live := func(e flow.Event) bool { return e == flow.CameraChanged{Number: 7, State: visit.DeviceReady} }
		for range 5 {
			var h heard
			p.Start(7, h.send)
			h.until(t, "live camera", live)
		}
		p.Forget()
		go p.probe(t.Context())
		var h heard
		p.Start(7, h.send)
		h.until(t, "live camera", live)
	})
}
