package update

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"

	"aead.dev/minisign"

	"authenkiosk/atomicfile"
)

// manifestName is the first file of an archive.
const manifestName = "update.json"

// manifest says for what a package is. The name of the file is not signed.
type manifest struct {
	Version string `json:"version"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
}

var fileForm = regexp.MustCompile(`^[a-z][a-z0-9._-]{0,60}$`)

// Stage takes a package into the root and returns its version: complete, on the disk and
// beside the others, of which none is touched. running is the version that must be older.
func (r Root) Stage(key minisign.PublicKey, archive io.Reader, signature []byte, running string) (version string, err error) {
	r.tidy()
	dir, err := os.MkdirTemp(r.dir, incoming)
	if err != nil {
		return "", fmt.Errorf("take the package in: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	f, err := os.Create(filepath.Join(dir, "package"))
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	signed := minisign.NewReader(io.LimitReader(archive, maxArchive+1))
	n, err := io.Copy(f, signed)
	switch {
	case err != nil:
		return "", fmt.Errorf("take the package in: %w", err)
	case n > maxArchive:
		return "", fmt.Errorf("%w: it is too large", ErrPackage)
	case !hashed(signature) || !signed.Verify(key, signature):
		return "", ErrSignature
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	to := filepath.Join(dir, "unpacked")
	m, err := unpack(f, to, running)
	if err != nil {
		return "", err
	}
	return m.Version, r.add(to, m.Version)
}

// hashed reports whether a signature says that it is one of the digest, as it is: the
// library takes one of the old kind for that, too.
func hashed(signature []byte) bool {
	var s minisign.Signature
	return s.UnmarshalText(signature) == nil && s.Algorithm == minisign.HashEdDSA
}

// unpack writes the files of an archive that is signed.
func unpack(archive io.Reader, to, running string) (m manifest, err error) {
	z, err := gzip.NewReader(archive)
	if err != nil {
		return m, fmt.Errorf("%w: %w", ErrPackage, err)
	}
	t := tar.NewReader(io.LimitReader(z, maxUnpacked))
	h, err := t.Next()
	if err != nil || h.Name != manifestName {
		return m, fmt.Errorf("%w: it does not begin with %s", ErrPackage, manifestName)
	}
	if err := json.NewDecoder(io.LimitReader(t, maxManifest)).Decode(&m); err != nil || !validVersion(m.Version) {
		return m, fmt.Errorf("%w: its version cannot be read", ErrPackage)
	}
	if m.OS != runtime.GOOS || m.Arch != runtime.GOARCH {
		return m, fmt.Errorf("%w: it is for %s on %s", ErrPackage, m.OS, m.Arch)
	}
	if !Newer(m.Version, running) {
		return m, fmt.Errorf("%w: %s, and %s runs", ErrOlder, m.Version, running)
	}
	// The administrator's umask may hide it from the account of the program.
	if err := errors.Join(os.Mkdir(to, 0o755), os.Chmod(to, 0o755)); err != nil {
		return m, err
	}
	for range maxFiles {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return m, atomicfile.SyncDir(to)
		}
		if err != nil {
			return m, fmt.Errorf("%w: %w", ErrPackage, err)
		}
		if h.Typeflag != tar.TypeReg || !fileForm.MatchString(h.Name) {
			return m, fmt.Errorf("%w: it has %q", ErrPackage, h.Name)
		}
		if err := writeFile(filepath.Join(to, h.Name), t, h.FileInfo().Mode()&0o111 != 0); err != nil {
			return m, err
		}
	}
	return m, fmt.Errorf("%w: it has too many files", ErrPackage)
}

func writeFile(path string, content io.Reader, program bool) error {
	mode := os.FileMode(0o644)
	if program {
		mode = 0o755
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	return errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
}
