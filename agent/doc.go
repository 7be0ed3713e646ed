// Package agent is the HTTP face of the program: for monitors, for the hospital's
// software, and, in place of NHSO's own agent, for programs written for that.
//
// A loopback port is open to every web page that is shown on this machine. So
// every request passes the guard (guard.go) before anything else: the address it
// comes from, the name under which it asked, whether a web page sent it and
// which, the token of the program, and its size and rate. Personal data leaves
// only for a token with the scope for it. The package must not know how a card
// is read, how visits are kept, or how NHSO is asked: that comes through Options.
package agent
