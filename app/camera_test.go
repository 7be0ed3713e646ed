package app

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"authenkiosk/camera"
	"authenkiosk/camera/scene"
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
		if time.Since(begin) > 30*time.Second {
			t.Fatalf("no %s among %v", what, h.events)
		}
	}
}

func demoPhotographer(t *testing.T) (*photographer, *scene.Stage) {
	t.Helper()
	stage := &scene.Stage{}
	p := newPhotographer(func(ctx context.Context) (*camera.Camera, error) {
		return camera.Open(ctx, demoCamera, camera.OnStage(stage))
	}, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		p.run(ctx)
		close(ended)
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	return p, stage
}

func TestTheCameraTellsWhatItSeesTakesAPhotoAndForgetsIt(t *testing.T) {
	p, stage := demoPhotographer(t)
	stage.Set(scene.Nobody)
	var h heard
	p.Start(7, h.send)
	h.until(t, "live camera", func(e flow.Event) bool { return e == flow.CameraChanged{Number: 7, State: flow.DeviceReady} })
	h.until(t, "empty picture", func(e flow.Event) bool { return e == flow.PhotoSeen{Number: 7, Hint: flow.PhotoNoFace} })
	stage.Set(scene.Good)
	h.until(t, "steady face", func(e flow.Event) bool {
		seen, ok := e.(flow.PhotoSeen)
		return ok && seen.Steady
	})
	if picture, _ := p.Preview(); picture == nil {
		t.Error("there is no preview")
	}
	p.Take(6) // somebody else's
	p.Take(7)
	h.until(t, "photo", func(e flow.Event) bool { return e == flow.PhotoTaken{Number: 7, Hint: flow.PhotoGood} })
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
}
