package main

import (
	"os"
	"path/filepath"

	"authenkiosk/atomicfile"
)

// saveFile keeps a file where the operator finds it: with the downloads of whoever is
// logged in, or in their home. Nobody else of the machine may read it.
func saveFile(name string, data []byte) (path string, err error) {
	dir, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	if downloads := filepath.Join(dir, "Downloads"); isFolder(downloads) {
		dir = downloads
	}
	path = filepath.Join(dir, name)
	return path, atomicfile.Create(path, data, 0o600)
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
