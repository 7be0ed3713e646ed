package outbox

import (
	"time"

	"authenkiosk/nhso"
)

// Times of the outbox.
const (
	// SettleTime is how long after a request left it may still be processed; a
	// second request before that could make a second code.
	SettleTime = nhso.SettleTime
	// slowestRest bounds, in settle times, the growing pause between requests of
	// one visit.
	slowestRest = 10
	// Patience is how long a waiting patient's visit is looked up after an
	// ambiguous answer, before the patient hears that the code follows.
	Patience = 12 * time.Second
	// lookEvery is the pause between two look-ups while the patient waits.
	lookEvery = 1500 * time.Millisecond
	// ownTurn is how long the background leaves a new visit alone: the patient's own
	// submission follows the saving within milliseconds.
	foregroundGrace = 3 * time.Second
	// askedLately is how old a visit may be when it is sent without asking NHSO once more, for whom its
	// maker has asked: longer than the longest answer takes, and shorter than people make a code by hand.
	askedLately = 10 * time.Second
	// clocksDiffer is by how much NHSO's clock may be another than the kiosk's, which
	// takes no visits when the difference is larger.
	clocksDiffer = 5 * time.Minute
	// BelieveAfter is how long a clock that nobody bears out must have stood before
	// a day is believed to be over: one that woke up wrong is set right by then.
	BelieveAfter = 10 * time.Minute
	// askedFor is how long after its request NHSO is asked about a visit whose day is
	// over.
	askedFor = 24 * time.Hour
	// longestQuiet bounds for how long NHSO can have itself left alone.
	longestQuiet = 30 * time.Minute
	// waitForDuplicate is the pause before a visit is looked at again that waits for
	// another of the same service.
	waitForDuplicate = 2 * time.Second
	// idleRound is the pause of the background when there is nothing to wait for.
	idleRound = 30 * time.Second
	// firstBackOff and lastBackOff bound the growing pause after failures; the
	// last is short enough to drain within a minute of the network's return.
	firstBackOff = 2 * time.Second
	lastBackOff  = 30 * time.Second
	// longestApart bounds the pause of a visit about whose person NHSO gives no
	// answer that can be read, while it answers about others.
	longestApart = 10 * time.Minute
	// enoughFailures in a row stop a round in which NHSO has answered before.
	enoughFailures = 3
)

// Times are the two times that depend on the server. A zero value stands for the
// constant of the same name; only tests have a server that they know better.
type Times struct{ SettleTime, Patience time.Duration }

func (t Times) orStandard() Times {
	if t.SettleTime == 0 {
		t.SettleTime = SettleTime
	}
	if t.Patience == 0 {
		t.Patience = Patience
	}
	return t
}
