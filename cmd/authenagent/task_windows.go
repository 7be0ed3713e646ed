package main

import (
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"unicode/utf16"

	"golang.org/x/sys/windows"
)

// taskName is the kiosk in the list of scheduled tasks.
const taskName = "AuthenKiosk"

// task describes the start of a kiosk to Windows: when its account signs in, and within a
// minute whenever it does not run, whatever ended it. (Windows' own RestartOnFailure looks
// at tasks that could not be started, not at how a program ended.)
func task(program, config, sid string) string {
	text := func(s string) string {
		var b strings.Builder
		_ = xml.EscapeText(&b, []byte(s))
		return b.String()
	}
	return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Author>AuthenKiosk</Author>
    <Description>Shows the kiosk in the session of its account, and again when it has ended.</Description>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger>
      <Enabled>true</Enabled>
      <UserId>` + sid + `</UserId>
    </LogonTrigger>
    <TimeTrigger>
      <Repetition>
        <Interval>PT1M</Interval>
      </Repetition>
      <StartBoundary>2020-01-01T00:00:00</StartBoundary>
      <Enabled>true</Enabled>
    </TimeTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>` + sid + `</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>5</Priority>
    <Enabled>true</Enabled>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>` + text(program) + `</Command>
      <Arguments>kiosk -config "` + text(config) + `"</Arguments>
    </Exec>
  </Actions>
</Task>
`
}

// plan has Windows start the kiosk from now on.
func plan(description string) error {
	f, err := os.CreateTemp("", "authenkiosk-*.xml")
	if err != nil {
		return fmt.Errorf("write the task: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(inUTF16(description))
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write the task: %w", err)
	}
	if err := schtasks("/create", "/tn", taskName, "/xml", f.Name(), "/f"); err != nil {
		return fmt.Errorf("have the kiosk started: %w", err)
	}
	_ = schtasks("/run", "/tn", taskName) // nobody may have signed in yet
	return nil
}

// unplan takes the task away; there may be none.
func unplan() { _ = schtasks("/delete", "/tn", taskName, "/f") }

func inUTF16(text string) []byte {
	b := []byte{0xFF, 0xFE}
	for _, u := range utf16.Encode([]rune(text)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}

func schtasks(args ...string) error {
	system, err := windows.GetSystemDirectory()
	if err != nil {
		return err
	}
	if said, err := exec.Command(filepath.Join(system, "schtasks.exe"), args...).CombinedOutput(); err != nil {
		return fmt.Errorf("schtasks %s: %w: %s", args[0], err, strings.TrimSpace(string(said)))
	}
	return nil
}
