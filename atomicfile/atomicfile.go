// Package atomicfile writes files so that after a power cut the old or the new
// content is there, and never half of one.
package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// TempPrefix begins the name of every temporary file of this package. After a power
// cut one may be left over.
const TempPrefix = ".new-"

// TempOf returns of which file a temporary file was to become the content, by its name.
// Whoever erases files with personal data erases those that a power cut left of them.
func TempOf(name string) (file string, ok bool) {
	rest, ours := strings.CutPrefix(name, TempPrefix)
	i := strings.LastIndexByte(rest, '-')
	if !ours || i < 1 {
		return "", false
	}
	if _, err := strconv.ParseUint(rest[i+1:], 10, 64); err != nil {
		return "", false
	}
	return rest[:i], true
}

// Write writes a file, or replaces it, and returns when it is on the disk. The file
// belongs to the owner of the one that it replaces, or else of the directory, also
// when the administrator has given the command.
func Write(path string, data []byte, mode fs.FileMode) error {
	return put(path, data, mode, replace)
}

// Create is Write for a file that must not be replaced: when it is there already,
// another program was faster, and its content stays.
func Create(path string, data []byte, mode fs.FileMode) error {
	return put(path, data, mode, Publish)
}

func put(path string, data []byte, mode fs.FileMode, name func(temp, path string) error) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, TempPrefix+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(mode), ownAs(f, path), f.Sync(), f.Close())
	if err == nil {
		err = name(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("write %s: %w", path, err)
	}
	return SyncDir(dir)
}

// Fill makes a file for its owner alone, of what fill writes into it, and returns when it
// is on the disk. A file that is there already is an error (fs.ErrExist), and after every
// error there is none. It sets no mode, which the file systems of USB sticks refuse.
func Fill(path string, fill func(io.Writer) error) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("write %s: %w", path, fs.ErrExist)
	}
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, TempPrefix+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	err = fill(f)
	err = errors.Join(err, f.Sync(), f.Close())
	if _, there := os.Lstat(path); err == nil && there == nil { // to fill it takes minutes
		err = fs.ErrExist
	}
	if err == nil {
		err = replace(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("write %s: %w", path, err)
	}
	return SyncDir(dir)
}

// Publish gives a complete file its name, unless the name is taken: a link, unlike a
// rename, fails when another program was faster. The temporary name is gone after it.
// File systems without hard links (FAT) get a rename.
func Publish(temp, path string) error {
	err := os.Link(temp, path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		// Not where another program made the file, and cleaned ours up, too.
		if _, statErr := os.Stat(path); statErr != nil {
			if renameErr := os.Rename(temp, path); renameErr != nil {
				return errors.Join(err, renameErr)
			}
		}
	}
	_ = os.Remove(temp)
	return nil
}
