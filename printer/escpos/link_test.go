package escpos

import (
	"errors"
	"io"
	"os"
	"testing"
	"time"
)

// sluggish is a port that takes so many bytes within each deadline.
type sluggish struct {
	takes []int
	got   int
	ended chan struct{}
}

func (s *sluggish) Read([]byte) (int, error) {
	<-s.ended
	return 0, io.EOF
}

func (s *sluggish) Write(data []byte) (int, error) {
	if len(s.takes) == 0 {
		s.got += len(data)
		return len(data), nil
	}
	n := min(s.takes[0], len(data))
	s.takes = s.takes[1:]
	s.got += n
	if n < len(data) {
		return n, os.ErrDeadlineExceeded
	}
	return n, nil
}

func (s *sluggish) SetWriteDeadline(time.Time) error { return nil }

func (s *sluggish) Close() error {
	close(s.ended)
	return nil
}

func TestASlowPrinterHasTimeAsLongAsItTakesSomething(t *testing.T) {
	ever := make([]int, 2*slowest)
	for i := range ever {
		ever[i] = 1
	}
	for _, c := range []struct {
		name  string
		takes []int
		n     int
		slow  bool
	}{
		{"at once", nil, 100, false},
		{"in three turns", []int{40, 1, 59}, 100, false},
		{"stopped at once", []int{0}, 0, true},
		{"stopped in the middle", []int{40, 0}, 40, true},
		{"for ever", ever, slowest, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			port := &sluggish{takes: c.takes, ended: make(chan struct{})}
			l := newLink(port)
			n, err := l.write(t.Context(), make([]byte, 100), time.Second)
			if n != c.n || port.got != c.n || errors.Is(err, os.ErrDeadlineExceeded) != c.slow || !c.slow && err != nil {
				t.Errorf("%d bytes, %d taken, %v", n, port.got, err)
			}
			if err := l.close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}
