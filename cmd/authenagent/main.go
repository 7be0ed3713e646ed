// Command authenagent is AuthenKiosk without a screen, for servers and for
// machines on which only hospital software needs the services: no window, no
// OpenGL.
package main

import (
	"os"

	"authenkiosk/cli"
)

func main() {
	p := &cli.Program{Name: "authenagent", Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	if status, done := service(p, os.Args[1:]); done {
		os.Exit(status)
	}
	os.Exit(p.Main(os.Args[1:]))
}
