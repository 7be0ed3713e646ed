package escpos

import (
	"context"
	"errors"
	"os"
	"sync"
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
	heard chan struct{} // something came since it was last looked at
	said  said          // what came
	// cleared tells that a broken band was completed, or that the printer takes
	// nothing.
	cleared bool
}

// newLink starts to read from a port; close ends it.
func newLink(p Port) *link {
	l := &link{port: p, in: make(chan message, inbox), done: make(chan struct{}), heard: make(chan struct{}, 1)}
	go l.read()
	return l
}

func (l *link) read() {
	defer close(l.done)
	var p parser
	buffer := make([]byte, 256)
	for {
		n, err := l.port.Read(buffer)
		l.said.add(buffer[:n])
		var messages []message
		for _, b := range buffer[:n] {
			m := p.feed(b)
			if m.sort == noise {
				l.noisy.Store(true) // before an answer beside it is looked at
			}
			messages = append(messages, m)
		}
		for _, m := range messages {
			l.take(m)
		}
		select {
		case l.heard <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

func (l *link) take(m message) {
	switch m.sort {
	case partly, noise:
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

// saidMost is how many bytes of what a printer says are kept.
const saidMost = 64

// said keeps what a printer says, byte for byte.
type said struct {
	mu    sync.Mutex
	bytes []byte
}

func (s *said) add(b []byte) {
	s.mu.Lock()
	s.bytes = append(s.bytes, b[:min(len(b), saidMost-len(s.bytes))]...)
	s.mu.Unlock()
}

// take returns what was said since the last call.
func (s *said) take() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.bytes
	s.bytes = nil
	return b
}

// hush waits until nothing has come for a moment; a printer that never stops is left
// talking.
func (l *link) hush(ctx context.Context) {
	end := time.NewTimer(hushMost)
	defer end.Stop()
	for {
		calm := time.NewTimer(quiet)
		select {
		case <-l.heard:
			calm.Stop()
		case <-calm.C:
			return
		case <-end.C:
			calm.Stop()
			return
		case <-l.done:
			calm.Stop()
			return
		case <-ctx.Done():
			calm.Stop()
			return
		}
	}
}

// hushMost bounds the waiting for the end of a greeting.
const hushMost = 2 * time.Second

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
