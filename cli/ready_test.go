package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAnAgentIsReadyWhenItAnswersAndNeverWithAMistake(t *testing.T) {
	const good = "[agent]\nlisten = \"127.0.0.1:0\"\n"
	for _, c := range []struct {
		name, config string
		ready        bool
	}{
		{"a configuration that is right", good, true},
		{"a key that nobody knows", good + "unknown = 1\n", false},
		{"an address that cannot be", "[agent]\nlisten = \"127.0.0.1:99999\"\n", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "a.toml")
			if err := os.WriteFile(file, []byte(c.config), 0o600); err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			var errs bytes.Buffer
			ready := false
			p := Program{Name: "authenagent", Stdin: strings.NewReader(""), Stdout: &errs, Stderr: &errs, Ready: func() {
				ready = true
				stop()
			}}
			status := p.MainUntil(ctx, []string{"agent", "-config", file, "-data", t.TempDir()})
			if ready != c.ready || (status == exitOK) != c.ready {
				t.Errorf("ready: %v, it ends with %d\n%s", ready, status, &errs)
			}
			if c.ready && !strings.Contains(errs.String(), "the agent answers") {
				t.Errorf("it was ready before it answered:\n%s", &errs)
			}
		})
	}
}
