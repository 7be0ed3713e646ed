package template

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"io/fs"
	"sync"

	xdraw "golang.org/x/image/draw"
)

// Limits of a logo: no printer of slips shows more, and a larger picture costs
// time and memory.
const (
	maxLogoFile = 1 << 20 // bytes
	maxLogoSide = 2000    // dots
	keptSizes   = 8       // sizes in which a dithered logo is kept
)

// Logo is a picture of black and white dots. It may be used by several
// goroutines.
type Logo struct {
	source *image.RGBA
	mu     sync.Mutex
	sizes  map[int]*image.Gray
}

func loadLogo(files fs.FS, name string) (*Logo, error) {
	if files == nil || !fs.ValidPath(name) {
		return nil, errors.New("allowed is the name of a PNG file in the directory of the template")
	}
	f, err := files.Open(name)
	if err != nil {
		return nil, errors.New("there is no such file that can be read in the directory of the template")
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxLogoFile+1))
	if err != nil {
		return nil, errors.New("the file cannot be read")
	}
	if len(data) > maxLogoFile {
		return nil, fmt.Errorf("the file is longer than %d bytes", maxLogoFile)
	}
	size, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, errors.New("the file is not a PNG picture")
	}
	if size.Width > maxLogoSide || size.Height > maxLogoSide || size.Width < 1 || size.Height < 1 {
		return nil, fmt.Errorf("the picture has %d x %d dots; allowed are up to %d x %d", size.Width, size.Height, maxLogoSide, maxLogoSide)
	}
	m, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, errors.New("the PNG picture is damaged")
	}
	source := image.NewRGBA(image.Rect(0, 0, size.Width, size.Height))
	draw.Draw(source, source.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(source, source.Rect, m, m.Bounds().Min, draw.Over)
	return &Logo{source: source, sizes: map[int]*image.Gray{}}, nil
}

// At returns the logo so many dots wide, dithered (Floyd and Steinberg) to dots
// that are black or white. It is at most three times as high as wide.
func (l *Logo) At(width int) *image.Gray {
	l.mu.Lock()
	defer l.mu.Unlock()
	if m, ok := l.sizes[width]; ok {
		return m
	}
	height := max(1, min(width*l.source.Rect.Dy()/l.source.Rect.Dx(), 3*width))
	box := image.Rect(0, 0, width, height)
	scaled := image.NewRGBA(box)
	xdraw.CatmullRom.Scale(scaled, box, l.source, l.source.Rect, xdraw.Src, nil)
	dots := image.NewPaletted(box, color.Palette{color.Black, color.White})
	draw.FloydSteinberg.Draw(dots, box, scaled, image.Point{})
	m := image.NewGray(box)
	for i, c := range dots.Pix {
		m.Pix[i] = 0xFF * c
	}
	if len(l.sizes) >= keptSizes {
		clear(l.sizes)
	}
	l.sizes[width] = m
	return m
}
