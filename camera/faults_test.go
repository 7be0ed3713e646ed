package camera

import (
	"context"
	"errors"
	"image"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/camera/mjpegtest"
	"authenkiosk/camera/scene"
)

// patience is how long a test waits for what must happen; nothing asserts how fast.
const patience = 2 * time.Minute

func serve(t *testing.T, o mjpegtest.Options) *mjpegtest.Server {
	t.Helper()
	server, err := mjpegtest.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server
}

func open(t *testing.T, source string, opts ...Option) *Camera {
	t.Helper()
	c, err := Open(t.Context(), source, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// waitState waits for a state and returns the error that comes with it.
func waitState(t *testing.T, c *Camera, want State) error {
	t.Helper()
	deadline := time.After(patience)
	for {
		state, err := c.State()
		if state == want {
			return err
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-deadline:
			t.Fatalf("the camera is %v (%v), wanted %v", state, err, want)
		}
	}
}

func next(t *testing.T, c *Camera, want image.Point) *Frame {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	f, err := c.Next(ctx, want)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAFaultOfTheCameraIsNamedAndHeals(t *testing.T) {
	for _, c := range []struct {
		fault mjpegtest.Fault
		state State
		err   error
	}{
		{mjpegtest.Frozen, Gone, ErrStalled},
		{mjpegtest.Gone, Gone, ErrGone},
		{mjpegtest.Rubbish, Gone, ErrNotPictures},
		{mjpegtest.EndlessHeader, Gone, ErrNotPictures},
		{mjpegtest.Huge, Gone, ErrTooLarge},
		{mjpegtest.Giant, Gone, ErrTooLarge},
		{mjpegtest.NoBoundary, Gone, ErrNotPictures},
		{mjpegtest.Forbidden, Refused, ErrRefused},
		{mjpegtest.Taken, Busy, ErrBusy},
		{mjpegtest.Missing, Gone, ErrAbsent},
		{mjpegtest.NotACamera, Gone, ErrNotPictures},
	} {
		t.Run(c.fault.String(), func(t *testing.T) {
			t.Parallel()
			server := serve(t, mjpegtest.Options{})
			camera := open(t, server.Source())
			first := next(t, camera, image.Point{})
			first.Release()
			server.Break(c.fault)
			deadline := time.Now().Add(patience)
			for { // the connection is cut first, the answer to the next one tells why
				err := waitState(t, camera, c.state)
				if errors.Is(err, c.err) {
					break
				}
				if time.Now().After(deadline) {
					t.Fatalf("the error is %v, wanted %v", err, c.err)
				}
				time.Sleep(5 * time.Millisecond)
			}
			server.Break(mjpegtest.None)
			second := next(t, camera, image.Point{})
			defer second.Release()
			if second.Number <= first.Number {
				t.Errorf("picture %d after %d", second.Number, first.Number)
			}
			waitState(t, camera, Live)
		})
	}
}

func TestACameraThatIsNotThereYetIsAbsentAndIsFoundLater(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "later.jpg")
	camera := open(t, "file:"+path)
	if err := waitState(t, camera, Absent); !errors.Is(err, ErrAbsent) {
		t.Errorf("error %v, wanted %v", err, ErrAbsent)
	}
	if err := os.WriteFile(path, encoded(t, scene.Good, image.Pt(640, 480)), 0o600); err != nil {
		t.Fatal(err)
	}
	next(t, camera, image.Point{}).Release()
}

func TestEveryDialectOfMJPEGIsUnderstood(t *testing.T) {
	for _, d := range []mjpegtest.Dialect{
		{}, {DashedBoundary: true}, {NoLength: true}, {DashedBoundary: true, NoLength: true}, {Snapshot: true},
	} {
		server := serve(t, mjpegtest.Options{Dialect: d, Size: image.Pt(320, 240)})
		camera := open(t, server.Source())
		var last uint64
		for range 3 {
			f := next(t, camera, image.Point{})
			if got := f.Image.Rect.Size(); got != image.Pt(320, 240) {
				t.Errorf("%+v: a picture of %v", d, got)
			}
			if f.Number <= last {
				t.Errorf("%+v: picture %d after %d", d, f.Number, last)
			}
			last = f.Number
			f.Release()
		}
	}
}

func TestPicturesWithDamagedDataEndTheWaitAndNotTheProgram(t *testing.T) {
	t.Parallel()
	server := serve(t, mjpegtest.Options{})
	server.Break(mjpegtest.Damaged)
	camera := open(t, server.Source())
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	f, err := camera.Next(ctx, image.Point{})
	if err == nil {
		f.Release() // the decoder made something of it: as good
	} else if !errors.Is(err, ErrNotPictures) {
		t.Errorf("error %v, wanted %v", err, ErrNotPictures)
	}
	server.Break(mjpegtest.None)
	next(t, camera, image.Point{}).Release()
}

func TestNobodyTakingPicturesDecodesNothingAndKeepsTheNewestOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const sent, pace = 50, 5 * time.Millisecond
		s := &script{steps: make(chan step, sent)}
		camera := start(t.Context(), func(context.Context) (source, error) { return s, nil }, Upright)
		t.Cleanup(camera.Close)
		for n := range sent {
			s.steps <- step{picture: picture(n), after: pace}
		}
		time.Sleep(sent*pace + pace/2)
		asked := time.Now()
		f := next(t, camera, image.Point{})
		defer f.Release()
		if f.Number != sent {
			t.Errorf("picture number %d after %d were sent: an old one", f.Number, sent)
		}
		if age := asked.Sub(f.Time); age != pace/2 {
			t.Errorf("the picture was %v old", age)
		}
		camera.mu.Lock()
		defer camera.mu.Unlock()
		if n := len(camera.spare); n > 3 {
			t.Errorf("%d buffers pile up", n)
		}
	})
}

func TestNextOfAClosedCameraSaysSo(t *testing.T) {
	camera := open(t, "demo:")
	f := next(t, camera, image.Point{})
	f.Release()
	camera.Close()
	camera.Close()
	if _, err := camera.Next(t.Context(), image.Point{}); !errors.Is(err, ErrClosed) {
		t.Errorf("error %v, wanted %v", err, ErrClosed)
	}
	if state, err := camera.State(); state != Gone || !errors.Is(err, ErrClosed) {
		t.Errorf("state %v, %v", state, err)
	}
}

func TestAPasswordInTheAddressIsInNoError(t *testing.T) {
	t.Parallel()
	for _, source := range []string{"mjpeg:http://user:canary7@127.0.0.1:1/x"} {
		camera := open(t, source)
		err := waitState(t, camera, Absent)
		if err == nil || contains(err.Error(), "canary7") {
			t.Errorf("%v", err)
		}
	}
	for _, source := range []string{"mjpeg:http://user:canary7@", "mjpeg:ftp://user:canary7@host/", "mjpeg:http://user:canary7@ho st/%zz"} {
		if _, err := parseSpec(source); err == nil || contains(err.Error(), "canary7") {
			t.Errorf("%q: %v", source, err)
		}
	}
}
