package camera

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"log/slog"
)

const (
	// MaxStill is the most a photo may take, in bytes: small enough for a slow line
	// and a day's records, large enough for a face that can be compared.
	MaxStill = 300_000

	// The longer side of a photo, in pixels, and the width below which it is not
	// shrunk as long as worse quality helps.
	stillSide     = 1600
	leastStill    = 640
	bestQuality   = 90
	leastQuality  = 55
	worstQuality  = 20
	qualitySteps  = 4
	shrinkPercent = 80
)

// encodeStill makes a JPEG of a picture, at most MaxStill bytes long: at the best
// quality that fits, and smaller only when no fair quality does. It holds the
// picture and nothing else: no time, no place, no maker.
func encodeStill(img *image.YCbCr) ([]byte, image.Point, error) {
	size := img.Rect.Size()
	if longer := max(size.X, size.Y); longer > stillSide {
		size = inside(size, image.Pt(stillSide, stillSide))
	}
	for {
		scaled := img
		if size != img.Rect.Size() {
			scaled = resized(img, size)
		}
		least := leastQuality
		if next := size.X * shrinkPercent / 100; next < leastStill {
			least = worstQuality
		}
		data, err := fitting(scaled, least)
		if scaled != img {
			wipe(scaled)
		}
		if err != nil || data != nil {
			return data, size, err
		}
		size = image.Pt(size.X*shrinkPercent/100, size.Y*shrinkPercent/100)
		if min(size.X, size.Y) < minSide {
			return nil, size, fmt.Errorf("%w: no JPEG of at most %d bytes", ErrTooLarge, MaxStill)
		}
	}
}

// fitting returns the JPEG of the best quality that fits, or nil when even least
// does not.
func fitting(img *image.YCbCr, least int) ([]byte, error) {
	try := func(quality int) ([]byte, error) {
		out := make(bounded, 0, MaxStill)
		err := jpeg.Encode(&out, img, &jpeg.Options{Quality: quality})
		if errors.Is(err, errFull) {
			clear(out)
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("encode the photo: %w", err)
		}
		return out, nil
	}
	found, err := try(bestQuality)
	if err != nil || found != nil {
		return found, err
	}
	if found, err = try(least); err != nil || found == nil {
		return nil, err
	}
	low, high := least, bestQuality
	for range qualitySteps {
		middle := (low + high) / 2
		better, err := try(middle)
		if err != nil {
			return nil, err
		}
		if better == nil {
			high = middle
			continue
		}
		clear(found)
		found, low = better, middle
	}
	return found, nil
}

// bounded is a writer that never moves its bytes, so that there is one copy of a
// photo to overwrite, and that stops when it is full.
type bounded []byte

var errFull = errors.New("full")

func (b *bounded) Write(p []byte) (int, error) {
	if len(*b)+len(p) > cap(*b) {
		return 0, errFull
	}
	*b = append(*b, p...)
	return len(p), nil
}

// resized returns a smaller copy. The picture is halved as often as that goes, and
// brought to the size wanted by interpolation.
func resized(img *image.YCbCr, size image.Point) *image.YCbCr {
	from := img
	for from.Rect.Dx() >= 2*size.X && from.Rect.Dy() >= 2*size.Y {
		half := interpolated(from, image.Pt(from.Rect.Dx()/2, from.Rect.Dy()/2))
		if from != img {
			wipe(from)
		}
		from = half
	}
	out := interpolated(from, size)
	if from != img {
		wipe(from)
	}
	return out
}

func interpolated(img *image.YCbCr, size image.Point) *image.YCbCr {
	out := image.NewYCbCr(image.Rectangle{Max: size}, image.YCbCrSubsampleRatio420)
	to := image.Pt(chromaSize(out.SubsampleRatio, size.X, size.Y))
	from := image.Pt(chromaSize(img.SubsampleRatio, img.Rect.Dx(), img.Rect.Dy()))
	interpolate(out.Y, out.YStride, size, img.Y, img.YStride, img.Rect.Size())
	interpolate(out.Cb, out.CStride, to, img.Cb, img.CStride, from)
	interpolate(out.Cr, out.CStride, to, img.Cr, img.CStride, from)
	return out
}

// interpolate scales one plane bilinearly, between the middles of pixels. It keeps
// no copy of the pixels, which the scaler of golang.org/x/image/draw does.
func interpolate(dst []uint8, ds int, to image.Point, src []uint8, ss int, from image.Point) {
	// place returns the two source pixels around a destination pixel, and the
	// weight of the second one in 256ths.
	place := func(i, to, from int) (first, second, weight int) {
		at := max((2*i+1)*from*128/to-128, 0)
		first = min(at>>8, from-1)
		return first, min(first+1, from-1), at & 255
	}
	type column struct{ left, right, weight int }
	columns := make([]column, to.X)
	for x := range columns {
		l, r, w := place(x, to.X, from.X)
		columns[x] = column{l, r, w}
	}
	for y := range to.Y {
		a, b, wy := place(y, to.Y, from.Y)
		above, below := src[a*ss:][:from.X], src[b*ss:][:from.X]
		line := dst[y*ds:][:to.X]
		for x, c := range columns {
			t := int(above[c.left])*(256-c.weight) + int(above[c.right])*c.weight
			u := int(below[c.left])*(256-c.weight) + int(below[c.right])*c.weight
			line[x] = uint8((t*(256-wy) + u*wy + 1<<15) >> 16)
		}
	}
}

// checkStill makes sure that a photo can be opened by others, and is what it
// should be.
func checkStill(data []byte, size image.Point) error {
	config, err := jpeg.DecodeConfig(bytes.NewReader(data))
	switch {
	case err != nil:
		return fmt.Errorf("check the photo: %w", err)
	case config.Width != size.X || config.Height != size.Y:
		return fmt.Errorf("check the photo: it is %d x %d pixels, wanted %v", config.Width, config.Height, size)
	case len(data) > MaxStill:
		return fmt.Errorf("check the photo: %w: %d bytes", ErrTooLarge, len(data))
	}
	return nil
}

// LogValue keeps the photo out of logs.
func (p *Photo) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("bytes", len(p.JPEG)), slog.Bool("passed", p.Passed()), slog.Any("gate", p.Result))
}

// String keeps the photo out of text.
func (p *Photo) String() string { return "[photo]" }

// GoString keeps the photo out of text, too.
func (p *Photo) GoString() string { return "[photo]" }
