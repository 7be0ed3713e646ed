package camera

import (
	"fmt"
	"image"
)

// Rotation is how far a picture is turned clockwise so that it stands upright, for
// a camera that is mounted turned.
type Rotation int

// The rotations.
const (
	Upright    Rotation = 0
	Clockwise  Rotation = 90
	UpsideDown Rotation = 180
	Counter    Rotation = 270 // a quarter turn counter-clockwise
)

func (r Rotation) check() error {
	switch r {
	case Upright, Clockwise, UpsideDown, Counter:
		return nil
	}
	return fmt.Errorf("camera rotation %d: allowed are 0, 90, 180 and 270 degrees", int(r))
}

// turn returns the picture turned; the same one when there is nothing to turn.
// Otherwise the pixels of the old one are overwritten.
func turn(img *image.YCbCr, r Rotation) *image.YCbCr {
	if r == Upright {
		return img
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	size, ratio := image.Rect(0, 0, w, h), img.SubsampleRatio
	if r != UpsideDown {
		size, ratio = image.Rect(0, 0, h, w), sideways(ratio)
	}
	out := image.NewYCbCr(size, ratio)
	cw, ch := chromaSize(img.SubsampleRatio, w, h)
	turnPlane(out.Y, out.YStride, img.Y, img.YStride, w, h, r)
	if narrow := img.SubsampleRatio == image.YCbCrSubsampleRatio411 || img.SubsampleRatio == image.YCbCrSubsampleRatio410; narrow && r != UpsideDown {
		// There is no sideways arrangement of these: their colour is spread first.
		spread := respread(img)
		cw, ch = chromaSize(ratio, h, w)
		cw, ch = ch, cw
		turnPlane(out.Cb, out.CStride, spread.Cb, spread.CStride, cw, ch, r)
		turnPlane(out.Cr, out.CStride, spread.Cr, spread.CStride, cw, ch, r)
		wipe(spread)
	} else {
		turnPlane(out.Cb, out.CStride, img.Cb, img.CStride, cw, ch, r)
		turnPlane(out.Cr, out.CStride, img.Cr, img.CStride, cw, ch, r)
	}
	wipe(img)
	return out
}

// sideways returns the arrangement of colour of a picture after a quarter turn.
func sideways(ratio image.YCbCrSubsampleRatio) image.YCbCrSubsampleRatio {
	switch ratio {
	case image.YCbCrSubsampleRatio422:
		return image.YCbCrSubsampleRatio440
	case image.YCbCrSubsampleRatio440:
		return image.YCbCrSubsampleRatio422
	case image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410:
		return image.YCbCrSubsampleRatio420
	}
	return ratio
}

// respread returns the colour of a picture as 4:2:0.
func respread(img *image.YCbCr) *image.YCbCr {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	out := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	for y := 0; y < h; y += 2 {
		for x := 0; x < w; x += 2 {
			from, to := img.COffset(img.Rect.Min.X+x, img.Rect.Min.Y+y), out.COffset(x, y)
			out.Cb[to], out.Cr[to] = img.Cb[from], img.Cr[from]
		}
	}
	return out
}

// turnPlane turns one plane of w by h samples.
func turnPlane(dst []uint8, ds int, src []uint8, ss, w, h int, r Rotation) {
	for y := range h {
		line := src[y*ss:][:w]
		switch r {
		case Clockwise:
			for x, v := range line {
				dst[x*ds+h-1-y] = v
			}
		case UpsideDown:
			to := dst[(h-1-y)*ds:][:w]
			for x, v := range line {
				to[w-1-x] = v
			}
		case Counter:
			for x, v := range line {
				dst[(w-1-x)*ds+y] = v
			}
		}
	}
}
