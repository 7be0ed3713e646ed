package camera

import "time"

const (
	// A picture larger than this many bytes is not one; 1080p takes 4 MB raw.
	maxFrame = 16 << 20

	// Sides of a picture, in pixels. Below the first a face cannot be judged, above
	// the second decoding would take hundreds of megabytes.
	minSide = 64
	maxSide = 4096

	// How long connecting may take, and the first picture after it: cameras start
	// their sensor and adjust to the light.
	connectLimit    = 5 * time.Second
	firstFrameLimit = 5 * time.Second

	// A camera that sends nothing for so long has stalled, and is connected anew.
	stallLimit = 2 * time.Second

	// Light makes noise: a living camera never sends the very same bytes for so
	// long. One that does shows a picture of the past, maybe of the last patient.
	frozenLimit = 10 * time.Second

	// Pauses before the next attempt to connect, doubled each time. A patient who
	// waits sees the camera within seconds of its return.
	backoffMin = 250 * time.Millisecond
	backoffMax = 4 * time.Second

	// A connection that held for so long was a good one: the pauses start anew.
	settled = 5 * time.Second

	// Size up to which a camera is used; a larger picture costs time and is scaled
	// down for the photo all the same.
	largestWidth  = 1920
	largestHeight = 1080
)
