package camera

import (
	"image"
	"time"
)

// format is how the bytes of a raw picture are arranged.
type format int

const (
	formatJPEG   format = iota
	formatYUYV          // 4:2:2 packed: Y U Y V
	formatUYVY          // 4:2:2 packed: U Y V Y
	formatNV12          // 4:2:0: a plane of Y, one of U and V in turns
	formatPlanar        // a plane each of Y, U and V, tightly packed
	formatGrey          // Y only
)

// raw is a picture as a camera sends it, and the buffer it lies in, which is used
// again for later pictures.
type raw struct {
	format  format
	w, h    int
	stride  int // bytes a line of packed formats, and of Y in NV12 and grey
	ratio   image.YCbCrSubsampleRatio
	limited bool // brightness runs from 16 to 235 instead of 0 to 255 (ITU-R BT.601)
	still   bool // the source repeats itself on purpose: pictures from files
	data    []byte
	at      time.Time
	number  uint64
}

// room makes data n bytes long and keeps the buffer where it is large enough.
func (r *raw) room(n int) []byte {
	if cap(r.data) < n {
		r.wipe()
		r.data = make([]byte, n)
	}
	r.data = r.data[:n]
	return r.data
}

func (r *raw) wipe() { clear(r.data[:cap(r.data)]) }

// fill copies a decoded picture into r.
func (r *raw) fill(img *image.YCbCr) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	cw, ch := chromaSize(img.SubsampleRatio, w, h)
	r.format, r.w, r.h, r.ratio, r.limited = formatPlanar, w, h, img.SubsampleRatio, false
	rest := r.room(w*h + 2*cw*ch)
	rest = pack(rest, img.Y, img.YStride, w, h)
	rest = pack(rest, img.Cb, img.CStride, cw, ch)
	pack(rest, img.Cr, img.CStride, cw, ch)
}

// pack copies a plane without its padding and returns the rest of dst.
func pack(dst, src []byte, stride, w, h int) []byte {
	for y := range h {
		copy(dst[y*w:(y+1)*w], src[y*stride:])
	}
	return dst[w*h:]
}

func chromaSize(ratio image.YCbCrSubsampleRatio, w, h int) (cw, ch int) {
	switch ratio {
	case image.YCbCrSubsampleRatio422:
		return (w + 1) / 2, h
	case image.YCbCrSubsampleRatio420:
		return (w + 1) / 2, (h + 1) / 2
	case image.YCbCrSubsampleRatio440:
		return w, (h + 1) / 2
	case image.YCbCrSubsampleRatio411:
		return (w + 3) / 4, h
	case image.YCbCrSubsampleRatio410:
		return (w + 3) / 4, (h + 1) / 2
	}
	return w, h
}
