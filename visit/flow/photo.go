package flow

import "authenkiosk/visit"

// Photo is how far the photo of a session is. The picture itself is never in the
// model; whoever does the effects holds it.
type Photo struct {
	Camera     visit.DeviceState // Unknown: starting
	Hint       PhotoHint
	Countdown  int  // 3, 2, 1; 0: not counting
	Manual     bool // the patient pressed the shutter: hints do not stop the countdown
	Taking     bool
	Failed     bool // the last one could not be taken
	Tries      int  // photos that did not pass the quality check
	GatePassed bool
	Accepted   bool
}

// PhotoHint is what the quality check says about a picture. Each has words.
type PhotoHint int

// The hints.
const (
	PhotoUnchecked PhotoHint = iota
	PhotoGood
	PhotoNoFace
	PhotoManyFaces
	PhotoTooFar
	PhotoTooClose
	PhotoOffCentre
	PhotoTooDark
	PhotoTooBright
	PhotoBlurred
	PhotoTurned
	PhotoNoCard // the face is good, but no card is seen beside it
	photoHintCount
)

var photoHintNames = [...]string{
	"unchecked", "good", "no-face", "many-faces", "too-far", "too-close", "off-centre", "too-dark", "too-bright", "blurred", "turned",
	"no-card",
}

// String returns the stable name that keys the words.
func (h PhotoHint) String() string {
	if h < 0 || h >= photoHintCount {
		return "unknown"
	}
	return photoHintNames[h]
}

// PhotoHints returns every hint, for tests of the words.
func PhotoHints() []PhotoHint {
	all := make([]PhotoHint, photoHintCount)
	for i := range all {
		all[i] = PhotoHint(i)
	}
	return all
}

const (
	countFrom = 3
	// maxTries is after how many bad photos one is taken as it is: the check
	// advises, it does not turn people away.
	maxTries = 3
)

// Step is one step of a sitting, a machine of its own: what an event of the camera, a
// second of the countdown or the shutter makes of it, and what is to be done. taken
// says that there is a photo to be looked at. The number is that of the session.
func (p Photo) Step(number uint64, e Event) (next Photo, effects []Effect, taken bool) {
	s := sitting{Photo: p, number: number}
	switch e := e.(type) {
	case CameraChanged:
		s.camera(e.State)
	case PhotoSeen:
		s.seen(e)
	case PhotoTaken:
		if s.Taking {
			s.judged(e.Hint, e.Card)
		}
	case PhotoFailed:
		if s.Taking {
			s.failed()
		}
	case TapShutter:
		if s.Camera == visit.DeviceReady && s.Countdown == 0 && !s.Taking {
			s.countDown(true)
		}
	case TimerFired:
		if e.Timer == TimerCountdown && s.Countdown > 0 {
			s.counted()
		}
	}
	return s.Photo, s.effects, s.taken
}

// sitting is one run of Photo.Step.
type sitting struct {
	Photo
	number  uint64
	effects []Effect
	taken   bool
}

func (s *sitting) do(effects ...Effect) { s.effects = append(s.effects, effects...) }

func (s *sitting) camera(state visit.DeviceState) {
	s.Camera = state
	if state == visit.DeviceReady {
		return
	}
	s.stopCountdown()
	s.Hint = PhotoUnchecked
	if s.Taking { // a picture that may come yet is not wanted any more
		s.Taking = false
		s.do(LookAgain{s.number})
	}
}

func (s *sitting) seen(e PhotoSeen) {
	if s.Taking || s.Camera != visit.DeviceReady {
		return
	}
	s.Hint = e.Hint
	if e.Steady && !e.Card {
		s.Hint = PhotoNoCard
	}
	// By itself the photo is taken only with the card in sight.
	ready := e.Steady && e.Card
	switch {
	case ready && s.Countdown == 0:
		s.countDown(false)
	case !ready && s.Countdown > 0 && !s.Manual:
		s.stopCountdown()
	}
}

func (s *sitting) countDown(manual bool) {
	s.Countdown, s.Manual, s.Failed = countFrom, manual, false
	s.do(SetTimer{TimerCountdown, CountdownAt})
}

func (s *sitting) stopCountdown() {
	s.Countdown, s.Manual = 0, false
	s.do(ClearTimer{TimerCountdown})
}

// counted is one second of the countdown.
func (s *sitting) counted() {
	if s.Countdown--; s.Countdown > 0 {
		s.do(SetTimer{TimerCountdown, CountdownAt})
		return
	}
	s.Manual, s.Taking = false, true
	s.do(TakePhoto{s.number})
}

// judged judges the still picture, which may be worse than the live one was. One
// without the card in sight proves less, and does not pass either.
func (s *sitting) judged(h PhotoHint, card bool) {
	if h == PhotoGood && !card {
		h = PhotoNoCard
	}
	s.Taking, s.Hint, s.GatePassed = false, h, h == PhotoGood
	if !s.GatePassed {
		if s.Tries = min(s.Tries+1, maxTries); s.Tries < maxTries {
			s.again()
			return
		}
	}
	s.taken = true
}

// failed goes on with a camera that gave no picture at full size; one that does so
// again and again is of no use.
func (s *sitting) failed() {
	s.Taking, s.Failed = false, true
	if s.Tries = min(s.Tries+1, maxTries); s.Tries == maxTries {
		s.Camera, s.Hint = visit.DeviceDown, PhotoUnchecked
		return
	}
	s.again()
}

func (s *sitting) again() { s.do(Chime{ToneAttention}, LookAgain{s.number}, NeedsTime{}) }

// camera hands what comes of the camera on to the sitting that it belongs to.
func (s *step) camera(e Event) {
	switch e := e.(type) {
	case CameraChanged:
		s.sit(e.Number, e)
	case PhotoSeen:
		s.sit(e.Number, e)
	case PhotoTaken:
		s.sit(e.Number, e)
	case PhotoFailed:
		s.sit(e.Number, e)
	}
}

func (s *step) sit(number uint64, e Event) {
	if s.w.State != PhotoAim || !s.current(number) {
		return
	}
	photo, effects, taken := s.w.Session.Photo.Step(number, e)
	s.w.Session.Photo = photo
	s.do(effects...)
	if taken {
		s.enter(PhotoReview)
		s.do(Chime{ToneDone})
	}
}

func (s *step) aim() {
	x := &s.w.Session
	x.Photo = Photo{Tries: x.Photo.Tries}
	s.enter(PhotoAim)
	s.do(StartCamera{x.Insertion.Number})
}

func (s *step) tapReview(e Event) {
	switch e.(type) {
	case TapRetake:
		s.aim()
	case TapUsePhoto:
		s.w.Session.Photo.Accepted = true
		s.do(StopCamera{})
		s.askNHSO()
	}
}

// proved reports whether there is proof of who the patient is, so that the visit
// may be made.
func (x Session) proved() bool {
	switch x.Method {
	case visit.MethodCard:
		return x.CardRead
	case visit.MethodPhoto:
		return x.Photo.Accepted
	case visit.MethodCertifier:
		return x.Certifier.CardRead && x.Certifier.Relation != ""
	}
	return false
}
