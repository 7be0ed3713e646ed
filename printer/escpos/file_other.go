//go:build !linux

package escpos

import (
	"context"
	"errors"
)

// ErrNoDevice says that there are no device files of printers on this system.
var ErrNoDevice = errors.New("this system has no device files of printers: use another kind")

// File returns an opener that always fails: only Linux has such files.
func File(string) Opener {
	return func(context.Context) (Port, error) { return nil, ErrNoDevice }
}
