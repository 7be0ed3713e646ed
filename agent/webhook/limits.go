package webhook

import "time"

// Limits of the deliverer.
const (
	requestTimeout = 10 * time.Second // receivers are in the same building
	maxAnswer      = 4 << 10          // bytes of an answer that are read, so that the connection can be used again
	maxHeader      = 16 << 10         // bytes of the headers of an answer
	minSecret      = 24               // bytes; Standard Webhooks asks for 24 to 64
	maxSecret      = 64
)
