package mqtt

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"authenkiosk/agent/feed/feedtest"
)

// started runs a program until stop is called or the test ends.
func started(t *testing.T, out io.Writer, name string, args ...string) (stop func()) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = sync.OnceFunc(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	t.Cleanup(stop)
	return stop
}

type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// TestMosquittoTellsThatNobodyListensAndNothingIsLost is the whole way with the broker
// of Debian: nobody, then a listener, then one with a session who is away.
func TestMosquittoTellsThatNobodyListensAndNothingIsLost(t *testing.T) {
	for _, program := range []string{"mosquitto", "mosquitto_sub"} {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("AUTHENKIOSK_REQUIRE_TOOLS") == "1" {
				t.Fatal(err)
			}
			t.Skip(err)
		}
	}
	l, err := net.Listen("tcp", ownHost()+":0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	host, port, _ := strings.Cut(addr, ":")
	file := filepath.Join(t.TempDir(), "mosquitto.conf")
	if err := os.WriteFile(file, fmt.Appendf(nil, "listener %s %s\nallow_anonymous true\n", port, host), 0o600); err != nil {
		t.Fatal(err)
	}
	var log buffer
	started(t, &log, "mosquitto", "-c", file)
	wait(t, "mosquitto", func() bool { c, err := net.Dial("tcp", addr); _ = err == nil && c.Close() == nil; return err == nil })

	at := feedtest.NewPlaces()
	p, stop := publish(t, config(addr), at, io.Discard)
	defer stop()
	wait(t, "the word that nobody listens", func() bool { return strings.Contains(p.Status().Problem, errNobody.Error()) })
	if n, _ := at.Cursor("mqtt"); n != 0 {
		t.Fatalf("place %d, and nobody has anything", n)
	}
	var got buffer
	listener := started(t, &got, "mosquitto_sub", "-h", host, "-p", port, "-q", "1", "-i", "his", "-c", "-t", "authenkiosk/99999/+/visits", "-F", "%t %p")
	wait(t, "the visits", func() bool { return p.Status().Cursor == 3 && strings.Count(got.String(), "\n") >= 3 })
	for line := range strings.Lines(got.String()) {
		if !strings.HasPrefix(line, `authenkiosk/99999/k1/visits {"type":"visit.changed","zone":"demo","kiosk":"k1","feed":"`+testFeed+`"`) {
			t.Errorf("message %s", line)
		}
	}
	stop()

	// The session of the one who is away takes the messages for it.
	listener()
	p, stop = publish(t, config(addr), feedtest.NewPlaces(), io.Discard)
	defer stop()
	wait(t, "the visits in the session", func() bool { return p.Status().Cursor == 3 })
	var later buffer
	started(t, &later, "mosquitto_sub", "-h", host, "-p", port, "-q", "1", "-i", "his", "-c", "-t", "authenkiosk/99999/+/visits", "-F", "%p")
	wait(t, "what came meanwhile", func() bool { return strings.Count(later.String(), "\n") >= 3 })
}
