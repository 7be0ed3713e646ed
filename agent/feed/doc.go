// Package feed follows the visits for one receiver: a webhook or a broker. It
// remembers durably how far the receiver has got, delivers every change at least
// once and in order, and waits longer and longer while the receiver takes
// nothing. The package must not know how something is delivered.
package feed

import "time"

// Limits.
const (
	firstDelay = time.Second      // after the first failure
	maxDelay   = 5 * time.Minute  // a receiver that is back is noticed by then
	pollEvery  = 30 * time.Second // for changes that nobody announced with Wake
	batch      = 50               // visits fetched at once
)
