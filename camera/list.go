package camera

import (
	"context"
	"fmt"
	"image"
	"time"
)

// Found is a camera of this machine.
type Found struct {
	Name   string // as its maker calls it
	Source string // what to write into the configuration
}

// List returns the cameras of this machine without opening them. ErrNoDriver says
// that this build cannot tell.
func List() ([]Found, error) { return listCameras() }

// Report is what Probe found.
type Report struct {
	State State
	Size  image.Point   // of the first picture, upright
	First time.Duration // from the start to the first picture
}

// Probe opens a camera, waits for one picture, and closes it again. A camera that
// is busy, absent or mute is reported with its state and its error, as soon as that
// is known. It takes as long as ctx allows at most.
func Probe(ctx context.Context, source string, opts ...Option) (Report, error) {
	started := time.Now()
	c, err := Open(ctx, source, opts...)
	if err != nil {
		return Report{State: Absent}, err
	}
	defer c.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		select {
		case <-c.Changes():
			if state, _ := c.State(); state != Live {
				cancel()
			}
		case <-ctx.Done():
		}
	}()
	frame, err := c.Next(ctx, image.Point{})
	cancel()
	<-watched
	if err != nil {
		state, stateErr := c.State()
		if stateErr != nil {
			err = stateErr
		}
		return Report{State: state}, fmt.Errorf("probe the camera: %w", err)
	}
	defer frame.Release()
	return Report{State: Live, Size: frame.Image.Rect.Size(), First: time.Since(started)}, nil
}
