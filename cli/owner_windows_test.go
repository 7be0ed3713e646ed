package cli

import (
	"path/filepath"
	"testing"
)

func TestTheDataOfWindowsLieWithTheMachine(t *testing.T) {
	t.Setenv("ProgramData", `C:\Place`)
	var s Settings
	if err := s.Place(); err != nil || s.Data != filepath.Join(`C:\Place`, "AuthenKiosk") {
		t.Errorf("%q, %v", s.Data, err)
	}
	if got := usualConfig(); got != filepath.Join(s.Data, "authenkiosk.toml") {
		t.Errorf("the configuration is in %q", got)
	}
	t.Setenv("ProgramData", "")
	if err := new(Settings).Place(); err == nil {
		t.Error("without a place none is missing")
	}
}
