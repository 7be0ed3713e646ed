package camera

import (
	"image"
	"log/slog"
	"time"
)

// Frame is one picture, upright. It belongs to whoever received it, and shares no
// memory with the camera or with other frames.
type Frame struct {
	Image  *image.YCbCr
	Number uint64    // counts up over the life of the Camera; numbers in between were dropped
	Time   time.Time // when the picture arrived
}

// Release overwrites the pixels. The picture must not be used after that.
func (f *Frame) Release() {
	if f == nil || f.Image == nil {
		return
	}
	wipe(f.Image)
	f.Image = nil
}

// LogValue keeps the pixels out of logs.
func (f *Frame) LogValue() slog.Value { return slog.Uint64Value(f.Number) }

func wipe(img *image.YCbCr) {
	for _, plane := range [][]uint8{img.Y, img.Cb, img.Cr} {
		clear(plane[:cap(plane)])
	}
}
