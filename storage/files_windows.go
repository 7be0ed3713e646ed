package storage

import (
	"errors"
	"math"
	"os"

	"golang.org/x/sys/windows"
)

// unlock gives up bbolt's lock on its file: one byte at the greatest offset (see
// bolt_windows.go of bbolt 1.4).
func unlock(f *os.File) error {
	at := &windows.Overlapped{Offset: math.MaxUint32, OffsetHigh: math.MaxUint32}
	return windows.UnlockFileEx(windows.Handle(f.Fd()), 0, 1, 0, at)
}

// tryLock takes the lock that ends with the program, or returns errLocked.
func tryLock(f *os.File) error {
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, &windows.Overlapped{})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errLocked
	}
	return err
}

func wipe(*os.File) {}

// openForWipe returns nothing: Windows does not replace a file that is open.
func openForWipe(string) *os.File { return nil }

// takeFile moves a file between directories, where it replaces what is there: NTFS keeps a
// journal of names. A second name would keep the file from being removed while it is open.
func takeFile(from, to string) error { return os.Rename(from, to) }
