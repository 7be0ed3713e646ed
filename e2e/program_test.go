//go:build e2e

package e2e

import (
	"flag"
	"os"
	"testing"
)

// binary is the program under test.
var binary = "../out/authenkiosk"

// onWindows says that it is the program of Windows (packaging/windows/test.sh). That fills
// the screen, which is where no window manager moves it, has the data below a Thai name
// with a blank, is ended as by a power cut, since it knows no signals, and seals its data
// with a key that only Windows opens.
var onWindows = flag.Bool("windows", false, "the program is that of Windows, on wine")

func TestMain(m *testing.M) {
	flag.StringVar(&binary, "program", binary, "the `file` of the program, or of a script that starts it")
	flag.Parse()
	os.Exit(m.Run())
}
