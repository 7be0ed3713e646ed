// Package pcscdtest runs a real card service with two virtual readers for one test:
// pcscd with the driver of vsmartcard-vpcd. It is in no program.
//
// The service is the test's own: it has a socket and ports of its own beside the
// machine's, needs no rights and no polkit, and ends with the test. pcscd takes its
// socket from whoever starts it, in the way of systemd (sd_listen_fds(3)), and its
// clients find it by PCSCLITE_CSOCK_NAME. A process of clients reads that once, so
// that a test which is a client itself has one service (Start); tests side by side
// have one each for the programs that they start (StartFor).
package pcscdtest

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"authenkiosk/cardreader/pcsc"
)

// The names that pcscd gives to the readers.
const (
	First  = "Virtual PCD 00 00"
	Second = "Virtual PCD 00 01"
)

const (
	// startLimit is how long pcscd may take to show its readers on a busy machine;
	// startPoll is how often it is looked for, since nothing tells.
	startLimit = 2 * time.Minute
	startPoll  = 20 * time.Millisecond

	// installed is where the package of the driver says how it is started.
	installed = "/etc/reader.conf.d/vpcd"
)

// Daemon is a card service. Its methods are for one goroutine.
type Daemon struct {
	cmd  *exec.Cmd
	tie  *leash
	said *bytes.Buffer
	dir  string
	port int // of the first reader; the second has the next
}

// Start starts a card service for this process and those that it starts, and waits
// until its readers are there. It ends with the test.
func Start(t testing.TB) *Daemon {
	t.Helper()
	// A process of clients asks for the name of the socket once: it is always the same.
	d := &Daemon{dir: filepath.Join(os.TempDir(), fmt.Sprintf("authenkiosk-pcscd-%d", os.Getpid()))}
	if err := os.Setenv("PCSCLITE_CSOCK_NAME", d.socket()); err != nil {
		t.Fatal(err)
	}
	d.endWith(t)
	d.Restart(t)
	return d
}

// StartFor starts a card service for programs that get its Env. It ends with the
// test. Its readers are there when it answers its first client.
func StartFor(t testing.TB) *Daemon {
	t.Helper()
	dir, err := os.MkdirTemp("", "authenkiosk-pcscd-") // the name of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	d := &Daemon{dir: dir}
	d.endWith(t)
	if err := d.start(); err != nil {
		t.Fatalf("start the card service: %v", err)
	}
	return d
}

// Env tells a program where the service is.
func (d *Daemon) Env() string { return "PCSCLITE_CSOCK_NAME=" + d.socket() }

func (d *Daemon) endWith(t testing.TB) {
	t.Cleanup(func() {
		d.Stop()
		_ = os.RemoveAll(d.dir)
		if t.Failed() && d.said != nil {
			t.Logf("pcscd said:\n%s", d.said)
		}
	})
}

func (d *Daemon) socket() string { return filepath.Join(d.dir, "comm") }

// Address returns where a card is put into a reader.
func (d *Daemon) Address(reader string) string {
	port := d.port
	if reader == Second {
		port++
	}
	return fmt.Sprintf("127.0.0.1:%d", port)
}

// Restart starts a service that was stopped.
func (d *Daemon) Restart(t testing.TB) {
	t.Helper()
	if err := d.start(); err != nil {
		t.Fatalf("start the card service: %v", err)
	}
	deadline := time.Now().Add(startLimit)
	for {
		err := d.ready()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("after %s the card service has no virtual readers: %v", startLimit, err)
		}
		<-time.After(startPoll)
	}
}

// Stop ends the service, as a machine without one is. Cards in its readers are out.
func (d *Daemon) Stop() {
	if d.cmd == nil {
		return
	}
	d.tie.untie()
	_ = d.cmd.Process.Signal(syscall.SIGTERM)
	_ = d.cmd.Wait()
	d.cmd, d.tie = nil, nil
	_ = os.RemoveAll(d.dir)
}

// ready reports whether a client finds both readers.
func (d *Daemon) ready() error {
	w, err := pcsc.New().Watch()
	if err != nil {
		return err
	}
	names, err := w.Readers()
	if err = errors.Join(err, w.Close()); err != nil {
		return err
	}
	if !slices.Contains(names, First) || !slices.Contains(names, Second) {
		return fmt.Errorf("there are %q", names)
	}
	return nil
}

func (d *Daemon) start() error {
	program, err := find("pcscd")
	if err != nil {
		return err
	}
	readers, err := d.configure()
	if err != nil {
		return err
	}
	// The listener is ours until pcscd has it.
	l, err := d.listen()
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	f, err := l.File()
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	d.said = &bytes.Buffer{}
	// LISTEN_PID must be the number of pcscd itself, which only a shell knows before.
	args := append([]string{"-c", `LISTEN_PID=$$ exec "$0" "$@"`, program}, Arguments(help(program))...)
	d.cmd = exec.Command("sh", append(args, "--config", readers)...)
	d.cmd.Env = append(os.Environ(), "LISTEN_FDS=1")
	d.cmd.ExtraFiles = []*os.File{f}
	d.cmd.Stdout, d.cmd.Stderr = d.said, d.said
	if err := d.cmd.Start(); err != nil {
		d.cmd = nil
		return err
	}
	if d.tie, err = newLeash(d.cmd.Process.Pid); err != nil {
		return errors.Join(err, d.cmd.Process.Kill(), d.cmd.Wait())
	}
	return nil
}

// listen makes the socket. One that is there already is of a test that was killed, in
// a process that had the same number.
func (d *Daemon) listen() (*net.UnixListener, error) {
	if err := os.Remove(d.socket()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: d.socket(), Net: "unix"})
	if err != nil {
		return nil, err
	}
	l.SetUnlinkOnClose(false)
	return l, nil
}

// find looks also where a person without rights has no path to.
func find(program string) (string, error) {
	path, err := exec.LookPath(program)
	if err == nil {
		return path, nil
	}
	if path, err := exec.LookPath("/usr/sbin/" + program); err == nil {
		return path, nil
	}
	return "", err
}

var help = func() func(program string) string {
	var once sync.Once
	var text string
	return func(program string) string {
		once.Do(func() {
			out, _ := exec.Command(program, "--help").CombinedOutput() // its status is not 0 everywhere
			text = string(out)
		})
		return text
	}
}()

// Arguments are those of a service for tests, given the help of the pcscd that is
// installed. From version 2 on pcscd asks polkit who may use it, which a machine
// without a desktop does not have; the switch against that is refused by older ones.
func Arguments(help string) []string {
	args := []string{"--foreground"}
	if strings.Contains(help, "--disable-polkit") {
		args = append(args, "--disable-polkit")
	}
	return args
}

var (
	channel = regexp.MustCompile(`(?m)^CHANNELID\s.*$`)
	device  = regexp.MustCompile(`(?m)^DEVICENAME\s.*$`)
)

// configure writes the readers of this service: those of the package, on ports of
// their own.
func (d *Daemon) configure() (dir string, err error) {
	text, err := os.ReadFile(installed)
	if err != nil {
		return "", fmt.Errorf("the driver of virtual readers (package vsmartcard-vpcd): %w", err)
	}
	if d.port == 0 { // and after a restart the same
		if d.port, err = freePorts(); err != nil {
			return "", err
		}
	}
	text = channel.ReplaceAll(text, fmt.Appendf(nil, "CHANNELID    0x%04X", d.port))
	text = device.ReplaceAll(text, fmt.Appendf(nil, "DEVICENAME   /dev/null:0x%04X", d.port))
	dir = filepath.Join(d.dir, "readers")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	return dir, os.WriteFile(filepath.Join(dir, "vpcd"), text, 0o644)
}

// given are the ports of this process's services: none is given twice, since a service
// takes its own a moment later.
var given = struct {
	sync.Mutex
	ports map[int]bool
}{ports: map[int]bool{}}

// freePorts returns the first of two ports, one after the other, that nobody uses. They
// are below those that the system gives away by itself.
func freePorts() (int, error) {
	given.Lock()
	defer given.Unlock()
	for range 100 {
		port := 20_000 + 2*rand.IntN(6_000)
		if !given.ports[port] && free(port) && free(port+1) {
			given.ports[port] = true
			return port, nil
		}
	}
	return 0, errors.New("there are no two free ports beside each other")
}

func free(port int) bool {
	l, err := net.Listen("tcp", fmt.Sprintf("0.0.0.0:%d", port))
	if err != nil {
		return false
	}
	return l.Close() == nil
}
