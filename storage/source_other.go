//go:build !linux && !windows

package storage

// machineSources returns nothing: the Keychain of macOS is not built in yet, so
// that a Mac uses a passphrase or the weak key file, and doctor says so.
func machineSources() []KeySource { return nil }
