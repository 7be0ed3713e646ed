//go:build linux && cgo

package main

/*
#include <malloc.h>

static void returnLargeBlocks(void) {
#ifdef M_MMAP_THRESHOLD
	mallopt(M_MMAP_THRESHOLD, 128 * 1024);
#endif
}

static void returnFreePages(void) {
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}
*/
import "C"

// Without a graphics card the pictures of the screen are blocks of the C library. It
// takes the first large blocks from the system and gives them back, but then raises
// the limit from which it does so (mallopt(3), M_MMAP_THRESHOLD) and keeps the later
// ones in its heap, with holes between them. A fixed limit has every picture given
// back: a kiosk that runs for weeks holds what is on the screen, and no more.
//
// Smaller blocks, as lines of text and lists of what is to be drawn, still leave holes
// in that heap, and of it the library gives back the end alone. Nothing is lost there:
// of the blocks that a hundred sessions had allocated none was left twenty sessions
// later. But the holes lie elsewhere every time: from session 30 to 300 the heap went
// up from 32 to 40 MB. With its free pages given back every ten seconds
// (malloc_trim(3)), which takes about a millisecond, it went from 24 to 26 MB.
func init() {
	C.returnLargeBlocks()
	returnFreePages = func() { C.returnFreePages() }
}
