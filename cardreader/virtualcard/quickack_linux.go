package virtualcard

import (
	"net"
	"syscall"
)

// acknowledgeAtOnce tells the kernel to acknowledge what arrives next without
// delay. The kernel forgets it after a while, so it is said again and again. A
// failure costs time only.
func acknowledgeAtOnce(conn net.Conn) {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_QUICKACK, 1)
	})
}
