package kioskcmd

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"authenkiosk/app"
	"authenkiosk/app/kiosk"
	"authenkiosk/cli"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

func TestWhatKeepsAKioskFromStartingHasWordsForTheScreen(t *testing.T) {
	for _, c := range []struct {
		name    string
		layout  string // the file for the test
		spoil   func(t *testing.T, s *cli.Settings)
		problem visit.Problem
		mend    func(t *testing.T, s *cli.Settings)
	}{
		{
			"a mistake in the configuration", "",
			func(t *testing.T, s *cli.Settings) { write(t, s.ConfigFile, "[unit]\nhcode = 5\n") },
			visit.ConfigWrong,
			func(t *testing.T, s *cli.Settings) { write(t, s.ConfigFile, "[unit]\nhcode = \"99999\"\n") },
		},
		{
			"no configuration", "",
			func(t *testing.T, s *cli.Settings) { s.ConfigFile = filepath.Join(s.Data, "none.toml") },
			visit.ConfigWrong,
			func(t *testing.T, s *cli.Settings) { s.ConfigFile = "" },
		},
		{
			"another program with the data", "",
			func(t *testing.T, s *cli.Settings) {
				other, err := storage.Open(filepath.Join(s.Data, "demo"), storage.Options{})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = other.Close() })
			},
			visit.DataInUse, nil,
		},
		{
			"a file in the place of the folder", "",
			func(t *testing.T, s *cli.Settings) { write(t, s.Data, "not a folder") },
			visit.DataUnusable,
			func(t *testing.T, s *cli.Settings) {
				if err := os.Remove(s.Data); err != nil {
					t.Fatal(err)
				}
			},
		},
		{
			"a place for the test where patients are real", "layout.json",
			func(t *testing.T, s *cli.Settings) {
				write(t, s.ConfigFile, "[unit]\nhcode = \"12345\"\n[nhso]\nzone = \"production\"\n")
			},
			visit.NoProblem, nil,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			s := &cli.Settings{ConfigFile: filepath.Join(dir, "kiosk.toml"), Data: filepath.Join(dir, "data"), Log: slog.New(slog.DiscardHandler)}
			write(t, s.ConfigFile, "[unit]\nhcode = \"99999\"\n")
			c.spoil(t, s)
			f := &flags{layoutFile: c.layout}
			start := func() error {
				return f.open(&cli.Program{}, s, nil, true, func(o app.Options) error {
					k, err := kiosk.New(kiosk.Options{Options: o})
					if err == nil {
						k.Close()
					}
					return err
				})
			}
			err := start()
			if err == nil {
				t.Fatal("it starts")
			}
			if got := app.StartProblem(err); got != c.problem {
				t.Errorf("%v is %v for the screen, want %v", err, got, c.problem)
			}
			if c.mend == nil {
				return
			}
			c.mend(t, s)
			if err = start(); err != nil {
				t.Fatalf("it does not start after that was mended: %v", err)
			}
		})
	}
}

func TestOtherErrorsAreNotForTheScreen(t *testing.T) {
	if got := app.StartProblem(errors.New("x")); got != visit.NoProblem {
		t.Errorf("%v", got)
	}
	if got := app.StartProblem(nil); got != visit.NoProblem {
		t.Errorf("%v", got)
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
