package cli

import (
	"context"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestALogLiesBesideTheDataThatACommandLineNames(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	usual, err := DefaultData()
	if err != nil {
		t.Fatal(err)
	}
	kiosk := []Command{{
		Name: "kiosk", Run: func(*Program, context.Context, *Settings) error { return nil },
		Flags: func(f *flag.FlagSet, _ *Settings) { f.String("size", "", "") },
	}}
	dir := t.TempDir()
	for _, c := range []struct {
		name         string
		commands     []Command
		args         []string
		config, data string // empty data: where they usually are
		fault        bool
	}{
		{"a service", nil, []string{"agent", "-data", dir, "-config", "a.toml"}, filepath.Join(here, "a.toml"), dir, false},
		{"flags with a sign", nil, []string{"agent", "-data=" + dir}, "", dir, false},
		{"a kiosk that is not named", kiosk, []string{"-size", "1x1", "--data", dir}, "", dir, false},
		{"nothing", kiosk, nil, "", "", false},
		{"a flag that nobody knows", nil, []string{"agent", "-data", dir, "-x"}, "", "", true},
		{"a command that nobody knows", nil, []string{"agnet", "-data", dir}, "", "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := &Program{Name: "authenagent", Commands: c.commands}
			config, data, err := p.Places(c.args)
			if c.data == "" {
				c.data = usual
			}
			if (err != nil) != c.fault || err == nil && (config != c.config || data != c.data) {
				t.Errorf("%q, %q, %v", config, data, err)
			}
			if c.data == usual && !c.fault {
				return // the log would lie with whoever runs the test
			}
			f, err := p.OpenLog(c.args)
			if err == nil {
				defer func() { _ = f.Close() }()
			}
			if (err != nil) != c.fault || err == nil && f.Name() != filepath.Join(c.data, "authenagent.log") {
				t.Errorf("the log: %v", err)
			}
		})
	}
}

func TestALogThatHasGrownIsKeptOnce(t *testing.T) {
	dir := t.TempDir()
	p := &Program{Name: "authenagent"}
	path := filepath.Join(dir, "authenagent.log")
	if err := os.WriteFile(path, []byte(strings.Repeat("x", maxLog+1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"a line\n", "a line\na line\n"} {
		f, err := p.OpenLog([]string{"agent", "-data", dir})
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(f, "a line\n")
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if text, err := os.ReadFile(path); err != nil || string(text) != want {
			t.Errorf("%q, %v", text, err)
		}
	}
	if info, err := os.Stat(path + ".old"); err != nil || info.Size() != maxLog+1 {
		t.Errorf("the log of before: %v", err)
	}
}
