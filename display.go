package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

var errNoDisplay = errors.New("there is no display (DISPLAY is not set); to see one visit without a display: authenkiosk demo -out DIR")

// checkDisplay reports whether the X server answers, and holds on to its answer until
// release is called, which is to be done once the display is open: an X server from
// which a connection goes away before it has said anything turns the next one down now
// and then. Other systems have no such thing, and under Wayland Fyne looks for itself.
func checkDisplay() (release func(), err error) {
	release = func() {}
	name := os.Getenv("DISPLAY")
	switch {
	case runtime.GOOS != "linux", name == "" && os.Getenv("WAYLAND_DISPLAY") != "":
		return release, nil
	case name == "":
		return release, errNoDisplay
	}
	addresses, err := addressesOf(name)
	for _, a := range addresses {
		var c net.Conn
		if c, err = net.DialTimeout(a.network, a.address, 5*time.Second); err == nil {
			return func() { _ = c.Close() }, nil
		}
	}
	return release, fmt.Errorf("the display %s (DISPLAY) does not answer: is its X server running? %w", name, err)
}

type address struct{ network, address string }

// addressesOf is where an X server of that name listens: "[HOST]:NUMBER[.SCREEN]",
// after X(7), or the path of a socket.
func addressesOf(name string) ([]address, error) {
	if strings.HasPrefix(name, "/") {
		return []address{{"unix", name}}, nil
	}
	colon := strings.LastIndexByte(name, ':')
	if colon < 0 {
		return nil, fmt.Errorf("%q is not HOST:NUMBER", name)
	}
	digits, _, _ := strings.Cut(name[colon+1:], ".")
	n, err := strconv.ParseUint(digits, 10, 15)
	if err != nil {
		return nil, fmt.Errorf("%q is not HOST:NUMBER", name)
	}
	host := name[:colon]
	if host == "" || host == "unix" {
		file := fmt.Sprintf("/tmp/.X11-unix/X%d", n)
		return []address{{"unix", file}, {"unix", "@" + file}, {"tcp", net.JoinHostPort("localhost", strconv.FormatUint(6000+n, 10))}}, nil
	}
	return []address{{"tcp", net.JoinHostPort(strings.Trim(host, "[]"), strconv.FormatUint(6000+n, 10))}}, nil
}

// guarded calls what opens the display. Fyne panics when that cannot be used.
func guarded(open func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the display %s cannot be used: %v", os.Getenv("DISPLAY"), r)
		}
	}()
	open()
	return nil
}
