package atomicfile

import "os"

// ownAs does nothing: files inherit the rights of their directory.
func ownAs(*os.File, string) error { return nil }

// SyncDir does nothing: NTFS keeps a journal of names, and Windows has no way to
// sync a directory.
func SyncDir(string) error { return nil }
