package document

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"testing"
)

// pdfObjects reads a document by its table of objects, as a strict reader does: one
// that repairs documents would not tell that the table is wrong.
func pdfObjects(t *testing.T, data []byte) map[int][]byte {
	t.Helper()
	tail := regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`).FindSubmatch(data)
	if tail == nil {
		t.Fatalf("it ends with %q", data[max(0, len(data)-40):])
	}
	at, _ := strconv.Atoi(string(tail[1]))
	var n int
	if _, err := fmt.Sscanf(string(data[at:]), "xref\n0 %d\n", &n); err != nil {
		t.Fatalf("the table: %v", err)
	}
	table := data[at+len(fmt.Sprintf("xref\n0 %d\n", n)):]
	if string(table[:20]) != "0000000000 65535 f \n" {
		t.Errorf("the free object is %q", table[:20])
	}
	objects := map[int][]byte{}
	for i := 1; i < n; i++ {
		line := table[20*i:][:20]
		if !regexp.MustCompile(`^\d{10} 00000 n \n$`).Match(line) {
			t.Fatalf("object %d is at %q", i, line)
		}
		begins, _ := strconv.Atoi(string(line[:10]))
		body, ok := bytes.CutPrefix(data[begins:], fmt.Appendf(nil, "%d 0 obj\n", i))
		if !ok {
			t.Fatalf("at %d is no object %d", begins, i)
		}
		body, _, ok = bytes.Cut(body, []byte("\nendobj\n"))
		if !ok {
			t.Fatalf("object %d does not end", i)
		}
		objects[i] = body
	}
	return objects
}

// stream returns the stream of an object, whose length must be what it says.
func stream(t *testing.T, object []byte) []byte {
	t.Helper()
	length := regexp.MustCompile(`/Length (\d+)`).FindSubmatch(object)
	_, rest, ok := bytes.Cut(object, []byte(">>\nstream\n"))
	if length == nil || !ok {
		t.Fatalf("%q has no stream", object)
	}
	n, _ := strconv.Atoi(string(length[1]))
	if n > len(rest) || string(rest[n:]) != "\nendstream" {
		t.Fatalf("a stream of %d says that it has %d", len(rest), n)
	}
	return rest[:n]
}

func TestAPDFShowsThePictureInItsPlaceOnOnePage(t *testing.T) {
	p := checkered(381, 203) // the last byte of a row is not whole
	for _, c := range []struct {
		name string
		page Page
	}{
		{"a piece of a roll", Page{}},
		{"A4", Page{210, 297}},
		{"a narrow roll", Page{40, 200}},
		{"too small a sheet", Page{60, 30}},
	} {
		data, err := PDF(p, c.page)
		if err != nil {
			t.Fatal(err)
		}
		objects := pdfObjects(t, data)
		unpacked, err := zlib.NewReader(bytes.NewReader(stream(t, objects[4])))
		if err != nil {
			t.Fatal(err)
		}
		if bits, err := io.ReadAll(unpacked); err != nil || !bytes.Equal(bits, p.Bits) {
			t.Errorf("%s: %d bytes of dots, want %d (%v)", c.name, len(bits), len(p.Bits), err)
		}
		if !bytes.Contains(objects[4], []byte("/Width 381 /Height 203 ")) || !bytes.Contains(objects[4], []byte("/Decode [1 0]")) {
			t.Errorf("%s: the picture is %q", c.name, objects[4][:120])
		}
		var width, height, w, h, x, y float64
		box := regexp.MustCompile(`/MediaBox \[.*?\]`).Find(objects[3])
		if _, err := fmt.Sscanf(string(box), "/MediaBox [0 0 %g %g]", &width, &height); err != nil {
			t.Fatalf("%s: %q", c.name, objects[3])
		}
		draw := string(stream(t, objects[5]))
		if _, err := fmt.Sscanf(draw, "q %g 0 0 %g %g %g cm /Slip Do Q", &w, &h, &x, &y); err != nil {
			t.Fatalf("%s: %q", c.name, draw)
		}
		page, left, top, wide, high := c.page.place(p)
		const inch, point = 25.4, 72
		for what, pair := range map[string][2]float64{
			"width of the page": {width, page.Width}, "height of the page": {height, page.Height},
			"width": {w, wide}, "height": {h, high}, "left": {x, left}, "top": {height - y - h, top},
		} {
			if mm := pair[0] * inch / point; math.Abs(mm-pair[1]) > 0.001 {
				t.Errorf("%s: %s is %v mm, want %v", c.name, what, mm, pair[1])
			}
		}
		again, err := PDF(p, c.page)
		if err != nil || !bytes.Equal(again, data) {
			t.Errorf("%s: the same picture makes another document (%v)", c.name, err)
		}
	}
}
