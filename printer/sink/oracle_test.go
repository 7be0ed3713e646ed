//go:build oracle

package sink

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// receiptio is an independent program (Apache-2.0) that asks printers how they are.
const receiptio = "receiptio@2.1.2"

func TestAnIndependentProgramSeesTheStatesAsTheyAre(t *testing.T) {
	dir := t.TempDir()
	install := exec.Command("npm", "install", "--no-save", "--no-audit", "--prefix", dir, receiptio)
	if said, err := install.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	p := New(576)
	defer func() { _ = p.Close() }()
	address, err := p.Listen("127.0.0.1:9100") // it knows no other port
	if err != nil {
		t.Fatal(err)
	}
	host, _, _ := strings.Cut(address, ":")
	// Its exit status tells what it saw.
	for want, state := range map[int]State{
		100: {}, 101: {CoverOpen: true}, 102: {PaperOut: true}, 103: {CutterError: true},
	} {
		p.Set(func(s *State) { *s = state })
		c := exec.Command("node", filepath.Join(dir, "node_modules", "receiptio", "bin", "cli.js"), "-d", host, "-q")
		_ = c.Run()
		if got := c.ProcessState.ExitCode(); got != want {
			t.Errorf("%+v: exit status %d, want %d", state, got, want)
		}
	}
}
