// Package nhso speaks with the services of the National Health Security Office
// (NHSO, สปสช.): it asks for a person's right to treatment and for the authen
// codes of a day, and it submits visits to obtain a code. Everything it can do
// stands behind one interface, Upstream; Endpoint is NHSO's own server API.
//
// The package must never take anything but NHSO's own words for an answer (an
// HTML page, an empty body and a code of the wrong form are none), never send a
// submission twice by itself, and never put personal data into an error or a
// log: a PID stands in the query string of every question, so errors of
// net/http, which quote addresses, do not leave the package.
//
// NHSO has published no description of these services. What the comments call
// documented was read in programs of hospitals; where such programs disagree the
// package accepts all forms. The simulator in testzone follows the same notes.
package nhso
