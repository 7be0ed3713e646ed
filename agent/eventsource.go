package agent

import (
	"bytes"
	"net/http"
	"time"
)

// eventSource is a stream of server-sent events (WHATWG HTML, section 9.2).
type eventSource struct {
	w       http.ResponseWriter
	control *http.ResponseController
	limit   time.Duration // for the client to take one event
}

// reconnectAfter is how long browsers wait before they come back, in
// milliseconds.
const reconnectAfter = "2000"

func openEventSource(w http.ResponseWriter, limit time.Duration) (*eventSource, error) {
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("X-Accel-Buffering", "no") // a proxy must not collect events
	w.WriteHeader(http.StatusOK)
	s := &eventSource{w: w, control: http.NewResponseController(w), limit: limit}
	return s, s.write([]byte("retry: " + reconnectAfter + "\n\n"))
}

// send implements sink. JSON has no line break, so that one data line is enough.
func (s *eventSource) send(e wireEvent) error {
	var b bytes.Buffer
	if e.ID != "" {
		b.WriteString("id: " + e.ID + "\n")
	}
	b.WriteString("event: " + string(e.Type) + "\ndata: ")
	b.Write(e.encode())
	b.WriteString("\n\n")
	return s.write(b.Bytes())
}

// beat implements sink with a comment.
func (s *eventSource) beat() error { return s.write([]byte(":\n\n")) }

// gone implements sink: the context of the request ends.
func (s *eventSource) gone() <-chan struct{} { return nil }

func (s *eventSource) end(reason string) error {
	if reason == "" {
		return nil
	}
	return s.send(notice(noticeEnd, reason, time.Now()))
}

func (s *eventSource) write(b []byte) error {
	if err := s.control.SetWriteDeadline(time.Now().Add(s.limit)); err != nil {
		return err
	}
	if _, err := s.w.Write(b); err != nil {
		return err
	}
	return s.control.Flush()
}
