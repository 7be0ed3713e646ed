package flow

import "time"

// Timer names one of the few clocks a session runs under.
type Timer int

// The timers.
const (
	TimerIdle      Timer = iota // nobody has touched the screen
	TimerWipe                   // nobody has answered the idle warning
	TimerHold                   // a screen that ends by itself, without a warning
	TimerReading                // the card or NHSO is taking too long
	TimerSlow                   // the answer to a submission takes long: say so
	TimerSending                // the answer does not come while the patient waits
	TimerPrefs                  // a language was chosen and nobody came
	TimerCountdown              // one number of the countdown before the photo
	TimerPoll                   // ask NHSO again for the code that the phone asks for
	timerCount
)

// How long the timers run. The values for patients are from the usability
// figures (docs/screens.md); the two of NHSO are longer than every time-out of
// the client, so that they act only when something else has failed.
const (
	IdleAfter    = 30 * time.Second
	WipeAfter    = 15 * time.Second
	ResultHold   = 20 * time.Second
	InfoHold     = 40 * time.Second // screens with something to read and decide
	FaultHold    = 30 * time.Second
	EarlyHold    = 15 * time.Second // "please put the card back"
	TakeCardHold = 60 * time.Second
	ReadingAfter = 25 * time.Second
	SlowAfter    = 8 * time.Second
	SendingAfter = 40 * time.Second
	PrefsHold    = 60 * time.Second
	AimIdleAfter = 60 * time.Second // nobody touches the screen while looking into the camera
	LineHold     = 3 * time.Minute  // what the phone asks for takes a patient a minute or two
	CountdownAt  = time.Second
	PollFirst    = 3 * time.Second
	PollLongest  = 10 * time.Second
	FailLongest  = 24 * time.Second // between questions that NHSO does not answer
)
