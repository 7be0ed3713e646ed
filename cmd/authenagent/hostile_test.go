//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"authenkiosk/cmd/authenagent/builttest"
)

// hostileFor is how long the attack lasts.
var hostileFor = flag.Duration("hostile", 3*time.Second, "how long the built agent is attacked at least")

// maxAttacked is the promise about memory, in kB, whatever is thrown at the agent.
const maxAttacked = 150_000

// Sizes of the attack: see the promises 11 and 12 of the reliability notes.
const (
	badTokens = 10_000
	slowOnes  = 500
	hugeBytes = 1 << 30
	deepMany  = 1_000_000
)

// TestHostileTrafficCostsTheBuiltAgentNeitherMemoryNorTheCard throws everything
// at the program as it is shipped, with its card, its store and its way to NHSO,
// while a good program goes on reading the card.
func TestHostileTrafficCostsTheBuiltAgentNeitherMemoryNorTheCard(t *testing.T) {
	log.SetOutput(io.Discard) // net/http's own client tells each refused connection
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	a := startAgent(t, "")
	bad := a.client("bad")
	a.insert(builttest.Adult)
	if err := a.readCard(t.Context(), patience); err != nil {
		t.Fatalf("before the attack: %v", err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	defer func() { cancel(); all.Wait() }()
	counts := map[string]*atomic.Int64{}
	start := func(name string, n int, attack func(context.Context, *atomic.Int64)) {
		count := new(atomic.Int64)
		counts[name] = count
		for range n {
			all.Go(func() { attack(ctx, count) })
		}
	}
	var opened atomic.Int64 // hostile requests that were answered with 200
	post := func(ctx context.Context, body func() io.Reader, length int64, count *atomic.Int64) {
		for ctx.Err() == nil {
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url+"/api/nhso-service/confirm-save", body())
			if err != nil {
				return
			}
			r.ContentLength = length
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Authorization", "Bearer "+bad)
			if resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r); err == nil {
				if resp.StatusCode == http.StatusOK {
					opened.Add(1)
				}
				_ = resp.Body.Close()
			}
			count.Add(1)
		}
	}
	start("bodies of 1 GB with a length", 1, func(ctx context.Context, n *atomic.Int64) {
		post(ctx, func() io.Reader { return io.LimitReader(zeros{}, hugeBytes) }, hugeBytes, n)
	})
	start("bodies of 1 GB in chunks", 1, func(ctx context.Context, n *atomic.Int64) {
		post(ctx, func() io.Reader { return io.LimitReader(zeros{}, hugeBytes) }, -1, n)
	})
	deep := bytes.Repeat([]byte("["), deepMany)
	start("deep bodies", 1, func(ctx context.Context, n *atomic.Int64) {
		post(ctx, func() io.Reader { return bytes.NewReader(deep[:60_000]) }, 60_000, n)
	})
	start("deeper bodies", 1, func(ctx context.Context, n *atomic.Int64) {
		post(ctx, func() io.Reader { return bytes.NewReader(deep) }, deepMany, n)
	})
	start("slow connections", slowOnes, a.slow)
	start("requests of a flood", 8, func(ctx context.Context, n *atomic.Int64) { a.flood(ctx, bad, n) })
	happened := func() bool {
		for name, n := range counts {
			if n.Load() == 0 || name == "slow connections" && n.Load() < slowOnes {
				return false
			}
		}
		return true
	}
	reads := 0
	// It lasts until everything has happened, on a slow machine for longer.
	for began := time.Now(); time.Since(began) < *hostileFor || !happened(); {
		if time.Since(began) > *hostileFor+patience {
			t.Error("the attack does not happen as it should")
			break
		}
		if err := a.readCard(t.Context(), patience); err != nil {
			t.Fatalf("during the attack: %v", err)
		}
		reads++
		time.Sleep(200 * time.Millisecond) // below the rate of a client
	}
	cancel()
	all.Wait()
	refused := a.wrongTokens(t)
	if err := a.readCard(t.Context(), patience); err != nil {
		t.Errorf("after the attack: %v", err)
	}
	peak := memoryOf(t, a.pid, "VmHWM:")
	for name, n := range counts {
		t.Logf("%d %s", n.Load(), name)
	}
	t.Logf("%d wrong tokens refused; %d readings during the attack; at most %d kB resident, %d kB after it", refused, reads, peak, memoryOf(t, a.pid, "VmRSS:"))
	if peak > maxAttacked {
		t.Errorf("%d kB resident, want at most %d", peak, maxAttacked)
	}
	if opened.Load() != 0 {
		t.Errorf("%d hostile bodies were taken", opened.Load())
	}
	if reads == 0 {
		t.Error("the card was not read during the attack")
	}
}

// zeros is a body that never ends.
type zeros struct{}

// Read implements io.Reader.
func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// slow connects and sends a byte of a header now and then.
func (a *agentRun) slow(ctx context.Context, count *atomic.Int64) {
	pause := func(d time.Duration) {
		select {
		case <-time.After(d):
		case <-ctx.Done():
		}
	}
	for ; ctx.Err() == nil; pause(100 * time.Millisecond) {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp", a.address())
		if err != nil {
			continue
		}
		count.Add(1)
		_, err = io.WriteString(c, "GET /api/v1/status HTTP/1.1\r\nHost: "+a.address()+"\r\nX-Slow: ")
		for err == nil && ctx.Err() == nil {
			pause(200 * time.Millisecond)
			_, err = io.WriteString(c, "a")
		}
		_ = c.Close()
	}
}

// flood asks as fast as it can, with a token of its own.
func (a *agentRun) flood(ctx context.Context, token string, count *atomic.Int64) {
	request := []byte("GET /api/v1/status HTTP/1.1\r\nHost: " + a.address() + "\r\nAuthorization: Bearer " + token + "\r\n\r\n")
	for ctx.Err() == nil {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp", a.address())
		if err != nil {
			continue
		}
		_ = c.SetDeadline(time.Now().Add(5 * time.Second))
		in := bufio.NewReader(c)
		for err == nil && ctx.Err() == nil {
			count.Add(1)
			if _, err = c.Write(request); err != nil {
				break
			}
			var resp *http.Response
			if resp, err = http.ReadResponse(in, nil); err != nil {
				break
			}
			_, err = io.Copy(io.Discard, resp.Body)
		}
		_ = c.Close()
	}
}

// wrongTokens tries tokens of the right form; each must be refused.
func (a *agentRun) wrongTokens(t *testing.T) int {
	t.Helper()
	var refused atomic.Int64
	var all sync.WaitGroup
	var left atomic.Int64
	left.Store(badTokens)
	const hands = 18 // a few are made to wait for their refusal; the others go on
	for range hands {
		all.Go(func() {
			client := &http.Client{}
			defer client.CloseIdleConnections()
			for left.Add(-1) >= 0 {
				var random [32]byte
				_, _ = rand.Read(random[:])
				r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.url+"/api/smartcard/read", http.NoBody)
				if err != nil {
					t.Error(err)
					return
				}
				r.Header.Set("Authorization", "Bearer ak1_"+hex.EncodeToString(random[:])[:43])
				resp, err := client.Do(r)
				if err != nil { // its connection had to give way to another one
					refused.Add(1)
					continue
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
				switch resp.StatusCode {
				case http.StatusUnauthorized, http.StatusTooManyRequests, http.StatusServiceUnavailable:
					refused.Add(1)
				default:
					t.Errorf("a wrong token gives %d", resp.StatusCode)
				}
			}
		})
	}
	all.Wait()
	return int(refused.Load())
}

// readCard reads the card that the attack finds inside.
func (a *agentRun) readCard(ctx context.Context, patience time.Duration) error {
	return a.readPerson(ctx, builttest.Adult, patience)
}

// readPerson reads the card as a good program does: where there is no place it
// tries again, until patience ends.
func (a *agentRun) readPerson(ctx context.Context, pid string, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		status, body, err := a.ask(ctx, http.MethodGet, "/api/smartcard/read-card-only", "")
		if err == nil && status == http.StatusOK && strings.Contains(body, `"pid":"`+pid+`"`) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the card cannot be read: %d %w", status, ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}
