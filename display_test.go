package main

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"authenkiosk/visit/flow"
)

func TestTheNameOfADisplayTellsWhereItsServerListens(t *testing.T) {
	for name, want := range map[string][]address{
		":23":                   {{"unix", "/tmp/.X11-unix/X23"}, {"unix", "@/tmp/.X11-unix/X23"}, {"tcp", "localhost:6023"}},
		":0.1":                  {{"unix", "/tmp/.X11-unix/X0"}, {"unix", "@/tmp/.X11-unix/X0"}, {"tcp", "localhost:6000"}},
		"unix:4":                {{"unix", "/tmp/.X11-unix/X4"}, {"unix", "@/tmp/.X11-unix/X4"}, {"tcp", "localhost:6004"}},
		"localhost:10.0":        {{"tcp", "localhost:6010"}},
		"[::1]:2":               {{"tcp", "[::1]:6002"}},
		"/var/run/launch/org:0": {{"unix", "/var/run/launch/org:0"}},
	} {
		if got, err := addressesOf(name); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	for _, name := range []string{"x", ":", ":x", "host:", ":-1", ":99999999"} {
		if got, err := addressesOf(name); err == nil {
			t.Errorf("%s is %v", name, got)
		}
	}
}

func TestADisplayThatIsNotThereIsALineAndNoCrash(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("other systems have no X server")
	}
	dir := t.TempDir()
	t.Setenv("WAYLAND_DISPLAY", "")
	for _, c := range []struct{ name, words string }{
		{"", "there is no display"},
		{filepath.Join(dir, "dead"), "does not answer"},
		{"nonsense", "is not HOST:NUMBER"},
	} {
		t.Setenv("DISPLAY", c.name)
		if _, err := checkDisplay(); err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%q: %v", c.name, err)
		}
	}
	l, err := net.Listen("unix", filepath.Join(dir, "alive"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	t.Setenv("DISPLAY", l.Addr().String())
	release, err := checkDisplay()
	if err != nil {
		t.Fatalf("one that answers: %v", err)
	}
	there, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = there.Close() }()
	_ = there.SetReadDeadline(time.Now().Add(-time.Second))
	if _, err := there.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("before the window is open the connection has gone: %v", err)
	}
	release()
	_ = there.SetReadDeadline(time.Now().Add(2 * time.Minute))
	if _, err := there.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the connection is held for ever: %v", err)
	}
	if err := guarded(func() { panic("no GLX") }); err == nil || !strings.Contains(err.Error(), "no GLX") {
		t.Errorf("a panic of the window driver is %v", err)
	}
}

// closing is a window that remembers what a wish to close it does.
type closing struct {
	fyne.Window
	intercept func()
	closed    bool
}

func (c *closing) SetCloseIntercept(f func()) { c.intercept = f }

func (c *closing) Close() { c.closed = true }

func TestNobodyAtTheScreenClosesTheWindow(t *testing.T) {
	w := &closing{}
	keepOpen(w, slog.New(slog.DiscardHandler))
	if w.intercept == nil {
		t.Fatal("a wish to close the window closes it")
	}
	if w.intercept(); w.closed {
		t.Error("the window is closed")
	}
}

func TestSettingsOfAProgramThatCouldNotStartEndWithWhoeverChoseThem(t *testing.T) {
	var shown flow.Model
	var ends []func()
	tap := closedTaps(func(m flow.Model) { shown = m }, func(d time.Duration, end func()) {
		if d != flow.PrefsHold {
			t.Errorf("settings last for %s", d)
		}
		ends = append(ends, end)
	})
	tap(flow.TapLanguage{Language: "en"})
	tap(flow.TapContrast{})
	tap(flow.TapConfirm{})
	chosen := flow.Prefs{Language: "en", Contrast: flow.ContrastDark}
	if shown.Prefs != chosen || len(ends) != 2 {
		t.Fatalf("after the taps: %+v, %d ends", shown.Prefs, len(ends))
	}
	if ends[0](); shown.Prefs != chosen {
		t.Errorf("the time of the first tap ends what was chosen after it: %+v", shown.Prefs)
	}
	if ends[1](); shown.Prefs != (flow.Prefs{}) {
		t.Errorf("nobody is there any more, and the settings stay: %+v", shown.Prefs)
	}
}
