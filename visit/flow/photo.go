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

// camera takes what comes of the camera.
func (s *step) camera(e Event) {
	x := &s.w.Session
	p := &x.Photo
	switch e := e.(type) {
	case CameraChanged:
		if s.aiming(e.Number) {
			p.Camera = e.State
			if e.State != visit.DeviceReady {
				s.stopCountdown()
				p.Hint = PhotoUnchecked
				s.notTaken()
			}
		}
	case PhotoSeen:
		if !s.aiming(e.Number) || p.Taking || p.Camera != visit.DeviceReady {
			return
		}
		p.Hint = e.Hint
		if e.Steady && !e.Card {
			p.Hint = PhotoNoCard
		}
		// By itself the photo is taken only with the card in sight.
		ready := e.Steady && e.Card
		switch {
		case ready && p.Countdown == 0:
			s.countDown(false)
		case !ready && p.Countdown > 0 && !p.Manual:
			s.stopCountdown()
		}
	case PhotoTaken:
		if s.aiming(e.Number) && p.Taking {
			s.taken(e.Hint, e.Card)
		}
	case PhotoFailed:
		if s.aiming(e.Number) && p.Taking {
			s.failed()
		}
	}
}

func (s *step) aiming(number uint64) bool { return s.w.State == PhotoAim && s.current(number) }

func (s *step) countDown(manual bool) {
	p := &s.w.Session.Photo
	p.Countdown, p.Manual, p.Failed = countFrom, manual, false
	s.set(TimerCountdown)
}

func (s *step) stopCountdown() {
	s.w.Session.Photo.Countdown, s.w.Session.Photo.Manual = 0, false
	s.do(ClearTimer{TimerCountdown})
}

// counted is one second of the countdown.
func (s *step) counted() {
	x := &s.w.Session
	if s.w.State != PhotoAim || x.Photo.Countdown == 0 {
		return
	}
	if x.Photo.Countdown--; x.Photo.Countdown > 0 {
		s.set(TimerCountdown)
		return
	}
	x.Photo.Manual, x.Photo.Taking = false, true
	s.do(TakePhoto{x.Insertion.Number})
}

// taken judges the still picture, which may be worse than the live one was. One
// without the card in sight proves less, and does not pass either.
func (s *step) taken(h PhotoHint, card bool) {
	p := &s.w.Session.Photo
	if h == PhotoGood && !card {
		h = PhotoNoCard
	}
	p.Taking, p.Hint, p.GatePassed = false, h, h == PhotoGood
	if !p.GatePassed {
		p.Tries = min(p.Tries+1, maxTries)
		if p.Tries < maxTries {
			s.again()
			return
		}
	}
	s.enter(PhotoReview)
	s.do(Chime{ToneDone})
}

// failed goes on with a camera that gave no picture at full size; one that does so
// again and again is of no use.
func (s *step) failed() {
	p := &s.w.Session.Photo
	p.Taking, p.Failed = false, true
	if p.Tries = min(p.Tries+1, maxTries); p.Tries == maxTries {
		p.Camera, p.Hint = visit.DeviceDown, PhotoUnchecked
		return
	}
	s.again()
}

func (s *step) again() {
	s.do(Chime{ToneAttention}, LookAgain{s.w.Session.Insertion.Number}, NeedsTime{})
}

// notTaken is the end of a picture that may come yet: it is not wanted any more.
func (s *step) notTaken() {
	if x := &s.w.Session; x.Photo.Taking {
		x.Photo.Taking = false
		s.do(LookAgain{x.Insertion.Number})
	}
}

func (s *step) aim() {
	x := &s.w.Session
	x.Photo = Photo{Tries: x.Photo.Tries}
	s.enter(PhotoAim)
	s.do(StartCamera{x.Insertion.Number})
}

func (s *step) tapAim(e Event) {
	p := s.w.Session.Photo
	if _, ok := e.(TapShutter); ok && p.Camera == visit.DeviceReady && p.Countdown == 0 && !p.Taking {
		s.countDown(true)
	}
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
