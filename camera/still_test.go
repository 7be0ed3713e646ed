package camera

import (
	"bytes"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"testing"

	"authenkiosk/camera/scene"
)

// noise is the picture that is hardest to compress.
func noise(size image.Point) *image.YCbCr {
	img := image.NewYCbCr(image.Rectangle{Max: size}, image.YCbCrSubsampleRatio420)
	r := rand.New(rand.NewPCG(1, 2))
	for _, plane := range [][]uint8{img.Y, img.Cb, img.Cr} {
		for i := range plane {
			plane[i] = uint8(r.Uint32())
		}
	}
	return img
}

func TestAPhotoIsSmallLargeEnoughAndHasNoMetadata(t *testing.T) {
	for _, c := range []struct {
		name  string
		img   *image.YCbCr
		least int // width
	}{
		{"a person at 720p", scene.Draw(scene.Good, image.Pt(1280, 720)), 1280},
		{"a person upright", scene.Draw(scene.Good, image.Pt(480, 640)), 480},
		{"larger than a photo", scene.Draw(scene.Nobody, image.Pt(2000, 1200)), 1600},
		{"noise at 1080p", noise(image.Pt(1920, 1080)), 600},
		{"noise at VGA", noise(image.Pt(640, 480)), 512},
		{"a strange shape", scene.Draw(scene.Nobody, image.Pt(1000, 64)), 1000},
	} {
		before := bytes.Clone(c.img.Y)
		data, size, err := encodeStill(c.img)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if err := checkStill(data, size); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if size.X < c.least || len(data) > MaxStill {
			t.Errorf("%s: %v, %d bytes", c.name, size, len(data))
		}
		if !bytes.Equal(before, c.img.Y) {
			t.Errorf("%s: the picture was changed", c.name)
		}
		for rest := data[2:]; rest[1] != markerSOS; rest = rest[int(rest[2])<<8+int(rest[3])+2:] {
			if m := rest[1]; m >= 0xe0 && m <= 0xef || m == 0xfe {
				t.Errorf("%s: metadata in segment %x", c.name, m)
			}
		}
		if _, err := jpeg.Decode(bytes.NewReader(data)); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestAPhotoUsesTheBestQualityThatFits(t *testing.T) {
	img := noise(image.Pt(700, 500))
	data, size, err := encodeStill(img)
	if err != nil {
		t.Fatal(err)
	}
	if len(data) < MaxStill*3/4 {
		t.Errorf("%v in %d bytes: more would have fitted", size, len(data))
	}
}

func TestScalingKeepsThePicture(t *testing.T) {
	ramp := image.NewYCbCr(image.Rect(0, 0, 1000, 700), image.YCbCrSubsampleRatio422)
	neutral(ramp)
	for y := range 700 {
		for x := range 1000 {
			ramp.Y[y*ramp.YStride+x] = uint8(x*200/1000 + y*50/700)
		}
	}
	for _, size := range []image.Point{{999, 699}, {800, 560}, {500, 350}, {333, 233}, {100, 70}} {
		got := resized(ramp, size)
		for y := range size.Y {
			for x := range size.X {
				want := (2*x+1)*100/size.X + (2*y+1)*25/size.Y
				if d := int(got.Y[y*got.YStride+x]) - want; d < -2 || d > 2 {
					t.Fatalf("%v at %d,%d: %d, wanted %d", size, x, y, got.Y[y*got.YStride+x], want)
				}
			}
		}
		if got.Cb[0] != 128 || got.Cr[len(got.Cr)-1] != 128 {
			t.Errorf("%v: colour appeared", size)
		}
	}
}

func TestAPhotoThatIsNotWhatItShouldBeIsFound(t *testing.T) {
	data, size, err := encodeStill(scene.Draw(scene.Nobody, image.Pt(320, 240)))
	if err != nil {
		t.Fatal(err)
	}
	if checkStill(data, size.Add(image.Pt(1, 0))) == nil || checkStill(data[:100], size) == nil || checkStill(make([]byte, MaxStill+1), size) == nil {
		t.Error("no error")
	}
}

func TestThePreviewFitsAndIsMirroredOnlyIfAsked(t *testing.T) {
	src := image.NewYCbCr(image.Rect(0, 0, 640, 480), image.YCbCrSubsampleRatio420)
	neutral(src)
	for y := range 480 {
		for x := range 320 {
			src.Y[y*src.YStride+x] = 255 // the left half is white
		}
	}
	for _, mirror := range []bool{false, true} {
		var p preview
		p.paint(src, image.Pt(300, 300), mirror)
		img, fresh := p.swap()
		if !fresh || img.Rect.Size() != image.Pt(300, 225) {
			t.Fatalf("%v, %v", img.Rect, fresh)
		}
		left, right := img.RGBAAt(20, 100).R, img.RGBAAt(280, 100).R
		if mirror != (left < right) || max(left, right) < 250 || min(left, right) > 5 || img.RGBAAt(3, 3).A != 255 {
			t.Errorf("mirror %v: left %d, right %d", mirror, left, right)
		}
		if again, fresh := p.swap(); again != img || fresh {
			t.Error("a second swap gave another picture")
		}
	}
}

func TestPaintingForAScreenThatNeverLooksAllocatesNothing(t *testing.T) {
	src := scene.Draw(scene.Nobody, image.Pt(320, 240))
	var p preview
	for range 3 {
		p.paint(src, image.Pt(160, 120), true)
	}
	if n := testing.AllocsPerRun(20, func() { p.paint(src, image.Pt(160, 120), true) }); n > 1 {
		t.Errorf("%.0f allocations a picture", n)
	}
	if n := testing.AllocsPerRun(20, func() { p.paint(src, image.Pt(160, 120), false); p.swap() }); n > 1 {
		t.Errorf("%.0f allocations a picture with a screen", n)
	}
}
