//go:build (windows || darwin) && cgo

package camera

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"slices"
	"strings"

	"github.com/pion/mediadevices/pkg/driver"
	// Registers the cameras of this machine: DirectShow or AVFoundation.
	"github.com/pion/mediadevices/pkg/driver/availability"
	pioncamera "github.com/pion/mediadevices/pkg/driver/camera"
	"github.com/pion/mediadevices/pkg/frame"
	"github.com/pion/mediadevices/pkg/io/video"
	"github.com/pion/mediadevices/pkg/prop"
)

func v4l2Connector(string, wanted) (connector, error) {
	return nil, fmt.Errorf("%w: v4l2: is for Linux, write the camera's name", ErrNoDriver)
}

func drivers() []driver.Driver {
	all := driver.GetManager().Query(driver.FilterVideoRecorder())
	slices.SortFunc(all, func(a, b driver.Driver) int { return strings.Compare(label(a), label(b)) })
	return all
}

func label(d driver.Driver) string {
	if name := d.Info().Name; name != "" {
		return name
	}
	return d.Info().Label
}

func listCameras() ([]Found, error) {
	var found []Found
	for _, d := range drivers() {
		found = append(found, Found{Name: label(d), Source: label(d)})
	}
	return found, nil
}

// platformConnector opens a camera by its name.
func platformConnector(name string, want wanted) (connector, error) {
	return func(context.Context) (source, error) {
		all := drivers()
		i := slices.IndexFunc(all, func(d driver.Driver) bool { return label(d) == name })
		if i < 0 {
			// The list is made at the start; a camera that came later is looked for now.
			for _, d := range all {
				driver.GetManager().Delete(d.ID())
			}
			pioncamera.Initialize()
			all = drivers()
			i = slices.IndexFunc(all, func(d driver.Driver) bool { return label(d) == name })
		}
		if i < 0 {
			return nil, fmt.Errorf("%w: %q is not among the %d cameras of this machine", ErrAbsent, name, len(all))
		}
		return openPion(all[i], want)
	}, nil
}

// pionSource is a camera of Windows or macOS.
type pionSource struct {
	driver   driver.Driver
	reader   video.Reader
	pictures chan pionPicture
	ended    chan struct{}
}

type pionPicture struct {
	img *image.YCbCr
	err error
}

func openPion(d driver.Driver, want wanted) (source, error) {
	if err := d.Open(); err != nil {
		return nil, pionError(err)
	}
	chosen, ok := pionMode(d.Properties(), want)
	if !ok {
		_ = d.Close()
		return nil, fmt.Errorf("%w: the camera has no format that is known here", ErrNotPictures)
	}
	reader, err := d.(driver.VideoRecorder).VideoRecord(chosen)
	if err != nil {
		_ = d.Close()
		return nil, pionError(err)
	}
	s := &pionSource{driver: d, reader: reader, pictures: make(chan pionPicture), ended: make(chan struct{})}
	go s.pump()
	return s, nil
}

// pionMode chooses among what a camera offers, by the same rule as on Linux.
func pionMode(offered []prop.Media, want wanted) (prop.Media, bool) {
	modes := make([]mode, 0, len(offered))
	for i, p := range offered {
		f := formatYUYV
		switch p.FrameFormat {
		case frame.FormatMJPEG:
			f = formatJPEG
		case frame.FormatNV12, frame.FormatNV21:
			f = formatNV12
		case frame.FormatYUYV, frame.FormatUYVY, frame.FormatI420, frame.FormatYUY2:
		default:
			continue
		}
		modes = append(modes, mode{format: f, code: uint32(i), w: p.Width, h: p.Height, fps: float64(p.FrameRate)})
	}
	m, ok := best(modes, want.largest)
	if !ok {
		return prop.Media{}, false
	}
	return offered[m.code], true
}

// pump copies pictures out of the driver's buffer, which it uses again at once. The
// driver's own read knows no context: it ends when the driver is closed.
func (s *pionSource) pump() {
	defer close(s.ended)
	for {
		img, release, err := s.reader.Read()
		var p pionPicture
		if err != nil {
			p.err = err
		} else {
			p.img, p.err = planes(img)
			if p.err == nil && p.img == img {
				p.img = copied(p.img)
			}
			release()
		}
		s.pictures <- p
		if p.err != nil {
			return
		}
	}
}

func copied(src *image.YCbCr) *image.YCbCr {
	var r raw
	r.fill(src)
	img, err := r.decode(image.Point{})
	if err != nil {
		return src
	}
	return img
}

func (s *pionSource) read(ctx context.Context, r *raw) error {
	select {
	case p := <-s.pictures:
		if p.err != nil {
			return pionError(p.err)
		}
		r.fill(p.img)
		r.still = false
		wipe(p.img)
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// close stops the driver, which ends the pump, and takes what it may still hold.
func (s *pionSource) close() {
	_ = s.driver.Close()
	for {
		select {
		case p := <-s.pictures:
			if p.img != nil {
				wipe(p.img)
			}
		case <-s.ended:
			return
		}
	}
}

func pionError(err error) error {
	text := strings.ToLower(err.Error())
	switch {
	case errors.Is(err, availability.ErrBusy), strings.Contains(text, "busy"), strings.Contains(text, "in use"):
		return fmt.Errorf("%w: %w", ErrBusy, err)
	case errors.Is(err, availability.ErrNoDevice):
		return fmt.Errorf("%w: %w", ErrAbsent, err)
	case strings.Contains(text, "denied"), strings.Contains(text, "permission"):
		return fmt.Errorf("%w: %w", ErrRefused, err)
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%w: the driver ended", ErrGone)
	}
	return fmt.Errorf("%w: %w", ErrGone, err)
}
