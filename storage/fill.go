package storage

import (
	"bytes"
	"os"
	"runtime"

	bolt "go.etcd.io/bbolt"
)

// fillStep is how much of the data file is filled at a time, in bytes: the pages
// of some hundreds of visits.
const fillStep = 1 << 19

// zeros are what files are filled with, a piece at a time. Repeat touches them: of
// memory that was never touched some file systems (FUSE) take a page at a time.
var zeros = bytes.Repeat([]byte{0}, 1<<16)

// fillZeros writes zeros from one offset of the file to another.
func fillZeros(f *os.File, from, to int64) error {
	for at := from; at < to; at += int64(len(zeros)) {
		if _, err := f.WriteAt(zeros[:min(int64(len(zeros)), to-at)], at); err != nil {
			return err
		}
	}
	return nil
}

// fillAhead writes zeros behind the last page that is in use. bbolt makes its file
// longer by truncation, which leaves a hole; a page that is written into a hole
// makes the file system bring its own map of blocks to the disk with every commit.
// Nobody reads those pages before bbolt has written them, and what the power
// leaves of the zeros does not matter. An error does not either, and is not tried
// again at once: bbolt meets it when it really needs the room.
func (s *Store) fillAhead(tx *bolt.Tx) {
	used := tx.Size()
	if runtime.GOOS != "linux" || used+fillStep/4 <= s.filled {
		return
	}
	from := max(s.filled, used)
	_ = fillZeros(s.file, from, used+fillStep)
	s.filled = used + fillStep
}
