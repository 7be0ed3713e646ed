//go:build !linux

package virtualcard

import "net"

// acknowledgeAtOnce does nothing: the delay that it takes away on Linux is either
// absent or cannot be switched off by a program.
func acknowledgeAtOnce(net.Conn) {}
