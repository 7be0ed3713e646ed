package cardreader

import "time"

// Limits of time.
const (
	// waitLimit bounds one wait for a change, so that a lost wake-up or a new
	// reader is noticed no later than this.
	waitLimit = time.Second

	// waitLeast is how long a wait should take. A driver that answers "changed" every
	// time, or at once that the time is up, would cost a core: after maxHasty such
	// answers there is a pause as long before each further wait.
	waitLeast = 25 * time.Millisecond

	// relistEvery is how often the list of readers is asked for between waits.
	// Polling works the same on the three systems; the PnP pseudo reader does not.
	relistEvery = 2 * time.Second

	// textLimit bounds the reading of the text, retries included. The slowest
	// known cards (no TA1) need 0.7 s; the rest is for a busy or shaky reader.
	textLimit = 10 * time.Second

	// photoLimit bounds the reading of the photo, retries included. The slowest
	// known cards need 7 s.
	photoLimit = 20 * time.Second

	// serviceRetryFirst and serviceRetryMost are the pauses between attempts to
	// reach a card service that is gone: doubled from the first to the most. A
	// service that restarts is back within a second or two, and an attempt costs
	// next to nothing.
	serviceRetryFirst = 100 * time.Millisecond
	serviceRetryMost  = 2 * time.Second

	// longSilence is how long no card that bears long reads is silent: the slowest
	// needs 0.3 s for 256 bytes.
	longSilence = 2 * time.Second

	// drainLimit is how long the end of Run waits for readings to give the card
	// back. Only a card that hangs takes longer, and that one cannot be helped.
	drainLimit = time.Second
)

// retryPauses are the pauses before each attempt to read a card while it stays
// in the reader. Some readers report a card before its contacts are steady, so
// the first attempts may fail; most succeed at once and must not wait.
var retryPauses = [...]time.Duration{
	0, 100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond, 800 * time.Millisecond,
}

// Limits of size and number.
const (
	// maxHasty is more than there are honest changes in a row: a card that bounces, is
	// read by two programs and pulled out.
	maxHasty = 16

	// doubtfulTries is the most attempts at a card that refuses the applet with a
	// word that a shaky contact may give as well.
	doubtfulTries = 3

	// maxFollowUps is the most commands sent to fetch the answer to one command
	// (GET RESPONSE, or a repetition with the right length). An honest card needs
	// one or two; without a bound a broken one would hold the reader for ever.
	maxFollowUps = 8

	// longPieceLeast is the least number of bytes that a GET RESPONSE of a long
	// read has to bring on the average; honest cards bring 256.
	longPieceLeast = 128

	// maxATRs is the most kinds of cards whose bearing of long reads is remembered.
	// There are some twenty; more are read in short pieces.
	maxATRs = 64

	// maxPieces is the most commands for one area of memory when the card hands
	// out less than was asked for.
	maxPieces = 32

	// maxReadings is the most readings in progress, hanging ones included. A card
	// that never answers holds its goroutine until it is taken out; beyond this
	// number no further reading is started.
	maxReadings = 8

	// eventBuffer is the room for events between the monitor and a slow receiver.
	eventBuffer = 16
)
