package agent

import (
	"context"
	"net/http"
	"time"

	"github.com/coder/websocket"
)

// socket is a stream of events over a WebSocket: one text message of JSON each.
type socket struct {
	conn   *websocket.Conn
	closed context.Context // ends when the client has gone
	keep   timing
}

// openSocket takes the connection over. The library's own check of the origin
// is left out: the guard's is exact, and knows hosts with their ports.
func openSocket(w http.ResponseWriter, r *http.Request, keep timing) (*socket, error) {
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return nil, err
	}
	// Clients have nothing to say: CloseRead ends the connection at a message.
	return &socket{conn: conn, closed: conn.CloseRead(context.WithoutCancel(r.Context())), keep: keep}, nil
}

// send implements sink.
func (s *socket) send(e wireEvent) error {
	ctx, cancel := context.WithTimeout(s.closed, s.keep.event)
	defer cancel()
	return s.conn.Write(ctx, websocket.MessageText, e.encode())
}

// beat implements sink with a ping, to which every client answers by itself.
func (s *socket) beat() error {
	ctx, cancel := context.WithTimeout(s.closed, s.keep.event)
	defer cancel()
	return s.conn.Ping(ctx)
}

// gone implements sink.
func (s *socket) gone() <-chan struct{} { return s.closed.Done() }

// end implements sink: a close frame, and no waiting for a client that does not
// answer.
func (s *socket) end(reason string) error {
	defer func() { _ = s.conn.CloseNow() }()
	code := websocket.StatusNormalClosure
	switch reason {
	case "":
		return nil
	case endSlow:
		code = websocket.StatusPolicyViolation
	case endRevoked:
		code = websocket.StatusPolicyViolation
	case endClosing:
		code = websocket.StatusGoingAway
	}
	if err := s.send(notice(noticeEnd, reason, time.Now())); err != nil {
		return err
	}
	late := time.AfterFunc(s.keep.goodbye, func() { _ = s.conn.CloseNow() })
	defer late.Stop()
	return s.conn.Close(code, reason)
}
