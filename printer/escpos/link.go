package escpos

import (
	"context"
	"errors"
	"os"
	"sync/atomic"
	"time"
)

// inbox is how many unread messages a link keeps. More than a handful come only
// from a printer that talks nonsense.
const inbox = 64

// link is an open port and what comes back from it.
type link struct {
	port  Port
	in    chan message
	done  chan struct{} // closed when the port can be read no more
	noisy atomic.Bool   // bytes came that no printer sends
	owing bool          // an answer may come to a question that was given up
	// cleared tells that a broken band was completed, or that the printer takes
	// nothing.
	cleared bool
}

// newLink starts to read from a port; close ends it.
func newLink(p Port) *link {
	l := &link{port: p, in: make(chan message, inbox), done: make(chan struct{})}
	go l.read()
	return l
}

func (l *link) read() {
	defer close(l.done)
	var p parser
	buffer := make([]byte, 256)
	for {
		n, err := l.port.Read(buffer)
		for _, b := range buffer[:n] {
			l.take(p.feed(b))
		}
		if err != nil {
			return
		}
	}
}

func (l *link) take(m message) {
	switch m.sort {
	case partly:
	case noise:
		l.noisy.Store(true)
	case hold, proceed:
		if t, ok := l.port.(throttle); ok {
			t.Hold(m.sort == hold)
		}
	default:
		select {
		case l.in <- m:
		default:
			l.noisy.Store(true) // answers that nobody asked for
		}
	}
}

// drain forgets what has come in: answers to questions that were given up, and
// status that was sent unasked.
func (l *link) drain() {
	for {
		select {
		case <-l.in:
		default:
			return
		}
	}
}

// slowest is how many limits a write may take in all while it goes forward.
const slowest = 12

// write sends bytes. The limit is for a printer that takes none: one that is slow
// gets more time as long as it takes some. It gives up when ctx ends.
func (l *link) write(ctx context.Context, data []byte, limit time.Duration) (n int, err error) {
	for range slowest {
		select {
		case <-l.done:
			return n, errGone // before a write that a kernel might still swallow
		default:
		}
		if err := l.port.SetWriteDeadline(time.Now().Add(limit)); err != nil {
			return n, err
		}
		awake := l.wakeWith(ctx)
		var more int
		more, err = l.port.Write(data[n:])
		awake()
		n += more
		if err != nil && ctx.Err() != nil {
			return n, ctx.Err()
		}
		if more == 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			break
		}
	}
	return n, err
}

// wakeWith lets a write that has begun end together with ctx. What it returns comes
// behind the write, so that a later one keeps its own deadline.
func (l *link) wakeWith(ctx context.Context) (awake func()) {
	woken := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(woken)
		_ = l.port.SetWriteDeadline(time.Now())
	})
	return func() {
		if !stop() {
			<-woken
		}
	}
}

// close ends the link in good order.
func (l *link) close() error {
	err := l.port.Close()
	<-l.done
	return err
}

// abort ends the link and throws away what was not delivered.
func (l *link) abort() {
	if a, ok := l.port.(aborter); ok {
		_ = a.Abort()
	} else {
		_ = l.port.Close()
	}
	<-l.done
}
