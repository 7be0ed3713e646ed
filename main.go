// Command authenkiosk is the kiosk for patients: a full-screen program with which
// a patient proves who they are and gets NHSO's authen code. Its other commands
// need no screen; run it with -h for a list.
package main

import (
	"os"

	"authenkiosk/cli"
	"authenkiosk/cli/kioskcmd"

	_ "authenkiosk/ui/fyneenv" // before Fyne: what Fyne reads while it starts
)

func main() {
	p := &cli.Program{
		Name: "authenkiosk", Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Commands: kioskcmd.Commands(kioskcmd.Faces{Kiosk: openWindow, Station: openStation, Draw: drawScreen}), Checks: kioskcmd.Checks,
	}
	os.Exit(kioskcmd.Main(p, os.Args[1:]))
}
