package virtualcard

import "time"

const (
	// dialLimit bounds the making of the TCP connection to vpcd, which is on the
	// same machine.
	dialLimit = 5 * time.Second

	// maxMessage is the longest message accepted from vpcd in bytes: an extended
	// APDU with room to spare.
	maxMessage = 65535
)
