package virtualcard

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
)

// Messages of one byte from vpcd are not for the card but for its contacts
// (protocol of vpcd; docs/thai-id-card.md, section 2.2).
const (
	controlOff   = 0
	controlOn    = 1
	controlReset = 2
	controlATR   = 4
)

// Link is a card in a reader of vpcd.
type Link struct {
	conn   net.Conn
	cancel context.CancelFunc
	done   chan struct{}
	err    error // of serve; read after done
}

// Dial puts the card into the reader of vpcd that listens at addr. vpcd looks for
// cards every 400 ms, so a card is seen a moment later; it should stay in for a
// second at least, and out for 0.6 s before the next. The card stays when ctx
// ends: only Close takes it out.
func Dial(ctx context.Context, addr string, card *Card) (*Link, error) {
	ctx, stop := context.WithTimeout(ctx, dialLimit)
	defer stop()
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("put card into vpcd: %w", err)
	}
	stay, cancel := context.WithCancel(context.Background())
	l := &Link{conn: conn, cancel: cancel, done: make(chan struct{})}
	card.Reset()
	go func() {
		defer close(l.done)
		l.err = serve(stay, conn, card)
	}()
	return l, nil
}

// Done is closed when the card is out: by Close, or because vpcd has gone.
func (l *Link) Done() <-chan struct{} { return l.done }

// Close takes the card out and waits until nothing runs any more. It returns what
// ended the stay before, if something did.
func (l *Link) Close() error {
	l.cancel()
	err := l.conn.Close()
	<-l.done
	if errors.Is(l.err, net.ErrClosed) || errors.Is(l.err, context.Canceled) {
		l.err = nil
	}
	if errors.Is(err, net.ErrClosed) {
		err = nil
	}
	return errors.Join(err, l.err)
}

// serve answers vpcd until the connection ends.
func serve(ctx context.Context, conn net.Conn, card *Card) error {
	buffer := make([]byte, maxMessage)
	for {
		message, err := receive(conn, buffer)
		if err != nil {
			return err
		}
		if len(message) == 1 {
			err = control(conn, card, message[0])
		} else {
			var answer []byte
			if answer, err = card.Respond(ctx, message); err == nil {
				err = transmit(conn, answer)
			}
		}
		if err != nil {
			return err
		}
	}
}

func control(conn net.Conn, card *Card, code byte) error {
	switch code {
	case controlOn, controlReset:
		card.Reset()
	case controlATR:
		if card.Mute() {
			// Present, but no power-up succeeds: vpcd refuses an ATR that is too long.
			return transmit(conn, atrTooLong)
		}
		return transmit(conn, card.ATR())
	case controlOff:
	}
	return nil
}

// receive reads one message. vpcd 3.3 writes the length and the body separately,
// and with Nagle's algorithm the body waits for the acknowledgement of the
// length, which the kernel delays for 40 ms unless told not to.
func receive(conn net.Conn, buffer []byte) ([]byte, error) {
	var length [2]byte
	acknowledgeAtOnce(conn)
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return nil, fmt.Errorf("receive length: %w", err)
	}
	acknowledgeAtOnce(conn)
	body := buffer[:binary.BigEndian.Uint16(length[:])]
	if _, err := io.ReadFull(conn, body); err != nil {
		return nil, fmt.Errorf("receive message: %w", err)
	}
	return body, nil
}

// transmit writes one message in one piece.
func transmit(conn net.Conn, body []byte) error {
	message := binary.BigEndian.AppendUint16(make([]byte, 0, 2+len(body)), uint16(len(body)))
	if _, err := conn.Write(append(message, body...)); err != nil {
		return fmt.Errorf("send message: %w", err)
	}
	return nil
}
