// Package control lets commands work on the data of a program that runs: the store
// belongs to one program at a time, so the running one carries the command out.
//
// It listens on a socket in the data directory, which only the owner of the data (and
// the administrator) can reach; no port is open. A command is its words and its
// input; what it prints comes back as it is printed, and at the end what came of it.
// The package must not log words, input or output: they may hold personal data.
package control

import "time"

// socketName stands in the data directory. It is there while the program runs; one
// that was left by a program that was killed means nothing.
const socketName = "authenkiosk.sock"

// Limits.
const (
	maxCall     = 1 << 20          // bytes of words and input: a backup brings the configuration
	callTimeout = 10 * time.Second // until a whole call is there
	dialTimeout = 5 * time.Second
	endTimeout  = 10 * time.Second // for commands under way when the program ends
	maxCalls    = 4                // at once; a person gives one
)
