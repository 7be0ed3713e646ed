//go:build linux

package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
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

// maxResident is the promise about memory, in kB, of an agent that has served a
// reading: a quarter of what the Java agent takes.
const maxResident = 100 << 10

// TestTheBuiltAgentStartsServesAndEnds runs the program as a service manager does.
func TestTheBuiltAgentStartsServesAndEnds(t *testing.T) {
	dir := t.TempDir()
	program := builttest.Program(t)
	config := filepath.Join(dir, "a.toml")
	if err := os.WriteFile(config, []byte("[agent]\nlisten = \"127.0.0.1:0\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	token := run(t, program, "client", "add", "his", "-config", config, "-data", dir)
	token, _, _ = strings.Cut(token, "\n")

	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(dir, "notify"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = manager.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), 5*patience)
	defer cancel()
	agent := exec.CommandContext(ctx, program, "agent", "-config", config, "-data", dir)
	agent.Env = append(os.Environ(), "NOTIFY_SOCKET="+manager.LocalAddr().String())
	stderr, err := agent.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := agent.Start(); err != nil {
		t.Fatal(err)
	}
	address := addressIn(t, bufio.NewScanner(stderr))
	for _, want := range []string{"READY=1", "WATCHDOG=1"} {
		told(t, manager, want)
		t.Logf("%s after %s", want, time.Since(began).Round(time.Millisecond))
	}
	for _, path := range []string{"/healthz", "/", "/api/smartcard/terminals", "/api/v1/status"} {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		resp, err := http.DefaultClient.Do(r)
		// It has not seen its reader yet, or the machine stood still before it heard us.
		for ctx.Err() == nil && (err != nil || path == "/healthz" && resp.StatusCode == http.StatusServiceUnavailable) {
			if err == nil {
				_ = resp.Body.Close()
			}
			time.Sleep(20 * time.Millisecond)
			resp, err = http.DefaultClient.Do(r)
		}
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
	resident := memoryOf(t, agent.Process.Pid, "VmRSS:")
	t.Logf("%d kB resident", resident)
	if resident > maxResident {
		t.Errorf("%d kB resident, want at most %d", resident, maxResident)
	}
	if err := agent.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	told(t, manager, "STOPPING=1")
	if err := agent.Wait(); err != nil {
		t.Errorf("the end: %v", err)
	}
}

func run(t *testing.T, program string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), program, args...).Output()
	if err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	return string(out)
}

// addressIn finds the address in the log, and lets the rest of the log go by.
func addressIn(t *testing.T, log *bufio.Scanner) string {
	t.Helper()
	answers := regexp.MustCompile(`msg="the agent answers" address=(\S+)`)
	for log.Scan() {
		if m := answers.FindStringSubmatch(log.Text()); m != nil {
			go func() {
				for log.Scan() { // until the program ends
				}
			}()
			return m[1]
		}
	}
	t.Fatal("the log does not tell the address")
	return ""
}

// told waits for a message to the service manager.
func told(t *testing.T, manager *net.UnixConn, want string) {
	t.Helper()
	if err := manager.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, 100)
	for {
		n, err := manager.Read(buffer)
		if err != nil {
			t.Fatalf("no %s: %v", want, err)
		}
		if string(buffer[:n]) == want {
			return
		}
	}
}

// memoryOf returns a line of what the system tells of the program's memory.
func memoryOf(t *testing.T, pid int, line string) (kilobytes int) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), line)
	if _, err := fmt.Sscan(rest, &kilobytes); err != nil {
		t.Fatal(err)
	}
	return kilobytes
}
