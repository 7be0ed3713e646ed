package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/mgr"

	"authenkiosk/cli"
	"authenkiosk/storage"
)

func TestMain(m *testing.M) {
	storage.CheckMain() // it ends the process where it was started to check a file
	p := &cli.Program{Name: "authenagent", Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	if len(os.Args) > 1 && os.Args[1] == "crash-monitor" { // the test program is its own, as the real one is
		os.Exit(p.Main(os.Args[1:]))
	}
	os.Exit(m.Run())
}

var errMade = errors.New("made up")

// listed is a service in a list of Windows that is made up.
type listed struct {
	fails  string
	states []svc.State // one for each question; the last one stays
	done   []string
}

func (l *listed) do(what string) error {
	l.done = append(l.done, what)
	if what == l.fails {
		return errMade
	}
	return nil
}

func (l *listed) SetRecoveryActions([]mgr.RecoveryAction, uint32) error { return l.do("actions") }
func (l *listed) SetRecoveryActionsOnNonCrashFailures(bool) error       { return l.do("on errors") }
func (l *listed) Start(...string) error                                 { return l.do("start") }
func (l *listed) Delete() error                                         { return l.do("delete") }

func (l *listed) Control(svc.Cmd) (svc.Status, error) {
	l.states = []svc.State{svc.Stopped}
	return svc.Status{}, l.do("stop")
}

func (l *listed) Query() (svc.Status, error) {
	now := l.states[0]
	if len(l.states) > 1 {
		l.states = l.states[1:]
	}
	return svc.Status{State: now}, l.do("query")
}

func TestAServiceIsInstalledWholeOrNotAtAll(t *testing.T) {
	for _, c := range []struct {
		name  string
		fails string
		then  []svc.State
		words string // of the error; empty: it is installed
	}{
		{"it comes up", "", []svc.State{svc.StartPending, svc.StartPending, svc.Running}, ""},
		{"what follows a failure cannot be set", "actions", nil, "made up"},
		{"the system knows no failure but a crash", "on errors", []svc.State{svc.Running}, ""},
		{"it cannot be started", "start", nil, "made up"},
		{"the configuration has a mistake", "", []svc.State{svc.StartPending, svc.Stopped}, "last lines of the.log"},
		{"it never comes up", "", []svc.State{svc.StartPending}, "not ready in 1m0s"},
		{"nobody can tell", "query", []svc.State{svc.Running}, "made up"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &listed{fails: c.fails, states: c.then}
				err := bringUp(l, true, true, "the.log", io.Discard)
				if (err == nil) != (c.words == "") || err != nil && !strings.Contains(err.Error(), c.words) {
					t.Errorf("got %v", err)
				}
				if deleted := slices.Contains(l.done, "delete"); deleted != (c.words != "") {
					t.Errorf("taken out: %v, after %q", deleted, l.done)
				}
			})
		})
	}
}

func TestAServiceThatWasThereStaysWhenItDoesNotComeUp(t *testing.T) {
	l := &listed{states: []svc.State{svc.Stopped}}
	if err := bringUp(l, false, true, "the.log", io.Discard); err == nil || slices.Contains(l.done, "delete") {
		t.Errorf("%v, after %q", err, l.done)
	}
}

func TestAnUpgradeSwitchesNoServiceOnThatIsSwitchedOff(t *testing.T) {
	for _, c := range []struct {
		name   string
		was    uint32
		byHand bool
		kind   uint32
		starts bool
	}{
		{"it starts with Windows", mgr.StartAutomatic, false, windows.SERVICE_NO_CHANGE, true},
		{"it is started by somebody", mgr.StartManual, false, windows.SERVICE_NO_CHANGE, true},
		{"it is switched off", mgr.StartDisabled, false, windows.SERVICE_NO_CHANGE, false},
		{"it is switched off, and an administrator says what the machine is for", mgr.StartDisabled, true, mgr.StartAutomatic, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			kind, now, err := startOf(func() (uint32, error) { return c.was, nil }, c.byHand)
			if err != nil || kind != c.kind || now != c.starts {
				t.Fatalf("it starts as %d, now %v: %v", kind, now, err)
			}
			l := &listed{states: []svc.State{svc.Running}}
			if err := bringUp(l, false, now, "the.log", io.Discard); err != nil || slices.Contains(l.done, "start") != c.starts {
				t.Errorf("%v, after %q", err, l.done)
			}
		})
	}
}

// playManager is the service manager of a service with that configuration, which it stops
// as soon as it runs, and returns the states that it was told.
func playManager(t *testing.T, config string) (told []svc.State, failed bool) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "a.toml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	h := &handler{
		program: &cli.Program{Name: "authenagent", Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard},
		args:    []string{"agent", "-config", file, "-data", filepath.Join(dir, "data")},
	}
	requests, state := make(chan svc.ChangeRequest, 1), make(chan svc.Status)
	ended := make(chan bool, 1)
	go func() {
		specific, code := h.Execute(nil, requests, state)
		ended <- specific && code != 0
	}()
	for {
		select {
		case failed := <-ended:
			return told, failed
		case s := <-state:
			if len(told) == 0 || told[len(told)-1] != s.State {
				told = append(told, s.State)
			}
			if s.State == svc.Running {
				requests <- svc.ChangeRequest{Cmd: svc.Stop, CurrentStatus: s}
			}
		}
	}
}

func TestAServiceRunsOnlyWhenItsAgentIsUp(t *testing.T) {
	for _, c := range []struct {
		name, config string
		told         []svc.State
		failed       bool
	}{
		{"it comes up", "[agent]\nlisten = \"127.0.0.1:0\"\n", []svc.State{svc.StartPending, svc.Running, svc.StopPending}, false},
		{"a key that nobody knows", "[agent]\nlisten = \"127.0.0.1:0\"\nunknown = 1\n", []svc.State{svc.StartPending, svc.StopPending}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if told, failed := playManager(t, c.config); !slices.Equal(told, c.told) || failed != c.failed {
				t.Errorf("it tells %v, failed: %v", told, failed)
			}
		})
	}
}
