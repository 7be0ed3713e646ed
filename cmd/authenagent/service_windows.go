package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
	"unsafe"

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

var errServiceUsage = errors.New("write: service install -config FILE [-data DIR] | service remove | service run [-config FILE] [-data DIR]")

// service carries out "service install|remove|run" and "face ...". done is false for any
// other command.
func service(p *cli.Program, args []string) (status int, done bool) {
	if len(args) == 0 || args[0] != "service" && args[0] != "face" {
		return 0, false
	}
	if err := serve(p, args[0], args[1:]); err != nil {
		fmt.Fprintf(p.Stderr, "authenagent: %s: %v\n", args[0], err)
		return 1, true
	}
	return 0, true
}

func serve(p *cli.Program, command string, args []string) error {
	if command == "face" {
		return face(p, args)
	}
	verb := ""
	if len(args) > 0 {
		verb, args = args[0], args[1:]
	}
	switch verb {
	case "install":
		return install(p, args, true)
	case "remove":
		return remove()
	case "run":
		return run(p, args)
	}
	return errServiceUsage
}

// install registers this program as a service that starts with Windows, after the
// card service, and again after a failure. The arguments are those of the agent. When
// the agent does not come up, nothing is registered: it can be given again. A service
// that is there already stays, and has its arguments from now on; where nobody has asked
// for that by hand, it starts as its administrator wants it.
func install(p *cli.Program, args []string, byHand bool) error {
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the program: %w", err)
	}
	config, data, err := p.Places(append([]string{"agent"}, args...))
	if err != nil {
		return fmt.Errorf("%w: %w", errServiceUsage, err)
	}
	words := []string{"service", "run", "-data", data}
	if config != "" {
		words = append(words, "-config", config)
	}
	m, err := mgr.Connect()
	if err != nil {
		return fmt.Errorf("reach the service manager (as administrator): %w", err)
	}
	defer func() { _ = m.Disconnect() }()
	if err := protect(data, accessOfService); err != nil {
		return err
	}
	s, err := m.OpenService(serviceName)
	there, now := err == nil, true
	if there {
		var kind uint32
		if kind, now, err = startOf(func() (uint32, error) { return startType(s) }, byHand); err == nil {
			halt(s)
			err = pointTo(s, program, words, kind)
		}
	} else {
		s, err = m.CreateService(serviceName, program, mgr.Config{
			DisplayName: serviceText, Description: serviceHelp, StartType: mgr.StartAutomatic, DelayedAutoStart: true,
			Dependencies: []string{"SCardSvr"}, ServiceStartName: `NT AUTHORITY\LocalService`,
		}, words...)
	}
	if s != nil {
		defer func() { _ = s.Close() }()
	}
	if err != nil {
		return fmt.Errorf("create the service: %w", err)
	}
	return bringUp(s, !there, now, filepath.Join(data, p.Name+".log"), p.Stderr)
}

// startOf returns how a service that is there starts from now on, and whether it is started
// now. An upgrade and a repair switch nothing on that somebody has switched off.
func startOf(was func() (uint32, error), byHand bool) (kind uint32, now bool, err error) {
	if byHand {
		return mgr.StartAutomatic, true, nil
	}
	kind, err = was()
	if err != nil {
		return 0, false, fmt.Errorf("ask how it starts: %w", err)
	}
	return windows.SERVICE_NO_CHANGE, kind != mgr.StartDisabled, nil
}

// startType asks for nothing but that: not every Windows knows all that mgr.Service.Config
// asks for.
func startType(s *mgr.Service) (uint32, error) {
	for room := uint32(1 << 10); ; {
		answer := make([]uint64, (room+7)/8)
		config := (*windows.QUERY_SERVICE_CONFIG)(unsafe.Pointer(&answer[0]))
		err := windows.QueryServiceConfig(s.Handle, config, room, &room)
		if err == nil {
			return config.StartType, nil
		}
		if !errors.Is(err, windows.ERROR_INSUFFICIENT_BUFFER) || room <= uint32(len(answer)*8) {
			return 0, err
		}
	}
}

// pointTo has a service that is there run this program with these arguments.
func pointTo(s *mgr.Service, program string, words []string, kind uint32) error {
	line, err := windows.UTF16PtrFromString(windows.ComposeCommandLine(append([]string{program}, words...)))
	if err != nil {
		return err
	}
	const same = windows.SERVICE_NO_CHANGE
	return windows.ChangeServiceConfig(s.Handle, same, kind, same, line, nil, nil, nil, nil, nil, nil)
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

// bringUp completes a service, and starts it unless it is switched off. One that is fresh is
// taken out of the list again when that fails.
func bringUp(s registered, fresh, now bool, log string, told io.Writer) (err error) {
	defer func() {
		if err != nil && fresh {
			err = errors.Join(fmt.Errorf("the service is not installed: %w", err), takeOut(s))
		}
	}()
	again := []mgr.RecoveryAction{
		{Type: mgr.ServiceRestart, Delay: restartIn}, {Type: mgr.ServiceRestart, Delay: restartIn}, {Type: mgr.ServiceRestart, Delay: time.Minute},
	}
	if err := s.SetRecoveryActions(again, uint32(resetIn/time.Second)); err != nil {
		return fmt.Errorf("set what follows a failure: %w", err)
	}
	// An end with an error counts as a failure, too, not only a crash. Where the system
	// does not know this, the agent works all the same.
	if err := s.SetRecoveryActionsOnNonCrashFailures(true); err != nil {
		fmt.Fprintf(told, "authenagent: service: only a crash starts it again, not an end with an error: %v\n", err)
	}
	_ = eventlog.Remove(serviceName) // of an older installation, whose program may stand elsewhere
	if err := eventlog.InstallAsEventCreate(serviceName, eventlog.Error|eventlog.Warning|eventlog.Info); err != nil {
		return fmt.Errorf("make the source of events: %w", err)
	}
	if !now {
		return nil
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

// halt ends a service, and waits until it has ended.
func halt(s registered) {
	if _, err := s.Control(svc.Stop); err != nil {
		return // it does not run
	}
	for began := time.Now(); time.Since(began) < stopWait; time.Sleep(look) {
		if now, err := s.Query(); err != nil || now.State == svc.Stopped {
			return
		}
	}
}

// takeOut ends a service and takes it out of the list. Data and configuration stay.
func takeOut(s registered) error {
	halt(s)
	_ = eventlog.Remove(serviceName) // an older installation has none
	if err := s.Delete(); err != nil {
		return fmt.Errorf("take the service out of the list: %w", err)
	}
	return nil
}

// accessOfService lets LocalService, the service's account, change the data, but not the
// rights.
const accessOfService = "(A;OICI;0x1301bf;;;LS)"

// protect makes the data directory and closes it, with what is in it, to others than
// those of the entry (atomicfile.TakeOver). One that somebody else has made is refused.
func protect(data, entry string) error {
	if filepath.Dir(data) == data {
		return fmt.Errorf("the data directory is a whole drive: %s", data)
	}
	if err := atomicfile.MakeDir(data); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	return atomicfile.TakeOver(data, entry)
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
	log, err := h.program.OpenLog(h.args)
	if err != nil {
		tellWindows("The agent cannot open its log: " + err.Error())
		return true, 1
	}
	defer func() { _ = log.Close() }()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ready, ended := make(chan struct{}), make(chan int, 1)
	h.program.Stderr, h.program.Ready = log, sync.OnceFunc(func() { close(ready) })
	go func() { ended <- h.program.MainUntil(ctx, h.args) }()
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
