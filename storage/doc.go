// Package storage keeps the visits of a kiosk on its disk, in one bbolt file,
// sealed record by record, with a second copy of what is not settled in a
// journal. docs/storage.md describes files, keys and what is done after damage.
//
// Its promise: a call that returns nil is on the disk. Every change is one
// transaction that ends with fsync, so all of it is there or nothing, whenever the
// power goes. Indexes are in memory, made of the records at the start.
//
// A visit goes through these states; every other move is an error:
//
//	Save -> pending -> inflight -> done | refused
//	        pending <- inflight            (Requeue: surely not processed)
//	        pending -> done                (a look-up found the code)
//	        pending, inflight, refused -> staff -> done | dropped
//	        pending -> dropped
//	        pending, refused, staff -> staff, held -> where it stood | done | dropped
//	        dropped by a desk -> staff
//
// Begin is durable before the request leaves, so that after a crash the program
// knows which visits NHSO may have seen. A visit in flight is never dropped: its
// code may exist. A visit that somebody at a desk works on is held (Store.Hold): it is
// on no list of what is to be sent.
//
// The package does not decide when something is sent, and it never logs.
package storage

import "time"

// Limits of the store.
const (
	// MinRoom is the free space, in bytes, below which no new visit should be
	// taken: bbolt copies pages before it frees them, and a disk that is really
	// full cannot even note that a visit is done.
	MinRoom = 200 << 20

	// DefaultLockTimeout is how long Open waits for another program that holds
	// the file: long enough for one that is just ending.
	DefaultLockTimeout = 2 * time.Second

	// MaxMessage is the number of bytes kept of a refusal's text.
	MaxMessage = 1000

	fileName = "authenkiosk.db"
	fileMode = 0o600
)
