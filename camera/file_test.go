package camera

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"path/filepath"
	"testing"
	"testing/synctest"

	"authenkiosk/camera/scene"
)

func TestPicturesOfAFolderAreShownInTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "1.jpg"), encoded(t, scene.Good, image.Pt(320, 240)))
		var out bytes.Buffer
		if err := png.Encode(&out, scene.Draw(scene.Nobody, image.Pt(200, 100))); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, "2.png"), out.Bytes())
		write(t, filepath.Join(dir, "notes.txt"), []byte("no picture"))
		c := open(t, "file:"+dir)
		for _, want := range []image.Point{{320, 240}, {200, 100}, {320, 240}} {
			for {
				f := next(t, c, image.Point{})
				size := f.Image.Rect.Size()
				f.Release()
				if size == want {
					break
				}
			}
		}
	})
}

func TestFilesThatAreNoPicturesAreNamed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "text.jpg"), []byte("no picture"))
	write(t, filepath.Join(dir, "text.png"), []byte("no picture"))
	write(t, filepath.Join(dir, "empty", "x.txt"), nil)
	for source, want := range map[string]error{
		"text.jpg": ErrNotPictures, "text.png": ErrNotPictures, "empty": ErrAbsent, "missing": ErrAbsent,
	} {
		_, err := fileConnector(filepath.Join(dir, source))(t.Context())
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, wanted %v", source, err, want)
		}
	}
}
