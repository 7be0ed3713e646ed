package pcscdtest

import (
	"runtime"
	"testing"
)

func TestTheSocketOfATestThatWasKilledIsNotInTheWay(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no pcscd")
	}
	d := &Daemon{dir: t.TempDir()}
	for range 2 { // closed without being taken away, as after a kill
		l, err := d.listen()
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
