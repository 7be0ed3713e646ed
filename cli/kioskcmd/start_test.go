package cli

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"authenkiosk/app"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

func TestWhatKeepsAKioskFromStartingHasWordsForTheScreen(t *testing.T) {
	for _, c := range []struct {
		name    string
		spoil   func(t *testing.T, s *settings)
		problem visit.Problem
		mend    func(t *testing.T, s *settings)
	}{
		{
			"a mistake in the configuration",
			func(t *testing.T, s *settings) { write(t, s.configFile, "[unit]\nhcode = 5\n") },
			visit.ConfigWrong,
			func(t *testing.T, s *settings) { write(t, s.configFile, "[unit]\nhcode = \"99999\"\n") },
		},
		{
			"no configuration",
			func(t *testing.T, s *settings) { s.configFile = filepath.Join(s.data, "none.toml") },
			visit.ConfigWrong,
			func(t *testing.T, s *settings) { s.configFile = "" },
		},
		{
			"another program with the data",
			func(t *testing.T, s *settings) {
				other, err := storage.Open(filepath.Join(s.data, "demo"), storage.Options{})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = other.Close() })
			},
			visit.DataInUse, nil,
		},
		{
			"a file in the place of the folder",
			func(t *testing.T, s *settings) { write(t, s.data, "not a folder") },
			visit.DataUnusable,
			func(t *testing.T, s *settings) {
				if err := os.Remove(s.data); err != nil {
					t.Fatal(err)
				}
			},
		},
		{
			"a place for the test where patients are real",
			func(t *testing.T, s *settings) {
				s.layoutFile = "layout.json"
				write(t, s.configFile, "[unit]\nhcode = \"12345\"\n[nhso]\nzone = \"production\"\n")
			},
			visit.NoProblem, nil,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			s := &settings{configFile: filepath.Join(dir, "kiosk.toml"), data: filepath.Join(dir, "data"), log: slog.New(slog.DiscardHandler)}
			write(t, s.configFile, "[unit]\nhcode = \"99999\"\n")
			c.spoil(t, s)
			k, err := s.openKiosk()
			if err == nil {
				k.Close()
				t.Fatal("it starts")
			}
			if got := app.StartProblem(err); got != c.problem {
				t.Errorf("%v is %v for the screen, want %v", err, got, c.problem)
			}
			if c.mend == nil {
				return
			}
			c.mend(t, s)
			if k, err = s.openKiosk(); err != nil {
				t.Fatalf("it does not start after that was mended: %v", err)
			}
			k.Close()
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
