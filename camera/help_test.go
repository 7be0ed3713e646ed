package camera

import (
	"bytes"
	"image"
	"image/jpeg"
	"strings"
	"testing"

	"authenkiosk/camera/scene"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

// encoded returns a scene as JPEG.
func encoded(tb testing.TB, s scene.Scene, size image.Point) []byte {
	tb.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, scene.Draw(s, size), &jpeg.Options{Quality: 85}); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}
