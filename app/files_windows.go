package app

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// ownAs does nothing: files inherit the rights of their directory.
func ownAs(string, string) error { return nil }

// syncDirectory does nothing: Windows writes the rename through with the file.
func syncDirectory(string) error { return nil }

// tryLock takes the lock of a file, which ends with the file or the program, or
// returns errLocked.
func tryLock(f *os.File) error {
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, &windows.Overlapped{})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errLocked
	}
	return err
}
