package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"

	"authenkiosk/app"
	"authenkiosk/app/control"
	"authenkiosk/app/records"
	"authenkiosk/desk/local"
	"authenkiosk/storage"
)

// maxRecordsInput bounds the input of such a command, in bytes: a PID and a line end.
const maxRecordsInput = 1 << 10

// onRecords has a command carried out by the program that runs on the zone's data, or
// here when none runs.
func (p *Program) onRecords(ctx context.Context, s *Settings, input string, words ...string) error {
	return p.onRecordsTo(ctx, s, p.Stdout, []byte(input), words...)
}

// onRecordsTo is onRecords for output that is not for a person.
func (p *Program) onRecordsTo(ctx context.Context, s *Settings, out io.Writer, in []byte, words ...string) error {
	c, err := s.Load()
	if err != nil {
		return err
	}
	data := filepath.Join(s.Data, string(c.NHSO.Zone))
	err = control.Ask(ctx, data, words, in, out)
	if !errors.Is(err, control.ErrNobody) {
		return err
	}
	if err := ownData(data); err != nil {
		return fmt.Errorf("%w, or while the program runs", err)
	}
	store, err := storage.Open(data, storage.Options{Keys: app.KeysOf(c)})
	if errors.Is(err, storage.ErrInUse) {
		// It has just started, or another command works.
		if err := control.Ask(ctx, data, words, in, out); !errors.Is(err, control.ErrNobody) {
			return err
		}
		return fmt.Errorf("%w and takes no commands: wait until it has started, or end it", err)
	}
	if err != nil {
		return err
	}
	err = records.Commands{
		Store: store, Log: s.Log, Desk: local.New(local.Options{Store: store, KeepDays: c.Storage.KeepStaffDays, KeepDone: c.Storage.KeepDays}),
	}.CarryOut(ctx, words, bytes.NewReader(in), out)
	return errors.Join(err, store.Close())
}

// audit checks the chain of audit entries, or writes it out as JSON lines.
func (p *Program) audit(ctx context.Context, s *Settings) error {
	return p.onRecords(ctx, s, "", append([]string{"audit"}, s.Args...)...)
}

// erase takes a person's data out of the store on request. The number comes from
// standard input, so that it is in no list of processes and no shell history.
func (p *Program) erase(ctx context.Context, s *Settings) error {
	if len(s.Args) > 0 {
		return records.ErrPIDAsWord // it is not said again
	}
	pid, err := p.typedPID(ctx, s, "Type the PID of the person, then Enter: ")
	if err != nil {
		return err
	}
	return p.onRecords(ctx, s, pid, "erase")
}

// client changes who may ask the agent.
func (p *Program) client(ctx context.Context, s *Settings) error {
	words := append([]string{"client"}, s.Args...)
	if s.scopes != "" {
		words = append(words, "-scopes", s.scopes)
	}
	return p.onRecords(ctx, s, "", words...)
}

// undelivered shows what receivers have refused, has it tried again, or ends it.
func (p *Program) undelivered(ctx context.Context, s *Settings) error {
	return p.onRecords(ctx, s, "", append([]string{"undelivered"}, s.Args...)...)
}

// summaryOf asks the program that runs on a data directory, or looks itself.
func summaryOf(ctx context.Context, data string, keys storage.KeyOptions) (s records.Summary, err error) {
	var out bytes.Buffer
	err = control.Ask(ctx, data, []string{"summary"}, nil, &out)
	if errors.Is(err, control.ErrNobody) {
		var store *storage.Store
		if store, err = storage.Open(data, storage.Options{Keys: keys}); err != nil {
			return s, err
		}
		err = errors.Join(records.SummaryCommand(ctx, records.Commands{Store: store, Log: slog.New(slog.DiscardHandler)}, nil, nil, &out), store.Close())
	}
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(out.Bytes(), &s)
}
