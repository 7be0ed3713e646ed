package kiosk

import (
	"image"
	"image/color"
	"testing"

	"authenkiosk/visit/flow"
)

func TestAPictureOfAScreenIsDrawnWithoutADisplay(t *testing.T) {
	img, err := Render(sampleOptions(), welcomeModel(), 540, 960)
	if err != nil {
		t.Fatal(err)
	}
	if d := img.Bounds().Size(); d.X != 540 || d.Y != 960 {
		t.Fatalf("the picture is %v", d)
	}
	colors := map[[3]uint32]bool{}
	for y := range 960 {
		for x := range 540 {
			r, g, b, _ := img.At(x, y).RGBA()
			colors[[3]uint32{r, g, b}] = true
		}
	}
	if len(colors) < 50 {
		t.Errorf("only %d colours", len(colors))
	}
}

func TestAPictureOfTheSameModelIsAlwaysTheSame(t *testing.T) {
	m := welcomeModel()
	m.Prefs.Contrast = flow.ContrastBlackYellow
	first, err := Render(sampleOptions(), m, 270, 480)
	if err != nil {
		t.Fatal(err)
	}
	second, err := Render(sampleOptions(), m, 270, 480)
	if err != nil {
		t.Fatal(err)
	}
	for y := range 480 {
		for x := range 270 {
			if first.At(x, y) != second.At(x, y) {
				t.Fatalf("pixel %d, %d differs", x, y)
			}
		}
	}
}

// withPhoto is a picture of a screen with one of the camera at its place.
func withPhoto(t *testing.T, m flow.Model, photo image.Image, width, height int) image.Image {
	t.Helper()
	k, err := New(sampleOptions())
	if err != nil {
		t.Fatal(err)
	}
	k.Show(m)
	k.Frame(photo)
	return capture(k.Content(), width, height)
}

func TestAPictureOfTheCameraIsDrawnAtItsPlaceOnly(t *testing.T) {
	count := func(name string) (n int) {
		img := withPhoto(t, modelOf(t, name), uniform(64, 48, faceColor), 540, 960)
		for y := range 960 {
			for x := range 540 {
				if color.RGBAModel.Convert(img.At(x, y)) == color.Color(faceColor) {
					n++
				}
			}
		}
		return n
	}
	if n := count("photo-review"); n < 480*360 {
		t.Errorf("the photo fills %d pixels", n)
	}
	if n := count("confirm-photo"); n != 0 {
		t.Errorf("%d pixels of the photo on a screen that has no place for it", n)
	}
}
