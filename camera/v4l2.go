//go:build linux && (amd64 || arm64)

package camera

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

const (
	// Buffers shared with the driver: one to fill while the other is copied.
	v4l2Buffers = 3

	// How long a wait for a picture lasts before it is looked whether to go on.
	pollSlice = 100 // milliseconds

	// Bounds on what a broken driver can make us list.
	maxFormats = 64
	maxSizes   = 256
	maxRates   = 64
)

// v4l2Formats are the pixel formats that can be decoded.
var v4l2Formats = map[uint32]format{
	fourCC("MJPG"): formatJPEG, fourCC("JPEG"): formatJPEG, fourCC("YUYV"): formatYUYV, fourCC("UYVY"): formatUYVY,
	fourCC("NV12"): formatNV12, fourCC("YU12"): formatPlanar, fourCC("GREY"): formatGrey,
}

// v4l2Connector opens a camera through Linux's own interface.
func v4l2Connector(path string, want wanted) (connector, error) {
	return func(context.Context) (source, error) { return openV4L2(path, want) }, nil
}

// v4l2Source is an open camera that streams.
type v4l2Source struct {
	fd        int
	pix       v4l2PixFormat
	format    format
	buffers   [][]byte
	streaming bool
}

func openV4L2(path string, want wanted) (*v4l2Source, error) {
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, v4l2Error("open "+path, err)
	}
	s := &v4l2Source{fd: fd}
	if err := s.start(want); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// v4l2Error says what an error number of the kernel means for a camera.
func v4l2Error(what string, err error) error {
	kind := ErrGone
	switch {
	case errors.Is(err, unix.EBUSY):
		kind = ErrBusy
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		kind = ErrRefused
	case errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO):
		kind = ErrAbsent
	case errors.Is(err, unix.ENOTTY), errors.Is(err, unix.EINVAL):
		kind = ErrNotPictures
	}
	return fmt.Errorf("%w: %s: %w", kind, what, err)
}

func (s *v4l2Source) start(want wanted) error {
	var capability v4l2Capability
	if err := ioctl(s.fd, vidiocQueryCap, &capability); err != nil {
		return v4l2Error("ask what it is", err)
	}
	caps := capability.Capabilities
	if caps&capDeviceCaps != 0 {
		caps = capability.DeviceCaps // of this node, not of the whole device
	}
	if caps&capVideoCapture == 0 || caps&capStreaming == 0 {
		return fmt.Errorf("%w: the device is no camera", ErrNotPictures)
	}
	chosen, ok := best(s.modes(want.largest), want.largest)
	if !ok {
		return fmt.Errorf("%w: the camera has no format that is known here", ErrNotPictures)
	}
	if err := s.set(chosen); err != nil {
		return err
	}
	return s.stream()
}

// modes lists what the camera can do.
func (s *v4l2Source) modes(largest image.Point) []mode {
	var all []mode
	for i := range uint32(maxFormats) {
		desc := v4l2FmtDesc{Index: i, Type: bufTypeCapture}
		if ioctl(s.fd, vidiocEnumFmt, &desc) != nil {
			break
		}
		f, known := v4l2Formats[desc.PixelFormat]
		if !known {
			continue
		}
		for _, size := range s.sizes(desc.PixelFormat, largest) {
			all = append(all, mode{
				format: f, code: desc.PixelFormat, w: size.X, h: size.Y,
				fps: s.fastest(desc.PixelFormat, size),
			})
		}
	}
	return all
}

// sizes lists the sizes of a format. Of a camera that takes any size within bounds
// those in common use are listed.
func (s *v4l2Source) sizes(code uint32, largest image.Point) []image.Point {
	var all []image.Point
	for i := range uint32(maxSizes) {
		enum := v4l2FrmSizeEnum{Index: i, PixelFormat: code}
		if ioctl(s.fd, vidiocEnumSizes, &enum) != nil {
			break
		}
		if enum.Type == frmSizeDiscrete {
			all = append(all, image.Pt(int(enum.Size[0]), int(enum.Size[1])))
			continue
		}
		for _, p := range []image.Point{largest, {1920, 1080}, {1280, 720}, {640, 480}} {
			if p.X >= int(enum.Size[0]) && p.X <= int(enum.Size[1]) && p.Y >= int(enum.Size[3]) && p.Y <= int(enum.Size[4]) {
				all = append(all, p)
			}
		}
		break
	}
	if len(all) == 0 {
		// Old drivers cannot list sizes; they adjust what they are asked for.
		all = append(all, image.Pt(1280, 720))
	}
	return all
}

// fastest returns the highest rate of a size, in pictures a second, 0 if unknown.
func (s *v4l2Source) fastest(code uint32, size image.Point) float64 {
	fps := 0.0
	for i := range uint32(maxRates) {
		enum := v4l2FrmIvalEnum{Index: i, PixelFormat: code, Width: uint32(size.X), Height: uint32(size.Y)}
		if ioctl(s.fd, vidiocEnumIvals, &enum) != nil {
			break
		}
		if enum.Min.Numerator > 0 {
			fps = max(fps, float64(enum.Min.Denominator)/float64(enum.Min.Numerator))
		}
		if enum.Type != frmSizeDiscrete {
			break
		}
	}
	return fps
}

// set chooses a mode. The driver may change the size; what it set is what counts.
func (s *v4l2Source) set(m mode) error {
	f := v4l2Format{Type: bufTypeCapture, Pix: v4l2PixFormat{
		Width: uint32(m.w), Height: uint32(m.h), PixelFormat: m.code, Field: fieldAny,
	}}
	if err := ioctl(s.fd, vidiocSFmt, &f); err != nil {
		return v4l2Error("set the format", err)
	}
	known, ok := v4l2Formats[f.Pix.PixelFormat]
	if !ok {
		return fmt.Errorf("%w: the camera insists on a format that is not known here", ErrNotPictures)
	}
	s.pix, s.format = f.Pix, known
	if err := checkSides(int(f.Pix.Width), int(f.Pix.Height)); err != nil {
		return err
	}
	// A driver keeps the rate that the program before us wanted. That some cannot
	// set it at all is no failure.
	rate := mostFPS
	if m.fps > 0 {
		rate = max(int(min(m.fps, mostFPS)), 1)
	}
	parm := v4l2StreamParm{Type: bufTypeCapture, TimePerFrame: v4l2Fract{1, uint32(rate)}}
	_ = ioctl(s.fd, vidiocSParm, &parm)
	return nil
}

// stream shares buffers with the driver and starts the camera.
func (s *v4l2Source) stream() error {
	req := v4l2RequestBuffers{Count: v4l2Buffers, Type: bufTypeCapture, Memory: memoryMmap}
	if err := ioctl(s.fd, vidiocReqBufs, &req); err != nil {
		return v4l2Error("ask for buffers", err)
	}
	for i := range req.Count {
		b := v4l2Buffer{Index: i, Type: bufTypeCapture, Memory: memoryMmap}
		if err := ioctl(s.fd, vidiocQueryBuf, &b); err != nil {
			return v4l2Error("ask for a buffer", err)
		}
		mapped, err := unix.Mmap(s.fd, int64(b.Offset), int(b.Length), unix.PROT_READ, unix.MAP_SHARED)
		if err != nil {
			return v4l2Error("map a buffer", err)
		}
		s.buffers = append(s.buffers, mapped)
		if err := ioctl(s.fd, vidiocQBuf, &b); err != nil {
			return v4l2Error("hand over a buffer", err)
		}
	}
	if len(s.buffers) == 0 {
		return fmt.Errorf("%w: the driver has no buffers", ErrGone)
	}
	kind := int32(bufTypeCapture)
	if err := ioctl(s.fd, vidiocStreamOn, &kind); err != nil {
		return v4l2Error("start", err)
	}
	s.streaming = true
	return nil
}

func (s *v4l2Source) close() {
	if s.streaming {
		kind := int32(bufTypeCapture)
		_ = ioctl(s.fd, vidiocStreamOff, &kind)
	}
	for _, b := range s.buffers {
		_ = unix.Munmap(b)
	}
	_ = unix.Close(s.fd)
}

func (s *v4l2Source) read(ctx context.Context, r *raw) error {
	for {
		if err := s.wait(ctx); err != nil {
			return err
		}
		b := v4l2Buffer{Type: bufTypeCapture, Memory: memoryMmap}
		err := ioctl(s.fd, vidiocDQBuf, &b)
		if errors.Is(err, unix.EAGAIN) {
			continue
		}
		if err != nil {
			return v4l2Error("receive a picture", err)
		}
		if int(b.Index) >= len(s.buffers) {
			return fmt.Errorf("%w: the driver returned buffer %d of %d", ErrGone, b.Index, len(s.buffers))
		}
		whole := b.Flags&bufFlagError == 0 && b.BytesUsed > 0
		if whole {
			shared := s.buffers[b.Index]
			copy(r.room(min(int(b.BytesUsed), len(shared))), shared)
		}
		if err := ioctl(s.fd, vidiocQBuf, &b); err != nil {
			return v4l2Error("return a buffer", err)
		}
		if whole {
			s.describe(r)
			return nil
		}
	}
}

// wait waits until there is a picture or ctx ends.
func (s *v4l2Source) wait(ctx context.Context) error {
	for ctx.Err() == nil {
		fds := []unix.PollFd{{Fd: int32(s.fd), Events: unix.POLLIN}}
		n, err := unix.Poll(fds, pollSlice)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return v4l2Error("wait for a picture", err)
		}
		if n > 0 {
			return nil // or an error, which asking for the picture will tell
		}
	}
	return ctx.Err()
}

// describe notes how the bytes of a picture are arranged.
func (s *v4l2Source) describe(r *raw) {
	r.format, r.w, r.h, r.stride, r.still = s.format, int(s.pix.Width), int(s.pix.Height), int(s.pix.BytesPerLine), false
	r.ratio = image.YCbCrSubsampleRatio420
	// By default only JPEG's own colour space uses the full range.
	full := s.pix.Quantization == quantizationFull || s.pix.Quantization == 0 && s.pix.ColorSpace == colorSpaceJPEG
	r.limited = !full && s.format != formatJPEG && s.format != formatGrey
}

// sysVideo is where Linux lists its cameras.
const sysVideo = "/sys/class/video4linux"

func listCameras() ([]Found, error) { return listV4L2(sysVideo) }

// listV4L2 reads the names of cameras without opening them. A camera often has a
// second node for data about its pictures, with an index above 0.
func listV4L2(dir string) ([]Found, error) {
	nodes, err := filepath.Glob(filepath.Join(dir, "video*"))
	if err != nil {
		return nil, fmt.Errorf("list cameras: %w", err)
	}
	slices.SortFunc(nodes, func(a, b string) int { return nodeNumber(a) - nodeNumber(b) })
	var found []Found
	for _, node := range nodes {
		index, err := os.ReadFile(filepath.Join(node, "index"))
		if err == nil && string(bytes.TrimSpace(index)) != "0" {
			continue
		}
		name, err := os.ReadFile(filepath.Join(node, "name"))
		if err != nil {
			continue // unplugged just now
		}
		found = append(found, Found{
			Name: strings.ToValidUTF8(strings.TrimSpace(string(name)), "?"), Source: "v4l2:/dev/" + filepath.Base(node),
		})
	}
	return found, nil
}

func nodeNumber(path string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(filepath.Base(path), "video"))
	return n
}

// platformConnector opens a camera by its name. It is looked for each time, since
// its number may change when it is plugged in again.
func platformConnector(name string, want wanted) (connector, error) {
	return func(context.Context) (source, error) {
		found, err := listCameras()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrGone, err)
		}
		for _, f := range found {
			if f.Name == name {
				return openV4L2(strings.TrimPrefix(f.Source, "v4l2:"), want)
			}
		}
		return nil, fmt.Errorf("%w: %q is not among the %d cameras of this machine", ErrAbsent, name, len(found))
	}, nil
}
