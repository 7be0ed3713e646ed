package app

import (
	"net"
	"os"
	"time"
)

// notify tells the service manager of systems with systemd how the program is, by
// one datagram (sd_notify(3)). Elsewhere NOTIFY_SOCKET is not set and nothing
// happens. A manager that does not listen is no fault of the program.
func notify(state string) {
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" {
		return
	}
	if path[0] == '@' {
		path = "\x00" + path[1:] // an abstract socket
	}
	c, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return
	}
	_ = c.SetWriteDeadline(time.Now().Add(notifyLimit))
	_, _ = c.Write([]byte(state))
	_ = c.Close()
}

// notifyLimit bounds a datagram to the service manager.
const notifyLimit = time.Second
