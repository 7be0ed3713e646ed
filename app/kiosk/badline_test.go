package kiosk

import (
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// lineMode is how a badLine treats connections.
type lineMode int32

const (
	lineGood     lineMode = iota
	lineRefused           // every connection is closed at once
	lineHalfOpen          // requests arrive, answers never do, nobody hangs up
	lineCut               // the answer breaks off after a few bytes
	lineSlow              // every piece takes longer than the client waits
	linePortal            // somebody else answers, with a page to log in
	lineGarbage           // the answer is noise
	lineLossy             // packets are lost and sent again: to a program that is a delay
)

// badLine is a proxy between the kiosk and the test zone.
type badLine struct {
	on       network
	listener net.Listener
	target   net.Listener
	mode     atomic.Int32

	work sync.WaitGroup
	mu   sync.Mutex
	open map[net.Conn]bool
}

// slowPiece is longer than the client of the tests waits.
const slowPiece = 700 * time.Millisecond

func newBadLine(t *testing.T, on network, target net.Listener) *badLine {
	t.Helper()
	l, err := on.listen()
	if err != nil {
		t.Fatal(err)
	}
	b := &badLine{on: on, listener: l, target: target, open: map[net.Conn]bool{}}
	b.work.Go(b.serve)
	t.Cleanup(func() {
		_ = l.Close()
		b.set(lineGood)
		b.work.Wait()
	})
	return b
}

// set changes the line; connections that are open break.
func (b *badLine) set(mode lineMode) {
	b.mode.Store(int32(mode))
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range b.open {
		_ = c.Close()
	}
	clear(b.open)
}

func (b *badLine) serve() {
	for {
		c, err := b.listener.Accept()
		if err != nil {
			return
		}
		b.keep(c)
		b.work.Go(func() { b.carry(c, lineMode(b.mode.Load())) })
	}
}

func (b *badLine) keep(c net.Conn) {
	b.mu.Lock()
	b.open[c] = true
	b.mu.Unlock()
}

func (b *badLine) carry(client net.Conn, mode lineMode) {
	defer func() { _ = client.Close() }()
	switch mode {
	case lineRefused:
		return
	case linePortal, lineGarbage:
		_, _ = client.Read(make([]byte, 4096))
		answer := "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 27\r\n\r\n<html>please log in</html>\n"
		if mode == lineGarbage {
			answer = "\x00\xff\x17PP1200000009 200 OK"
		}
		_, _ = io.WriteString(client, answer)
		return
	}
	server, err := b.on.dial(b.target)
	if err != nil {
		return
	}
	b.keep(server)
	defer func() { _ = server.Close() }()
	b.work.Go(func() {
		_, _ = io.Copy(server, client)
		_ = server.Close()
	})
	b.answer(client, server, mode)
}

// answer carries what the server says, or not.
func (b *badLine) answer(client, server net.Conn, mode lineMode) {
	switch mode {
	case lineHalfOpen:
		_, _ = io.Copy(io.Discard, server)
	case lineCut:
		_, _ = io.CopyN(client, server, 20)
	case lineSlow:
		piece := make([]byte, 64)
		for {
			n, err := server.Read(piece)
			<-time.After(slowPiece)
			if _, writeErr := client.Write(piece[:n]); errors.Join(err, writeErr) != nil {
				return
			}
		}
	case lineLossy:
		piece := make([]byte, 64)
		for {
			n, err := server.Read(piece)
			if rand.IntN(100) < lostPercent {
				<-time.After(lostPiece)
			}
			if _, writeErr := client.Write(piece[:n]); errors.Join(err, writeErr) != nil {
				return
			}
		}
	default:
		_, _ = io.Copy(client, server)
	}
}

// A lost packet comes again after TCP's first time-out, at the least. The
// kernels of test machines seldom can lose packets themselves, so the proxy does.
const (
	lostPercent = 5
	lostPiece   = 200 * time.Millisecond
)

func TestALineThatLosesPacketsDelaysAndNothingElse(t *testing.T) {
	for range 3 {
		t.Run("a visit", func(t *testing.T) {
			t.Parallel()
			playWire(t, slog.New(slog.DiscardHandler), slipsAsPictures, func(t *testing.T, w *wire) {
				w.line.set(lineLossy)
				w.until("ready reader", func(m flow.Model) bool { return m.Devices.Reader == visit.DeviceReady })
				w.phone()
				w.kiosk.Send(flow.TapConfirm{})
				m := w.until("end of the visit", func(m flow.Model) bool { return m.State == flow.Result || m.State == flow.Queued })
				w.drained()
				codes, _ := w.madeFor()
				r, err := w.kiosk.Store.Visit(m.Session.Insertion.VisitID)
				if codes != 1 || err != nil || r.State != visit.StateDone || m.Session.Code != "" && m.Session.Code != r.Code {
					t.Errorf("%d codes, the store has %v %v, the patient saw %q", codes, r.State, err, m.Session.Code)
				}
			})
		})
	}
}

func TestABadLineNeverMakesAWrongSuccessAndTheQueueIsEmptySoonAfter(t *testing.T) {
	for name, mode := range map[string]lineMode{
		"refused": lineRefused, "half open": lineHalfOpen, "cut": lineCut, "slow": lineSlow, "a portal": linePortal, "garbage": lineGarbage,
	} {
		for _, from := range []string{"the card", "the confirmation"} {
			t.Run(name+" from "+from, func(t *testing.T) {
				t.Parallel()
				playWire(t, slog.New(slog.DiscardHandler), slipsAsPictures, func(t *testing.T, w *wire) {
					w.until("ready reader", func(m flow.Model) bool { return m.Devices.Reader == visit.DeviceReady })
					if from == "the card" {
						w.line.set(mode)
					}
					w.phone()
					w.line.set(mode)
					w.kiosk.Send(flow.TapConfirm{})
					m := w.until("end of the visit", func(m flow.Model) bool {
						return m.State == flow.Result || m.State == flow.Queued || m.State == flow.Desk
					})
					if m.State != flow.Queued || m.Session.Code != "" {
						t.Errorf("the patient sees %v with code %q", m.State, m.Session.Code)
					}
					w.line.set(lineGood)
					w.drained()
					codes, _ := w.madeFor()
					r, err := w.kiosk.Store.Visit(m.Session.Insertion.VisitID)
					if codes != 1 || err != nil || r.State != visit.StateDone {
						t.Errorf("%d codes, the store has %v, %v", codes, r.State, err)
					}
				})
			})
		}
	}
}
