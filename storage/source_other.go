//go:build !linux && !windows && !darwin

package storage

// machineSources returns nothing: such a machine uses a passphrase or the weak
// key file, and doctor says so.
func machineSources() []KeySource { return nil }
