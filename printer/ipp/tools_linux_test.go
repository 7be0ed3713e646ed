package ipp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"authenkiosk/printer/device"
	"authenkiosk/printer/document"
	"authenkiosk/printer/escpos"
)

// requireTools makes a missing real counterpart a failure.
const requireTools = "AUTHENKIOSK_REQUIRE_TOOLS"

func tool(t *testing.T, name string) string {
	t.Helper()
	for _, dir := range append(filepath.SplitList(os.Getenv("PATH")), "/usr/sbin", "/sbin") {
		if path := filepath.Join(dir, name); exec.Command("test", "-x", path).Run() == nil {
			return path
		}
	}
	if os.Getenv(requireTools) == "1" {
		t.Fatalf("%s is missing", name)
	}
	t.Skipf("%s is not installed", name)
	return ""
}

// run starts a program that ends, with all its children, when the test does. What
// it says is shown when the test fails.
func run(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	c := exec.Command(name, args...)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	c.WaitDelay = 2 * time.Second
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop(c)
		if t.Failed() {
			t.Logf("%s said at last:\n%s", filepath.Base(name), last(said.Bytes()))
		}
	})
	return c
}

func last(text []byte) []byte { return text[max(0, len(text)-1500):] }

// stop ends a program and its children; a second time it does nothing.
func stop(c *exec.Cmd) {
	if c.ProcessState != nil {
		return
	}
	_ = syscall.Kill(-c.Process.Pid, syscall.SIGTERM)
	done := make(chan struct{})
	go func() { _ = c.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(3 * time.Second):
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
		<-done
	}
	_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL) // what its children left
}

// freePort returns a port that nobody listens on, below those that the system gives
// away by itself: none of these is taken before the program has it.
func freePort(t *testing.T) string {
	t.Helper()
	for range 100 {
		l, err := net.Listen("tcp", fmt.Sprintf(":%d", 20_000+rand.IntN(12_000)))
		if err != nil {
			continue
		}
		port := l.Addr().(*net.TCPAddr).Port
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		return strconv.Itoa(port)
	}
	t.Fatal("no port is free")
	return ""
}

// eventually waits for something that a program outside of the test does.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !done(); time.Sleep(30 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it did not happen: %s", what)
		}
	}
}

// patience is how long a test waits for what a program of this machine has to do.
const patience = 2 * time.Minute

// hasty are limits for printers on this machine, which see a fault soon and leave time
// for everything else.
var hasty = Limits{Job: patience, Fault: 300 * time.Millisecond, Poll: 50 * time.Millisecond, Tidy: patience}

// everyday is ippeveprinter, the sample printer of the IPP Everywhere standard.
type everyday struct {
	port, out string
	program   *exec.Cmd
}

// startEveryday starts one that takes some formats and copies every document into
// a folder; the command may do something before.
func startEveryday(t *testing.T, formats, before string) *everyday {
	t.Helper()
	tool(t, "ippeveprinter")
	session, dir := tool(t, "dbus-run-session"), t.TempDir()
	e := &everyday{port: freePort(t), out: filepath.Join(dir, "out")}
	command := filepath.Join(dir, "command")
	script := fmt.Sprintf("#!/bin/sh\n%s\ncp \"$1\" %s/job.tmp && mv %s/job.tmp %s/job-$$\n", before, dir, dir, e.out)
	for _, err := range []error{os.Mkdir(e.out, 0o755), os.Mkdir(filepath.Join(dir, "spool"), 0o755), os.WriteFile(command, []byte(script), 0o755)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	// It needs some system bus, though nobody has to listen there.
	e.program = run(t, session, "--", "sh", "-c",
		`DBUS_SYSTEM_BUS_ADDRESS=$DBUS_SESSION_BUS_ADDRESS PATH=$PATH:/usr/sbin exec ippeveprinter -r off -n localhost "$@"`, "sh",
		"-p", e.port, "-d", filepath.Join(dir, "spool"), "-c", command, "-f", formats, "Kiosk")
	p := e.printer(t, "")
	eventually(t, "ippeveprinter answers", func() bool {
		_, err := p.State(context.Background())
		return err == nil
	})
	return e
}

func (e *everyday) printer(t *testing.T, format string) *Printer {
	t.Helper()
	return printerAt(t, "ipp://localhost:"+e.port+"/ipp/print", format)
}

func printerAt(t *testing.T, address, format string) *Printer {
	t.Helper()
	p, err := New(address, Options{Format: format, Limits: hasty})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

// paper fills the two trays, or empties them, by the printer's web page.
func (e *everyday) paper(t *testing.T, sheets int) {
	t.Helper()
	r, err := http.Get("http://localhost:" + e.port + "/media?size1=na_letter_8.5x11in&type1=stationery&level1=" +
		strconv.Itoa(sheets) + "&size3=na_letter_8.5x11in&type3=stationery&level3=" + strconv.Itoa(min(sheets, 25)))
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(io.Discard, r.Body)
	if err = errors.Join(err, r.Body.Close()); err != nil {
		t.Fatal(err)
	}
	http.DefaultClient.CloseIdleConnections()
	p := e.printer(t, "")
	eventually(t, "the printer sees its tray", func() bool {
		c, err := p.Status(context.Background())
		return err == nil && (c == device.PaperOut) == (sheets == 0)
	})
}

// printed returns the documents that came out.
func (e *everyday) printed(t *testing.T) (documents [][]byte) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(e.out, "job-*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		data, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		documents = append(documents, data)
	}
	return documents
}

// startCUPS starts a server of its own folders, with a raw queue to an address.
func startCUPS(t *testing.T, device string) (queue string) {
	t.Helper()
	server, admin, dir := tool(t, "cupsd"), tool(t, "lpadmin"), t.TempDir()
	port := freePort(t)
	for _, d := range []string{"root", "spool", "cache", "state", "log", "tmp", "bin"} {
		if err := os.Mkdir(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, d := range []string{"filter", "backend", "daemon", "notifier", "monitor", "cgi-bin", "driver"} {
		if err := os.Symlink(filepath.Join("/usr/lib/cups", d), filepath.Join(dir, "bin", d)); err != nil {
			t.Fatal(err)
		}
	}
	files := fmt.Sprintf(`ServerRoot %[1]s/root
RequestRoot %[1]s/spool
CacheDir %[1]s/cache
StateDir %[1]s/state
TempDir %[1]s/tmp
AccessLog %[1]s/log/access
ErrorLog %[1]s/log/error
PageLog %[1]s/log/page
ServerBin %[1]s/bin
Sandboxing relaxed
FatalErrors none
`, dir)
	if os.Getuid() == 0 {
		// Filters and backends run as another user, who must get there.
		if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
			t.Fatal(err)
		}
		files += "User lp\nGroup lp\nSystemGroup root\n"
	}
	conf := fmt.Sprintf(`LogLevel info
Listen 127.0.0.1:%s
Listen %s/state/cups.sock
Browsing Off
DefaultAuthType None
WebInterface No
ErrorPolicy stop-printer
<Location />
Order allow,deny
Allow 127.0.0.1
</Location>
<Location /admin>
Order allow,deny
Allow 127.0.0.1
</Location>
<Policy default>
<Limit All>
Order allow,deny
Allow all
</Limit>
</Policy>
`, port, dir)
	for name, text := range map[string]string{"cups-files.conf": files, "cupsd.conf": conf} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run(t, server, "-f", "-c", filepath.Join(dir, "cupsd.conf"), "-s", filepath.Join(dir, "cups-files.conf"))
	eventually(t, "CUPS listens", func() bool {
		c, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	})
	add := exec.Command(admin, "-h", "127.0.0.1:"+port, "-p", "slips", "-E", "-v", device, "-m", "raw")
	if said, err := add.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	t.Cleanup(func() {
		if log, err := os.ReadFile(filepath.Join(dir, "log", "error")); err == nil && t.Failed() {
			t.Logf("CUPS noted at last:\n%s", last(log))
		}
	})
	return "ipp://127.0.0.1:" + port + "/printers/slips"
}

var allFormats = document.TypePDF + "," + document.TypePWG + "," + document.TypeESCPOS

func model(t *testing.T) escpos.Model {
	t.Helper()
	m, err := escpos.ModelNamed("")
	if err != nil {
		t.Fatal(err)
	}
	return m
}
