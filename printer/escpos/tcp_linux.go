package escpos

import "golang.org/x/sys/unix"

// Unsent returns how many bytes the printer has not yet acknowledged (SIOCOUTQ,
// tcp(7)).
func (p tcpPort) Unsent() (n int, err error) {
	raw, err := p.SyscallConn()
	if err != nil {
		return 0, err
	}
	if outer := raw.Control(func(fd uintptr) { n, err = unix.IoctlGetInt(int(fd), unix.SIOCOUTQ) }); outer != nil {
		return 0, outer
	}
	return n, err
}
