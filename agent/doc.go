// Package agent is the HTTP face of the program on this machine's own loopback
// address: for monitors, tests and, later, hospital software.
//
// A loopback port is open to every web page that is shown on this machine. So
// every request is checked before anything else (guard.go): the name under which
// it was asked for, whether a web page sent it, and its method. The package never
// answers with personal data: Status has no field for any.
package agent

import "time"

// Limits of the server. All clients are on this machine.
const (
	readHeaderTimeout = 5 * time.Second  // a slow client must not hold a connection
	readTimeout       = 5 * time.Second  // whole request
	writeTimeout      = 10 * time.Second // whole answer
	idleTimeout       = 60 * time.Second // between requests of one connection
	shutdownTimeout   = 5 * time.Second  // for answers under way when the program ends
	maxHeaderBytes    = 8 << 10          // browsers send about 1 kB
	maxReason         = 200              // characters of a reason in /healthz
)
