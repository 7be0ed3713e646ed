package cardreader

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/jpeg"
)

// ErrNoPhoto says that the card holds no usable photo. The text of the card is
// good nevertheless.
var ErrNoPhoto = errors.New("the card holds no usable photo")

// maxPhotoSide is the largest width or height in pixels that is taken for a
// photo. Real ones are a few hundred; a few bytes of a broken JPEG can ask for
// gigabytes of pixels.
const maxPhotoSide = 2000

var (
	jpegStart = []byte{0xFF, 0xD8}
	jpegEnd   = []byte{0xFF, 0xD9}
)

// Photo reads the JPEG in pieces of 255 bytes, or at once where long reads are
// wanted and borne. length is Rest.PhotoLength; when
// it is 0 or more than the card has room for, the end of the picture is looked
// for instead. progress, which may be nil, is called after each piece with the
// bytes read and the bytes to read. The error wraps ErrNoPhoto when what was read
// is no picture. It must follow Identity.
func (a *Applet) Photo(ctx context.Context, length int, progress func(done, total int)) ([]byte, error) {
	known := length > 0 && length <= photoRoom
	if known && length > photoPiece && a.long.try(a.card.ATR()) {
		photo, again, err := a.photoAtOnce(ctx, length, progress)
		if err == nil || !again {
			return photo, err
		}
	}
	return a.photoInPieces(ctx, length, known, progress)
}

// photoInPieces reads 255 bytes with each READ, up to the length, or where that
// is not known up to the end of the picture.
func (a *Applet) photoInPieces(ctx context.Context, length int, known bool, progress func(done, total int)) ([]byte, error) {
	total := photoRoom
	if known {
		total = length
	}
	photo := make([]byte, 0, total)
	for len(photo) < total {
		piece := area{photoOffset + len(photo), min(photoPiece, total-len(photo))}
		data, err := a.read(ctx, a.ins, piece)
		if err != nil {
			return nil, fmt.Errorf("read photo at %d: %w", len(photo), err)
		}
		photo = append(photo, data...)
		if progress != nil {
			progress(len(photo), total)
		}
		if !bytes.HasPrefix(photo, jpegStart) {
			return nil, fmt.Errorf("%w: it does not begin like a JPEG", ErrNoPhoto)
		}
		if !known && endsInPadding(photo) {
			break
		}
	}
	return checkPhoto(photo)
}

// endsInPadding reports whether the picture is over: an end mark and after it
// nothing but at least two bytes of padding. The mark alone is not enough, since
// a small picture inside of the picture has one, too.
func endsInPadding(data []byte) bool {
	end := bytes.LastIndex(data, jpegEnd)
	if end < 0 || len(data)-end < 4 {
		return false
	}
	return len(bytes.Trim(data[end+2:], " \x00")) == 0
}

// checkPhoto cuts the photo after its last end mark and makes sure that it is a
// picture of a bearable size. Photo bytes are never trimmed of spaces: a space
// is as good a byte of a JPEG as any.
func checkPhoto(photo []byte) ([]byte, error) {
	if !bytes.HasPrefix(photo, jpegStart) {
		return nil, fmt.Errorf("%w: it does not begin like a JPEG", ErrNoPhoto)
	}
	end := bytes.LastIndex(photo, jpegEnd)
	if end < 0 {
		return nil, fmt.Errorf("%w: it has no end", ErrNoPhoto)
	}
	photo = photo[:end+len(jpegEnd)]
	config, err := jpeg.DecodeConfig(bytes.NewReader(photo))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoPhoto, err)
	}
	if config.Width > maxPhotoSide || config.Height > maxPhotoSide {
		return nil, fmt.Errorf("%w: %d by %d pixels", ErrNoPhoto, config.Width, config.Height)
	}
	return photo, nil
}
