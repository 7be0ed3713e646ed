package pcscdtest

import (
	"io"
	"os/exec"
	"strconv"
)

// leash ends a process when this one ends in whatever way, a kill included: a shell
// waits for a line of this process and hears instead that the pipe was closed.
type leash struct {
	shell *exec.Cmd
	pipe  io.WriteCloser
}

// newLeash ties the process of that number to this one.
func newLeash(pid int) (*leash, error) {
	cmd := exec.Command("sh", "-c", `read line || kill "$0"`, strconv.Itoa(pid))
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &leash{shell: cmd, pipe: pipe}, nil
}

// untie lets the process go; its number may be another's soon.
func (l *leash) untie() {
	_, _ = io.WriteString(l.pipe, "\n")
	_ = l.pipe.Close()
	_ = l.shell.Wait()
}
