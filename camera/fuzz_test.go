package camera

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"
	"testing"

	"authenkiosk/camera/scene"
)

func FuzzParts(f *testing.F) {
	part := "--b\r\nContent-Type: image/jpeg\r\nContent-Length: 4\r\n\r\nabcd\r\n"
	for _, s := range []string{
		part + part, "--b\r\n\r\nabc\r\n--b\r\n\r\nd\r\n--b--\r\n", "--b\nContent-Length:2\n\nab--b\n\n", "no boundary\r\n",
		"\xff\xd8\xff\xdb\x00\x04ab\xff\xda\x00\x02cd\xff\x00\xff\xd9--bContent-Length: 3\r\n\r\nabc", "\xff\xd8\xff\x300", "\xff\xd8\xff\xd8\xff\xda\x00\x02\n--long\r\n\r\n",
		"--b\r\nContent-Length: 99999999999999999999\r\n\r\n", "--b\r\nContent-Length: -1\r\n\r\nx", "--b--\r\n", "--b", "\r\n--b\r\n\r\n\r\n--b",
	} {
		f.Add([]byte(s), "b")
		f.Add([]byte(s), "--b")
		f.Add([]byte(s), "long")
	}
	f.Fuzz(func(t *testing.T, data []byte, boundary string) {
		parts := newPartReader(bytes.NewReader(data), boundary)
		total := 0
		for {
			part, err := parts.next(nil)
			total += len(part)
			if total > len(data) {
				t.Fatalf("%d bytes of pictures out of %d", total, len(data))
			}
			if err != nil {
				return
			}
		}
	})
}

func TestPartsAreCutWhereTheyEnd(t *testing.T) {
	newlines := "a\nb\r\n\r\n--c\n--boundaryless\r\nd"
	for _, c := range []struct{ name, text, boundary string }{
		{"with lengths", "--x\r\nContent-Length: %[1]d\r\n\r\n%[2]s\r\n--x\r\ncontent-length:%[1]d \r\n\r\n%[2]s\r\n", "x"},
		{"without lengths", "--x\r\nA: b\r\n\r\n%[2]s\r\n--x\r\n\r\n%[2]s\r\n--x--\r\n", "x"},
		{"a boundary with dashes", "--x\r\n\r\n%[2]s\r\n--x\r\n\r\n%[2]s\r\n--x\r\n", "--x"},
		{"text before the first one", "welcome\r\n\r\n--x\r\n\r\n%[2]s\r\n--x\r\n\r\n%[2]s\r\n--x\r\n", "x"},
		{"bare line ends", "--x\nA: b\n\n%[2]s\n--x\n\n%[2]s\n--x\n", "x"},
	} {
		text := fmt.Sprintf(c.text, len(newlines), newlines)
		parts := newPartReader(bytes.NewReader([]byte(text)), c.boundary)
		for i := range 2 {
			if got, err := parts.next(nil); err != nil || string(got) != newlines {
				t.Errorf("%s, part %d: %q, %v", c.name, i, got, err)
			}
		}
		if _, err := parts.next(nil); err == nil {
			t.Errorf("%s: a third part", c.name)
		}
	}
}

// endless is a reader that repeats one text.
type endless struct {
	text  string
	given int
}

func (e *endless) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		n += copy(p[n:], e.text)
	}
	e.given += n
	return n, nil
}

func TestWhatNeverEndsIsCutOff(t *testing.T) {
	for _, c := range []struct {
		name, start, text string
		want              error
		most              int
	}{
		{"gap", "", "xxxxxxx\n", ErrNotPictures, maxGap + 128<<10},
		{"gap without lines", "", "xxxxxxx", ErrNotPictures, maxGap + 128<<10},
		{"header", "--b\r\n", "A: b\r\n", ErrNotPictures, maxHeader + 128<<10},
		{"header line", "--b\r\n", "A", ErrNotPictures, maxHeader + 128<<10},
		{"part", "--b\r\n\r\n", "A\n", ErrTooLarge, maxFrame + 128<<10},
		{"part without lines", "--b\r\n\r\n", "A", ErrTooLarge, maxFrame + 128<<10},
	} {
		in := &endless{text: c.text}
		parts := newPartReader(io.MultiReader(bytes.NewReader([]byte(c.start)), in), "b")
		if _, err := parts.next(nil); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, wanted %v", c.name, err, c.want)
		}
		if in.given > c.most {
			t.Errorf("%s: %d bytes were read", c.name, in.given)
		}
	}
}

func FuzzJPEG(f *testing.F) {
	f.Add(encoded(f, scene.Good, image.Pt(80, 64)), 0)
	f.Add(withoutTables(f, encoded(f, scene.Nobody, image.Pt(64, 64))), 64)
	f.Add([]byte{0xff, 0xd8, 0xff, 0xda, 0, 2}, 1)
	f.Fuzz(func(t *testing.T, data []byte, want int) {
		w, h, err := jpegSize(data)
		if err != nil {
			if w != 0 || h != 0 {
				t.Errorf("a size of %d x %d beside %v", w, h, err)
			}
			return
		}
		if w*h > 1<<20 {
			return // no need to try how fast large ones are
		}
		img, err := decodeJPEG(data, image.Pt(want, want))
		if err == nil && (img.Rect.Dx() > w || img.Rect.Dy() > h || img.Rect.Min != image.Point{}) {
			t.Errorf("%d x %d became %v", w, h, img.Rect)
		}
	})
}

// withoutTables takes the Huffman tables out of a JPEG, as webcams do.
func withoutTables(tb testing.TB, data []byte) []byte {
	tb.Helper()
	out := append([]byte(nil), data[:2]...)
	cut := 0
	for rest := data[2:]; ; {
		n := int(rest[2])<<8 + int(rest[3]) + 2
		if rest[1] == markerSOS {
			if cut == 0 {
				tb.Fatal("no tables to take out")
			}
			return append(out, rest...)
		}
		if rest[1] == markerDHT {
			cut++
		} else {
			out = append(out, rest[:n]...)
		}
		rest = rest[n:]
	}
}
