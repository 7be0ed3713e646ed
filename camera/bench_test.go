package camera

import (
	"bytes"
	"image"
	"image/jpeg"
	"testing"

	"authenkiosk/camera/scene"
)

var benchSizes = []image.Point{{640, 480}, {1280, 720}}

// One operation is one picture of the preview. At 15 a second, ms/op times 1.5 is
// the share of a core in percent.
func BenchmarkPreviewOfOnePicture(b *testing.B) {
	for _, size := range benchSizes {
		data := encoded(b, scene.Good, size)
		b.Run("jpegn/"+size.String(), func(b *testing.B) {
			var p preview
			for b.Loop() {
				img, err := decodeJPEG(data, judgeSize)
				if err != nil {
					b.Fatal(err)
				}
				p.paint(img, image.Pt(640, 480), true)
				wipe(img)
				p.swap()
			}
		})
		b.Run("standard/"+size.String(), func(b *testing.B) {
			var p preview
			for b.Loop() {
				img, err := jpeg.Decode(bytes.NewReader(data))
				if err != nil {
					b.Fatal(err)
				}
				p.paint(img.(*image.YCbCr), image.Pt(640, 480), true)
				p.swap()
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, size := range append(benchSizes, image.Pt(1920, 1080)) {
		data := encoded(b, scene.Good, size)
		b.Run("jpegn/"+size.String(), func(b *testing.B) {
			for b.Loop() {
				if _, err := decodeJPEG(data, image.Point{}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("standard/"+size.String(), func(b *testing.B) {
			for b.Loop() {
				if _, err := jpeg.Decode(bytes.NewReader(data)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	yuyv := packed(formatYUYV, scene.Draw(scene.Good, image.Pt(1280, 720)), 0)
	b.Run("YUYV/(1280,720)", func(b *testing.B) {
		for b.Loop() {
			if _, err := yuyv.decode(image.Point{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkPaint(b *testing.B) {
	for _, size := range benchSizes {
		img := scene.Draw(scene.Good, size)
		b.Run(size.String(), func(b *testing.B) {
			var p preview
			for b.Loop() {
				p.paint(img, image.Pt(640, 480), true)
				p.swap()
			}
		})
	}
}

func BenchmarkEncodeStill(b *testing.B) {
	for _, size := range append(benchSizes, image.Pt(1920, 1080)) {
		img := scene.Draw(scene.Good, size)
		b.Run(size.String(), func(b *testing.B) {
			for b.Loop() {
				if _, _, err := encodeStill(img); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
