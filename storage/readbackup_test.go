package storage

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
)

// counted counts what is read of r.
type counted struct {
	r io.Reader
	n int64
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

// endless is a line without an end.
type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'A'
	}
	return len(b), nil
}

func TestAFileThatOnlyBeginsLikeABackupIsNotTakenIntoMemory(t *testing.T) {
	for _, begin := range []string{backupMagic, backupMagic + "v1\n", backupMagic + "v1\n-> " + backupStanza + " 1\n"} {
		from := &counted{r: io.MultiReader(bytes.NewReader([]byte(begin)), io.LimitReader(endless{}, 32<<20))}
		_, err := CheckBackup(from, t.TempDir(), KeyOptions{})
		if !errors.Is(err, ErrBackupDamaged) {
			t.Errorf("%q: %v", begin, err)
		}
		if from.n > 1<<20 || err != nil && len(err.Error()) > 1<<10 {
			t.Errorf("%q: %d bytes were taken, the error has %d", begin, from.n, len(err.Error()))
		}
	}
}

func TestWhoTypesNoCodeIsNotToldThatTheBackupIsDamaged(t *testing.T) {
	_, file, o := decided(t)
	o.Code = func() (string, error) { return "", context.Canceled }
	if _, err := Restore(t.TempDir(), bytes.NewReader(file), o); !errors.Is(err, context.Canceled) || errors.Is(err, ErrBackupDamaged) {
		t.Errorf("%v", err)
	}
}
