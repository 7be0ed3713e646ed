package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc/mgr"

	"authenkiosk/app/control"
	"authenkiosk/cli"
)

// How long a program that is to be replaced may go on.
const (
	sessionWait = 90 * time.Second // for a patient who stands before the screen
	endWait     = 10 * time.Second // when it has agreed to end
	askLimit    = 5 * time.Second
)

// stopAll ends what runs of this installation, and keeps Windows from starting it again:
// files of a program that runs cannot be replaced. A kiosk ends when nobody stands before
// it; what is killed in the end has everything on the disk.
func stopAll() error {
	_ = schtasks("/change", "/tn", taskName, "/disable") // there may be none
	if err := withService(halt); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the program: %w", err)
	}
	until := time.Now()
	if data, err := cli.DefaultData(); err == nil && len(running(filepath.Dir(self))) > 0 {
		until = until.Add(askToEnd(data))
	}
	for time.Now().Before(until) && len(running(filepath.Dir(self))) > 0 {
		time.Sleep(look)
	}
	var failed error
	for _, id := range running(filepath.Dir(self)) {
		failed = errors.Join(failed, kill(id))
	}
	return failed
}

// askToEnd asks the program that runs on the data to end, and returns how long to wait for
// that.
func askToEnd(data string) time.Duration {
	sockets, _ := filepath.Glob(filepath.Join(data, "*", "*.sock"))
	for began := time.Now(); ; time.Sleep(time.Second) {
		var busy bool
		for _, socket := range sockets {
			ctx, cancel := context.WithTimeout(context.Background(), askLimit)
			err := control.Ask(ctx, filepath.Dir(socket), []string{"restart"}, nil, io.Discard)
			cancel()
			switch {
			case err == nil:
				return endWait
			case !errors.Is(err, control.ErrNobody):
				busy = true
			}
		}
		if !busy || time.Since(began) > sessionWait {
			return 0
		}
	}
}

// goOn starts again what stopAll has ended.
func goOn() error {
	_ = schtasks("/change", "/tn", taskName, "/enable")
	_ = schtasks("/run", "/tn", taskName)
	return withService(func(s registered) { _ = s.Start() })
}

// withService does something with the agent's service, if there is one.
func withService(do func(registered)) error {
	m, err := mgr.Connect()
	if err != nil {
		return fmt.Errorf("reach the service manager (as administrator): %w", err)
	}
	defer func() { _ = m.Disconnect() }()
	s, err := m.OpenService(serviceName)
	if errors.Is(err, windows.ERROR_SERVICE_DOES_NOT_EXIST) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find the service: %w", err)
	}
	defer func() { _ = s.Close() }()
	do(s)
	return nil
}

// running returns the processes whose programs lie in the directory, but this one.
func running(dir string) (found []uint32) {
	list, err := windows.CreateToolhelp32Snapshot(windows.TH32CS_SNAPPROCESS, 0)
	if err != nil {
		return nil
	}
	defer func() { _ = windows.CloseHandle(list) }()
	entry := windows.ProcessEntry32{Size: uint32(unsafe.Sizeof(windows.ProcessEntry32{}))}
	for err := windows.Process32First(list, &entry); err == nil; err = windows.Process32Next(list, &entry) {
		if entry.ProcessID != windows.GetCurrentProcessId() && strings.EqualFold(filepath.Dir(pathOf(entry.ProcessID)), dir) {
			found = append(found, entry.ProcessID)
		}
	}
	return found
}

// pathOf returns the program of a process; "" where that is not known.
func pathOf(id uint32) string {
	h, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, id)
	if err != nil {
		return ""
	}
	defer func() { _ = windows.CloseHandle(h) }()
	path := make([]uint16, windows.MAX_LONG_PATH)
	n := uint32(len(path))
	if windows.QueryFullProcessImageName(h, 0, &path[0], &n) != nil {
		return ""
	}
	return windows.UTF16ToString(path[:n])
}

func kill(id uint32) error {
	h, err := windows.OpenProcess(windows.PROCESS_TERMINATE|windows.SYNCHRONIZE, false, id)
	if err != nil {
		return nil // it has ended meanwhile
	}
	defer func() { _ = windows.CloseHandle(h) }()
	if err := windows.TerminateProcess(h, 1); err != nil {
		return fmt.Errorf("end process %d: %w", id, err)
	}
	_, err = windows.WaitForSingleObject(h, uint32(endWait/time.Millisecond))
	return err
}
