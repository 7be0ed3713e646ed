package kioskcmd

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"authenkiosk/cli"
)

func TestWhyAKioskDoesNotStartReachesSomebody(t *testing.T) {
	errNoDisplay := errors.New("no display")
	faces := Faces{
		Kiosk:   func(context.Context, Opening) error { return errNoDisplay },
		Station: func(context.Context, StationOpening) error { return errNoDisplay },
	}
	for _, c := range []struct {
		name                string
		heard, shell        bool
		args                []string
		error, console, box string // what stands there; empty: nothing
		log                 string // beside the data; empty: there is none, or nothing in it
	}{
		{"a terminal or a log", true, false, nil, "no display", "", "", ""},
		{"a shell of Windows", false, true, nil, "", "no display", "", ""},
		{"a click", false, false, nil, "", "", "no display", "no display"},
		{"a click on the station", false, false, []string{"station"}, "", "", "no display", "no display"},
		{"a shortcut with a mistake", false, false, []string{"-sise", "1x1"}, "", "", "-sise", ""},
		{"a command that another program calls", false, false, []string{"slip"}, "", "", "", ""},
		{"a click, and all is well", false, false, []string{"-help"}, "", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var errs bytes.Buffer
			shell, err := os.Create(filepath.Join(t.TempDir(), "console"))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = shell.Close() }()
			box := ""
			s := system{
				heard:   c.heard,
				console: func() (io.Reader, *os.File, bool) { return strings.NewReader(""), shell, c.shell },
				box:     func(_, text string) { box = text },
			}
			p := &cli.Program{Name: "authenkiosk", Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: &errs, Commands: Commands(faces)}
			t.Setenv("XDG_CONFIG_HOME", t.TempDir()) // where the usual data are, of a command line with a mistake
			t.Setenv("ProgramData", t.TempDir())
			t.Setenv("HOME", t.TempDir())
			data := t.TempDir()
			mainWith(s, p, append(c.args, dataFlag(data, c.args)...))
			log, _ := os.ReadFile(filepath.Join(data, "authenkiosk.log"))
			said, err := os.ReadFile(shell.Name())
			if err != nil {
				t.Fatal(err)
			}
			for _, place := range []struct{ name, want, got string }{
				{"standard error", c.error, errs.String()}, {"the shell", c.console, string(said)}, {"the box", c.box, box}, {"the log", c.log, string(log)},
			} {
				if (place.want == "") != (place.got == "") || !strings.Contains(place.got, place.want) {
					t.Errorf("%s has %q, want %q", place.name, place.got, place.want)
				}
			}
		})
	}
}

// dataFlag keeps a window away from the data of whoever runs the test.
func dataFlag(data string, args []string) []string {
	if len(args) > 0 && args[0] != "station" {
		return nil
	}
	return []string{"-data", data}
}

func TestTheLastWordsAreTheLastLines(t *testing.T) {
	var l lastWords
	for range 100 {
		_, _ = io.WriteString(&l, "a line of the log\n")
	}
	_, _ = io.WriteString(&l, "authenkiosk: why\n")
	if got := l.String(); len(got) > maxLast || !strings.HasPrefix(got, "a line") || !strings.HasSuffix(got, "why") {
		t.Errorf("got %q", got)
	}
}
