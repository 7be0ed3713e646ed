package camera

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
)

const (
	// What an MJPEG server may send before a boundary, and in the header of a part.
	maxGap    = 64 << 10
	maxHeader = 8 << 10

	// Redirections a camera may answer with; one is usual, to a path with a slash.
	maxRedirects = 3

	// Pause between two pictures of a camera that gives one for each question.
	snapshotPause = 80 * time.Millisecond
)

// mjpegConnector connects to a camera that sends JPEG pictures over HTTP: as an
// endless multipart/x-mixed-replace answer, or one for each question.
func mjpegConnector(address string) (connector, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("camera source mjpeg: not an address")
	}
	return func(ctx context.Context) (source, error) {
		s := &mjpegSource{url: u}
		// Cameras stand in the unit's own network: no proxy, no state between connections.
		s.client.Transport = &http.Transport{
			DialContext:         (&net.Dialer{Timeout: connectLimit}).DialContext,
			TLSHandshakeTimeout: connectLimit, ResponseHeaderTimeout: connectLimit,
			MaxResponseHeaderBytes: maxHeader, DisableCompression: true,
		}
		s.client.CheckRedirect = func(req *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects || req.URL.Hostname() != u.Hostname() {
				return fmt.Errorf("%w: it sends us elsewhere", ErrRefused)
			}
			return nil
		}
		// The answer lives as long as the source, not as long as connecting.
		life, end := context.WithCancel(context.WithoutCancel(ctx))
		s.life, s.end = life, end
		stop := context.AfterFunc(ctx, end)
		err := s.ask()
		if !stop() && err == nil {
			err = ctx.Err()
		}
		if err != nil {
			s.close()
			return nil, err
		}
		return s, nil
	}, nil
}

// mjpegSource is one connection to such a camera.
type mjpegSource struct {
	url    *url.URL
	client http.Client
	life   context.Context
	end    context.CancelFunc
	body   io.ReadCloser
	parts  *partReader // nil: one picture for each question
	asked  bool        // body is the answer to a question that was not read yet
}

func (s *mjpegSource) close() {
	s.end()
	if s.body != nil {
		_ = s.body.Close()
	}
	s.client.CloseIdleConnections()
}

// ask sends the question and reads the header of the answer.
func (s *mjpegSource) ask() error {
	req, err := http.NewRequestWithContext(s.life, http.MethodGet, s.url.String(), nil)
	if err != nil {
		return errors.New("camera source mjpeg: not an address")
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return netError(err)
	}
	s.body = resp.Body
	switch code := resp.StatusCode; {
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return fmt.Errorf("%w: HTTP %d", ErrRefused, code)
	case code == http.StatusNotFound || code == http.StatusGone:
		return fmt.Errorf("%w: HTTP %d", ErrAbsent, code)
	case code == http.StatusServiceUnavailable || code == http.StatusLocked:
		return fmt.Errorf("%w: HTTP %d", ErrBusy, code)
	case code != http.StatusOK:
		return fmt.Errorf("%w: HTTP %d", ErrGone, code)
	}
	kind, params, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	switch {
	case err == nil && kind == "image/jpeg":
		s.asked = true
		return nil
	case err == nil && strings.HasPrefix(kind, "multipart/") && params["boundary"] != "":
		s.parts = newPartReader(resp.Body, params["boundary"])
		return nil
	}
	return fmt.Errorf("%w: the answer is neither multipart nor image/jpeg", ErrNotPictures)
}

// netError turns a failure to connect into one of this room's. It drops the
// address, which may hold a password.
func netError(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	var dns *net.DNSError
	switch {
	case errors.Is(err, ErrRefused):
		return err
	case errors.As(err, &dns):
		return fmt.Errorf("%w: its name is not known in the network", ErrAbsent)
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return fmt.Errorf("%w: %w", ErrAbsent, err)
	}
	return fmt.Errorf("%w: %w", ErrGone, err)
}

func (s *mjpegSource) read(ctx context.Context, r *raw) error {
	stop := context.AfterFunc(ctx, s.end)
	defer stop()
	r.format, r.still = formatJPEG, false
	if s.parts != nil {
		data, err := s.parts.next(r.data[:0])
		r.data = data
		return lineError(err)
	}
	if !s.asked {
		select {
		case <-time.After(snapshotPause):
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := s.ask(); err != nil {
			return err
		}
		if !s.asked {
			return fmt.Errorf("%w: the answer is not image/jpeg any more", ErrNotPictures)
		}
	}
	s.asked = false
	data, err := readAtMost(s.body, r.data[:0])
	r.data = data
	_ = s.body.Close()
	return lineError(err)
}

func lineError(err error) error {
	switch {
	case err == nil, errors.Is(err, ErrTooLarge), errors.Is(err, ErrNotPictures):
		return err
	}
	return fmt.Errorf("%w: %w", ErrGone, err)
}

// readAtMost appends all of src to buf, up to the size of a picture.
func readAtMost(src io.Reader, buf []byte) ([]byte, error) {
	limited := io.LimitReader(src, maxFrame+1)
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := limited.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if len(buf) > maxFrame {
			return buf, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, maxFrame)
		}
		if errors.Is(err, io.EOF) {
			return buf, nil
		}
		if err != nil {
			return buf, err
		}
	}
}

// partReader reads the parts of a multipart answer (RFC 2046, 5.1) as cameras send
// them: with a boundary that already has its two dashes, with or without the length
// of a part. mime/multipart waits for the boundary after a part, which costs a
// picture's time, and has no limits of this size.
type partReader struct {
	in       *bufio.Reader
	boundary string // with its dashes
	atHeader bool   // the boundary before the next part has been read
}

func newPartReader(in io.Reader, boundary string) *partReader {
	return &partReader{in: bufio.NewReaderSize(in, 64<<10), boundary: "--" + strings.TrimPrefix(boundary, "--")}
}

// next appends the next part to buf.
func (p *partReader) next(buf []byte) ([]byte, error) {
	if err := p.skipToHeader(); err != nil {
		return buf, err
	}
	length, err := p.header()
	if err != nil {
		return buf, err
	}
	if length < 0 {
		return p.untilBoundary(buf)
	}
	if length > maxFrame {
		return buf, fmt.Errorf("%w: %d bytes", ErrTooLarge, length)
	}
	// The memory grows with what arrives, not with what the header promises.
	body := &io.LimitedReader{R: p.in, N: int64(length)}
	buf, err = readAtMost(body, buf)
	if err == nil && body.N > 0 {
		err = io.ErrUnexpectedEOF
	}
	return buf, err
}

// isBoundary tells whether a line is the boundary. The one at the very end of an
// answer has two more dashes; what follows it is nothing.
func (p *partReader) isBoundary(line []byte) bool {
	text := strings.TrimRight(string(line), " \t\r\n")
	return text == p.boundary || text == p.boundary+"--"
}

func (p *partReader) skipToHeader() error {
	for skipped := 0; !p.atHeader; {
		line, err := p.in.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		p.atHeader = p.isBoundary(line)
		if skipped += len(line); skipped > maxGap {
			return fmt.Errorf("%w: no boundary", ErrNotPictures)
		}
	}
	p.atHeader = false
	return nil
}

// header reads the header of a part and returns its length, -1 without one.
func (p *partReader) header() (int, error) {
	length := -1
	for size := 0; ; {
		line, err := p.in.ReadSlice('\n')
		if size += len(line); size > maxHeader {
			return 0, fmt.Errorf("%w: the header of a part is longer than %d bytes", ErrNotPictures, maxHeader)
		}
		if err != nil {
			return 0, err
		}
		text := strings.TrimSpace(string(line))
		if text == "" {
			return length, nil
		}
		name, value, _ := strings.Cut(text, ":")
		if strings.EqualFold(strings.TrimSpace(name), "Content-Length") {
			length = 0
			for _, d := range strings.TrimSpace(value) {
				if d < '0' || d > '9' || length > maxFrame {
					return 0, fmt.Errorf("%w: the length of a part is no number, or too large", ErrTooLarge)
				}
				length = 10*length + int(d-'0')
			}
		}
	}
}

// untilBoundary appends what comes before the next boundary, without the line end
// that belongs to the boundary.
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
			n := len(buf)
			if n > 0 && buf[n-1] == '\n' {
				n--
			}
			if n > 0 && buf[n-1] == '\r' {
				n--
			}
			return buf[:n], nil
		}
		buf = append(buf, line...)
		if len(buf) > maxFrame {
			return buf, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, maxFrame)
		}
		whole = !full
	}
}
