package spool

import "time"

const (
	// keepWanted is how long a slip is wanted when its patient is not on the screen
	// any more: long enough to put in a roll or close a cover while the patient
	// stands by. Later it would come out for nobody, with a person's data on it.
	keepWanted = 2 * time.Minute
	// usualLimit bounds one slip where nothing slows it down: a printer gets some
	// seconds for each of its bands, and no more.
	usualLimit = 100 * time.Second
	// keepCodes is how long is known what the slips of this program said: until the
	// service date of the youngest code is over.
	keepCodes = 24 * time.Hour
	// grace is what a slip under way gets when the program ends: one that has begun
	// comes out within it on all but serial lines.
	grace = 10 * time.Second
	// look is how often the printer's state is read while a slip waits for it;
	// reading it costs nothing.
	look = 250 * time.Millisecond
	// maxAttempts bounds how often one slip is begun: a printer that says it is well
	// and fails each time would use up its roll.
	maxAttempts = 5
	// firstPause is between a failure and the next try, and doubles each time.
	firstPause = time.Second
)
