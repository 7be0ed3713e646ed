package camera

import (
	"context"
	"errors"
	"image"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/camera/scene"
)

// script is a source that does what a test says: each value is what happens at one
// reading.
type script struct {
	steps  chan step
	closed int
}

type step struct {
	picture *image.YCbCr
	err     error
	after   time.Duration
}

func (s *script) close() { s.closed++ }

func (s *script) read(ctx context.Context, r *raw) error {
	var now step
	select {
	case now = <-s.steps:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-time.After(now.after):
	case <-ctx.Done():
		return ctx.Err()
	}
	if now.err != nil {
		return now.err
	}
	r.fill(now.picture)
	r.still = false
	return nil
}

// picture returns a small picture that differs by n.
func picture(n int) *image.YCbCr {
	img := image.NewYCbCr(image.Rect(0, 0, minSide, minSide), image.YCbCrSubsampleRatio420)
	img.Y[0] = uint8(n)
	img.Y[1] = uint8(n >> 8)
	return img
}

func TestAttemptsToConnectBecomeRareAndNeverStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Duration
		started := time.Now()
		c := start(t.Context(), func(context.Context) (source, error) {
			at = append(at, time.Since(started))
			return nil, ErrBusy
		}, Upright)
		time.Sleep(time.Minute)
		synctest.Wait()
		if state, err := c.State(); state != Busy || !errors.Is(err, ErrBusy) {
			t.Errorf("%v, %v", state, err)
		}
		c.Close()
		want := []time.Duration{0, 250 * time.Millisecond, 750 * time.Millisecond, 1750 * time.Millisecond, 3750 * time.Millisecond, 7750 * time.Millisecond}
		if len(at) < len(want) || !slices.Equal(at[:len(want)], want) {
			t.Errorf("attempts at %v, wanted %v", at, want)
		}
		if len(at) != 19 {
			t.Errorf("%d attempts in a minute", len(at))
		}
	})
}

func TestACameraThatStallsIsGoneAfterTwoSecondsAndItsOldPictureToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{steps: make(chan step, 10)}
		connects := 0
		c := start(t.Context(), func(context.Context) (source, error) { connects++; return s, nil }, Upright)
		s.steps <- step{picture: picture(1)}
		s.steps <- step{picture: picture(2), after: stallLimit - time.Millisecond}
		time.Sleep(stallLimit)
		synctest.Wait()
		if state, _ := c.State(); state != Live || connects != 1 {
			t.Fatalf("%v after %d connections", state, connects)
		}
		time.Sleep(stallLimit)
		synctest.Wait()
		if state, err := c.State(); state != Gone || !errors.Is(err, ErrStalled) || s.closed != 1 {
			t.Errorf("%v, %v, closed %d times", state, err, s.closed)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		if _, err := c.Next(ctx, image.Point{}); !errors.Is(err, ErrStalled) {
			t.Errorf("the picture of before the stall was given out: %v", err)
		}
		c.Close()
	})
}

func TestACameraThatRepeatsItselfIsNotBelieved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{steps: make(chan step)}
		c := start(t.Context(), func(context.Context) (source, error) { return s, nil }, Upright)
		for n := range 20 {
			s.steps <- step{picture: picture(n), after: time.Second}
		}
		if state, _ := c.State(); state != Live {
			t.Fatalf("a living camera is %v", state)
		}
		for range 12 {
			select {
			case s.steps <- step{picture: picture(77), after: time.Second}:
			case <-time.After(1500 * time.Millisecond):
			}
		}
		synctest.Wait()
		c.mu.Lock()
		err := c.err
		c.mu.Unlock()
		if !errors.Is(err, ErrFrozen) {
			t.Errorf("error %v, wanted %v", err, ErrFrozen)
		}
		c.Close()
	})
}

func TestPicturesOfAPersonDoNotOutliveTheCamera(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{steps: make(chan step, 3)}
		c := start(t.Context(), func(context.Context) (source, error) { return s, nil }, Upright)
		s.steps <- step{picture: scene.Draw(scene.Good, image.Pt(160, 120))}
		f := next(t, c, image.Point{})
		s.steps <- step{picture: scene.Draw(scene.Good, image.Pt(160, 120))}
		synctest.Wait()
		c.mu.Lock()
		held := c.newest
		c.mu.Unlock()
		c.Close()
		if i := slices.IndexFunc(held.data[:cap(held.data)], func(b byte) bool { return b != 0 }); i >= 0 {
			t.Error("the camera's buffer still has pixels")
		}
		img := f.Image
		f.Release()
		f.Release()
		for _, plane := range [][]uint8{img.Y, img.Cb, img.Cr} {
			if slices.ContainsFunc(plane, func(b uint8) bool { return b != 0 }) {
				t.Error("a released frame still has pixels")
			}
		}
	})
}

func TestProbeTellsWhatIsThere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		got, err := Probe(t.Context(), "demo:")
		if err != nil || got.State != Live || got.Size != image.Pt(demoWidth, demoHeight) || got.First <= 0 {
			t.Errorf("%+v, %v", got, err)
		}
		got, err = Probe(t.Context(), "file:"+t.TempDir())
		if !errors.Is(err, ErrAbsent) || got.State != Absent {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err = Probe(t.Context(), ""); !errors.Is(err, ErrNotConfigured) {
			t.Errorf("%v", err)
		}
	})
}
