package escpos

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/printer/device"
	"authenkiosk/printer/sink"
)

// severed is a line that breaks right behind the end of a slip: the printer has
// taken the slip, and nothing after it arrives or comes back.
type severed struct {
	net.Conn
	broken atomic.Bool
	closed chan struct{}
	held   atomic.Int64
}

func (s *severed) Read(b []byte) (int, error) {
	n, err := s.Conn.Read(b)
	if s.broken.Load() {
		<-s.closed
		return 0, net.ErrClosed
	}
	return n, err
}

func (s *severed) Write(b []byte) (int, error) {
	if s.broken.Load() {
		s.held.Add(int64(len(b)))
		return len(b), nil
	}
	if bytes.HasSuffix(b, fence) {
		s.broken.Store(true)
	}
	return s.Conn.Write(b)
}

func (s *severed) Close() error {
	close(s.closed)
	return s.Conn.Close()
}

func (s *severed) Unsent() (int, error) { return int(s.held.Load()), nil }

func TestAQuestionThatWasNotTakenIsNoPartOfTheSlip(t *testing.T) {
	for _, c := range []struct {
		name  string
		fence bool // the printer was seen to answer one
	}{{"asked", false}, {"asked and known to answer fences", true}} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				paper := sink.New(width)
				lines := 0
				open := func(context.Context) (Port, error) {
					here, there := net.Pipe()
					go func() { _ = paper.Serve(there) }()
					if lines++; lines > 1 {
						return here, nil
					}
					return &severed{Conn: here, closed: make(chan struct{})}, nil
				}
				p := New(open, models[0]).WithLimits(hasty)
				p.fences = c.fence
				if _, err := p.Status(t.Context()); err != nil {
					t.Fatal(err)
				}
				picture := drawing(t, 300, 1)
				err := p.Print(t.Context(), picture)
				if got, condition := outcome(t, err); got != "unclear" || condition != device.Ready {
					t.Errorf("%s (%v): %v", got, condition, err)
				}
				wait(t, paper, 1)
				if n := wholes(paper, picture); n != 1 {
					t.Errorf("it came out %d times", n)
				}
				if err := errors.Join(p.Close(), paper.Close()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// counting is a line with so many bytes under way that are never taken, and all
// that is written to it.
type counting struct {
	sluggish
	held int
}

func (c *counting) Write(data []byte) (int, error) {
	c.held += len(data)
	return len(data), nil
}

func (c *counting) Unsent() (int, error) { return c.held, nil }

func TestQuestionsAreNoProgressOfAPrinterThatTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limits := hasty
		limits.Band, limits.Fence = 2*limits.Answer+limits.Answer/2, time.Hour
		opened := 0
		p := New(func(context.Context) (Port, error) {
			if opened++; opened > 1 {
				return nil, net.ErrClosed
			}
			return &counting{sluggish: sluggish{ended: make(chan struct{})}}, nil
		}, models[0]).WithLimits(limits)
		p.answers = true
		if err := p.connect(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := p.send(t.Context(), drawing(t, 300, 1)); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		err := p.confirm(ctx)
		if got, condition := outcome(t, err); got != "part" || condition != device.Offline || ctx.Err() != nil {
			t.Errorf("%s (%v): %v", got, condition, err)
		}
	})
}

func TestAWriteEndsWithItsCaller(t *testing.T) {
	limits := hasty
	limits.Band = time.Hour
	for _, way := range []string{"no byte is taken", "bytes are taken slowly"} {
		t.Run(way, func(t *testing.T) {
			paper := sink.New(width)
			address, err := paper.Listen(ownHost() + ":0")
			if err != nil {
				t.Fatal(err)
			}
			p := New(TCP(address), models[0]).WithLimits(limits)
			if _, err := p.Status(t.Context()); err != nil {
				t.Fatal(err)
			}
			paper.Set(func(s *sink.State) { s.BytesPerSecond = 2000 })
			if way == "no byte is taken" {
				// Once the slip has begun: before it, the printer has to answer.
				paper.Set(func(s *sink.State) { s.PaperRows = 10 })
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go func() {
				for paper.Times().Bytes < 2_000 {
					time.Sleep(time.Millisecond)
				}
				cancel()
			}()
			ended := make(chan error, 1)
			go func() { ended <- p.Print(ctx, drawing(t, 3000, 1)) }()
			select {
			case err := <-ended:
				if got, _ := outcome(t, err); got != "part" || !errors.Is(err, context.Canceled) {
					t.Errorf("%s: %v", got, err)
				}
			case <-time.After(5 * time.Minute):
				t.Error("it went on without its caller")
				_ = paper.Close()
				<-ended
			}
			if err := errors.Join(p.Close(), paper.Close()); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestAnAnswerThatMayBeToAnEarlierQuestionConfirmsNoSlip is a printer that answers
// everything alike, and so late that its answers were given up: one of them comes
// when the slip is over, and looks like the answer to the fence.
func TestAnAnswerThatMayBeToAnEarlierQuestionConfirmsNoSlip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer func() { _ = theirs.Close() }()
		go func() {
			var got []byte
			buffer := make([]byte, 4096)
			for {
				n, err := theirs.Read(buffer)
				if err != nil {
					return
				}
				got = append(got, buffer[:n]...)
				if bytes.HasSuffix(got, fence) {
					_, _ = theirs.Write([]byte{0})
				}
			}
		}()
		p := New(func(context.Context) (Port, error) { return ours, nil }, models[0]).WithLimits(patient)
		defer func() { _ = p.Close() }()
		if got, condition := outcome(t, p.Print(t.Context(), drawing(t, 50, 1))); got != "unclear" {
			t.Errorf("%s (%v), want unclear", got, condition)
		}
	})
}

// TestAnAnswerOwedOnOneLineIsNotTakenForAnotherOnTheNext is a printer that comes to a
// question only when its line has been given up, and answers on the new one: "drawer
// closed", which as the answer to another question would be an open cover.
func TestAnAnswerOwedOnOneLineIsNotTakenForAnotherOnTheNext(t *testing.T) {
	const comes, takes = 100 * time.Millisecond, 60 * time.Millisecond // what is owed, and any answer
	synctest.Test(t, func(t *testing.T) {
		lines := 0
		open := func(context.Context) (Port, error) {
			ours, theirs := net.Pipe()
			lines++
			if lines == 1 { // it hears a question, and the line breaks
				go func() {
					_, _ = theirs.Read(make([]byte, 3))
					_ = theirs.Close()
				}()
				return ours, nil
			}
			time.AfterFunc(comes, func() { _, _ = theirs.Write([]byte{0x16}) })
			go func() {
				for question := make([]byte, 3); ; {
					if _, err := io.ReadFull(theirs, question); err != nil {
						return
					}
					time.Sleep(takes)
					if _, err := theirs.Write([]byte{0x12}); err != nil {
						return
					}
				}
			}()
			return ours, nil
		}
		p := New(open, models[0]).WithLimits(patient)
		defer func() { _ = p.Close() }()
		if got, err := p.Status(t.Context()); got != device.Offline || err == nil {
			t.Errorf("on the first line: %v, %v", got, err)
		}
		if got, err := p.Status(t.Context()); got != device.Ready || err != nil {
			t.Errorf("on the next line: %v, %v; want ready", got, err)
		}
	})
}
