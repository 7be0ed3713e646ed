package camera

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"testing"

	"authenkiosk/camera/scene"
)

// apart returns the mean difference of brightness between two pictures.
func apart(a, b *image.YCbCr) float64 {
	sum := 0
	size := a.Rect.Size()
	for y := range size.Y {
		for x := range size.X {
			d := int(a.Y[y*a.YStride+x]) - int(b.Y[y*b.YStride+x])
			sum += max(d, -d)
		}
	}
	return float64(sum) / float64(size.X*size.Y)
}

func TestAJPEGIsDecodedLikeByTheStandardLibrary(t *testing.T) {
	data := encoded(t, scene.Good, image.Pt(322, 241))
	want, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"whole": data, "without Huffman tables": withoutTables(t, data)} {
		got, err := decodeJPEG(data, image.Point{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Rect != want.Bounds() || apart(got, want.(*image.YCbCr)) > 1 {
			t.Errorf("%s: %v, differs by %.2f", name, got.Rect, apart(got, want.(*image.YCbCr)))
		}
	}
	small, err := decodeJPEG(data, image.Pt(100, 80))
	if err != nil || small.Rect.Dx() > 162 || small.Rect.Dx() < 100 {
		t.Errorf("a smaller one: %v, %v", small.Rect, err)
	}
}

func TestGreyAndProgressiveAreTakenAndStrangeOnesAreNot(t *testing.T) {
	var out bytes.Buffer
	grey := image.NewGray(image.Rect(0, 0, 100, 80))
	grey.SetGray(50, 40, color.Gray{200})
	if err := jpeg.Encode(&out, grey, nil); err != nil {
		t.Fatal(err)
	}
	img, err := decodeJPEG(out.Bytes(), image.Point{})
	if err != nil || img.Cb[0] != 128 || img.Y[40*img.YStride+50] < 100 {
		t.Errorf("grey: %v", err)
	}
	whole := encoded(t, scene.Good, image.Pt(80, 64))
	sof := bytes.Index(whole, []byte{0xff, 0xc0})
	for name, change := range map[string]func([]byte){
		"lossless":       func(b []byte) { b[sof+1] = 0xc3 },
		"arithmetic":     func(b []byte) { b[sof+1] = 0xc9 },
		"12 bits":        func(b []byte) { b[sof+4] = 12 },
		"four colours":   func(b []byte) { b[sof+9] = 4 },
		"no height":      func(b []byte) { b[sof+5], b[sof+6] = 0, 0 },
		"a tiny picture": func(b []byte) { b[sof+7], b[sof+8] = 0, 8 },
		"no start":       func(b []byte) { b[0] = 0 },
	} {
		data := bytes.Clone(whole)
		change(data)
		if _, _, err := jpegSize(data); !errors.Is(err, ErrNotPictures) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for n := range sof + 10 {
		if _, _, err := jpegSize(whole[:n]); err == nil {
			t.Fatalf("the first %d bytes are a picture", n)
		}
	}
}

// packed makes a raw picture of a format out of a decoded 4:2:2 one, with padding
// at the end of each line.
func packed(f format, img *image.YCbCr, padding int) *raw {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	r := &raw{format: f, w: w, h: h}
	switch f {
	case formatYUYV, formatUYVY:
		r.stride = 2*w + padding
		r.data = make([]byte, r.stride*h)
		for y := range h {
			for x := range w {
				c := img.Cb[img.COffset(x, y)]
				if x%2 == 1 {
					c = img.Cr[img.COffset(x, y)]
				}
				luma, colour := 0, 1
				if f == formatUYVY {
					luma, colour = 1, 0
				}
				r.data[y*r.stride+2*x+luma] = img.Y[y*img.YStride+x]
				r.data[y*r.stride+2*x+colour] = c
			}
		}
	case formatGrey:
		r.stride = w + padding
		r.data = make([]byte, r.stride*h)
		for y := range h {
			copy(r.data[y*r.stride:], img.Y[y*img.YStride:][:w])
		}
	case formatNV12:
		r.stride = w + padding
		r.data = make([]byte, r.stride*(h+h/2))
		for y := range h {
			copy(r.data[y*r.stride:], img.Y[y*img.YStride:][:w])
			for x := 0; y%2 == 0 && x < w; x += 2 {
				at := (h+y/2)*r.stride + x
				r.data[at], r.data[at+1] = img.Cb[img.COffset(x, y)], img.Cr[img.COffset(x, y)]
			}
		}
	}
	return r
}

func TestRawFormatsAreUnpacked(t *testing.T) {
	src := image.NewYCbCr(image.Rect(0, 0, 80, 64), image.YCbCrSubsampleRatio422)
	for i := range src.Y {
		src.Y[i] = uint8(i * 7)
	}
	for i := range src.Cb {
		src.Cb[i], src.Cr[i] = uint8(i*3), uint8(255-i)
	}
	for f, colour := range map[format]bool{formatYUYV: true, formatUYVY: true, formatNV12: true, formatGrey: false} {
		for _, padding := range []int{0, 16} {
			r := packed(f, src, padding)
			got, err := r.decode(image.Point{})
			if err != nil {
				t.Fatalf("format %d: %v", f, err)
			}
			if apart(got, src) != 0 {
				t.Errorf("format %d, padding %d: brightness differs", f, padding)
			}
			for y := 0; y < 64; y += 2 {
				for x := range 80 {
					want := [2]uint8{128, 128}
					if colour {
						want = [2]uint8{src.Cb[src.COffset(x, y)], src.Cr[src.COffset(x, y)]}
					}
					if have := [2]uint8{got.Cb[got.COffset(x, y)], got.Cr[got.COffset(x, y)]}; have != want {
						t.Fatalf("format %d, padding %d at %d,%d: colour %v, wanted %v", f, padding, x, y, have, want)
					}
				}
			}
			r.data = r.data[:len(r.data)/2]
			if _, err := r.decode(image.Point{}); !errors.Is(err, ErrNotPictures) {
				t.Errorf("format %d: half a picture: %v", f, err)
			}
		}
	}
}

func TestOddSizesAreUnpackedWithoutReadingTooFar(t *testing.T) {
	for _, f := range []format{formatYUYV, formatUYVY, formatNV12, formatPlanar, formatGrey} {
		for _, size := range []image.Point{{65, 65}, {65, 64}, {64, 65}} {
			r := &raw{format: f, w: size.X, h: size.Y, ratio: image.YCbCrSubsampleRatio420}
			r.data = make([]byte, r.bytesNeeded())
			if _, err := r.decode(image.Point{}); err != nil {
				t.Errorf("format %d, %v: %v", f, size, err)
			}
		}
	}
}

func TestLimitedRangeBecomesFull(t *testing.T) {
	r := &raw{format: formatGrey, w: 64, h: 64, limited: true, data: make([]byte, 64*64)}
	r.data[0], r.data[1], r.data[2] = 16, 235, 255
	img, err := r.decode(image.Point{})
	if err != nil || img.Y[0] != 0 || img.Y[1] != 255 || img.Y[2] != 255 || img.Cb[0] != 128 {
		t.Errorf("%v, %v", img.Y[:3], err)
	}
}

func TestPicturesAreTurnedPixelByPixel(t *testing.T) {
	for _, ratio := range []image.YCbCrSubsampleRatio{
		image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420,
		image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410,
	} {
		// Odd sizes are left to brightness: a half colour pixel has no other side.
		src := image.NewYCbCr(image.Rect(0, 0, 16, 8), ratio)
		for y := range 8 {
			for x := range 16 {
				src.Y[src.YOffset(x, y)] = uint8(x + 16*y)
				// The same over the largest block that shares a colour.
				src.Cb[src.COffset(x, y)] = uint8(x/4 + 16*(y/4))
				src.Cr[src.COffset(x, y)] = uint8(200 - x/4 - 16*(y/4))
			}
		}
		back := map[Rotation]func(x, y int) (int, int){
			Clockwise:  func(x, y int) (int, int) { return y, 7 - x },
			UpsideDown: func(x, y int) (int, int) { return 15 - x, 7 - y },
			Counter:    func(x, y int) (int, int) { return 15 - y, x },
		}
		for r, from := range back {
			before := *src
			before.Y, before.Cb, before.Cr = bytes.Clone(src.Y), bytes.Clone(src.Cb), bytes.Clone(src.Cr)
			arg := before
			arg.Y, arg.Cb, arg.Cr = bytes.Clone(src.Y), bytes.Clone(src.Cb), bytes.Clone(src.Cr)
			got := turn(&arg, r)
			for y := range got.Rect.Dy() {
				for x := range got.Rect.Dx() {
					ox, oy := from(x, y)
					if have, want := got.YCbCrAt(x, y), before.YCbCrAt(ox, oy); have != want {
						t.Fatalf("%v by %d: at %d,%d %v, wanted %v", ratio, r, x, y, have, want)
					}
				}
			}
			if len(bytes.Trim(arg.Y, "\x00")) != 0 {
				t.Errorf("%v by %d: the old picture was left", ratio, r)
			}
		}
	}
}

func TestTheModeOfACameraIsChosenForAPhoto(t *testing.T) {
	full := image.Pt(largestWidth, largestHeight)
	for _, c := range []struct {
		name    string
		modes   []mode
		largest image.Point
		want    mode
	}{
		{
			"a usual webcam: 1080p as JPEG only",
			[]mode{{formatYUYV, 0, 640, 480, 30}, {formatYUYV, 0, 1920, 1080, 5}, {formatJPEG, 0, 1920, 1080, 30}, {formatJPEG, 0, 640, 480, 60}},
			full,
			mode{formatJPEG, 0, 1920, 1080, 30},
		},
		{
			"raw only: fluent rather than large",
			[]mode{{formatYUYV, 0, 640, 480, 30}, {formatYUYV, 0, 1280, 720, 10}, {formatYUYV, 0, 1920, 1080, 5}},
			full,
			mode{formatYUYV, 0, 1280, 720, 10},
		},
		{
			"no larger than wanted",
			[]mode{{formatYUYV, 0, 3840, 2160, 30}, {formatYUYV, 0, 640, 480, 30}},
			full,
			mode{formatYUYV, 0, 640, 480, 30},
		},
		{
			"all too large: the smallest",
			[]mode{{formatYUYV, 0, 3840, 2160, 30}, {formatYUYV, 0, 2560, 1440, 30}},
			full,
			mode{formatYUYV, 0, 2560, 1440, 30},
		},
		{
			"rates that nobody tells",
			[]mode{{formatYUYV, 0, 640, 480, 0}, {formatYUYV, 0, 1280, 720, 0}},
			full,
			mode{formatYUYV, 0, 1280, 720, 0},
		},
		{
			"slow ones only: the fastest",
			[]mode{{formatYUYV, 0, 1280, 720, 2}, {formatYUYV, 0, 640, 480, 5}},
			full,
			mode{formatYUYV, 0, 640, 480, 5},
		},
		{"a small one is better than none", []mode{{formatYUYV, 0, 320, 240, 30}}, full, mode{formatYUYV, 0, 320, 240, 30}},
	} {
		if got, ok := best(c.modes, c.largest); !ok || got != c.want {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	if _, ok := best(nil, full); ok {
		t.Error("a mode of a camera without any")
	}
}
