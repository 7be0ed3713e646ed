package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

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
	stopWait  = 30 * time.Second // for requests to NHSO that are under way
	stopLook  = 200 * time.Millisecond
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
// card service, and again after a failure. The arguments are those of the agent.
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
	if err := protect(dataOf(args)); err != nil {
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
		return fmt.Errorf("the service is installed, but does not start: %w", err)
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

// openLog opens the service's log beside its data: a service has no standard error.
func openLog(data string) (*os.File, error) {
	path := filepath.Join(data, "authenagent.log")
	if err := atomicfile.MakeDir(data); err != nil {
		return nil, err
	}
	if info, err := os.Stat(path); err == nil && info.Size() > maxLog {
		_ = os.Rename(path, path+".old") // where it fails the log only grows on
	}
	return os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
}

// remove ends the service and takes it out of the list. Data and configuration
// stay.
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
	if _, err := s.Control(svc.Stop); err == nil {
		for began := time.Now(); time.Since(began) < stopWait; time.Sleep(stopLook) {
			if now, err := s.Query(); err != nil || now.State == svc.Stopped {
				break
			}
		}
	}
	if err := s.Delete(); err != nil {
		return fmt.Errorf("take the service out of the list: %w", err)
	}
	_ = eventlog.Remove(serviceName) // an older installation has none
	return nil
}

// run works as a service until the service manager ends it; outside of one it
// works like the command agent.
func run(p *cli.Program, args []string) error {
	args = append([]string{"agent"}, args...)
	inside, err := svc.IsWindowsService()
	if err != nil {
		return fmt.Errorf("ask whether this is a service: %w", err)
	}
	if !inside {
		if status := p.Main(args); status != 0 {
			return fmt.Errorf("ended with status %d", status)
		}
		return nil
	}
	args, err = withData(args)
	if err != nil {
		tellWindows(err.Error())
		return err
	}
	log, err := openLog(dataOf(args))
	if err != nil {
		err = fmt.Errorf("open the log: %w", err)
		tellWindows(err.Error())
		return err
	}
	defer func() { _ = log.Close() }()
	p.Stderr = log
	return svc.Run(serviceName, &handler{p, args, log.Name()})
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
	log     string // file
}

// Execute implements svc.Handler.
func (h *handler) Execute(_ []string, requests <-chan svc.ChangeRequest, state chan<- svc.Status) (specific bool, status uint32) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ended := make(chan int, 1)
	go func() { ended <- h.program.MainUntil(ctx, h.args) }()
	const accepts = svc.AcceptStop | svc.AcceptShutdown
	state <- svc.Status{State: svc.Running, Accepts: accepts}
	for {
		select {
		case code := <-ended:
			if code != 0 {
				tellWindows(fmt.Sprintf("The agent ended with an error. The reason is on the last lines of %s", h.log))
			}
			state <- svc.Status{State: svc.StopPending}
			return code != 0, uint32(code)
		case r := <-requests:
			switch r.Cmd {
			case svc.Interrogate:
				state <- r.CurrentStatus
			case svc.Stop, svc.Shutdown:
				state <- svc.Status{State: svc.StopPending, WaitHint: uint32(stopWait / time.Millisecond)}
				stop()
			}
		}
	}
}
