// Package mjpegtest is a camera in the network for tests: it serves MJPEG on
// loopback, shows scenes that can be switched, and can break in every way that
// cameras do. With it a whole program is tested as it will run.
package mjpegtest

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"authenkiosk/camera/scene"
)

// Fault is a way in which the camera misbehaves. The zero value is None.
type Fault int

// The faults.
const (
	None          Fault = iota
	Frozen              // the connection stays, nothing more comes
	Repeating           // the very same picture comes over and over
	Gone                // connections are cut, and new ones, too
	Rubbish             // parts that are no pictures
	Damaged             // pictures whose header is whole and whose data are not
	EndlessHeader       // the header of a part never ends
	Huge                // a picture that is larger than any
	Giant               // a small file that says it has 60000 x 60000 pixels
	NoBoundary          // bytes without any boundary
	Forbidden           // the password is wrong
	Taken               // another program uses the camera
	Missing             // there is no such address
	NotACamera          // a page for people
)

var faultNames = [...]string{
	None: "none", Frozen: "frozen", Repeating: "repeating", Gone: "gone", Rubbish: "rubbish", Damaged: "damaged",
	EndlessHeader: "endless-header", Huge: "huge", Giant: "giant", NoBoundary: "no-boundary", Forbidden: "forbidden",
	Taken: "taken", Missing: "missing", NotACamera: "not-a-camera",
}

// String returns the stable name of a fault.
func (f Fault) String() string {
	if f < 0 || int(f) >= len(faultNames) {
		return fmt.Sprintf("Fault(%d)", int(f))
	}
	return faultNames[f]
}

// Dialect is how the server writes what the standard leaves open.
type Dialect struct {
	DashedBoundary bool // the boundary parameter has the two dashes already
	NoLength       bool // parts without Content-Length
	Snapshot       bool // one JPEG for each question instead of a stream
}

// Options of a server; the zero value is usable.
type Options struct {
	Size    image.Point   // of the pictures; 640 x 480 without it
	Pace    time.Duration // between two pictures; 40 ms without it
	Dialect Dialect
}

// Server is a running camera.
type Server struct {
	o        Options
	listener net.Listener
	http     http.Server
	served   chan struct{}
	ctx      context.Context
	cancel   context.CancelFunc

	mu       sync.Mutex
	stage    scene.Scene
	fault    Fault
	changed  chan struct{} // closed at every change of the fault
	asked    int
	sent     int
	pictures map[scene.Scene][]byte
}

const boundary = "picture"

// Start starts a server on a free port of loopback.
func Start(o Options) (*Server, error) {
	if o.Size == (image.Point{}) {
		o.Size = image.Pt(640, 480)
	}
	if o.Pace == 0 {
		o.Pace = 40 * time.Millisecond
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the test camera: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{
		o: o, listener: l, served: make(chan struct{}), ctx: ctx, cancel: cancel,
		changed: make(chan struct{}), pictures: map[scene.Scene][]byte{},
	}
	s.http = http.Server{
		Handler: http.HandlerFunc(s.serve), ReadHeaderTimeout: 2 * time.Minute,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	go func() {
		defer close(s.served)
		_ = s.http.Serve(l)
	}()
	return s, nil
}

// Close ends the server and all its connections.
func (s *Server) Close() {
	s.cancel()
	_ = s.http.Close()
	<-s.served
}

// URL is where the pictures are.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() + "/stream" }

// Source is what a configuration says to use this camera.
func (s *Server) Source() string { return "mjpeg:" + s.URL() }

// Show switches the scene.
func (s *Server) Show(now scene.Scene) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stage = now
}

// Break switches to a fault, also for connections that are open; None mends it.
func (s *Server) Break(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
	close(s.changed)
	s.changed = make(chan struct{})
}

// Asked returns how many requests came, and Sent how many pictures went.
func (s *Server) Asked() int { return s.count(&s.asked) }

// Sent returns how many pictures went out.
func (s *Server) Sent() int { return s.count(&s.sent) }

func (s *Server) count(n *int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *n
}

func (s *Server) now() (Fault, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fault, s.changed
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked++
	s.mu.Unlock()
	fault, _ := s.now()
	switch fault {
	case Gone:
		panic(http.ErrAbortHandler)
	case Forbidden:
		http.Error(w, "wrong password", http.StatusUnauthorized)
		return
	case Taken:
		http.Error(w, "in use", http.StatusServiceUnavailable)
		return
	case Missing:
		http.NotFound(w, r)
		return
	case NotACamera:
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<html></html>"))
		return
	}
	if s.o.Dialect.Snapshot {
		w.Header().Set("Content-Type", "image/jpeg")
		_, _ = w.Write(s.picture())
		return
	}
	said := boundary
	if s.o.Dialect.DashedBoundary {
		said = "--" + boundary
	}
	w.Header().Set("Content-Type", "multipart/x-mixed-replace; boundary="+said)
	out := http.NewResponseController(w)
	pace := time.NewTicker(s.o.Pace)
	defer pace.Stop()
	for {
		if err := s.part(r.Context(), w); err != nil {
			return
		}
		if err := out.Flush(); err != nil {
			return
		}
		select {
		case <-pace.C:
		case <-r.Context().Done():
			return
		}
	}
}

// part sends one part, good or as the fault has it.
func (s *Server) part(ctx context.Context, w http.ResponseWriter) error {
	fault, changed := s.now()
	body := []byte(nil)
	switch fault {
	case Gone, Forbidden, Taken, Missing, NotACamera:
		panic(http.ErrAbortHandler)
	case Frozen:
		select {
		case <-changed:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	case EndlessHeader:
		return s.endless(ctx, w, changed)
	case NoBoundary:
		_, err := w.Write(bytes.Repeat([]byte{0x55}, 8<<10))
		return err
	case Huge:
		body = make([]byte, 17<<20)
	case Rubbish:
		body = []byte(strings.Repeat("this is no picture ", 100))
	case Repeating:
		body = s.encoded()
	default:
		body = s.picture()
	}
	switch fault {
	case Damaged:
		start := bytes.Index(body, []byte{0xff, 0xda})
		for i := start + 20; i < len(body); i++ {
			body[i] = 0xff
		}
	case Giant:
		at := bytes.Index(body, []byte{0xff, 0xc0})
		binary.BigEndian.PutUint16(body[at+5:], 60000)
		binary.BigEndian.PutUint16(body[at+7:], 60000)
	}
	return s.send(w, body)
}

func (s *Server) send(w http.ResponseWriter, body []byte) error {
	header := "--" + boundary + "\r\nContent-Type: image/jpeg\r\n"
	if !s.o.Dialect.NoLength {
		header += fmt.Sprintf("Content-Length: %d\r\n", len(body))
	}
	for _, b := range [][]byte{[]byte(header + "\r\n"), body, []byte("\r\n")} {
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent++
	return nil
}

// endless sends a header without end until the fault changes, slowly enough to
// spare the machine.
func (s *Server) endless(ctx context.Context, w http.ResponseWriter, changed <-chan struct{}) error {
	if _, err := w.Write([]byte("--" + boundary + "\r\n")); err != nil {
		return err
	}
	for {
		if _, err := w.Write([]byte("X-Filler: " + strings.Repeat("x", 1000) + "\r\n")); err != nil {
			return err
		}
		if err := http.NewResponseController(w).Flush(); err != nil {
			return err
		}
		select {
		case <-changed:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
}

// picture returns the picture of the scene that is on, different from every one
// before it, as a living camera's is.
func (s *Server) picture() []byte {
	data := s.encoded()
	// A comment (ITU-T T.81, B.2.4.5) with a number after the start marker.
	comment := []byte{0xff, 0xfe, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0}
	binary.BigEndian.PutUint64(comment[4:], uint64(time.Now().UnixNano()))
	out := make([]byte, 0, len(data)+len(comment))
	out = append(out, data[:2]...)
	out = append(out, comment...)
	return append(out, data[2:]...)
}

// encoded returns the JPEG of the scene, drawn once.
func (s *Server) encoded() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	data, ok := s.pictures[s.stage]
	if !ok {
		var out bytes.Buffer
		if err := jpeg.Encode(&out, scene.Draw(s.stage, s.o.Size), &jpeg.Options{Quality: 85}); err != nil {
			panic(err) // a picture of our own in memory
		}
		data = out.Bytes()
		s.pictures[s.stage] = data
	}
	return bytes.Clone(data)
}
