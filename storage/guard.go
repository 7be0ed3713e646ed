package storage

import (
	"fmt"
	"runtime/debug"
)

// guard runs f and turns a panic into ErrDamaged. bbolt panics when it meets a
// page that makes no sense, and reading beyond the end of a file that was cut
// off is a memory fault, which SetPanicOnFault (per goroutine) makes a panic.
func guard(f func() error) (err error) {
	before := debug.SetPanicOnFault(true)
	defer debug.SetPanicOnFault(before)
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("%w: %s", ErrDamaged, describe(cause))
		}
	}()
	return f()
}

// maxCause is how many bytes of a panic's text are kept; bbolt's texts can hold
// keys at their end.
const maxCause = 80

func describe(cause any) string {
	text := fmt.Sprint(cause)
	if len(text) > maxCause {
		text = text[:maxCause]
	}
	return fmt.Sprintf("%q", text)
}
