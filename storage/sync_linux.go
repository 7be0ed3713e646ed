package storage

import (
	"os"

	"golang.org/x/sys/unix"
)

// syncData brings the content and the length of a file to the disk, as bbolt
// does.
func syncData(f *os.File) error { return unix.Fdatasync(int(f.Fd())) }
