package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/eventlog"
	"golang.org/x/sys/windows/svc/mgr"

	"authenkiosk/atomicfile"
	"authenkiosk/cli"
)

// Names of the service in Windows.
const (
	serviceName = "AuthenAgent"
	serviceText = "AuthenKiosk agent"
	serviceHelp = "Reads ID cards for hospital software and asks NHSO for authen codes, on 127.0.0.1:8189."
)

// Limits of the service.
const (
	startWait = time.Minute      // for a store that has to be mended
	stopWait  = 30 * time.Second // for requests to NHSO that are under way
	look      = 200 * time.Millisecond
	sign      = 5 * time.Second // between two signs of life while it starts
	restartIn = 5 * time.Second // after a failure
	resetIn   = 24 * time.Hour  // from then on a failure is the first again
)

var errServiceUsage = errors.New("write: service install -config FILE [-data DIR] | service remove | service run ...")

// service carries out "service install|remove|run". done is false for any other
// command.
func service(p *cli.Program, args []string) (status int, done bool) {
	if len(args) == 0 || args[0] != "service" {
		return 0, false
	}
	err := errServiceUsage
	if len(args) > 1 {
		switch args[1] {
		case "install":
			err = install(args[2:])
		case "remove":
			err = remove()
		case "run":
			err = run(p, args[2:])
		}
	}
	if err != nil {
		fmt.Fprintf(p.Stderr, "authenagent: service: %v\n", err)
		return 1, true
	}
	return 0, true
}

// install registers this program as a service that starts with Windows, after the
// card service, and again after a failure. The arguments are those of the agent. When
// the agent does not come up, nothing is registered: it can be given again.
func install(args []string) error {
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the program: %w", err)
	}
	args, err = withData(absolute(args))
	if err != nil {
		return err
	}
	m, err := mgr.Connect()
	if err != nil {
		return fmt.Errorf("reach the service manager (as administrator): %w", err)
	}
	defer func() { _ = m.Disconnect() }()
	data := dataOf(args)
	if err := protect(data); err != nil {
		return err
	}
	s, err := m.CreateService(serviceName, program, mgr.Config{
		DisplayName: serviceText, Description: serviceHelp, StartType: mgr.StartAutomatic, DelayedAutoStart: true,
		Dependencies: []string{"SCardSvr"}, ServiceStartName: `NT AUTHORITY\LocalService`,
	}, append([]string{"service", "run"}, args...)...)
	if err != nil {
		return fmt.Errorf("create the service: %w", err)
	}
	defer func() { _ = s.Close() }()
	return bringUp(s, logIn(data))
}

// registered is a service in the list of Windows.
type registered interface {
	SetRecoveryActions(actions []mgr.RecoveryAction, resetPeriod uint32) error
	SetRecoveryActionsOnNonCrashFailures(flag bool) error
	Start(args ...string) error
	Query() (svc.Status, error)
	Control(c svc.Cmd) (svc.Status, error)
	Delete() error
}

// bringUp completes and starts a service that was just created, or takes it out of the
// list again.
func bringUp(s registered, log string) (err error) {
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("the service is not installed: %w", err), takeOut(s))
		}
	}()
	again := []mgr.RecoveryAction{
		{Type: mgr.ServiceRestart, Delay: restartIn}, {Type: mgr.ServiceRestart, Delay: restartIn}, {Type: mgr.ServiceRestart, Delay: time.Minute},
	}
	if err := s.SetRecoveryActions(again, uint32(resetIn/time.Second)); err != nil {
		return fmt.Errorf("set what follows a failure: %w", err)
	}
	// An end with an error counts as a failure, too, not only a crash.
	if err := s.SetRecoveryActionsOnNonCrashFailures(true); err != nil {
		return fmt.Errorf("set what follows a failure: %w", err)
	}
	_ = eventlog.Remove(serviceName) // of an older installation, whose program may stand elsewhere
	if err := eventlog.InstallAsEventCreate(serviceName, eventlog.Error|eventlog.Warning|eventlog.Info); err != nil {
		return fmt.Errorf("make the source of events: %w", err)
	}
	if err := s.Start(); err != nil {
		return fmt.Errorf("start it: %w", err)
	}
	for began := time.Now(); time.Since(began) < startWait; time.Sleep(look) {
		now, err := s.Query()
		switch {
		case err != nil:
			return fmt.Errorf("ask whether it runs: %w", err)
		case now.State == svc.Running:
			return nil
		case now.State == svc.Stopped:
			return fmt.Errorf("it does not start: the reason is on the last lines of %s", log)
		}
	}
	return fmt.Errorf("it was not ready in %s: see the last lines of %s", startWait, log)
}

// takeOut ends a service and takes it out of the list. Data and configuration stay.
func takeOut(s registered) error {
	if _, err := s.Control(svc.Stop); err == nil {
		for began := time.Now(); time.Since(began) < stopWait; time.Sleep(look) {
			if now, err := s.Query(); err != nil || now.State == svc.Stopped {
				break
			}
		}
	}
	_ = eventlog.Remove(serviceName) // an older installation has none
	if err := s.Delete(); err != nil {
		return fmt.Errorf("take the service out of the list: %w", err)
	}
	return nil
}

// access lets LocalService, the service's account, change the data, but not the rights.
const access = "(A;OICI;0x1301bf;;;LS)"

// protect makes the data directory and closes it, with what is in it, to others.
func protect(data string) error {
	if filepath.Dir(data) == data {
		return fmt.Errorf("the data directory is a whole drive: %s", data)
	}
	if err := atomicfile.MakeDir(data); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	return atomicfile.Grant(data, access)
}

// absolute makes paths independent of the directory in which a service starts.
func absolute(args []string) []string {
	out := append([]string(nil), args...)
	for i := 1; i < len(out); i++ {
		if out[i-1] == "-config" || out[i-1] == "-data" {
			if path, err := filepath.Abs(out[i]); err == nil {
				out[i] = path
			}
		}
	}
	return out
}

// withData names the data directory, whose rights are set and in which the log lies.
func withData(args []string) ([]string, error) {
	if dataOf(args) != "" {
		return args, nil
	}
	data, err := cli.DefaultData()
	return append(args, "-data", data), err
}

func dataOf(args []string) string {
	for i := 1; i < len(args); i++ {
		if args[i-1] == "-data" {
			return args[i]
		}
	}
	return ""
}

// maxLog is from when on a new log is begun at the start; the one before is kept.
const maxLog = 10 << 20

// logIn names the service's log, beside its data.
func logIn(data string) string { return filepath.Join(data, "authenagent.log") }

// openLog opens the service's log: a service has no standard error.
func openLog(data string) (*os.File, error) {
	path := logIn(data)
	if err := atomicfile.MakeDir(data); err != nil {
		return nil, err
	}
	if info, err := os.Stat(path); err == nil && info.Size() > maxLog {
		_ = os.Rename(path, path+".old") // where it fails the log only grows on
	}
	return os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
}

// remove ends the service and takes it out of the list.
func remove() error {
	m, err := mgr.Connect()
	if err != nil {
		return fmt.Errorf("reach the service manager (as administrator): %w", err)
	}
	defer func() { _ = m.Disconnect() }()
	s, err := m.OpenService(serviceName)
	if err != nil {
		return fmt.Errorf("find the service: %w", err)
	}
	defer func() { _ = s.Close() }()
	return takeOut(s)
}

// run works as a service until the service manager ends it; outside of one it
// works like the command agent. Only the service manager knows which it is: what can be
// seen of the processes differs between systems.
func run(p *cli.Program, args []string) error {
	h := &handler{program: p, args: append([]string{"agent"}, args...)}
	err := svc.Run(serviceName, h)
	if !errors.Is(err, windows.ERROR_FAILED_SERVICE_CONTROLLER_CONNECT) {
		return err
	}
	if status := p.Main(h.args); status != 0 {
		return fmt.Errorf("ended with status %d", status)
	}
	return nil
}

// failedEvent is the number of the one event that the service writes; those of
// EventCreate.exe, whose texts it borrows, go from 1 to 1000.
const failedEvent = 1

// tellWindows writes an error where administrators look first. There is no place
// left to say that even this failed.
func tellWindows(text string) {
	if log, err := eventlog.Open(serviceName); err == nil {
		_ = log.Error(failedEvent, text)
		_ = log.Close()
	}
}

// handler is the service as the service manager knows it.
type handler struct {
	program *cli.Program
	args    []string
}

// Execute implements svc.Handler. The service runs when programs can ask the agent, not
// before.
func (h *handler) Execute(_ []string, requests <-chan svc.ChangeRequest, state chan<- svc.Status) (specific bool, status uint32) {
	starting := svc.Status{State: svc.StartPending, WaitHint: uint32(3 * sign / time.Millisecond)}
	state <- starting
	args, err := withData(h.args)
	var log *os.File
	if err == nil {
		log, err = openLog(dataOf(args))
	}
	if err != nil {
		tellWindows("The agent cannot open its log: " + err.Error())
		return true, 1
	}
	defer func() { _ = log.Close() }()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ready, ended := make(chan struct{}), make(chan int, 1)
	h.program.Stderr, h.program.Ready = log, sync.OnceFunc(func() { close(ready) })
	go func() { ended <- h.program.MainUntil(ctx, args) }()
	signs := time.NewTicker(sign) // of life: without them the manager gives it up
	defer signs.Stop()
	for {
		select {
		case <-ready:
			ready = nil
			signs.Stop()
			state <- svc.Status{State: svc.Running, Accepts: svc.AcceptStop | svc.AcceptShutdown}
		case <-signs.C:
			starting.CheckPoint++
			state <- starting
		case code := <-ended:
			if code != 0 {
				tellWindows(fmt.Sprintf("The agent ended with an error. The reason is on the last lines of %s", log.Name()))
			}
			state <- svc.Status{State: svc.StopPending}
			return code != 0, uint32(code)
		case r := <-requests:
			switch r.Cmd {
			case svc.Interrogate:
				state <- r.CurrentStatus
			case svc.Stop, svc.Shutdown:
				signs.Stop()
				state <- svc.Status{State: svc.StopPending, WaitHint: uint32(stopWait / time.Millisecond)}
				stop()
			}
		}
	}
}
