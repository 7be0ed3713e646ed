//go:build linux

package agent

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// childVariable makes the test program serve instead of testing: with the limits of
// time of the product, or with patient ones.
const (
	childVariable = "AUTHENKIOSK_AGENT_CHILD"
	childUsual    = "usual"
	childPatient  = "patient"
)

// maxRSS is the promise, in kB, whatever is thrown at the agent.
const maxRSS = 150_000

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		if err := serveAsChild(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// serveAsChild serves with a card that takes 50 ms to read, and tells the address
// and the tokens of two clients.
func serveAsChild() error {
	book := &clientBook{}
	good, err := AddClient(book, "good", Scopes(), time.Now())
	if err != nil {
		return err
	}
	bad, err := AddClient(book, "bad", Scopes(), time.Now())
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	fmt.Println(l.Addr(), good, bad)
	a := New(Options{
		Status: func() Status { return Status{Zone: "demo"} }, Healthy: func() error { return nil },
		Zone: "demo", Logger: slog.New(slog.DiscardHandler), Clients: book, Visits: visitList{},
		Compat: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/api/smartcard/read") {
				time.Sleep(50 * time.Millisecond)
			}
			_, _ = io.WriteString(w, compatAnswer)
		}),
	})
	a.timing.shutdown = patience // how quickly it ends is not what these tests show
	if os.Getenv(childVariable) == childPatient {
		a.timing = patient
	}
	return Serve(ctx, l, a)
}

// victim is the child.
type victim struct {
	addr, good, bad string
	pid             int
}

func startVictim(t *testing.T, kind string) *victim {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), childVariable+"="+kind)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the child: %v", err)
		}
	})
	v := &victim{pid: cmd.Process.Pid}
	if _, err := fmt.Fscan(bufio.NewReader(out), &v.addr, &v.good, &v.bad); err != nil {
		t.Fatal(err)
	}
	return v
}

// peak is the largest memory that the child ever had, in kB.
func (v *victim) peak(t *testing.T) int {
	t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", v.pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(data), "VmHWM:")
	n, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// zeros is a body that never ends.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// tries sends a request with a wrong token. One that is let through counts for 1<<40.
func (v *victim) tries(client *http.Client, req *http.Request, count *atomic.Int64) {
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+v.bad)
	if resp, err := client.Do(req); err == nil {
		if resp.StatusCode == 200 {
			count.Add(1 << 40)
		}
		_ = resp.Body.Close()
	}
	count.Add(1)
}

// hugeBodies sends 1 GB again and again, with a length and in chunks.
func (v *victim) hugeBodies(ctx context.Context, count *atomic.Int64) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for i := 0; ctx.Err() == nil; i++ {
		length := int64(1 << 30)
		req, err := http.NewRequestWithContext(ctx, "POST", "http://"+v.addr+"/api/nhso-service/confirm-save", io.LimitReader(zeros{}, length))
		if err != nil {
			return
		}
		if req.ContentLength = length; i%2 == 1 {
			req.ContentLength = -1
		}
		v.tries(client, req, count)
	}
}

// deepJSON sends a million brackets, and as many as fit.
func (v *victim) deepJSON(ctx context.Context, count *atomic.Int64) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for i := 0; ctx.Err() == nil; i++ {
		req, err := http.NewRequestWithContext(ctx, "POST", "http://"+v.addr+"/api/nhso-service/confirm-save", strings.NewReader(strings.Repeat("[", []int{1_000_000, maxBodyBytes - 1}[i%2])))
		if err != nil {
			return
		}
		v.tries(client, req, count)
	}
}

// slow connects and sends one byte of a header now and then, for ever.
func (v *victim) slow(ctx context.Context, count *atomic.Int64) {
	for ctx.Err() == nil {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp", v.addr)
		if err != nil {
			continue
		}
		count.Add(1)
		_, err = io.WriteString(c, "GET /api/v1/status HTTP/1.1\r\nHost: "+v.addr+"\r\nX-Slow: ")
		for err == nil && ctx.Err() == nil {
			select {
			case <-time.After(200 * time.Millisecond):
			case <-ctx.Done():
			}
			_, err = io.WriteString(c, "a")
		}
		_ = c.Close()
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// flood asks as fast as it can.
func (v *victim) flood(ctx context.Context, count *atomic.Int64) {
	request := []byte("GET /api/v1/status HTTP/1.1\r\nHost: " + v.addr + "\r\nAuthorization: Bearer " + v.bad + "\r\n\r\n")
	for ctx.Err() == nil {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp", v.addr)
		if err != nil {
			continue
		}
		_ = c.SetDeadline(time.Now().Add(5 * time.Second)) // beyond it another connection goes on
		in := bufio.NewReader(c)
		for err == nil && ctx.Err() == nil {
			if _, err = c.Write(request); err != nil {
				break
			}
			var resp *http.Response
			if resp, err = http.ReadResponse(in, nil); err != nil {
				break
			}
			_, err = io.Copy(io.Discard, resp.Body)
			count.Add(1)
		}
		_ = c.Close()
	}
}

// card reads the card like a patient program does: when there is no place it
// tries again.
func (v *victim) card(ctx context.Context) (tries int, err error) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for tries = 1; ; tries++ {
		req, err := http.NewRequestWithContext(ctx, "GET", "http://"+v.addr+"/api/smartcard/read", nil)
		if err != nil {
			return tries, err
		}
		req.Header.Set("Authorization", "Bearer "+v.good)
		resp, err := client.Do(req)
		if err == nil {
			body, _ := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if resp.StatusCode == 200 && string(body) == compatAnswer {
				return tries, nil
			}
			err = fmt.Errorf("answer %d", resp.StatusCode)
		}
		select {
		case <-ctx.Done():
			return tries, fmt.Errorf("after %d tries: %w", tries, err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// TestAbuseCostsNeitherTheMemoryNorTheCard attacks a server in a process of its
// own in every way at once while a good client reads the card.
func TestAbuseCostsNeitherTheMemoryNorTheCard(t *testing.T) {
	log.SetOutput(io.Discard) // net/http's own client tells each refused connection
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	v := startVictim(t, childUsual)
	lasts := 3 * time.Second
	if *long {
		lasts = 60 * time.Second
	}
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	defer func() { cancel(); all.Wait() }()
	var huge, deep, slow, flood atomic.Int64
	start := func(n int, attack func(context.Context, *atomic.Int64), count *atomic.Int64) {
		for range n {
			all.Go(func() { attack(ctx, count) })
		}
	}
	start(2, v.hugeBodies, &huge)
	start(2, v.deepJSON, &deep)
	start(500, v.slow, &slow)
	start(8, v.flood, &flood)
	reads, most := 0, 0
	// It lasts until everything has happened, on a slow machine for longer.
	for began := time.Now(); time.Since(began) < lasts || huge.Load() == 0 || deep.Load() == 0 || slow.Load() < 500 || flood.Load() == 0; {
		if time.Since(began) > lasts+patience {
			t.Fatal("the attack does not happen as it should")
		}
		waiting, done := context.WithTimeout(t.Context(), patience)
		tries, err := v.card(waiting)
		done()
		if err != nil {
			t.Fatalf("the card cannot be read: %v", err)
		}
		reads, most = reads+1, max(most, tries)
		time.Sleep(200 * time.Millisecond) // below the rate of a client
	}
	cancel()
	all.Wait()
	peak := v.peak(t)
	t.Logf("%v: %d huge bodies, %d deep ones, %d slow connections, %d requests of a flood; %d card reads, at most %d tries each; peak RSS %d kB",
		lasts, huge.Load(), deep.Load(), slow.Load(), flood.Load(), reads, most, peak)
	if peak > maxRSS {
		t.Errorf("the agent used %d kB", peak)
	}
	if huge.Load() >= 1<<40 || deep.Load() >= 1<<40 {
		t.Error("a body that is too large or too deep was taken")
	}
	if reads < 1 {
		t.Error("the card was not read")
	}
}

// TestAFloodOfOneClientDoesNotReachTheOther floods alone, so that the number of
// requests is what the machine can do.
func TestAFloodOfOneClientDoesNotReachTheOther(t *testing.T) {
	v := startVictim(t, childPatient) // a pause must not look like a reading that failed
	lasts := 2 * time.Second
	if *long {
		lasts = 30 * time.Second
	}
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	defer func() { cancel(); all.Wait() }()
	var flood atomic.Int64
	for range 8 {
		all.Go(func() { v.flood(ctx, &flood) })
	}
	reads, began := 0, time.Now()
	// The flood is ahead of every reading: it has exceeded its rate before the last.
	for ; time.Since(began) < lasts || flood.Load() <= cheapBurst; reads++ {
		if time.Since(began) > lasts+patience {
			t.Fatalf("%d requests of a flood only", flood.Load())
		}
		waiting, done := context.WithTimeout(t.Context(), patience)
		if tries, err := v.card(waiting); err != nil || tries > 1 {
			t.Errorf("the card is read after %d tries: %v", tries, err)
		}
		done()
		time.Sleep(200 * time.Millisecond)
	}
	lasts = time.Since(began)
	cancel()
	all.Wait()
	t.Logf("%v: %d requests of a flood (%d/s), %d card reads, peak RSS %d kB", lasts, flood.Load(), flood.Load()*int64(time.Second)/int64(lasts), reads, v.peak(t))
	if v.peak(t) > maxRSS {
		t.Error("too much memory")
	}
}
