package virtualcard

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"image"
	"image/color"
	"image/jpeg"
)

// Size of the drawn photo in pixels, and the range of JPEG qualities tried until
// it fits on the card.
const (
	photoWidth, photoHeight  = 148, 178
	photoQuality, photoWorst = 90, 10
)

// drawPhoto draws a head and shoulders on a blue background as a JPEG that fits
// on a card. The same seed gives the same picture; different people get different
// colours, so that a mix-up shows. A grain makes the file as long as a real one.
func drawPhoto(seed string) ([]byte, error) {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(seed)) // never fails
	picture := silhouette(hash.Sum32())
	for quality := photoQuality; quality >= photoWorst; quality-- {
		var out bytes.Buffer
		if err := jpeg.Encode(&out, picture, &jpeg.Options{Quality: quality}); err != nil {
			return nil, fmt.Errorf("draw photo: %w", err)
		}
		if out.Len() <= PhotoRoom {
			return out.Bytes(), nil
		}
	}
	return nil, fmt.Errorf("draw photo: it does not fit into %d bytes", PhotoRoom)
}

func silhouette(seed uint32) image.Image {
	picture := image.NewRGBA(image.Rect(0, 0, photoWidth, photoHeight))
	back := color.RGBA{150, 190, 225, 255}
	person := color.RGBA{uint8(60 + seed%80), uint8(60 + seed>>8%80), uint8(60 + seed>>16%80), 255}
	for y := range photoHeight {
		for x := range photoWidth {
			c := back
			if inside(x, y, photoWidth/2, 70, 34, 44) || inside(x, y, photoWidth/2, photoHeight, 66, 62) {
				c = person
			}
			seed = seed*1664525 + 1013904223 // linear congruential, for the grain
			picture.SetRGBA(x, y, grain(c, uint8(seed>>29)))
		}
	}
	return picture
}

func grain(c color.RGBA, by uint8) color.RGBA {
	return color.RGBA{c.R + by, c.G + by, c.B + by, 255}
}

// inside reports whether a point is in the ellipse around cx, cy.
func inside(x, y, cx, cy, rx, ry int) bool {
	dx, dy := x-cx, y-cy
	return dx*dx*ry*ry+dy*dy*rx*rx <= rx*rx*ry*ry
}
