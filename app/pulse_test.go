package app

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/app/upstream"
	"authenkiosk/visit/flow"
)

// screenLoop is a loop like that of Fyne: it does what it is handed, in order.
func screenLoop(ctx context.Context, work <-chan func()) {
	for {
		select {
		case f := <-work:
			f()
		case <-ctx.Done():
			return
		}
	}
}

// TestTheWatchdogIsFedOnlyWhileRunnerAndScreenTurn lets one part stand still for a
// while, and counts how often the service manager is told that all is well.
func TestTheWatchdogIsFedOnlyWhileRunnerAndScreenTurn(t *testing.T) {
	for _, c := range []struct {
		name  string
		stops string // "", screen, flow or devices
		fed   bool   // while it stands still
		log   string
	}{
		{"all turns", "", true, ""},
		{"the screen stands still", "screen", false, "loop=screen"},
		{"the runner stands still", "flow", false, "loop=flow"},
		{"the look at the devices stands still", "devices", true, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				var parts sync.WaitGroup
				defer parts.Wait()
				defer cancel()
				var log lockedLog
				var beats atomic.Int64
				k := &Kiosk{core: &core{log: slog.New(slog.NewTextHandler(&log, nil)), health: upstream.NewHealth(nil), lookNow: make(chan struct{}, 1), asked: make(chan func())}}
				b := &bench{}
				screen, goOn := make(chan func()), make(chan struct{})
				k.runner = NewRunner(flow.Model{}, Ports{Card: b, NHSO: b, Store: b, Show: func(flow.Model) {}}, k.log)
				k.Turns(func(answer func()) { screen <- answer })
				p := k.pulse()
				p.tell = func(state string) {
					if state == "WATCHDOG=1" {
						beats.Add(1)
					}
				}
				devices := func() flow.Devices { return flow.Devices{} }
				switch c.stops {
				case "screen":
					parts.Go(func() { screen <- func() { <-goOn } })
				case "flow":
					k.runner.ports.Show = func(flow.Model) { <-goOn }
				case "devices":
					devices = func() flow.Devices { <-goOn; return flow.Devices{} }
				}
				parts.Go(func() { screenLoop(ctx, screen) })
				parts.Go(func() { k.runner.Run(ctx) })
				parts.Go(func() { k.watchDevices(ctx, func(flow.Event) {}, devices) })
				synctest.Wait() // what stands still does so now
				parts.Go(func() { p.run(ctx) })
				time.Sleep(time.Minute)
				synctest.Wait()
				if n := beats.Load(); n > 0 != c.fed {
					t.Errorf("in a minute the watchdog was fed %d times", n)
				}
				if c.log != "" && strings.Count(log.String(), c.log) != 1 {
					t.Errorf("the log has %q, want %q once", log.String(), c.log)
				}
				close(goOn)
				before := beats.Load()
				time.Sleep(time.Minute)
				synctest.Wait()
				if n := beats.Load() - before; n < int64(time.Minute/beatEvery)-1 {
					t.Errorf("when all turns again the watchdog is fed %d times a minute", n)
				}
			})
		})
	}
}

func TestAnAgentWithoutAScreenIsAliveWhileItLooksAtItsDevices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var parts sync.WaitGroup
		defer parts.Wait()
		defer cancel()
		asked, beats := make(chan func()), 0
		p := &pulse{
			loops: []loop{{"devices", func(ctx context.Context, answer func()) { hand(ctx, asked, answer) }}},
			tell:  func(string) { beats++ }, log: slog.New(slog.DiscardHandler),
		}
		parts.Go(func() { p.run(ctx) })
		time.Sleep(time.Minute)
		synctest.Wait()
		if beats != 0 {
			t.Errorf("nobody answers, and the watchdog was fed %d times", beats)
		}
		(<-asked)()
		synctest.Wait()
		if beats != 1 {
			t.Errorf("after an answer the watchdog was fed %d times", beats)
		}
	})
}

// lockedLog is a buffer that goroutines may write to.
type lockedLog struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestTheServiceManagerIsToldByItsSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Skip("this system has no such sockets")
	}
	defer func() { _ = l.Close() }()
	t.Setenv("NOTIFY_SOCKET", path)
	new(Kiosk).Ready()
	got := make([]byte, 100)
	n, err := l.Read(got)
	if err != nil || string(got[:n]) != "READY=1" {
		t.Errorf("%q, %v", got[:n], err)
	}
}
