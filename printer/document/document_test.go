package document

import (
	"bytes"
	"encoding/binary"
	"image/color"
	"image/jpeg"
	"math"
	"testing"

	"authenkiosk/printer/device"
)

func checkered(width, height int) device.Picture {
	p := device.Picture{Width: width, Height: height}
	p.Bits = make([]byte, p.RowBytes()*height)
	for y := range height {
		for x := range width {
			if (x/5+y/7)%2 == 0 {
				p.Bits[y*p.RowBytes()+x/8] |= 0x80 >> (x % 8)
			}
		}
	}
	return p
}

// unpack draws PWG Raster by the standard: a decoder of its own.
func unpack(t *testing.T, data []byte) (width, height int, pixels []byte) {
	t.Helper()
	if !bytes.HasPrefix(data, []byte("RaS2PwgRaster\x00")) {
		t.Fatalf("it begins with % x", data[:16])
	}
	h := data[4:]
	field := func(at int) int { return int(binary.BigEndian.Uint32(h[at:])) }
	width, height = field(372), field(376)
	if field(384) != 8 || field(388) != 8 || field(392) != width || field(400) != 18 || field(420) != 1 {
		t.Fatal("it is no page of grey")
	}
	rest := h[1796:]
	for len(pixels) < width*height {
		repeat := int(rest[0]) + 1
		rest = rest[1:]
		var line []byte
		for len(line) < width {
			n := int(rest[0])
			switch {
			case n < 128:
				line = append(line, bytes.Repeat(rest[1:2], n+1)...)
				rest = rest[2:]
			case n > 128:
				line = append(line, rest[1:1+257-n]...)
				rest = rest[1+257-n:]
			default:
				t.Fatal("a run of 128")
			}
		}
		if len(line) != width {
			t.Fatalf("a line of %d, want %d", len(line), width)
		}
		pixels = append(pixels, bytes.Repeat(line, repeat)...)
	}
	if len(rest) > 0 || len(pixels) != width*height {
		t.Fatalf("%d bytes are left, %d pixels", len(rest), len(pixels))
	}
	return width, height, pixels
}

func TestPWGRasterShowsThePictureInItsSize(t *testing.T) {
	p := checkered(384, 203)
	for _, c := range []struct {
		name string
		page Page
		dpi  int
	}{
		{"a piece of a roll", Page{}, 203}, {"A4", Page{210, 297}, 300}, {"a narrow roll", Page{48, 200}, 600}, {"too small a sheet", Page{60, 30}, 300},
	} {
		data, err := PWG(p, c.page, c.dpi)
		if err != nil {
			t.Fatal(err)
		}
		width, height, pixels := unpack(t, data)
		page, x, y, w, h := c.page.place(p)
		if want := int(page.Width*float64(c.dpi)/25.4 + 0.5); width != want {
			t.Errorf("%s: %d dots wide, want %d", c.name, width, want)
		}
		if x < 0 || y < 0 || x+w > page.Width+0.01 || y+h > page.Height+0.01 || math.Abs(w/h-384.0/203) > 0.01 {
			t.Errorf("%s: the slip is at %v %v, %v x %v", c.name, x, y, w, h)
		}
		// The middle of every dot of the slip is looked up on the page.
		wrong := 0
		for row := range p.Height {
			for column := range p.Width {
				u := int((x + (float64(column)+0.5)*w/384) * float64(c.dpi) / 25.4)
				v := int((y + (float64(row)+0.5)*h/203) * float64(c.dpi) / 25.4)
				if u < width && v < height && (pixels[v*width+u] == 0) != p.Black(column, row) {
					wrong++
				}
			}
		}
		// At 203 dots an inch the raster is a little finer than 8 dots a millimetre.
		if wrong*20 > p.Width*p.Height {
			t.Errorf("%s: %d of %d dots differ", c.name, wrong, p.Width*p.Height)
		}
	}
}

func TestAJPEGShowsThePictureInItsSize(t *testing.T) {
	p := checkered(384, 203)
	for _, c := range []struct {
		name               string
		page               Page
		perInch, dpi, wide int
	}{
		{"a slip", Page{}, 0, 203, 384},
		{"a sheet of its own", Page{}, 300, 300, 384},
		{"A4", Page{210, 297}, 0, 300, 2480},
	} {
		p.PerInch = c.perInch
		data, err := JPEG(p, c.page)
		if err != nil {
			t.Fatal(err)
		}
		m, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil || m.Bounds().Dx() != c.wide {
			t.Fatalf("%s: %v wide: %v", c.name, m.Bounds(), err)
		}
		if string(data[6:10]) != "JFIF" || int(binary.BigEndian.Uint16(data[14:])) != c.dpi || data[13] != 1 {
			t.Errorf("%s: header % x", c.name, data[:20])
		}
		_, x, y, w, h := c.page.place(p)
		wrong := 0
		for row := range p.Height {
			for column := range p.Width {
				u, v := column, row
				if c.page.Width > 0 {
					u = int((x + (float64(column)+0.5)*w/384) * float64(c.dpi) / 25.4)
					v = int((y + (float64(row)+0.5)*h/203) * float64(c.dpi) / 25.4)
				}
				if black := color.GrayModel.Convert(m.At(u, v)).(color.Gray).Y < 128; black != p.Black(column, row) {
					wrong++
				}
			}
		}
		if wrong*20 > p.Width*p.Height {
			t.Errorf("%s: %d of %d dots differ", c.name, wrong, p.Width*p.Height)
		}
	}
	if _, err := JPEG(device.Picture{}, Page{}); err == nil {
		t.Error("a picture of nothing")
	}
}

func TestSizesOfSheetsAreReadFromTheirNames(t *testing.T) {
	for name, want := range map[string]Page{
		"iso_a4_210x297mm": {210, 297}, "na_letter_8.5x11in": {215.9, 279.4}, "om_roll_80x297mm": {80, 297}, "custom_min_1x1mm": {},
		"": {}, "auto": {}, "a_b": {}, "x_NaNxNaNmm": {}, "x_-5x9mm": {}, "x_1e99x5mm": {}, "x_210mm": {},
	} {
		got := ParseMedia(name)
		if math.Abs(got.Width-want.Width) > 0.01 || math.Abs(got.Height-want.Height) > 0.01 {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
}

func FuzzParseMedia(f *testing.F) {
	f.Add("iso_a4_210x297mm")
	f.Add("na_letter_8.5x11in")
	f.Fuzz(func(t *testing.T, name string) {
		if g := ParseMedia(name); g != (Page{}) && !(g.Width >= 10 && g.Width <= 2000 && g.Height >= 10 && g.Height <= 2000) {
			t.Errorf("%q: %v", name, g)
		}
	})
}

func TestPicturesThatAreNoneMakeNoDocument(t *testing.T) {
	if _, err := PDF(device.Picture{}, Page{}); err == nil {
		t.Error("PDF")
	}
	if _, err := PWG(device.Picture{Width: 8, Height: 1}, Page{}, 300); err == nil {
		t.Error("PWG")
	}
}
