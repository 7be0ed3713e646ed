package app

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"authenkiosk/agent"
)

func TestCommandsThatChangeTheClientsAtOnceUndoNothing(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(newClientFile(dir).path+".lock", nil, 0o600); err != nil { // of a command that was killed
		t.Fatal(err)
	}
	const commands = 20
	var running sync.WaitGroup
	for i := range commands {
		running.Go(func() {
			if _, err := agent.AddClient(newClientFile(dir), fmt.Sprintf("his-%d", i), agent.Scopes(), time.Now()); err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	if list, err := newClientFile(dir).Clients(); err != nil || len(list) != commands {
		t.Errorf("%d clients, %v", len(list), err)
	}
}

func TestAnotherCommandsLockIsNeverTaken(t *testing.T) {
	dir := t.TempDir()
	unlock, err := newClientFile(dir).lock()
	if err != nil {
		t.Fatal(err)
	}
	c := newClientFile(dir)
	c.wait = 3 * clientLockLook
	if _, err := c.lock(); !errors.Is(err, errLocked) {
		t.Errorf("the lock of a command that works was taken: %v", err)
	}
	unlock()
	again, err := c.lock()
	if err != nil {
		t.Fatal(err)
	}
	again()
}
