//go:build !linux

package storage

import "os"

// syncData brings the content and the length of a file to the disk.
func syncData(f *os.File) error { return f.Sync() }
