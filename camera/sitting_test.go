package camera

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/camera/gate"
	"authenkiosk/camera/scene"
)

func sit(t *testing.T, c *Camera, o SittingOptions) *Sitting {
	t.Helper()
	s, err := c.Sit(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// waitLook waits for a Look as wanted.
func waitLook(t *testing.T, s *Sitting, what string, is func(Look) bool) Look {
	t.Helper()
	deadline := time.After(patience)
	for {
		if l := s.Look(); is(l) {
			return l
		}
		select {
		case <-s.Changes():
		case <-deadline:
			t.Fatalf("waiting for %s: %+v", what, s.Look())
		}
	}
}

// lent is a drawn camera that another program takes at times.
type lent struct {
	source
	taken *atomic.Bool
}

func (l lent) read(ctx context.Context, r *raw) error {
	if l.taken.Load() {
		return ErrBusy
	}
	return l.source.read(ctx, r)
}

func TestASittingFollowsWhatHappensInFrontOfTheCamera(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stage, taken := new(scene.Stage), new(atomic.Bool)
		demo := demoConnector(stage)
		camera := start(t.Context(), func(ctx context.Context) (source, error) {
			if taken.Load() {
				return nil, ErrBusy
			}
			s, err := demo(ctx)
			return lent{s, taken}, err
		}, Upright)
		t.Cleanup(camera.Close)
		s := sit(t, camera, SittingOptions{Steady: 300 * time.Millisecond})
		waitLook(t, s, "a good face", func(l Look) bool { return l.Ready && l.Hint == gate.OK && !l.Face.Empty() })
		for _, c := range []struct {
			scene scene.Scene
			hint  gate.Verdict
		}{
			{scene.Dark, gate.TooDark},
			{scene.Bright, gate.TooBright},
			{scene.Blurred, gate.Blurred},
			{scene.Nobody, gate.NoFace},
			{scene.Two, gate.SeveralFaces},
			{scene.Good, gate.OK},
		} {
			stage.Set(c.scene)
			waitLook(t, s, c.hint.String(), func(l Look) bool {
				return l.Hint == c.hint && l.Ready == (c.hint == gate.OK)
			})
		}
		taken.Store(true)
		waitLook(t, s, "busy", func(l Look) bool { return l.State == Busy && errors.Is(l.Err, ErrBusy) && !l.Ready })
		taken.Store(false)
		waitLook(t, s, "a good face again", func(l Look) bool { return l.State == Live && l.Ready })
	})
}

func TestThePhotoIsUprightSmallBareAndJudged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stage := new(scene.Stage)
		s := sit(t, open(t, "demo:", OnStage(stage)), SittingOptions{Mirror: true})
		waitLook(t, s, "a picture", func(l Look) bool { return l.State == Live })
		photo, err := s.Take(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !photo.Passed() || photo.Size != image.Pt(demoWidth, demoHeight) || len(photo.JPEG) > MaxStill || !photo.Card {
			t.Errorf("%v, %d bytes, %+v", photo.Size, len(photo.JPEG), photo.Result)
		}
		img, err := jpeg.Decode(bytes.NewReader(photo.JPEG))
		if err != nil {
			t.Fatal(err)
		}
		// The drawn card is on the left of the picture; the photo is not mirrored.
		checker, _ := gate.New(gate.Defaults())
		if !checker.CardSeen(img.(*image.YCbCr), gate.Guide(img.Bounds())) {
			t.Error("the card is not where it belongs in the photo")
		}
		var log strings.Builder
		slog.New(slog.NewJSONHandler(&log, nil)).Info("photo", "photo", photo)
		if log.Len() > 400 || !contains(log.String(), `"passed":true`) {
			t.Errorf("a photo in the log: %d bytes", log.Len())
		}
		data := photo.JPEG
		photo.Release()
		if len(bytes.Trim(data, "\x00")) != 0 {
			t.Error("the photo was not overwritten")
		}

		stage.Set(scene.Nobody)
		// A picture that was drawn before may be on its way, and a Look without a face says
		// only that none was judged yet.
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		for photo, err = s.Take(ctx); err == nil && photo.Passed(); photo, err = s.Take(ctx) {
			photo.Release()
		}
		if err != nil {
			t.Fatalf("the photo of a gate that did not pass: %v", err)
		}
		if photo.Result.Verdict != gate.NoFace {
			t.Errorf("%+v", photo.Result)
		}
		photo.Release()
	})
}

func TestThePictureOfTheScreenIsNotChangedUntilTheNextSwap(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := sit(t, open(t, "demo:"), SittingOptions{Preview: image.Pt(160, 90), FPS: 30})
		var front *image.RGBA
		for front == nil {
			<-s.Changes()
			front, _ = s.Swap()
		}
		if front.Rect.Size() != image.Pt(160, 90) {
			t.Errorf("a preview of %v", front.Rect.Size())
		}
		before := bytes.Clone(front.Pix)
		for range 10 {
			<-s.Changes()
		}
		if !bytes.Equal(before, front.Pix) {
			t.Error("the picture changed under the screen")
		}
		seen := map[*image.RGBA]bool{}
		for range 20 {
			<-s.Changes()
			img, _ := s.Swap()
			seen[img] = true
		}
		if len(seen) > 3 {
			t.Errorf("%d buffers", len(seen))
		}
		last, _ := s.Swap()
		s.Close()
		if len(bytes.Trim(last.Pix, "\x00")) != 0 {
			t.Error("the last picture was not overwritten")
		}
		if img, fresh := s.Swap(); img != nil || fresh {
			t.Error("a picture after the end")
		}
	})
}

// silent is a camera that is connected and sends nothing.
func silent(t *testing.T) *Camera {
	t.Helper()
	c := start(t.Context(), func(context.Context) (source, error) { return &script{}, nil }, Upright)
	t.Cleanup(c.Close)
	return c
}

func TestTakingAPhotoEndsWhenThereIsNoPicture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := silent(t)
		s := sit(t, c, SittingOptions{})
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if _, err := s.Take(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		began := time.Now()
		if _, err := s.Take(t.Context()); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != takeLimit {
			t.Errorf("error %v after %s", err, time.Since(began))
		}
		c.Close()
		waitLook(t, s, "the end of the camera", func(l Look) bool { return errors.Is(l.Err, ErrClosed) })
		if _, err := s.Take(t.Context()); !errors.Is(err, ErrClosed) {
			t.Errorf("error %v, wanted %v", err, ErrClosed)
		}
	})
}

func TestASittingCanBeClosedInTheMiddleOfAPhoto(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sit(t, silent(t), SittingOptions{})
		ended := make(chan error, 1)
		go func() {
			_, err := s.Take(t.Context())
			ended <- err
		}()
		time.Sleep(takeLimit / 2)
		s.Close()
		if err := <-ended; err == nil {
			t.Error("a photo of nothing")
		}
	})
}

func TestSittingsThatMakeNoSenseAreRefused(t *testing.T) {
	c := open(t, "demo:")
	for _, o := range []SittingOptions{
		{FPS: 31},
		{FPS: -1},
		{Preview: image.Pt(-1, 5)},
		{Preview: image.Pt(100000, 5)},
		{Gate: gate.Settings{MinFace: 2}},
	} {
		if _, err := c.Sit(o); err == nil {
			t.Errorf("%+v: no error", o)
		}
	}
}

func TestACameraOnItsSideIsTurnedUpright(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for rotation, want := range map[Rotation]gate.Verdict{Clockwise: gate.OK, Upright: gate.Turned, UpsideDown: gate.Turned} {
			s := sit(t, open(t, "demo:turned", Mounted(rotation)), SittingOptions{})
			waitLook(t, s, want.String(), func(l Look) bool { return l.State == Live && l.Hint == want })
		}
	})
}
