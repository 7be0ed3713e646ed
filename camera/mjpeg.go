package camera

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"authenkiosk/neterror"
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
		s := &mjpegSource{url: u, login: loginOf(u)}
		// Cameras stand in the unit's own network: no proxy, no state between connections.
		s.client.Transport = signing{&s.login, &http.Transport{
			DialContext:         (&net.Dialer{Timeout: connectLimit}).DialContext,
			TLSHandshakeTimeout: connectLimit, ResponseHeaderTimeout: connectLimit,
			MaxResponseHeaderBytes: maxHeader, DisableCompression: true,
		}}
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
	login  login
	parts  *partReader // nil: one picture for each question
	got    int         // pictures of parts
	asked  bool        // body is the answer to a question that was not read yet
}

func (s *mjpegSource) close() {
	s.end()
	if s.body != nil {
		_ = s.body.Close()
	}
	s.client.CloseIdleConnections()
}

// ask sends the question, with the password if the camera wants one, and reads the
// header of the answer.
func (s *mjpegSource) ask() error {
	resp, err := s.send()
	if err == nil && resp.StatusCode == http.StatusUnauthorized && s.login.answer(resp.Header) {
		_ = resp.Body.Close()
		resp, err = s.send()
	}
	if err != nil {
		return err
	}
	s.body, s.parts, s.got = resp.Body, nil, 0
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
	switch kind, boundary := contentType(resp.Header.Get("Content-Type")); {
	case kind == "image/jpeg" || kind == "image/jpg" || kind == "image/pjpeg":
		s.asked = true
		return nil
	case strings.HasPrefix(kind, "multipart/"), kind == "", kind == "application/octet-stream":
		// What does not say what it is may be a stream of pictures as well as one.
		s.parts = newPartReader(resp.Body, boundary)
		return nil
	}
	return fmt.Errorf("%w: the answer is neither multipart nor image/jpeg", ErrNotPictures)
}

func (s *mjpegSource) send() (*http.Response, error) {
	address := *s.url
	address.User = nil // or the password would go out before anybody asks for it
	req, err := http.NewRequestWithContext(s.life, http.MethodGet, address.String(), nil)
	if err != nil {
		return nil, errors.New("camera source mjpeg: not an address")
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, netError(err)
	}
	return resp, nil
}

// contentType returns the kind of an answer and its boundary, also where the value
// is not written as RFC 2045 wants it.
func contentType(value string) (kind, boundary string) {
	if kind, params, err := mime.ParseMediaType(value); err == nil {
		return kind, params["boundary"]
	}
	kind, rest, _ := strings.Cut(value, ";")
	if i := strings.Index(strings.ToLower(rest), "boundary="); i >= 0 {
		boundary, _, _ = strings.Cut(rest[i+len("boundary="):], ";")
	}
	return strings.ToLower(strings.TrimSpace(kind)), strings.Trim(strings.TrimSpace(boundary), `"`)
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
	case neterror.Refused(err), neterror.Unreachable(err):
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
		if err == nil {
			s.got++
			return nil
		}
		if s.got != 1 || !errors.Is(err, io.EOF) {
			return lineError(err)
		}
		// It was no stream, but one picture: like a camera that says so.
		_ = s.body.Close()
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
	}
	if s.parts != nil {
		data, err := s.parts.next(r.data[:0])
		r.data = data
		s.got++
		return lineError(err)
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
