package camera

import (
	"context"
	"errors"
	"fmt"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	// Pace of pictures from files, and how long each one of a folder is shown.
	filePace = time.Second / 15
	fileShow = 2 * time.Second

	// More pictures than this in a folder are a mistake in the path.
	maxFiles = 1000
)

// fileConnector shows a picture, or those of a folder in turns, for ever. JPEG and
// PNG are taken.
func fileConnector(path string) connector {
	return func(context.Context) (source, error) {
		names, err := pictures(path)
		if err != nil {
			return nil, err
		}
		s := &fileSource{names: names, pace: time.NewTicker(filePace)}
		if err := s.load(); err != nil {
			s.close()
			return nil, err
		}
		return s, nil
	}
}

func pictures(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fileError(err)
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fileError(err)
	}
	var names []string
	for _, e := range entries {
		switch strings.ToLower(filepath.Ext(e.Name())) {
		case ".jpg", ".jpeg", ".png":
			if e.Type().IsRegular() {
				names = append(names, filepath.Join(path, e.Name()))
			}
		}
	}
	if len(names) == 0 || len(names) > maxFiles {
		return nil, fmt.Errorf("%w: %d pictures in the folder, wanted 1 to %d", ErrAbsent, len(names), maxFiles)
	}
	slices.Sort(names)
	return names, nil
}

func fileError(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: %w", ErrAbsent, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return fmt.Errorf("%w: %w", ErrGone, err)
}

// fileSource is pictures from files.
type fileSource struct {
	names  []string
	at     int
	shown  raw
	loaded time.Time
	pace   *time.Ticker
}

func (s *fileSource) close() {
	s.pace.Stop()
	s.shown.wipe()
}

// load reads the picture whose turn it is.
func (s *fileSource) load() error {
	f, err := os.Open(s.names[s.at])
	if err != nil {
		return fileError(err)
	}
	defer f.Close()
	s.loaded = time.Now()
	if strings.EqualFold(filepath.Ext(s.names[s.at]), ".png") {
		limited := &io.LimitedReader{R: f, N: maxFrame}
		config, err := png.DecodeConfig(limited)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrNotPictures, err)
		}
		if err := checkSides(config.Width, config.Height); err != nil {
			return err
		}
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return fileError(err)
		}
		limited.N = maxFrame
		img, err := png.Decode(limited)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrNotPictures, err)
		}
		flat, err := planes(img)
		if err != nil {
			return err
		}
		s.shown.fill(flat)
		wipe(flat)
		return nil
	}
	s.shown.format = formatJPEG
	s.shown.data, err = readAtMost(f, s.shown.data[:0])
	if err != nil {
		return lineError(err)
	}
	_, _, err = jpegSize(s.shown.data)
	return err
}

func (s *fileSource) read(ctx context.Context, r *raw) error {
	select {
	case <-s.pace.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	if len(s.names) > 1 && time.Since(s.loaded) >= fileShow {
		s.at = (s.at + 1) % len(s.names)
		if err := s.load(); err != nil {
			return err
		}
	}
	r.copyFrom(&s.shown)
	return nil
}

// copyFrom makes r the same picture as src, in its own memory.
func (r *raw) copyFrom(src *raw) {
	buf := r.room(len(src.data))
	copy(buf, src.data)
	*r = *src
	r.data, r.still = buf, true
}
