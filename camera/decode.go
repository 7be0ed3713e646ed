package camera

import (
	"fmt"
	"image"
	"image/color"
)

// decode makes a picture of r that shares no memory with it, as large as the
// camera sends it, or smaller where that is faster and it still covers want.
func (r *raw) decode(want image.Point) (*image.YCbCr, error) {
	if r.format == formatJPEG {
		return decodeJPEG(r.data, want)
	}
	if err := checkSides(r.w, r.h); err != nil {
		return nil, err
	}
	if need := r.bytesNeeded(); len(r.data) < need {
		return nil, fmt.Errorf("%w: %d bytes, wanted %d", ErrNotPictures, len(r.data), need)
	}
	img := image.NewYCbCr(image.Rect(0, 0, r.w, r.h), r.decodedRatio())
	switch r.format {
	case formatYUYV:
		r.unpack(img, 0, 1, 3)
	case formatUYVY:
		r.unpack(img, 1, 0, 2)
	case formatNV12:
		r.splitNV12(img)
	case formatPlanar:
		n := copy(img.Y, r.data)
		n += copy(img.Cb, r.data[n:])
		copy(img.Cr, r.data[n:])
	case formatGrey:
		for y := range r.h {
			copy(img.Y[y*img.YStride:][:r.w], r.data[y*r.stride:])
		}
		neutral(img)
	}
	if r.limited {
		widen(img)
	}
	return img, nil
}

func (r *raw) decodedRatio() image.YCbCrSubsampleRatio {
	switch r.format {
	case formatYUYV, formatUYVY:
		return image.YCbCrSubsampleRatio422
	case formatPlanar:
		return r.ratio
	}
	return image.YCbCrSubsampleRatio420
}

// bytesNeeded returns how long data must be.
func (r *raw) bytesNeeded() int {
	switch r.format {
	case formatYUYV, formatUYVY:
		return max(r.stride, 2*r.w)*(r.h-1) + 2*((r.w+1)/2*2)
	case formatNV12:
		return max(r.stride, r.w)*(r.h+(r.h+1)/2-1) + (r.w+1)/2*2
	case formatGrey:
		return max(r.stride, r.w)*(r.h-1) + r.w
	}
	cw, ch := chromaSize(r.ratio, r.w, r.h)
	return r.w*r.h + 2*cw*ch
}

// unpack spreads a packed 4:2:2 picture; y0, u and v are the places of the first
// brightness and of the two colours in each four bytes.
func (r *raw) unpack(img *image.YCbCr, y0, u, v int) {
	stride := max(r.stride, 2*r.w)
	pairs := (r.w + 1) / 2
	for y := range r.h {
		line := r.data[y*stride:][:4*pairs]
		ys, us, vs := img.Y[y*img.YStride:][:r.w], img.Cb[y*img.CStride:][:pairs], img.Cr[y*img.CStride:][:pairs]
		for i := range pairs {
			four := line[4*i:][:4]
			us[i], vs[i] = four[u], four[v]
			ys[2*i] = four[y0]
			if 2*i+1 < len(ys) {
				ys[2*i+1] = four[y0+2]
			}
		}
	}
}

func (r *raw) splitNV12(img *image.YCbCr) {
	stride := max(r.stride, r.w)
	for y := range r.h {
		copy(img.Y[y*img.YStride:][:r.w], r.data[y*stride:])
	}
	pairs := (r.w + 1) / 2
	for y := range (r.h + 1) / 2 {
		line := r.data[(r.h+y)*stride:][:2*pairs]
		us, vs := img.Cb[y*img.CStride:][:pairs], img.Cr[y*img.CStride:][:pairs]
		for i := range pairs {
			us[i], vs[i] = line[2*i], line[2*i+1]
		}
	}
}

// neutral takes the colour out of a picture.
func neutral(img *image.YCbCr) {
	for i := range img.Cb {
		img.Cb[i] = 128
	}
	for i := range img.Cr {
		img.Cr[i] = 128
	}
}

// What limited range becomes in full range (ITU-R BT.601: brightness has 219
// steps from 16, colour 224 around 128).
var fullLuma, fullChroma = func() (l, c [256]uint8) {
	for i := range 256 {
		l[i] = uint8(min(max((i-16)*255/219, 0), 255))
		c[i] = uint8(min(max((i-128)*255/224+128, 0), 255))
	}
	return l, c
}()

// widen spreads limited range to the full range that JPEG has.
func widen(img *image.YCbCr) {
	for i, v := range img.Y {
		img.Y[i] = fullLuma[v]
	}
	for _, plane := range [][]uint8{img.Cb, img.Cr} {
		for i, v := range plane {
			plane[i] = fullChroma[v]
		}
	}
}

// planes returns a decoded picture as brightness and colour planes. It takes over
// the memory of one that has them already.
func planes(img image.Image) (*image.YCbCr, error) {
	b := img.Bounds()
	if err := checkSides(b.Dx(), b.Dy()); err != nil {
		return nil, err
	}
	switch src := img.(type) {
	case *image.YCbCr:
		if src.Rect.Min == (image.Point{}) {
			return src, nil
		}
	case *image.Gray:
		out := image.NewYCbCr(image.Rect(0, 0, b.Dx(), b.Dy()), image.YCbCrSubsampleRatio420)
		for y := range b.Dy() {
			copy(out.Y[y*out.YStride:][:b.Dx()], src.Pix[src.PixOffset(b.Min.X, b.Min.Y+y):])
		}
		neutral(out)
		return out, nil
	}
	out := image.NewYCbCr(image.Rect(0, 0, b.Dx(), b.Dy()), image.YCbCrSubsampleRatio444)
	for y := range b.Dy() {
		for x := range b.Dx() {
			r, g, bl, _ := img.At(b.Min.X+x, b.Min.Y+y).RGBA()
			o := y*out.YStride + x
			out.Y[o], out.Cb[o], out.Cr[o] = color.RGBToYCbCr(uint8(r>>8), uint8(g>>8), uint8(bl>>8))
		}
	}
	return out, nil
}
