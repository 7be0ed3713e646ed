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
)

// TestTheWatchdogIsFedOnlyWhileEveryLoopTurns lets one of two loops stand still for a
// while, and counts how often the service manager is told that all is well.
func TestTheWatchdogIsFedOnlyWhileEveryLoopTurns(t *testing.T) {
	for _, stops := range []string{"", "screen", "flow"} {
		t.Run("it stands still: "+stops, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				var parts sync.WaitGroup
				defer parts.Wait()
				defer cancel()
				var log lockedLog
				var beats atomic.Int64
				goOn := make(chan struct{})
				p := &pulse{tell: func(string) { beats.Add(1) }, log: slog.New(slog.NewTextHandler(&log, nil))}
				for _, name := range []string{"flow", "screen"} {
					work := make(chan func())
					p.loops = append(p.loops, Loop{name, func(_ context.Context, answer func()) { work <- answer }})
					parts.Go(func() {
						if name == stops {
							<-goOn
						}
						turn(ctx, work)
					})
				}
				parts.Go(func() { p.run(ctx) })
				time.Sleep(time.Minute)
				synctest.Wait()
				if n := beats.Load(); n > 0 != (stops == "") {
					t.Errorf("in a minute the watchdog was fed %d times", n)
				}
				if stops != "" && strings.Count(log.String(), "loop="+stops) != 1 {
					t.Errorf("the log has %q, want loop=%s once", log.String(), stops)
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

// turn does what it is handed, in order.
func turn(ctx context.Context, work <-chan func()) {
	for {
		select {
		case f := <-work:
			f()
		case <-ctx.Done():
			return
		}
	}
}

func TestAnAgentWithoutAScreenIsAliveWhileItLooksAtItsDevices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var parts sync.WaitGroup
		defer parts.Wait()
		defer cancel()
		beats := 0
		c := &Core{asked: make(chan func())}
		p := &pulse{loops: []Loop{{"devices", c.askDevices}}, tell: func(string) { beats++ }, log: slog.New(slog.DiscardHandler)}
		parts.Go(func() { p.run(ctx) })
		time.Sleep(time.Minute)
		synctest.Wait()
		if beats != 0 {
			t.Errorf("nobody answers, and the watchdog was fed %d times", beats)
		}
		(<-c.asked)()
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
	new(Core).Ready()
	got := make([]byte, 100)
	n, err := l.Read(got)
	if err != nil || string(got[:n]) != "READY=1" {
		t.Errorf("%q, %v", got[:n], err)
	}
}
