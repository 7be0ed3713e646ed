//go:build linux

package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"authenkiosk/cmd/authenagent/builttest"
)

// patience is how long a test waits for what the program must do, on a machine that may
// be slow or stand still for a while.
const patience = 2 * time.Minute

func TestMain(m *testing.M) { builttest.Main(m) }

// agentRun is the running program.
type agentRun struct {
	t            *testing.T
	dir, config  string
	url, control string // of the agent; of the simulator, in the demo
	token        string
	pid          int
	began        time.Time
	end          func()
	foreign      bool         // the zone is not the demo: no simulator runs
	kept         *http.Client // keeps its connection
}

// startAgent starts the program in a directory of its own, with more lines of
// configuration than the address.
func startAgent(t *testing.T, more string) *agentRun {
	t.Helper()
	a := &agentRun{t: t, dir: t.TempDir(), kept: &http.Client{Transport: &http.Transport{}}}
	t.Cleanup(a.kept.CloseIdleConnections)
	a.config = filepath.Join(a.dir, "authenkiosk.toml")
	if err := os.WriteFile(a.config, []byte("[agent]\nlisten = \"127.0.0.1:0\"\n"+more), 0o600); err != nil {
		t.Fatal(err)
	}
	a.token = a.client("his")
	a.start()
	return a
}

// client adds a program of the hospital with all scopes.
func (a *agentRun) client(name string) string {
	a.t.Helper()
	out := run(a.t, builttest.Program(a.t), "client", "add", name, "-scopes", "read-card,submit,codes,events", "-config", a.config, "-data", a.dir)
	token, _, _ := strings.Cut(out, "\n")
	return token
}

// start runs the program until end, and learns its addresses from its log.
func (a *agentRun) start() {
	a.t.Helper()
	cmd := exec.Command(builttest.Program(a.t), "agent", "-config", a.config, "-data", a.dir)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		a.t.Fatal(err)
	}
	a.began = time.Now()
	if err := cmd.Start(); err != nil {
		a.t.Fatal(err)
	}
	a.pid = cmd.Process.Pid
	read := make(chan struct{})
	a.end = sync.OnceFunc(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		<-read
		if err := cmd.Wait(); err != nil {
			a.t.Errorf("the end of the agent: %v", err)
		}
	})
	a.t.Cleanup(a.end)
	found := make(chan [2]string, 1)
	go func() {
		defer close(read)
		var agent, simulator string
		log := bufio.NewScanner(stderr)
		at := regexp.MustCompile(`msg="the (agent|simulator) answers" address=(\S+:\d+)`)
		for log.Scan() {
			m := at.FindStringSubmatch(log.Text())
			switch {
			case m == nil:
				continue
			case m[1] == "agent":
				agent = "http://" + m[2]
			default:
				simulator = "http://" + m[2]
			}
			select {
			case <-found:
			default:
			}
			found <- [2]string{agent, simulator}
		}
		close(found)
	}()
	limit := time.After(patience)
	for a.url, a.control = "", ""; a.url == "" || a.control == "" && !a.foreign; {
		select {
		case both, ok := <-found:
			if !ok {
				a.t.Fatal("the program ended before it answered")
			}
			a.url, a.control = both[0], both[1]
		case <-limit:
			a.t.Fatal("the program does not answer")
		}
	}
}

func (a *agentRun) address() string { return strings.TrimPrefix(a.url, "http://") }

// insert lays a card into the demo's reader and waits until it is seen.
func (a *agentRun) insert(pid string) {
	a.t.Helper()
	r, err := http.NewRequestWithContext(a.t.Context(), http.MethodPut, a.control+"/testzone/agent/card", strings.NewReader(`{"pid":"`+pid+`"}`))
	if err != nil {
		a.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		a.t.Fatal(err)
	}
	_ = resp.Body.Close()
	for began := time.Now(); time.Since(began) < patience; time.Sleep(50 * time.Millisecond) {
		if _, body, err := a.ask(a.t.Context(), http.MethodGet, "/api/smartcard/terminals", ""); err == nil && strings.Contains(body, `"isPresent":true`) {
			return
		}
	}
	a.t.Fatal("the card is not seen")
}

// ask asks as a program that keeps no connection. Its answer must name a zone.
func (a *agentRun) ask(ctx context.Context, method, path, body string) (status int, text string, err error) {
	return a.askBy(ctx, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, method, path, body)
}

func (a *agentRun) askBy(ctx context.Context, client *http.Client, method, path, body string) (status int, text string, err error) {
	r, err := http.NewRequestWithContext(ctx, method, a.url+path, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("Authorization", "Bearer "+a.token)
	r.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	if resp.Header.Get("X-AuthenKiosk-Zone") == "" {
		a.t.Errorf("%s %s: the answer %d names no zone", method, path, resp.StatusCode)
	}
	return resp.StatusCode, string(data), err
}
