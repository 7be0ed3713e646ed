package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"
)

// checkVariable, in the environment, makes CheckMain check the file it names.
const checkVariable = "AUTHENKIOSK_CHECK_DATA_FILE"

// A check that takes longer is taken for one that never ends.
const (
	checkLimit       = 5 * time.Second
	checkLimitPer100 = 5 * time.Second // for each 100 MB of file
)

// The exit statuses of a child.
const (
	checkSound   = 0
	checkDamaged = 3
)

// checkWired says that this program calls CheckMain, so that running it again
// with checkVariable checks a file and does nothing else.
var checkWired atomic.Bool

// CheckMain is to be called first in main, and in TestMain. bbolt kills the
// program on some damaged files, from a goroutine of its own, so Open has a child
// of the same program look at the file first; in that child CheckMain does the
// check and ends the process. Everywhere else it returns at once.
func CheckMain() {
	path := os.Getenv(checkVariable)
	if path == "" {
		checkWired.Store(true)
		return
	}
	err := guard(func() error { return checkFile(path) })
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(checkDamaged)
	}
	os.Exit(checkSound)
}

// checkFile has bbolt check the whole structure. It may panic in a goroutine.
func checkFile(path string) (err error) {
	o := boltOptions(DefaultLockTimeout)
	o.ReadOnly, o.PreLoadFreelist = true, true
	db, err := bolt.Open(path, fileMode, o)
	if err != nil {
		return err
	}
	return db.View(func(tx *bolt.Tx) error {
		var errs []error
		for err := range tx.Check() {
			if len(errs) < 3 {
				errs = append(errs, err)
			}
		}
		return errors.Join(errs...)
	})
}

// checkInChild returns ErrDamaged when the child says so, dies, or does not end
// in time, and nil when there can be no child.
func checkInChild(path string) error {
	if !checkWired.Load() {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	limit := checkLimit + time.Duration(info.Size()/(100<<20))*checkLimitPer100
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, self)
	// A program built with the race detector would sleep for a second at its end.
	cmd.Env = append(os.Environ(), checkVariable+"="+path, "GOTRACEBACK=none", "GORACE=atexit_sleep_ms=0")
	var said bytes.Buffer
	cmd.Stderr = &said
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		return nil // no child on this machine: the guarded look has to do
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("%w: the check ended with %s: %s", ErrDamaged, err, describe(strings.TrimSpace(said.String())))
	}
	return nil
}
