//go:build field

package fieldtest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"authenkiosk/cmd/authenagent/builttest"
)

const phone = "0800001234"

// limit is for one program, from its start to its end, on a machine that may be slow or
// stand still for a while.
const limit = 5 * time.Minute

func TestMain(m *testing.M) { builttest.Main(m) }

// agent is the running program, with the test zone behind it.
type agent struct {
	t             *testing.T
	url, plain    string // of the agent; of its plain HTTP, if that is spoken
	control       string // of the test zone
	dir, settings string
}

// addresses are told in the log.
var addresses = regexp.MustCompile(`msg="(the agent answers|the simulator answers|PLAIN HTTP is spoken)[^"]*" address=(\S+:\d+)`)

// start runs the agent with a section [agent] until the test ends.
func start(t *testing.T, section string) *agent {
	t.Helper()
	a := &agent{t: t, dir: t.TempDir()}
	a.settings = filepath.Join(a.dir, "a.toml")
	text := "[unit]\nhcode = \"99999\"\n[agent]\nlisten = \"127.0.0.1:0\"\n" + section
	if err := os.WriteFile(a.settings, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(builttest.Program(t), "agent", "-config", a.settings, "-data", a.dir)
	log, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	want := 2
	if strings.Contains(section, "plain_http_listen") {
		want = 3
	}
	told, read := make(chan struct{}), make(chan struct{})
	var lines bytes.Buffer
	go func() {
		defer close(read)
		in := bufio.NewScanner(log)
		for in.Scan() {
			lines.WriteString(in.Text() + "\n")
			m := addresses.FindStringSubmatch(in.Text())
			if m == nil {
				continue
			}
			switch m[1] {
			case "the agent answers":
				a.url = "http://" + m[2]
			case "the simulator answers":
				a.control = "http://" + m[2]
			default:
				a.plain = "http://" + m[2]
			}
			if want--; want == 0 {
				close(told)
			}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		<-read
		if err := cmd.Wait(); err != nil {
			t.Errorf("the end of the agent: %v", err)
		}
		if t.Failed() {
			t.Logf("the agent's log:\n%s", &lines)
		}
	})
	select {
	case <-told:
	case <-read:
		t.Fatalf("the agent has ended:\n%s", &lines)
	case <-time.After(limit):
		t.Fatal("the agent does not answer")
	}
	a.healthy()
	return a
}

// healthy waits until the agent has seen its reader.
func (a *agent) healthy() {
	a.t.Helper()
	for end := time.Now().Add(limit); ; time.Sleep(20 * time.Millisecond) {
		resp, err := http.Get(a.url + "/healthz")
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		if time.Now().After(end) {
			a.t.Fatalf("the agent is not healthy: %v %v", resp, err)
		}
	}
}

// token makes a client with all scopes.
func (a *agent) token() string {
	a.t.Helper()
	out, err := exec.Command(builttest.Program(a.t), "client", "add", "his", "-scopes", "read-card,submit,codes,events", "-config", a.settings, "-data", a.dir).Output()
	if err != nil {
		a.t.Fatal(err)
	}
	token := regexp.MustCompile(`ak1_\S+`).FindString(string(out))
	if token == "" {
		a.t.Fatalf("no token in %q", out)
	}
	return token
}

// zone asks the test zone's control.
func (a *agent) zone(method, path string, body any) []byte {
	a.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		a.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(context.Background(), method, a.control+path, bytes.NewReader(data))
	if err != nil {
		a.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		a.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		a.t.Fatalf("%s %s: %d %s %v", method, path, resp.StatusCode, answer, err)
	}
	return answer
}

func (a *agent) insert(pid string) {
	a.zone("PUT", "/testzone/agent/card", map[string]string{"pid": pid})
}
func (a *agent) remove() { a.zone("DELETE", "/testzone/agent/card", nil) }

// slow has NHSO's look-ups of codes take their time.
func (a *agent) slow(d time.Duration) {
	a.zone("POST", "/testzone/faults", map[string]any{"path": "/authencodestatus", "kind": "slow", "delay_ms": d.Milliseconds()})
}

// codes are those that NHSO has made for a person.
func (a *agent) codes(pid string) (codes []string) {
	a.t.Helper()
	var all []struct{ Code, PID string }
	if err := json.Unmarshal(a.zone("GET", "/testzone/codes", nil), &all); err != nil {
		a.t.Fatal(err)
	}
	for _, c := range all {
		if c.PID == pid {
			codes = append(codes, c.Code)
		}
	}
	return codes
}

// has demands that a person has exactly this code.
func (a *agent) has(pid, code string) {
	a.t.Helper()
	if codes := a.codes(pid); len(codes) != 1 || codes[0] != code {
		a.t.Errorf("the program says %q, NHSO has %q", code, codes)
	}
}

// looks counts the look-ups of codes that have reached NHSO.
func (a *agent) looks() (n int) {
	a.t.Helper()
	var all []struct{ Path string }
	if err := json.Unmarshal(a.zone("GET", "/testzone/requests", nil), &all); err != nil {
		a.t.Fatal(err)
	}
	for _, r := range all {
		if strings.Contains(r.Path, "check-authen-status") {
			n++
		}
	}
	return n
}

// needs ends the test where a tool is missing.
func needs(t *testing.T, tool string) string {
	t.Helper()
	path, err := exec.LookPath(tool)
	if err != nil {
		if os.Getenv("AUTHENKIOSK_REQUIRE_TOOLS") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	return path
}

// program is a program of the field at work.
type program struct {
	t     *testing.T
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines chan string
	wrong bytes.Buffer
}

func run(t *testing.T, tool string, args ...string) *program {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	p := &program{t: t, cmd: exec.CommandContext(ctx, needs(t, tool), args...), lines: make(chan string, 100)}
	p.cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	p.cmd.Stderr = &p.wrong
	out, err := p.cmd.StdoutPipe()
	if err == nil {
		p.in, err = p.cmd.StdinPipe()
	}
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		defer close(p.lines)
		for in := bufio.NewScanner(out); in.Scan(); {
			p.lines <- in.Text()
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-read
		_ = p.cmd.Wait()
	})
	return p
}

// says waits for a line that begins with a word.
func (p *program) says(word string) {
	p.t.Helper()
	for line := range p.lines {
		if strings.HasPrefix(line, word) {
			return
		}
	}
	_ = p.cmd.Wait()
	p.t.Fatalf("it ended before it said %s: %s", word, &p.wrong)
}

// goOn is the clerk who has typed the phone.
func (p *program) goOn() { _, _ = io.WriteString(p.in, "\n") }

// last returns the last line of a program that ends well.
func (p *program) last() (last string) {
	p.t.Helper()
	for line := range p.lines {
		last = line
	}
	if err := p.cmd.Wait(); err != nil {
		p.t.Fatalf("%v\n%s%s", err, last, &p.wrong)
	}
	return last
}
