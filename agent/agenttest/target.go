package agenttest

import (
	"net/http"
	"testing"
	"time"
)

// Target is an agent under test. It must be fresh: nobody but the persons
// DoneHere and DoneThere has a code of today.
type Target struct {
	URL    string        // without a path
	Header http.Header   // sent with each request, for example a token; may be nil
	Wait   time.Duration // how long a change of the world may take to show; 0: two minutes

	// Drafts reports whether save-as-draft keeps drafts (200). Otherwise it has to
	// refuse (501).
	Drafts bool

	// Outlives reports whether a correlation still serves the client that has read the
	// card when the card is out.
	Outlives bool

	// MaskedToken demands that the preference holds no usable token.
	MaskedToken bool

	// ClaimTypes are offered to everybody with a right, by an agent whose service
	// names none for a person; nil: each person's own.
	ClaimTypes []string

	Control Control
}

// Control moves the world around the agent. Every function is needed; each is
// called on the goroutine of the test.
type Control struct {
	Insert           func(t *testing.T, pid string) // puts a card in, in place of another
	InsertUnreadable func(t *testing.T)             // puts a card in that cannot be read
	Remove           func(t *testing.T)             // takes the card out; without one it does nothing
	Readers          func(t *testing.T, there bool) // plugs the reader in or out
	NHSO             func(t *testing.T, s NHSO)     // how NHSO behaves from now on
	Codes            func(t *testing.T, pid string) []string
}

// NHSO is how NHSO's services behave.
type NHSO int

// The ways.
const (
	NHSOUp        NHSO = iota // everything works
	NHSODown                  // no service can be reached
	NHSOForgetful             // the next submission is processed, but its answer never comes; then everything works
)

// limits of the suite.
const (
	answerLimit  = 2 * time.Minute        // longer than any answer may take, also of a machine that stands still for a while
	standardWait = 2 * time.Minute        // for changes to show
	lookEvery    = 20 * time.Millisecond  // between two looks
	rateRest     = 250 * time.Millisecond // after an answer 429
	pollEvery    = 100 * time.Millisecond // between two requests of a poller
)

func (x Target) wait() time.Duration {
	if x.Wait > 0 {
		return x.Wait
	}
	return standardWait
}
