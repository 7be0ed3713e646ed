//go:build !windows

package main

import (
	"authenkiosk/cli"
)

// service is for Windows; elsewhere the system's own service files start the
// program (packaging/linux).
func service(*cli.Program, []string) (status int, done bool) { return 0, false }
