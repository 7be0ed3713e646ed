// Package feed follows the visits for one receiver: a webhook or a broker. It
// remembers durably how far the receiver has got, delivers every change at least
// once and in order, and waits longer and longer while the receiver takes
// nothing.
//
// A change that the receiver refuses (RefusedError) is set aside durably after some
// tries, so that those behind it do not wait for ever. It is tried again each hour,
// and at once when a person wants that; when it comes it is out of its order. The
// package must not know how something is delivered.
package feed

import "time"

// Limits.
const (
	firstDelay = time.Second      // after the first failure
	maxDelay   = 5 * time.Minute  // a receiver that is back is noticed by then
	pollEvery  = 30 * time.Second // for changes that nobody announced with Wake
	batch      = 50               // visits fetched at once

	refusedTries = 5         // until a change is set aside: 8 to 15 s
	againAfter   = time.Hour // what was set aside is tried again

	// A receiver that refuses this many changes one behind the other, and takes none
	// between them, refuses everything: a wrong secret, an address that is gone. The
	// next ones are set aside much later, so that most of them stay in their order.
	refusesAll       = 3
	refusingAllTries = 20 // until a change is set aside then: half an hour to an hour
)
