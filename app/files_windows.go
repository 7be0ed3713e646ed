package app

import (
	"errors"

	"golang.org/x/sys/windows"
)

// ownAs does nothing: files inherit the rights of their directory.
func ownAs(string, string) error { return nil }

// syncDirectory does nothing: Windows writes the rename through with the file.
func syncDirectory(string) error { return nil }

// ownData does nothing: files inherit the rights of their directory.
func ownData(string) error { return nil }

// portTaken tells that another program listens on an address.
func portTaken(err error) bool {
	return errors.Is(err, windows.WSAEADDRINUSE) || errors.Is(err, windows.WSAEACCES) // the latter where it wants the port for itself
}
