package camera

import (
	"context"
	"errors"
	"fmt"
	"image"
	"sync"
	"time"

	"authenkiosk/camera/gate"
)

const (
	// Pictures a second on the screen: fluent enough to move one's head by.
	defaultFPS = 15
	mostRate   = 30

	// Every so manieth picture is judged: five times a second at the usual rate.
	judgeEvery = 3

	// How long a face must be good before the photo may be taken by itself.
	defaultSteady = time.Second

	// A photo is of now: how long Take waits for a picture.
	takeLimit = 3 * time.Second

	// How long a picture may keep us waiting before it is looked at the state again.
	lookPause = 500 * time.Millisecond
)

// The size below which no picture is asked of the camera: what the gate wants.
var judgeSize = image.Pt(640, 360)

// SittingOptions say how a Sitting works. The zero value is usable.
type SittingOptions struct {
	Preview image.Point   // the preview fits in; 640 x 480 without it
	FPS     int           // pictures a second on the screen, 1 to 30; 15 without it
	Mirror  bool          // mirrors the preview, and only that
	Gate    gate.Settings // thresholds; gate.Defaults without them
	Steady  time.Duration // how long a face must be good; a second without it
}

func (o SittingOptions) withDefaults() SittingOptions {
	if o.Preview == (image.Point{}) {
		o.Preview = image.Pt(640, 480)
	}
	if o.FPS == 0 {
		o.FPS = defaultFPS
	}
	if o.Gate == (gate.Settings{}) {
		o.Gate = gate.Defaults()
	}
	if o.Steady == 0 {
		o.Steady = defaultSteady
	}
	return o
}

// Look is what a screen shows beside the picture.
type Look struct {
	State State           // of the camera
	Err   error           // why it is not live
	Hint  gate.Verdict    // what the patient should change, steadied; of use only when State is Live
	Ready bool            // good for long enough: the countdown may run; back to false when it is not good any more
	Card  bool            // while Ready: a portrait as on a card is seen beside the face
	Face  image.Rectangle // where the face is in the preview, mirrored as it is; empty without one
}

// Photo is a picture that was taken.
type Photo struct {
	JPEG   []byte      // upright, at most MaxStill bytes, without metadata
	Size   image.Point // in pixels
	Time   time.Time
	Result gate.Result // what the gate found in this very picture
	Card   bool        // a portrait as on a card was seen beside the face; advice only
}

// Passed reports whether the photo passed the gate. One that did not may be used all
// the same, marked as such: that is for the flow to decide.
func (p *Photo) Passed() bool { return p.Result.Verdict.Passes() }

// Release overwrites the photo. It must not be used after that.
func (p *Photo) Release() {
	if p != nil {
		clear(p.JPEG[:cap(p.JPEG)])
		p.JPEG = nil
	}
}

// Sitting is one patient in front of the camera. It owns one goroutine, which
// decodes, scales and judges; the goroutine that draws the screen only swaps
// buffers. Its methods may be used by several goroutines, Swap by one.
type Sitting struct {
	camera  *Camera
	o       SittingOptions
	checker *gate.Checker
	cancel  context.CancelFunc
	done    chan struct{}
	changes chan struct{}
	takes   chan takeRequest
	preview preview

	mu     sync.Mutex
	look   Look
	steady gate.Steady
}

type takeRequest struct {
	ctx    context.Context
	answer chan<- taken
}

type taken struct {
	photo *Photo
	err   error
}

// Sit begins a sitting. There is one at a time for a camera. Close ends it, and so
// does the end of the camera.
func (c *Camera) Sit(o SittingOptions) (*Sitting, error) {
	o = o.withDefaults()
	if o.FPS < 1 || o.FPS > mostRate {
		return nil, fmt.Errorf("sitting: %d pictures a second: allowed are 1 to %d", o.FPS, mostRate)
	}
	if o.Preview.X < 1 || o.Preview.Y < 1 || max(o.Preview.X, o.Preview.Y) > maxSide {
		return nil, fmt.Errorf("sitting: a preview of %v pixels: allowed are 1 to %d", o.Preview, maxSide)
	}
	checker, err := gate.New(o.Gate)
	if err != nil {
		return nil, fmt.Errorf("sitting: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Sitting{
		camera: c, o: o, checker: checker, cancel: cancel, done: make(chan struct{}),
		changes: make(chan struct{}, 1), takes: make(chan takeRequest), steady: gate.NewSteady(o.Steady),
		look: Look{Hint: gate.NoFace},
	}
	go s.run(ctx)
	return s, nil
}

// Close ends the sitting and overwrites all its pictures, also the one that Swap
// returned last. It may be called more than once.
func (s *Sitting) Close() {
	s.cancel()
	<-s.done
}

// Changes returns a channel that has a value after there is a new picture or a new
// Look. It is for one reader, and never closed.
func (s *Sitting) Changes() <-chan struct{} { return s.changes }

// Look returns what to show beside the picture.
func (s *Sitting) Look() Look {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.look
}

// Swap returns the newest picture of the preview, or nil before the first, and
// whether it is a new one. It never waits. The picture belongs to the caller until
// the next Swap or Close; it is not changed in between.
func (s *Sitting) Swap() (*image.RGBA, bool) { return s.preview.swap() }

// Take takes a photo at the camera's full size, judges and encodes it. It does so
// whatever the gate says. It takes some 100 ms, and fails after 3 s without a
// picture.
func (s *Sitting) Take(ctx context.Context) (*Photo, error) {
	ctx, cancel := context.WithTimeout(ctx, takeLimit)
	defer cancel()
	answer := make(chan taken, 1)
	select {
	case s.takes <- takeRequest{ctx, answer}:
		got := <-answer
		return got.photo, got.err
	case <-ctx.Done():
		_, err := s.camera.State()
		return nil, fmt.Errorf("take a photo: %w", errors.Join(ctx.Err(), err))
	case <-s.done:
		return nil, fmt.Errorf("take a photo: %w", ErrClosed)
	}
}

func (s *Sitting) run(ctx context.Context) {
	defer close(s.done)
	defer s.preview.drop()
	defer s.checker.Wipe()
	pace := time.NewTicker(time.Second / time.Duration(s.o.FPS))
	defer pace.Stop()
	for n := 0; ; {
		select {
		case <-ctx.Done():
			return
		case <-s.camera.done:
			s.show(Look{State: Gone, Err: ErrClosed, Hint: gate.NoFace})
			return
		case req := <-s.takes:
			photo, err := s.take(ctx, req.ctx)
			req.answer <- taken{photo, err}
		case <-pace.C:
			if s.picture(ctx, n%judgeEvery == 0) {
				n++
			}
		}
	}
}

// picture shows one picture, and judges it. It returns false without one.
func (s *Sitting) picture(ctx context.Context, judge bool) bool {
	waiting, cancel := context.WithTimeout(ctx, lookPause)
	defer cancel()
	want := image.Pt(max(s.o.Preview.X, judgeSize.X), max(s.o.Preview.Y, judgeSize.Y))
	frame, err := s.camera.Next(waiting, want)
	if err != nil {
		state, stateErr := s.camera.State()
		if errors.Is(err, ErrNotPictures) && state == Live {
			state, stateErr = Gone, err
		}
		if state != Live {
			s.show(Look{State: state, Err: stateErr, Hint: gate.NoFace})
		}
		return false
	}
	defer frame.Release()
	s.preview.paint(frame.Image, s.o.Preview, s.o.Mirror)
	look := s.Look()
	look.State, look.Err = Live, nil
	if judge {
		result := s.checker.Check(frame.Image)
		s.steady = s.steady.Next(result.Verdict, frame.Time)
		look.Hint, look.Ready = s.steady.Hint(), s.steady.Ready()
		look.Face = s.onPreview(result, frame.Image.Rect)
		// It takes longer than the rest, so only for a face that is ready.
		look.Card = look.Ready && s.checker.CardSeen(frame.Image, gate.Guide(frame.Image.Rect))
	}
	s.show(look)
	return true
}

// onPreview returns where the main face is in the preview.
func (s *Sitting) onPreview(r gate.Result, frame image.Rectangle) image.Rectangle {
	face, ok := r.Main()
	if !ok {
		return image.Rectangle{}
	}
	size := inside(frame.Size(), s.o.Preview)
	x := func(v int) int { return v * size.X / frame.Dx() }
	y := func(v int) int { return v * size.Y / frame.Dy() }
	box := image.Rect(x(face.Box.Min.X), y(face.Box.Min.Y), x(face.Box.Max.X), y(face.Box.Max.Y))
	if s.o.Mirror {
		box.Min.X, box.Max.X = size.X-box.Max.X, size.X-box.Min.X
	}
	return box
}

// show makes a Look the current one. Without a picture nothing is ready.
func (s *Sitting) show(l Look) {
	if l.State != Live {
		s.steady = gate.NewSteady(s.o.Steady)
	}
	s.mu.Lock()
	s.look = l
	s.mu.Unlock()
	select {
	case s.changes <- struct{}{}:
	default:
	}
}

// take takes a photo. It runs on the sitting's goroutine, so the preview rests for
// that moment, as people know it from cameras.
func (s *Sitting) take(sitting, asked context.Context) (*Photo, error) {
	ctx, cancel := context.WithCancel(asked)
	defer cancel()
	defer context.AfterFunc(sitting, cancel)()
	frame, err := s.camera.Next(ctx, image.Point{})
	if err != nil {
		return nil, fmt.Errorf("take a photo: %w", err)
	}
	defer frame.Release()
	data, size, err := encodeStill(frame.Image)
	if err != nil {
		return nil, fmt.Errorf("take a photo: %w", err)
	}
	if err := checkStill(data, size); err != nil {
		clear(data)
		return nil, fmt.Errorf("take a photo: %w", err)
	}
	return &Photo{
		JPEG: data, Size: size, Time: frame.Time, Result: s.checker.Check(frame.Image),
		Card: s.checker.CardSeen(frame.Image, gate.Guide(frame.Image.Rect)),
	}, nil
}
