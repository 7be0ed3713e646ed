package camera

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// partReader reads the parts of a multipart answer (RFC 2046, 5.1) as cameras send
// them: with a boundary that already has its two dashes, or is another than was said,
// or none at all; with or without the length of a part. Where the boundary is of no
// use, pictures are found by their own start and end. mime/multipart waits for the
// boundary after a part, which costs a picture's time, and has no limits of this size.
type partReader struct {
	in       *bufio.Reader
	boundary string // without dashes and quotes; empty: not known
	found    bool   // the boundary has been seen
	atHeader bool   // the boundary before the next part has been read
	atStart  bool   // the start marker of the next picture has been read
	half     bool   // of a marker FF has been read
	lies     bool   // lengths are not those of the pictures
}

const window = 64 << 10

func newPartReader(in io.Reader, boundary string) *partReader {
	return &partReader{in: bufio.NewReaderSize(in, window), boundary: bare(boundary)}
}

// bare returns a boundary without what cameras add to it or leave out.
func bare(boundary string) string { return strings.Trim(strings.TrimSpace(boundary), `-"`) }

var (
	startMarker = []byte{0xff, markerSOI, 0xff}
	endMarker   = []byte{0xff, markerEOI}
)

// next appends the next part to buf.
func (p *partReader) next(buf []byte) ([]byte, error) {
	picture, err := p.skipToPart()
	if err != nil {
		return buf, err
	}
	if picture {
		return p.picture(buf)
	}
	length, err := p.header()
	switch {
	case err != nil:
		return buf, err
	case length >= 0 && !p.lies:
		return p.exactly(buf, length)
	}
	if start, err := p.in.Peek(2); err == nil && bytes.Equal(start, startMarker[:2]) {
		return p.picture(buf)
	}
	return p.untilBoundary(buf)
}

// exactly appends a part of a length that its header tells.
func (p *partReader) exactly(buf []byte, length int) ([]byte, error) {
	if length > maxFrame {
		return buf, fmt.Errorf("%w: %d bytes", ErrTooLarge, length)
	}
	from := len(buf)
	// The memory grows with what arrives, not with what the header promises.
	body := &io.LimitedReader{R: p.in, N: int64(length)}
	buf, err := readAtMost(body, buf)
	if err == nil && body.N > 0 {
		err = io.ErrUnexpectedEOF
	}
	if part := buf[from:]; err == nil && bytes.HasPrefix(part, startMarker) {
		const padding = 64 // behind the end of a picture
		p.lies = !bytes.Contains(part[max(0, len(part)-padding):], endMarker)
	}
	return buf, err
}

// line returns the next line without taking it, and where a picture starts in it, -1
// for nowhere. A line that is longer than the window is returned as far as it goes,
// without its last bytes, where a picture could start.
func (p *partReader) line() (line []byte, picture int, err error) {
	for want := 1; ; want++ {
		if _, err := p.in.Peek(want); err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return nil, -1, err
		}
		all, _ := p.in.Peek(p.in.Buffered())
		want = len(all)
		end := bytes.IndexByte(all, '\n') + 1
		if at := bytes.Index(all, startMarker); at >= 0 && (end == 0 || at < end) {
			return all[:at], at, nil
		}
		if end > 0 {
			return all[:end], -1, nil
		}
		if len(all) >= window {
			return all[:len(all)-len(startMarker)], -1, nil
		}
	}
}

func (p *partReader) take(n int) { _, _ = p.in.Discard(n) }

// skipToPart goes to the header of the next part, or to a picture that has none.
func (p *partReader) skipToPart() (picture bool, err error) {
	if p.atStart {
		return true, nil
	}
	for skipped := 0; !p.atHeader; {
		line, picture, err := p.line()
		switch {
		case err != nil:
			return false, err
		case picture >= 0:
			p.take(picture)
			return true, nil
		}
		begins, n := p.partBegins(line)
		p.take(n)
		p.atHeader = begins
		if skipped += n; skipped > maxGap {
			return false, fmt.Errorf("%w: no boundary", ErrNotPictures)
		}
	}
	p.atHeader = false
	return false, nil
}

// partBegins reports whether a line begins a part, and how much of it to take: all of
// it but a header that stands there already.
func (p *partReader) partBegins(line []byte) (begins bool, n int) {
	text := strings.TrimRight(string(line), " \t\r\n")
	if p.isBoundary(line) {
		p.found = true
		return true, len(line)
	}
	switch at := strings.Index(strings.ToLower(text), "content-"); {
	case at == 0 && strings.Contains(text, ":"): // the boundary before it is missing
		return true, 0
	case at > 0 && strings.HasPrefix(text, "--"): // it stands right behind the boundary
		return true, at
	case strings.HasPrefix(text, "--") && !p.found && bare(text) != "" && printable(text):
		p.boundary, p.found = bare(text), true // another than was said
		return true, len(line)
	}
	return false, len(line)
}

func printable(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}

// isBoundary reports whether a line is the boundary. The one at the very end of an
// answer has two more dashes; what follows it is nothing.
func (p *partReader) isBoundary(line []byte) bool {
	text := strings.TrimRight(string(line), " \t\r\n")
	if p.boundary == "" {
		return strings.HasPrefix(text, "--") && bare(text) == ""
	}
	return bare(text) == p.boundary && (strings.HasPrefix(text, "--") || text == p.boundary)
}

// header reads the header of a part and returns its length, -1 without one. A
// picture that starts without the empty line before it ends the header, too.
func (p *partReader) header() (int, error) {
	length := -1
	for size := 0; ; {
		line, picture, err := p.line()
		if err != nil {
			return 0, err
		}
		if picture >= 0 {
			p.take(picture)
			return length, nil
		}
		text := strings.TrimSpace(string(line))
		p.take(len(line))
		if size += len(line); size > maxHeader {
			return 0, fmt.Errorf("%w: the header of a part is longer than %d bytes", ErrNotPictures, maxHeader)
		}
		if text == "" {
			return length, nil
		}
		name, value, _ := strings.Cut(text, ":")
		if strings.EqualFold(strings.TrimSpace(name), "Content-Length") {
			if length, err = lengthOf(strings.TrimSpace(value)); err != nil {
				return 0, err
			}
		}
	}
}

// lengthOf reads the length of a part. What is no number counts as none.
func lengthOf(value string) (int, error) {
	if value == "" {
		return -1, nil
	}
	length := 0
	for _, d := range value {
		if d < '0' || d > '9' {
			return -1, nil
		}
		if length = 10*length + int(d-'0'); length > maxFrame {
			return 0, fmt.Errorf("%w: a part of %s bytes", ErrTooLarge, value)
		}
	}
	return length, nil
}

// untilBoundary appends what comes before the next boundary, without the line end
// that belongs to the boundary. It is for parts that do not start like a picture.
func (p *partReader) untilBoundary(buf []byte) ([]byte, error) {
	whole := true // the slice begins at the start of a line
	for {
		line, err := p.in.ReadSlice('\n')
		full := errors.Is(err, bufio.ErrBufferFull)
		if err != nil && !full {
			return buf, err
		}
		if whole && p.isBoundary(line) {
			p.atHeader = true
			return withoutLineEnd(buf), nil
		}
		buf = append(buf, line...)
		if len(buf) > maxFrame {
			return buf, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, maxFrame)
		}
		whole = !full
	}
}

func withoutLineEnd(buf []byte) []byte {
	if n := len(buf); n > 0 && buf[n-1] == '\n' {
		buf = buf[:n-1]
	}
	if n := len(buf); n > 0 && buf[n-1] == '\r' {
		buf = buf[:n-1]
	}
	return buf
}

// picture appends one JPEG (ITU-T T.81, B.1), from its start marker to its end. One
// without an end goes as far as the boundary, or as the start of the next. What
// breaks off in its segments is returned as it is: it will not be decoded, and the
// search goes on behind it.
func (p *partReader) picture(buf []byte) ([]byte, error) {
	from := len(buf)
	buf = append(buf, startMarker[:2]...)
	if !p.atStart {
		p.take(2)
	}
	p.atStart, p.half = false, false
	for {
		marker, ok, err := p.marker()
		if err != nil || !ok {
			return buf, err
		}
		switch {
		case marker == markerSOI: // the one before it had no data
			buf = append(buf[:from], startMarker[:2]...)
			continue
		case marker == markerEOI:
			return append(buf, endMarker...), nil
		case marker == 0x01 || marker >= 0xd0 && marker <= 0xd7: // these have no length
			buf = append(buf, 0xff, marker)
			continue
		}
		if buf, err = p.segment(append(buf, 0xff, marker)); err != nil {
			return buf, err
		}
		if marker != markerSOS {
			continue
		}
		var ended bool
		if buf, ended, err = p.scan(buf, from); err != nil || ended {
			return buf, err
		}
	}
}

// marker reads the next marker; not ok: something else stands there, which is left.
func (p *partReader) marker() (marker byte, ok bool, err error) {
	if b, err := p.in.Peek(1); !p.half && (err != nil || b[0] != 0xff) {
		return 0, false, unexpected(err)
	}
	p.half = false
	for marker = 0xff; marker == 0xff; { // fill bytes
		if marker, err = p.in.ReadByte(); err != nil {
			return 0, false, unexpected(err)
		}
	}
	return marker, true, nil
}

// segment appends the length and the bytes of a segment.
func (p *partReader) segment(buf []byte) ([]byte, error) {
	length, err := p.in.Peek(2)
	if err != nil {
		return buf, unexpected(err)
	}
	n := int(length[0])<<8 | int(length[1])
	if len(buf)+n > maxFrame {
		return buf, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, maxFrame)
	}
	from := len(buf)
	buf = slices.Grow(buf, n)[:from+max(n, 2)]
	read, err := io.ReadFull(p.in, buf[from:])
	return buf[:from+read], unexpected(err)
}

// scan appends the data behind a start of scan, up to the next marker that is none of
// theirs, of which FF is taken. ended: so is the picture.
func (p *partReader) scan(buf []byte, from int) (_ []byte, ended bool, err error) {
	for {
		b, err := p.in.ReadByte()
		if err != nil {
			return buf, false, unexpected(err)
		}
		if b != 0xff {
			buf = append(buf, b)
			if len(buf)-from > maxFrame {
				return buf, false, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, maxFrame)
			}
			if b == '\n' && p.atBoundary() {
				return withoutLineEnd(buf), true, nil
			}
			continue
		}
		next, err := p.in.Peek(1)
		if err != nil {
			return buf, false, unexpected(err)
		}
		switch m := next[0]; {
		case m == markerSOI:
			p.take(1)
			p.atStart = true
			return buf, true, nil
		case m == 0xff:
			// A fill byte; the marker may follow.
		case m >= markerSOF0 && m <= 0xcf, m >= markerEOI && m <= 0xef, m == 0xfe:
			p.half = true
			return buf, false, nil
		default: // 00 after an FF of the data, a restart marker, or damage
			buf = append(buf, b, m)
			p.take(1)
		}
	}
}

// shortBoundary is the shortest that is looked for in the data of a picture, where
// shorter ones come by chance.
const shortBoundary = 4

// atBoundary reports whether the boundary stands here, at the start of a line.
func (p *partReader) atBoundary() bool {
	if len(p.boundary) < shortBoundary {
		return false
	}
	const dashes = 4 // of those that bring their own
	for n := range dashes + 1 {
		b, err := p.in.Peek(n + len(p.boundary))
		if err != nil {
			return false
		}
		if string(b[n:]) == p.boundary && strings.Trim(string(b[:n]), "-") == "" {
			return n > 0
		}
		if n < len(b) && b[n] != '-' {
			return false
		}
	}
	return false
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
