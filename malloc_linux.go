//go:build linux && cgo

package main

/*
#include <malloc.h>

static void returnLargeBlocks(void) {
#ifdef M_MMAP_THRESHOLD
	mallopt(M_MMAP_THRESHOLD, 128 * 1024);
#endif
}
*/
import "C"

// Without a graphics card the pictures of the screen are blocks of the C library. It
// takes the first large blocks from the system and gives them back, but then raises
// the limit from which it does so (mallopt(3), M_MMAP_THRESHOLD) and keeps the later
// ones in its heap, with holes between them. A fixed limit has every picture given
// back: a kiosk that runs for weeks holds what is on the screen, and no more.
func init() { C.returnLargeBlocks() }
