package storage

import (
	"math"
	"os"

	"golang.org/x/sys/windows"
)

// syncDir does nothing: NTFS keeps a journal of names, and Windows has no way to
// sync a directory.
func syncDir(string) error { return nil }

// unlock gives up bbolt's lock on its file: one byte at the greatest offset (see
// bolt_windows.go of bbolt 1.4).
func unlock(f *os.File) error {
	at := &windows.Overlapped{Offset: math.MaxUint32, OffsetHigh: math.MaxUint32}
	return windows.UnlockFileEx(windows.Handle(f.Fd()), 0, 1, 0, at)
}
