package storage

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// lockName is the file whose lock means "a program works in this directory".
// bbolt's own lock is on a file that is replaced by compaction and rescue, and so
// could be held by two programs at the moment of the change.
const lockName = "authenkiosk.lock"

// lockPause is the time between two tries; bbolt waits as long.
const lockPause = 50 * time.Millisecond

// lockDir waits for the directory. It returns ErrInUse after the timeout.
func lockDir(dir string, timeout time.Duration) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_CREATE|os.O_RDWR, fileMode)
	if err != nil {
		return nil, fmt.Errorf("open the lock file: %w", err)
	}
	for end := time.Now().Add(timeout); ; time.Sleep(lockPause) {
		if err = tryLock(f); err == nil {
			return f, nil
		}
		if !errors.Is(err, errLocked) {
			return nil, errors.Join(fmt.Errorf("lock the data directory: %w", err), f.Close())
		}
		if !time.Now().Add(lockPause).Before(end) {
			_ = f.Close()
			return nil, fmt.Errorf("%w (waited %s)", ErrInUse, timeout)
		}
	}
}

// errLocked is what tryLock returns when another holds the lock.
var errLocked = errors.New("the lock is held")
