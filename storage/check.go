package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// checkVariable, in the environment, makes CheckMain check the file it names.
const checkVariable = "AUTHENKIOSK_CHECK_DATA_FILE"

// A check that takes longer is given up: a kiosk must come up. That says nothing
// about the file.
var checkLimit = 5 * time.Second

// checkLimitPer100 comes on top for each 100 MB of file.
const checkLimitPer100 = 5 * time.Second

// The exit statuses of a child. A child that bbolt has killed ends with checkPanicked,
// as every Go program that panics.
const (
	checkSound    = 0
	checkPanicked = 2
	checkDamaged  = 3
	checkUnable   = 4
)

// errUnchecked says that a child could not tell: it was slow, was ended, or could not
// open the file.
var errUnchecked = errors.New("the check came to no end")

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
	}
	os.Exit(checkStatus(err))
}

// checkStatus tells the faults of the file from those of the machine.
func checkStatus(err error) int {
	var system *fs.PathError
	switch {
	case err == nil:
		return checkSound
	case errors.Is(err, bolterrors.ErrTimeout), errors.As(err, &system), errors.As(err, new(syscall.Errno)):
		return checkUnable
	}
	return checkDamaged
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

// checkInChild returns ErrDamaged when the child says so or dies of the file,
// errUnchecked when it could not tell, and nil when it is sound or there can be no
// child.
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
	err = cmd.Wait()
	return verdict(err, cmd.ProcessState.ExitCode(), said.String())
}

// verdict reads how the child ended; status is -1 for one that was ended from outside.
func verdict(err error, status int, said string) error {
	if err == nil {
		return nil
	}
	kind := errUnchecked
	if status == checkDamaged || status == checkPanicked && !outOfMemory(said) {
		kind = ErrDamaged
	}
	return fmt.Errorf("%w: the check ended with %w: %s", kind, err, describe(strings.TrimSpace(said)))
}

// outOfMemory knows the last words of a Go program on a machine that has nothing left.
func outOfMemory(said string) bool {
	return strings.Contains(said, "out of memory") || strings.Contains(said, "cannot allocate memory") ||
		strings.Contains(said, "failed to create new OS thread")
}
