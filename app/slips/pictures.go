package slips

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"authenkiosk/atomicfile"
	"authenkiosk/visit"
)

// pictureFiles are the slips that a printer of the kind image leaves in its
// directory: they hold a name, a right and a code, and are kept no longer than the
// visits.
type pictureFiles struct {
	dir      string
	keepDays int
}

// oldHalfSlip is the name that earlier versions gave a slip while they were writing it.
var oldHalfSlip = regexp.MustCompile(`^\.slip-[0-9]+$`)

// isHalfSlip reports whether it is the name of a slip that is being written.
func isHalfSlip(name string) bool {
	of, ok := atomicfile.TempOf(name)
	return ok && isSlipFile(of) || oldHalfSlip.MatchString(name)
}

// halfSlipAge is after what time nobody is writing a slip any more: it takes
// milliseconds, and the program that began it was killed.
const halfSlipAge = time.Hour

// erase erases what is too old, and tells how much.
func (p pictureFiles) erase(now time.Time, log *slog.Logger) {
	n, err := p.expire(now)
	if err != nil {
		log.Error("erase pictures of slips", "err", err)
	}
	if n > 0 {
		log.Info("erased pictures of slips", "files", n)
	}
}

// expire erases the slips of days more than keepDays before today, as the store
// does, and those that were never finished. It returns how many; nothing else in
// the directory is touched, and no link is followed.
func (p pictureFiles) expire(now time.Time) (n int, err error) {
	found, err := os.ReadDir(p.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil // nothing was printed yet
	}
	if err != nil {
		return 0, err
	}
	from := visit.ServiceDateOf(now).Midnight().AddDate(0, 0, -p.keepDays)
	var failed []error
	for _, f := range found {
		info, err := f.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue // gone meanwhile, or not ours
		}
		at := info.ModTime()
		switch {
		case isSlipFile(f.Name()) && at.Before(from):
		case isHalfSlip(f.Name()) && now.Sub(at) > halfSlipAge:
		default:
			continue
		}
		if err := os.Remove(filepath.Join(p.dir, f.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = append(failed, err)
			continue
		}
		n++
	}
	return n, errors.Join(failed...)
}

// isSlipFile tells the name of a slip, see printer.Image. Test pages hold no
// personal data and stay.
func isSlipFile(name string) bool {
	id, slip := strings.CutPrefix(name, "slip-")
	ext := filepath.Ext(id)
	_, err := visit.ParseID(strings.TrimSuffix(id, ext))
	return slip && err == nil && (ext == ".png" || ext == ".pdf")
}
