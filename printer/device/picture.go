package device

import (
	"errors"
	"fmt"
	"image"
	"image/color"
)

// DotsPerMM is the resolution of slip printers: 203 dots per inch.
const DotsPerMM = 8

// darkBelow is the grey below which a dot is printed.
const darkBelow = 0x80

// Picture is a picture of one bit a dot, packed as printers want it: rows of
// whole bytes, the leftmost dot in the highest bit, 1 is black. Dots beyond the
// width are 0.
type Picture struct {
	Width, Height int
	Bits          []byte
	// PerInch is how many dots an inch of a picture that fills a sheet has, edges
	// included; 0 is a slip of DotsPerMM.
	PerInch int
}

// ErrPicture says that a picture has no dots, or not as many as it claims.
var ErrPicture = errors.New("the picture has no dots")

// RowBytes returns the length of a row in bytes.
func (p Picture) RowBytes() int { return (p.Width + 7) / 8 }

// Size returns how large the picture is in millimetres.
func (p Picture) Size() (width, height float64) {
	const inch = 25.4
	perMM := float64(DotsPerMM)
	if p.PerInch > 0 {
		perMM = float64(p.PerInch) / inch
	}
	return float64(p.Width) / perMM, float64(p.Height) / perMM
}

// Row returns the bytes of a row.
func (p Picture) Row(y int) []byte {
	n := p.RowBytes()
	return p.Bits[y*n : (y+1)*n]
}

// Black reports whether a dot is printed.
func (p Picture) Black(x, y int) bool { return p.Row(y)[x/8]&(0x80>>(x%8)) != 0 }

// Check reports a picture whose bytes are not those of its size.
func (p Picture) Check() error {
	if p.Width <= 0 || p.Height <= 0 || len(p.Bits) != p.RowBytes()*p.Height {
		return fmt.Errorf("%w: %d x %d in %d bytes", ErrPicture, p.Width, p.Height, len(p.Bits))
	}
	return nil
}

// Pack makes a picture of a grey one: what is darker than the middle is black.
func Pack(m *image.Gray) (Picture, error) {
	p := Picture{Width: m.Rect.Dx(), Height: m.Rect.Dy()}
	if m.Rect.Empty() {
		return Picture{}, ErrPicture
	}
	n := p.RowBytes()
	p.Bits = make([]byte, n*p.Height)
	for y := range p.Height {
		from := m.Pix[y*m.Stride:][:p.Width]
		to := p.Bits[y*n:][:n]
		for x, grey := range from {
			if grey < darkBelow {
				to[x/8] |= 0x80 >> (x % 8)
			}
		}
	}
	return p, nil
}

// Image returns the picture for an encoder; it shares no memory with p.
func (p Picture) Image() *image.Paletted {
	m := image.NewPaletted(image.Rect(0, 0, p.Width, p.Height), color.Palette{color.White, color.Black})
	for y := range p.Height {
		row := p.Row(y)
		for x := range p.Width {
			m.Pix[y*m.Stride+x] = row[x/8] >> (7 - x%8) & 1
		}
	}
	return m
}

// Equal reports whether two pictures have the same dots.
func (p Picture) Equal(q Picture) bool {
	return p.Width == q.Width && p.Height == q.Height && string(p.Bits) == string(q.Bits)
}
