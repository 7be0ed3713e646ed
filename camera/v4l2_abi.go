//go:build linux && (amd64 || arm64)

package camera

import (
	"errors"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The part of Linux's camera interface (V4L2, include/uapi/linux/videodev2.h) that
// is used here, as it is laid out on 64-bit machines. It is spoken directly: the
// libraries at hand hide which error the kernel gave (so that "in use by another
// program" cannot be told), return the size that was asked for instead of the one
// that was set, or need cgo.

type v4l2Capability struct {
	Driver       [16]byte
	Card         [32]byte
	BusInfo      [32]byte
	Version      uint32
	Capabilities uint32
	DeviceCaps   uint32
	_            [3]uint32
}

type v4l2FmtDesc struct {
	Index       uint32
	Type        uint32
	Flags       uint32
	Description [32]byte
	PixelFormat uint32
	MbusCode    uint32
	_           [3]uint32
}

type v4l2Format struct {
	Type uint32
	_    uint32
	Pix  v4l2PixFormat
	_    [200 - unsafe.Sizeof(v4l2PixFormat{})]byte
}

type v4l2PixFormat struct {
	Width, Height, PixelFormat, Field uint32
	BytesPerLine, SizeImage           uint32
	ColorSpace, Priv, Flags, YCbCrEnc uint32
	Quantization, XferFunc            uint32
}

type v4l2RequestBuffers struct {
	Count, Type, Memory, Capabilities uint32
	_                                 uint32
}

type v4l2Buffer struct {
	Index, Type, BytesUsed, Flags, Field uint32
	_                                    uint32
	Timestamp                            [2]int64
	Timecode                             [4]uint32
	Sequence, Memory                     uint32
	Offset                               uint32 // of a union with a pointer
	_                                    uint32
	Length                               uint32
	_                                    [3]uint32
}

type v4l2FrmSizeEnum struct {
	Index, PixelFormat, Type uint32
	// Discrete: width and height. Stepwise: min, max, step width, then height.
	Size [6]uint32
	_    [2]uint32
}

type v4l2Fract struct{ Numerator, Denominator uint32 }

type v4l2FrmIvalEnum struct {
	Index, PixelFormat, Width, Height, Type uint32
	Min                                     v4l2Fract // of stepwise, or the only one
	_                                       [4]uint32
	_                                       [2]uint32
}

type v4l2StreamParm struct {
	Type         uint32
	Capability   uint32
	CaptureMode  uint32
	TimePerFrame v4l2Fract
	_            [204 - 20]byte
}

const (
	bufTypeCapture    = 1
	memoryMmap        = 1
	fieldAny          = 0
	frmSizeDiscrete   = 1
	quantizationFull  = 1
	colorSpaceJPEG    = 7
	capVideoCapture   = 0x00000001
	capStreaming      = 0x04000000
	capDeviceCaps     = 0x80000000
	capTimePerFrame   = 0x1000
	bufFlagError      = 0x40
	iocWrite, iocRead = 1, 2
)

// fourCC is the code of a pixel format.
func fourCC(s string) uint32 {
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

// iocV composes the number of a V4L2 request (include/uapi/asm-generic/ioctl.h).
func iocV(dir, nr uint, size uintptr) uint {
	return dir<<30 | uint(size)<<16 | 'V'<<8 | nr
}

var (
	vidiocQueryCap  = iocV(iocRead, 0, unsafe.Sizeof(v4l2Capability{}))
	vidiocEnumFmt   = iocV(iocRead|iocWrite, 2, unsafe.Sizeof(v4l2FmtDesc{}))
	vidiocSFmt      = iocV(iocRead|iocWrite, 5, unsafe.Sizeof(v4l2Format{}))
	vidiocReqBufs   = iocV(iocRead|iocWrite, 8, unsafe.Sizeof(v4l2RequestBuffers{}))
	vidiocQueryBuf  = iocV(iocRead|iocWrite, 9, unsafe.Sizeof(v4l2Buffer{}))
	vidiocQBuf      = iocV(iocRead|iocWrite, 15, unsafe.Sizeof(v4l2Buffer{}))
	vidiocDQBuf     = iocV(iocRead|iocWrite, 17, unsafe.Sizeof(v4l2Buffer{}))
	vidiocStreamOn  = iocV(iocWrite, 18, unsafe.Sizeof(int32(0)))
	vidiocStreamOff = iocV(iocWrite, 19, unsafe.Sizeof(int32(0)))
	vidiocSParm     = iocV(iocRead|iocWrite, 22, unsafe.Sizeof(v4l2StreamParm{}))
	vidiocEnumSizes = iocV(iocRead|iocWrite, 74, unsafe.Sizeof(v4l2FrmSizeEnum{}))
	vidiocEnumIvals = iocV(iocRead|iocWrite, 75, unsafe.Sizeof(v4l2FrmIvalEnum{}))
)

// ioctl makes a request with a structure that the kernel reads and fills.
func ioctl[T any](fd int, request uint, arg *T) error {
	for {
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), uintptr(request), uintptr(unsafe.Pointer(arg)))
		if errno == 0 {
			return nil
		}
		if !errors.Is(errno, unix.EINTR) {
			return errno
		}
	}
}
