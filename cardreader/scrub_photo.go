package cardreader

import "bytes"

// fillerPhoto is the beginning of every photo in a transcript: a JPEG of 148 by
// 178 pixels as far as its size is told (SOI, APP0 and SOF0; ITU T.81 B.2, T.871).
var fillerPhoto = []byte{
	0xFF, 0xD8,
	0xFF, 0xE0, 0x00, 0x10, 'J', 'F', 'I', 'F', 0x00, 0x01, 0x01, 0x00, 0x00, 0x01, 0x00, 0x01, 0x00, 0x00,
	0xFF, 0xC0, 0x00, 0x11, 0x08, 0x00, 0xB2, 0x00, 0x94, 0x03, 0x01, 0x22, 0x00, 0x02, 0x11, 0x00, 0x03, 0x11, 0x00,
}

// photoScrubber replaces a photo that comes in pieces, one after another, by
// zeros. What stays are the marks of its beginning and ends, and the padding.
type photoScrubber struct {
	isJPEG bool // its beginning was seen
	next   int  // offset after the last piece
	half   bool // the last piece ended with FF, which may be half of a mark
}

// scrub returns as many bytes as the piece has, which lies at that offset of the
// photo.
func (p *photoScrubber) scrub(at int, piece []byte) []byte {
	if at == 0 {
		p.isJPEG = bytes.HasPrefix(piece, jpegStart)
	}
	out := make([]byte, len(piece))
	if p.isJPEG && at < len(fillerPhoto) {
		copy(out, fillerPhoto[at:])
	}
	p.keepEnds(out, piece, p.half && at == p.next && at > 0)
	p.next, p.half = at+len(piece), piece[len(piece)-1] == jpegEnd[0]
	padding := bytes.TrimRight(piece, " ")
	copy(out[len(padding):], piece[len(padding):])
	return out
}

// keepEnds copies the end marks. An FF at the end of a piece is kept, because the
// other half of a mark may come with the next.
func (p *photoScrubber) keepEnds(out, piece []byte, half bool) {
	for i, b := range piece {
		before := half
		if i > 0 {
			before = piece[i-1] == jpegEnd[0]
		}
		if before && b == jpegEnd[1] {
			out[i] = b
			if i > 0 {
				out[i-1] = jpegEnd[0]
			}
		}
	}
	if last := len(piece) - 1; piece[last] == jpegEnd[0] {
		out[last] = jpegEnd[0]
	}
}
