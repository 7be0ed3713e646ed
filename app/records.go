package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"authenkiosk/storage"
	"authenkiosk/visit"
)

// openRecords opens the store of the configured zone for a command. A running
// kiosk has it to itself.
func openRecords(s *settings) (*storage.Store, error) {
	c, err := s.load()
	if err != nil {
		return nil, err
	}
	store, err := storage.Open(filepath.Join(s.data, string(c.NHSO.Zone)), storage.Options{})
	if errors.Is(err, storage.ErrInUse) {
		return nil, fmt.Errorf("%w: end the kiosk first", err)
	}
	return store, err
}

// audit checks the chain of audit entries, or writes it out as JSON lines.
func (p *Program) audit(_ context.Context, s *settings) error {
	if len(s.args) != 1 || s.args[0] != "verify" && s.args[0] != "export" {
		return errors.New("write: audit verify, or: audit export")
	}
	store, err := openRecords(s)
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	if s.args[0] == "export" {
		return store.AuditExport(p.Stdout)
	}
	entries, err := store.AuditVerify()
	if err != nil {
		return err
	}
	_, mark, err := store.AuditMark()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.Stdout, "%d entries, the chain is whole, mark %s\n", entries, mark)
	return err
}

// erase takes a person's data out of the store on request. The number comes from
// standard input, so that it is in no list of processes and no shell history.
func (p *Program) erase(_ context.Context, s *settings) error {
	line, err := io.ReadAll(io.LimitReader(p.Stdin, 1<<10))
	if err != nil {
		return fmt.Errorf("read the PID: %w", err)
	}
	pid, err := visit.ParsePID(strings.NewReplacer("-", "", " ", "").Replace(strings.TrimSpace(string(line))))
	if err != nil {
		return fmt.Errorf("type the PID of the person, then Enter: %w", err)
	}
	store, err := openRecords(s)
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	erased, err := store.ErasePerson(pid)
	if err != nil {
		return err
	}
	if erased.Any() {
		if _, err := store.Compact(); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(p.Stdout, "erased %d visits and %d photos; %d visits are still on their way to NHSO, or to be finished by the staff today, and stay until then\n",
		erased.Visits, erased.Photos, erased.Kept)
	return err
}
