// Package spooler prints through the Windows print spooler: the bytes of a slip go
// to the printer as they are, past the driver.
//
// The spooler hardly ever knows how a slip printer is: cheap drivers report no
// state at all. What it does know is whether a job has left its queue.
package spooler
