package photo

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/draw"
	"image/jpeg"
	"log/slog"
	"slices"
	"sync"
	"time"

	"authenkiosk/app/config"
	"authenkiosk/app/wait"
	"authenkiosk/camera"
	"authenkiosk/camera/gate"
	"authenkiosk/camera/scene"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// Times of the camera. It is open only while a patient looks into it, so that
// its light says the truth.
const (
	// takePhotoFor bounds the taking of one photo.
	takePhotoFor = 5 * time.Second
	// ProbeFor bounds the look whether there is a camera at all.
	ProbeLimit = 6 * time.Second
	// probeAgain is how often a camera that was not there is looked for.
	probeAgain = 30 * time.Second
	// previewRate is the number of pictures a second on the screen.
	previewRate = 15
)

// Camera is the camera of the kiosk: it turns what the camera sees into
// events of the flow and holds the photo until its visit is saved.
type Camera struct {
	open    func(context.Context) (*camera.Camera, error)
	log     *slog.Logger
	frames  func() // tells the screen that Preview has something new
	changed func() // tells that State has changed

	device chan struct{} // holds one: a camera bears no second opener

	mu     sync.Mutex
	state  visit.DeviceState
	asking context.CancelFunc // ends the look whether there is a camera; nil: none goes on
	now    *posing
	photo  *camera.Photo
	review *image.RGBA // the photo as the screen shows it
	fresh  bool        // review was not shown yet
	work   sync.WaitGroup
}

// posing is one patient in front of the camera.
type posing struct {
	number  uint64
	send    func(flow.Event)
	cancel  context.CancelFunc
	sitting *camera.Sitting // nil until the camera is open
	takes   int             // tells the photo that is wanted from one that comes late
	again   chan struct{}   // everything is to be told once more
}

// NewWith returns a camera that is opened like that. changed is called, from any
// goroutine, when State is another one.
func NewWith(open func(context.Context) (*camera.Camera, error), changed func(), log *slog.Logger) *Camera {
	return &Camera{open: open, log: log, frames: func() {}, changed: changed, device: make(chan struct{}, 1)}
}

// New makes the camera of the configuration; nil when there is none. A stage is
// what is seen where the configuration names no camera, as in the demo zone. changed is
// called, from any goroutine, when State is another one.
func New(c config.Config, stage *scene.Stage, changed func(), log *slog.Logger) *Camera {
	source, options := c.Camera.Source, []camera.Option{camera.Mounted(camera.Rotation(c.Camera.Rotation))}
	if source == "" && stage != nil {
		source = drawnCamera
		options = append(options, camera.OnStage(stage))
	}
	if source == "" || !slices.Contains(c.Kiosk.Methods, visit.MethodPhoto) {
		return nil
	}
	return NewWith(func(ctx context.Context) (*camera.Camera, error) { return camera.Open(ctx, source, options...) }, changed, log)
}

// drawnCamera is a drawn scene.
const drawnCamera = "demo:"

// OnFrames has the function called, from any goroutine, whenever Preview has something
// new. It must be set before Run.
func (p *Camera) OnFrames(notify func()) { p.frames = notify }

// Start implements Camera.
func (p *Camera) Start(number uint64, send func(flow.Event)) {
	p.Forget()
	ctx, cancel := context.WithCancel(context.Background())
	pose := &posing{number: number, send: send, cancel: cancel, again: make(chan struct{}, 1)}
	p.mu.Lock()
	p.now = pose
	if p.asking != nil {
		p.asking()
	}
	p.mu.Unlock()
	p.work.Go(func() { p.watch(ctx, pose) })
}

// watch opens the camera and tells what it sees until the patient is done.
func (p *Camera) watch(ctx context.Context, pose *posing) {
	if !p.hold(ctx) {
		return
	}
	defer p.release()
	c, err := p.open(ctx)
	if err != nil {
		p.log.Warn("open the camera", "err", err)
		p.note(visit.DeviceDown)
		pose.send(flow.CameraChanged{Number: pose.number, State: visit.DeviceDown})
		return
	}
	defer c.Close()
	s, err := c.Sit(camera.SittingOptions{FPS: previewRate, Mirror: true})
	if err != nil {
		p.log.Error("use the camera", "err", err)
		pose.send(flow.CameraChanged{Number: pose.number, State: visit.DeviceDown})
		return
	}
	defer s.Close()
	p.mu.Lock()
	pose.sitting = s
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		pose.sitting = nil
		p.mu.Unlock()
	}()
	var last camera.Look
	for anew := true; ; {
		look := s.Look()
		if state := cameraState(look.State); anew || state != cameraState(last.State) {
			if look.Err != nil && state == visit.DeviceDown {
				p.log.Warn("the camera gives no pictures", "err", look.Err)
			}
			p.note(state)
			pose.send(flow.CameraChanged{Number: pose.number, State: state})
		}
		if look.State == camera.Live && (anew || last.State != camera.Live || look.Hint != last.Hint || look.Ready != last.Ready || look.Card != last.Card) {
			pose.send(flow.PhotoSeen{Number: pose.number, Hint: hintOf(look.Hint), Steady: look.Ready, Card: look.Card})
		}
		last, anew = look, false
		p.frames()
		select {
		case <-ctx.Done():
			return
		case <-pose.again:
			anew = true
		case <-s.Changes():
		}
	}
}

// Take implements Camera.
func (p *Camera) Take(number uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	pose := p.now
	if pose == nil || pose.number != number {
		return
	}
	pose.takes++
	nth := pose.takes
	p.work.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), takePhotoFor)
		defer cancel()
		hint, card, err := p.take(ctx, pose, nth)
		if errors.Is(err, errUnwanted) {
			return
		}
		if err != nil {
			p.log.Warn("take a photo", "err", err)
			pose.send(flow.PhotoFailed{Number: number})
			return
		}
		pose.send(flow.PhotoTaken{Number: number, Hint: hint, Card: card})
	})
}

// errUnwanted says that a photo came too late for its session, or for its moment.
var errUnwanted = errors.New("the photo is not wanted any more")

// Again implements Camera.
func (p *Camera) Again(number uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now == nil || p.now.number != number {
		return
	}
	p.now.takes++
	p.drop()
	select {
	case p.now.again <- struct{}{}:
	default:
	}
}

func (p *Camera) take(ctx context.Context, pose *posing, nth int) (hint flow.PhotoHint, card bool, err error) {
	p.mu.Lock()
	s := pose.sitting
	p.mu.Unlock()
	if s == nil {
		return 0, false, camera.ErrGone
	}
	photo, err := s.Take(ctx)
	if err != nil {
		return 0, false, err
	}
	picture, err := jpeg.Decode(bytes.NewReader(photo.JPEG))
	if err != nil {
		photo.Release()
		return 0, false, err
	}
	review := image.NewRGBA(picture.Bounds())
	draw.Draw(review, review.Bounds(), picture, picture.Bounds().Min, draw.Src)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now != pose || pose.takes != nth {
		photo.Release()
		clear(review.Pix)
		return 0, false, errUnwanted
	}
	p.drop()
	p.photo, p.review, p.fresh = photo, review, true
	if photo.Passed() {
		return flow.PhotoGood, photo.Card, nil
	}
	return hintOf(photo.Result.Verdict), photo.Card, nil
}

// Preview returns what the screen is to show and whether it is new: the live
// picture, or the photo once it is taken. It is for the screen's goroutine, never
// waits, and what it returns is to be copied before the next call.
func (p *Camera) Preview() (image.Image, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.review != nil {
		if !p.fresh {
			return nil, false
		}
		// A copy: the screen may still be reading when the photo is wiped.
		p.fresh = false
		shown := *p.review
		shown.Pix = bytes.Clone(p.review.Pix)
		return &shown, true
	}
	if p.now == nil || p.now.sitting == nil {
		return nil, true
	}
	picture, fresh := p.now.sitting.Swap()
	if picture == nil {
		return nil, fresh
	}
	return picture, fresh
}

// Photo implements Camera.
func (p *Camera) Photo() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.photo == nil {
		return nil
	}
	return bytes.Clone(p.photo.JPEG)
}

// Stop implements Camera.
func (p *Camera) Stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now != nil {
		p.now.cancel()
	}
}

// Forget implements Camera.
func (p *Camera) Forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now != nil {
		p.now.cancel()
		p.now = nil
	}
	p.drop()
}

// drop wipes the photo. p.mu is held.
func (p *Camera) drop() {
	if p.photo != nil {
		p.photo.Release()
	}
	if p.review != nil {
		clear(p.review.Pix)
	}
	p.photo, p.review = nil, nil
}

// Run looks whether there is a camera, and again while there is none.
func (p *Camera) Run(ctx context.Context) {
	defer p.work.Wait()
	defer p.Forget()
	for {
		if p.idle() && p.State() != visit.DeviceReady {
			p.probe(ctx)
		}
		if !wait.For(ctx, probeAgain) {
			return
		}
	}
}

func (p *Camera) idle() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now == nil
}

// probe waits for one picture and closes the camera again. A patient who comes
// meanwhile gets it at once.
func (p *Camera) probe(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, ProbeLimit)
	defer cancel()
	if !p.asks(cancel) || !p.hold(ctx) {
		return
	}
	defer p.release()
	defer p.asks(nil)
	err := p.onePicture(ctx)
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
	case err != nil:
		p.log.Warn("look for the camera", "err", err)
		p.note(visit.DeviceDown)
	default:
		p.note(visit.DeviceReady)
	}
}

func (p *Camera) onePicture(ctx context.Context) error {
	c, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	f, err := c.Next(ctx, image.Point{})
	if err != nil {
		return err
	}
	f.Release()
	return nil
}

// asks notes how the look for the camera is ended; there is none while a patient
// is in front of it.
func (p *Camera) asks(end context.CancelFunc) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if end != nil && p.now != nil {
		return false
	}
	p.asking = end
	return true
}

// hold waits until nobody has the camera open; release lets the next one have it.
func (p *Camera) hold(ctx context.Context) bool {
	select {
	case p.device <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func (p *Camera) release() { <-p.device }

// State is the light of the camera.
func (p *Camera) State() visit.DeviceState {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state
}

func (p *Camera) note(s visit.DeviceState) {
	if s == visit.DeviceUnknown {
		return // it is starting: what was known stays
	}
	p.mu.Lock()
	same := p.state == s
	p.state = s
	p.mu.Unlock()
	if !same {
		p.changed()
	}
}

func cameraState(s camera.State) visit.DeviceState {
	switch s {
	case camera.Starting:
		return visit.DeviceUnknown
	case camera.Live:
		return visit.DeviceReady
	}
	return visit.DeviceDown
}

var hints = map[gate.Verdict]flow.PhotoHint{
	gate.OK: flow.PhotoGood, gate.NoFace: flow.PhotoNoFace, gate.SeveralFaces: flow.PhotoManyFaces,
	gate.TooFar: flow.PhotoTooFar, gate.TooClose: flow.PhotoTooClose, gate.OffCentre: flow.PhotoOffCentre,
	gate.TooDark: flow.PhotoTooDark, gate.TooBright: flow.PhotoTooBright, gate.Blurred: flow.PhotoBlurred,
	gate.Turned: flow.PhotoTurned,
}

func hintOf(v gate.Verdict) flow.PhotoHint { return hints[v] }
