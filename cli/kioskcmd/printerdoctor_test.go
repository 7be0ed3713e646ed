package kioskcmd

import (
	"fmt"
	"strings"
	"testing"

	"authenkiosk/cli"
	"authenkiosk/printer"
)

func TestDoctorTellsAPrinterThatTakesNoDocumentFromOneThatIsBroken(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, "cutter"},
		{fmt.Errorf("%w, but text/plain", printer.ErrFormat), "printer.format"},
	} {
		if state, detail := judge(printer.Error, c.err); state != cli.FindingFailed || !strings.Contains(detail, c.want) {
			t.Errorf("%v: %s %q, want %q in it", c.err, state, detail, c.want)
		}
	}
}
