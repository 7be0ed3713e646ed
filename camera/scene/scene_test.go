package scene

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

func TestScenesHaveNamesAndLookDifferent(t *testing.T) {
	seen := map[string]Scene{}
	for _, s := range All() {
		if got, err := Parse(s.String()); err != nil || got != s {
			t.Errorf("%v: %v, %v", s, got, err)
		}
		img := Draw(s, image.Pt(160, 121))
		if img.Rect.Size() != image.Pt(160, 121) {
			t.Errorf("%v: a picture of %v", s, img.Rect)
		}
		if other, ok := seen[string(img.Y)]; ok {
			t.Errorf("%v looks like %v", s, other)
		}
		seen[string(img.Y)] = s
		if !bytes.Equal(img.Y, Draw(s, image.Pt(160, 121)).Y) {
			t.Errorf("%v looks different the second time", s)
		}
	}
	if _, err := Parse("crowd"); err == nil {
		t.Error("an unknown scene")
	}
	if s, err := Parse(""); err != nil || s != Good {
		t.Error("no name is not the good scene")
	}
}

func TestAStageShowsTheSceneThatIsOn(t *testing.T) {
	var s Stage
	if s.Scene() != Good {
		t.Error("an empty stage is not good")
	}
	s.Set(Two)
	if s.Scene() != Two {
		t.Error("not switched")
	}
}

// With PICTURES=DIR the scenes are written there, to be looked at.
func TestPictures(t *testing.T) {
	dir := os.Getenv("PICTURES")
	if dir == "" {
		t.Skip("PICTURES is not set: nobody wants to look")
	}
	for _, s := range All() {
		f, err := os.Create(filepath.Join(dir, s.String()+".png"))
		if err != nil {
			t.Fatal(err)
		}
		if err := png.Encode(f, Draw(s, image.Pt(640, 480))); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func BenchmarkDraw(b *testing.B) {
	for b.Loop() {
		Draw(Good, image.Pt(1280, 720))
	}
}
