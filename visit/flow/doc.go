// Package flow is the patient's way through the kiosk as a pure function:
// Step takes a Model and an Event and gives the next Model and the Effects to be
// done. It reads no clock, starts no goroutine and touches no device. Cards,
// network answers, timers and taps are events; everything that must happen in
// the world is an effect, done by one runner whose results come back as events.
//
// The rules that must never break (nothing sent before it is saved, nobody
// authenticated who is not there, no data left for the next patient, no dead
// end) are proved in the tests over every reachable pair of model and event.
package flow
