package camera

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"image"
	"sync"
	"time"

	"authenkiosk/camera/scene"
)

// Camera is a source of pictures that keeps itself alive until Close. Its methods
// may be used by several goroutines.
type Camera struct {
	connect  connector
	rotation Rotation
	cancel   context.CancelFunc
	done     chan struct{}
	changes  chan struct{}
	seed     maphash.Seed

	mu     sync.Mutex
	state  State
	err    error
	seen   bool // there was a picture once
	newest *raw
	spare  []*raw
	fresh  chan struct{} // closed when newest is set
	number uint64
}

type options struct {
	rotation Rotation
	stage    *scene.Stage
}

// Option changes how a camera is opened.
type Option func(*options)

// Mounted tells how far pictures are to be turned clockwise to stand upright.
func Mounted(r Rotation) Option { return func(o *options) { o.rotation = r } }

// OnStage gives the source "demo:" the stage it looks at, so that scenes can be
// switched while it runs. A scene named in the source is set on it.
func OnStage(s *scene.Stage) Option { return func(o *options) { o.stage = s } }

// Open returns the camera of a source string and starts to connect to it; it does
// not wait for it. Errors say that the source is empty (ErrNotConfigured), wrong,
// or needs a driver that this build lacks (ErrNoDriver). A camera that is not
// there is no error here: State tells. ctx ends the camera as Close does.
//
// A source is one of "v4l2:/dev/video0", "mjpeg:http://...", "file:PATH" (a picture
// or a folder of them, shown in turns), "demo:" or "demo:SCENE", or the name of a
// camera as List returns it.
func Open(ctx context.Context, source string, opts ...Option) (*Camera, error) {
	parsed, err := parseSpec(source)
	if err != nil {
		return nil, err
	}
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	if err := o.rotation.check(); err != nil {
		return nil, err
	}
	connect, err := connectorFor(parsed, o)
	if err != nil {
		return nil, err
	}
	return start(ctx, connect, o.rotation), nil
}

func connectorFor(s spec, o options) (connector, error) {
	// Cameras in the network send what they send.
	want := wanted{largest: image.Pt(largestWidth, largestHeight)}
	switch s.kind {
	case kindV4L2:
		return v4l2Connector(s.arg, want)
	case kindMJPEG:
		return mjpegConnector(s.arg)
	case kindFile:
		return fileConnector(s.arg), nil
	case kindDemo:
		stage := o.stage
		if stage == nil {
			stage = new(scene.Stage)
		}
		if s.show != scene.Good {
			stage.Set(s.show)
		}
		return demoConnector(stage), nil
	case kindPlatform:
		return platformConnector(s.arg, want)
	}
	return nil, ErrNotConfigured
}

// start runs a camera on a connector.
func start(ctx context.Context, connect connector, rotation Rotation) *Camera {
	ctx, cancel := context.WithCancel(ctx)
	c := &Camera{
		connect: connect, rotation: rotation, cancel: cancel, done: make(chan struct{}),
		changes: make(chan struct{}, 1), seed: maphash.MakeSeed(), fresh: make(chan struct{}),
	}
	go c.run(ctx)
	return c
}

// Close ends the camera, waits until it is free for others, and overwrites the
// pictures it still has. It may be called more than once.
func (c *Camera) Close() {
	c.cancel()
	<-c.done
}

// State returns the state, and the last error when it is neither starting nor live.
func (c *Camera) State() (State, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state, c.err
}

// Changes returns a channel that has a value after the state changed. It is for
// one reader, and never closed.
func (c *Camera) Changes() <-chan struct{} { return c.changes }

// Next waits for a picture that nobody has received yet and decodes it, on the
// caller's goroutine, which must not be the one that draws the screen. With want
// the picture may be smaller than the camera's, but not than want; the zero Point
// asks for all of it. The caller releases the frame. Next ends with the error of
// ctx, joined by that of the camera, with ErrClosed, or with ErrNotPictures when
// nothing that comes can be decoded.
func (c *Camera) Next(ctx context.Context, want image.Point) (*Frame, error) {
	if c.rotation == Clockwise || c.rotation == Counter {
		want = image.Pt(want.Y, want.X)
	}
	var broken error
	for tries := 0; tries < maxBroken; {
		r, fresh := c.take()
		if r == nil {
			select {
			case <-fresh:
				continue
			case <-ctx.Done():
				_, err := c.State()
				return nil, fmt.Errorf("wait for a picture: %w", errors.Join(ctx.Err(), err, broken))
			case <-c.done:
				return nil, ErrClosed
			}
		}
		img, err := r.decode(want)
		frame := &Frame{Number: r.number, Time: r.at}
		c.giveBack(r)
		if err != nil {
			broken = err
			tries++
			continue
		}
		frame.Image = turn(img, c.rotation)
		return frame, nil
	}
	return nil, broken
}

// One broken picture is followed by good ones: a bad cable, a lost packet. So many
// in a row are not.
const maxBroken = 10

// take returns the newest picture, which then belongs to the caller, or nil and
// what to wait for.
func (c *Camera) take() (*raw, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.newest
	c.newest = nil
	return r, c.fresh
}

// spareRaw returns a buffer for the next picture.
func (c *Camera) spareRaw() *raw {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := len(c.spare); n > 0 {
		r := c.spare[n-1]
		c.spare = c.spare[:n-1]
		return r
	}
	return new(raw)
}

// giveBack returns a buffer. After the end of the camera it is overwritten.
func (c *Camera) giveBack(r *raw) {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.done:
		r.wipe()
	default:
		c.spare = append(c.spare, r)
	}
}

// deliver makes r the newest picture; the one before it, if nobody took it, is
// dropped.
func (c *Camera) deliver(r *raw) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.newest != nil {
		c.spare = append(c.spare, c.newest)
	}
	c.number++
	r.number, r.at = c.number, time.Now()
	c.newest, c.seen = r, true
	close(c.fresh)
	c.fresh = make(chan struct{})
	c.set(Live, nil)
}

// set changes the state. The caller holds mu.
func (c *Camera) set(s State, err error) {
	changed := s != c.state
	c.state, c.err = s, err
	if changed {
		select {
		case c.changes <- struct{}{}:
		default:
		}
	}
}
