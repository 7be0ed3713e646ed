package testzone

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"sync"
)

// portrait is the photo on every card of the zone: nobody's head and shoulders,
// in the size of the photo on the chip of the Thai ID card (297 x 355).
var portrait = sync.OnceValue(func() []byte {
	const width, height = 297, 355
	picture := image.NewGray(image.Rect(0, 0, width, height))
	inside := func(x, y, cx, cy, rx, ry int) bool {
		dx, dy := (x-cx)*1000/rx, (y-cy)*1000/ry
		return dx*dx+dy*dy <= 1000*1000
	}
	for y := range height {
		for x := range width {
			shade := color.Gray{Y: 225}
			if inside(x, y, width/2, 140, 62, 80) || inside(x, y, width/2, height, 125, 120) {
				shade.Y = 120
			}
			picture.SetGray(x, y, shade)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture, nil); err != nil {
		panic("testzone: portrait: " + err.Error()) // a picture of fixed size into memory cannot fail
	}
	return b.Bytes()
})
