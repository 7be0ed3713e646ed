package kioskcmd

import (
	"io"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

func thisSystem() system {
	handle, err := windows.GetStdHandle(windows.STD_ERROR_HANDLE)
	return system{heard: err == nil && handle != 0 && handle != windows.InvalidHandle, console: console, box: box}
}

// console is that of the shell that has called this program. A shell does not wait for a
// program without a console of its own, unless it is told to (start /wait).
func console() (in io.Reader, out *os.File, there bool) {
	const ofParent = ^uintptr(0) // ATTACH_PARENT_PROCESS
	attached, _, _ := windows.NewLazySystemDLL("kernel32.dll").NewProc("AttachConsole").Call(ofParent)
	if attached == 0 {
		return nil, nil, false
	}
	keys, err := os.Open("CONIN$")
	if err != nil {
		return nil, nil, false
	}
	out, err = os.OpenFile("CONOUT$", os.O_RDWR, 0)
	if err != nil {
		_ = keys.Close()
		return nil, nil, false
	}
	os.Stdin, os.Stdout, os.Stderr = keys, out, out
	return keys, out, true
}

// boxFor is how long the box stays: nobody may be there to close it, and a kiosk is
// started again only when it has ended.
const boxFor = 30 * time.Second

func box(title, text string) {
	caption, err := windows.UTF16PtrFromString(title)
	if err != nil {
		return
	}
	words, err := windows.UTF16PtrFromString(text)
	if err != nil {
		return
	}
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		_, _ = windows.MessageBox(0, words, caption, windows.MB_OK|windows.MB_ICONERROR|windows.MB_TOPMOST)
	}()
	select {
	case <-closed:
	case <-time.After(boxFor): // it ends with the program
	}
}
