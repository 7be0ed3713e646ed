package storage

import (
	"errors"
	"io/fs"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"authenkiosk/visit"
)

// slowCheckVariable, in the environment, makes the child of a check hang.
const slowCheckVariable = "AUTHENKIOSK_TEST_SLOW_CHECK"

func TestACheckThatIsSlowDoesNotMakeASoundFileDamaged(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	must(t, s.Save(madeUp(1), noon))
	must(t, s.Close())
	t.Setenv(slowCheckVariable, "1")
	before := checkLimit
	checkLimit = 50 * time.Millisecond
	defer func() { checkLimit = before }()
	s = openIn(t, dir)
	if found := s.Recovery(); found.Damage() || !found.Unchecked || found.LookUp != 0 {
		t.Errorf("recovery %+v", found)
	}
	if r, err := s.Visit(madeUp(1).ID); err != nil || r.State != visit.StatePending {
		t.Errorf("the visit is %s, %v", r.State, err)
	}
	if _, err := s.Compact(); err != nil {
		t.Errorf("compact: %v", err)
	}
}

func TestAFileThatAnotherProgramHoldsIsNotDamaged(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	must(t, s.Save(madeUp(1), noon))
	must(t, s.Close())
	other, err := bolt.Open(filepath.Join(dir, fileName), fileMode, nil)
	must(t, err)
	_, err = Open(dir, Options{LockTimeout: time.Millisecond})
	if !errors.Is(err, ErrInUse) {
		t.Errorf("got %v", err)
	}
	must(t, other.Close())
	if names, _ := filepath.Glob(filepath.Join(dir, "*"+quarantineMark+"*")); len(names) > 0 {
		t.Errorf("put aside: %q", names)
	}
}

func TestWhatTheEndOfACheckMeans(t *testing.T) {
	ended := errors.New("it ended badly")
	for _, c := range []struct {
		name   string
		err    error
		status int
		said   string
		want   error
	}{
		{"sound", nil, checkSound, "", nil},
		{"bbolt finds a fault", ended, checkDamaged, "page 3: multiple references", ErrDamaged},
		{"bbolt panics", ended, checkPanicked, "panic: page 7 already freed", ErrDamaged},
		{"too slow, or killed", ended, -1, "", errUnchecked},
		{"no memory", ended, checkPanicked, "fatal error: runtime: out of memory", errUnchecked},
		{"could not open", ended, checkUnable, "timeout", errUnchecked},
		{"a status that nobody knows", ended, 77, "", errUnchecked},
	} {
		if got := verdict(c.err, c.status, c.said); !errors.Is(got, c.want) {
			t.Errorf("%s: got %v", c.name, got)
		}
	}
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, checkSound},
		{bolterrors.ErrTimeout, checkUnable},
		{&fs.PathError{Op: "open", Path: "x", Err: syscall.EACCES}, checkUnable},
		{syscall.ENOMEM, checkUnable},
		{bolterrors.ErrInvalid, checkDamaged},
		{ErrDamaged, checkDamaged},
	} {
		if got := checkStatus(c.err); got != c.want {
			t.Errorf("%v: status %d", c.err, got)
		}
	}
}
