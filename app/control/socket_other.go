//go:build !linux

package control

import (
	"net"
)

// shorten leaves the path as it is: data directories of these systems are short.
func shorten(path string, use func(string) error) error { return use(path) }

// mayAsk leaves it to the rights of the socket's file, which are those of the data
// directory.
func mayAsk(*net.UnixConn) bool { return true }
