//go:build linux

package powercut_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"authenkiosk/storage"
	"authenkiosk/visit"
)

var restoreCuts = flag.Int("restore-cuts", 8, "how often the power fails while a backup is restored")

// What a child is told to do with a backup.
const (
	taskRestore = "restore" // put it in place
	taskSettle  = "settle"  // give every visit its code
	taskStates  = "states"  // tell the states of all visits
)

// backupVariable has the file and its recovery code, with a colon between.
const backupVariable = "AUTHENKIOSK_POWERCUT_BACKUP"

// visitsInBackup are pending when the backup is made.
const visitsInBackup = 5

func restore(dir string) error {
	path, code, _ := strings.Cut(os.Getenv(backupVariable), ":")
	file, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	_, err = storage.Restore(dir, bytes.NewReader(file), storage.RestoreOptions{Code: func() (string, error) { return code, nil }})
	return err
}

// onBackup runs a child's task that is about a backup; done is false for any other.
func onBackup(task, dir string) (done bool, err error) {
	switch task {
	case taskRestore:
		return true, restore(dir)
	case taskSettle, taskStates:
	default:
		return false, nil
	}
	s, err := storage.Open(filepath.Join(dir, string(visit.ZoneTest)), storage.Options{})
	if err != nil {
		return true, err
	}
	if found := s.Recovery(); found.Damage() {
		return true, errors.New(found.String())
	}
	states := map[visit.State]int{}
	for n := range visitsInBackup {
		r, err := s.Visit(madeUp(n).ID)
		switch {
		case errors.Is(err, storage.ErrNotFound):
			states["none"]++
		case err != nil:
			return true, err
		case task == taskSettle:
			if err := s.Done(madeUp(n).ID, codeOf(n), noon); err != nil {
				return true, err
			}
		default:
			states[r.State]++
		}
	}
	if _, err := s.AuditVerify(); err != nil {
		return true, err
	}
	fmt.Println("states", states)
	return true, s.Close()
}

func TestAPowerCutLeavesTheOldStoreOrTheRestoredOne(t *testing.T) {
	m := newMachine(t, 9)
	where := t.TempDir()
	code := storage.NewRecoveryCode()
	dir := filepath.Join(where, string(visit.ZoneTest))
	m.must(storage.AddRecovery(dir, storage.KeyOptions{}, code))
	s, err := storage.Open(dir, storage.Options{})
	m.must(err)
	for n := range visitsInBackup {
		m.must(save(s, n))
	}
	var file bytes.Buffer
	_, err = s.Backup(&file, storage.BackupContent{Zone: visit.ZoneTest, HCode: "99999"})
	m.must(errors.Join(err, s.Close()))
	path := filepath.Join(where, "backup")
	m.must(os.WriteFile(path, file.Bytes(), 0o600))
	t.Setenv(backupVariable, path+":"+code)

	var (
		none     = fmt.Sprint("states ", map[visit.State]int{"none": visitsInBackup})
		settled  = fmt.Sprint("states ", map[visit.State]int{visit.StateDone: visitsInBackup})
		restored = fmt.Sprint("states ", map[visit.State]int{visit.StateInflight: visitsInBackup})
	)
	told := func(task string) (last string) {
		m.run(task, func(line string, _ func()) {
			if strings.HasPrefix(line, "screams") {
				t.Errorf("%s: %s", task, line)
			}
			last = line
		})
		return last
	}
	all := map[string]int{}
	found := map[string]int{}
	for round := range *restoreCuts + 2 {
		m.renew()
		old := none
		if round%2 == 1 {
			told(taskRestore)
			told(taskSettle)
			old = settled
		}
		before := m.disk.Changes()
		if all[old] == 0 {
			told(taskRestore)
			all[old] = m.disk.Changes() - before
			if now := told(taskStates); now != restored {
				t.Fatalf("without a cut it is %q", now)
			}
			continue
		}
		m.disk.PowerOffBefore(1 + m.random.IntN(all[old]))
		told(taskRestore)
		m.cut()
		// Now and then the power fails again while the first start finishes the switch.
		if round%3 == 0 {
			m.disk.PowerOffBefore(1 + m.random.IntN(all[old]))
			told(taskStates)
			m.cut()
		}
		now := told(taskStates)
		if now != old && now != restored {
			t.Fatalf("round %d: it was %q, is %q", round, old, now)
		}
		found[now]++
	}
	t.Logf("a restore makes %v changes; found %v; %s", all, found, m.tally)
}
