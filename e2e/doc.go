// Package e2e holds the built program against the world: a real window under Xvfb that
// is clicked from outside, a card service with a made-up card, the simulator of NHSO's
// services as a process of its own, a printer in the network. It has tests alone, behind
// the tag e2e, and is run by make e2e.
package e2e
