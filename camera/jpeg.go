package camera

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"

	"github.com/gen2brain/jpegn"
)

// Markers of a JPEG stream (ITU-T T.81, table B.1).
const (
	markerSOF0 = 0xc0 // baseline
	markerSOF1 = 0xc1 // extended sequential
	markerSOF2 = 0xc2 // progressive
	markerDHT  = 0xc4
	markerSOI  = 0xd8
	markerEOI  = 0xd9
	markerSOS  = 0xda
)

// jpegSize walks the segments of a JPEG up to the picture's data and returns its
// size in pixels. It refuses what no camera sends, before a decoder sees it: other
// kinds of coding, sides out of bounds, no data at all.
func jpegSize(data []byte) (w, h int, err error) {
	bad := func(what string) (int, int, error) { return 0, 0, fmt.Errorf("%w: JPEG with %s", ErrNotPictures, what) }
	if len(data) < 4 || data[0] != 0xff || data[1] != markerSOI {
		return bad("no start")
	}
	for rest := data[2:]; ; {
		if len(rest) < 4 || rest[0] != 0xff {
			return bad("a broken segment")
		}
		marker := rest[1]
		if marker == 0xff { // fill byte (T.81, B.1.1.2)
			rest = rest[1:]
			continue
		}
		n := int(binary.BigEndian.Uint16(rest[2:])) + 2
		if n < 4 || n > len(rest) || marker == markerEOI {
			return bad("a broken segment")
		}
		body := rest[4:n]
		switch {
		case marker == markerSOS:
			if w == 0 {
				return bad("no size")
			}
			return w, h, nil
		case marker == markerSOF0 || marker == markerSOF1 || marker == markerSOF2:
			if len(body) < 6 || body[0] != 8 || body[5] != 1 && body[5] != 3 {
				return bad("an unknown kind of colour")
			}
			h, w = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
			if err := checkSides(w, h); err != nil {
				return 0, 0, err
			}
		case marker > markerSOF2 && marker < 0xd0 && marker != markerDHT && marker != 0xc8 && marker != 0xcc:
			return bad("an unusual coding")
		}
		rest = rest[n:]
	}
}

func checkSides(w, h int) error {
	if max(w, h) > maxSide {
		return fmt.Errorf("%w: %d x %d pixels", ErrTooLarge, w, h)
	}
	if min(w, h) < minSide {
		return fmt.Errorf("%w: %d x %d pixels", ErrNotPictures, w, h)
	}
	return nil
}

// decodeJPEG decodes a JPEG to brightness and colour planes. With want it may
// return a picture of a half, a quarter or an eighth of the size, as long as it
// covers want in both directions: that is much faster.
func decodeJPEG(data []byte, want image.Point) (img *image.YCbCr, err error) {
	w, h, err := jpegSize(data)
	if err != nil {
		return nil, err
	}
	// The decoder gets bytes from the network. Should it fail on some of them in a
	// way its own checks do not see, that picture is lost and not the program.
	defer func() {
		if r := recover(); r != nil {
			img, err = nil, fmt.Errorf("%w: the decoder gave up: %v", ErrNotPictures, r)
		}
	}()
	decoded, err := jpegn.Decode(bytes.NewReader(data), &jpegn.Options{ScaleDenom: shrinkBy(w, h, want)})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotPictures, err)
	}
	return planes(decoded)
}

// shrinkBy returns by how much a picture can be shrunk while decoding.
func shrinkBy(w, h int, want image.Point) int {
	if want.X <= 0 || want.Y <= 0 {
		return 1
	}
	for _, by := range []int{8, 4, 2} {
		if w/by >= want.X && h/by >= want.Y {
			return by
		}
	}
	return 1
}
