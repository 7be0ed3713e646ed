package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"authenkiosk/agent"
	"authenkiosk/app/control"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// records is what a command that works on the records of a zone stands on: the store
// that it opened itself, or that of the program that runs.
type records struct {
	store *storage.Store
	log   *slog.Logger
	wake  func() // has the receivers look at once; nil: none runs
}

// recordsCommand works on the records: its words behind the name, its input, and
// where it prints. It must not ask questions, because it may be carried out by the
// running program.
type recordsCommand func(r records, words []string, input io.Reader, output io.Writer) error

// recordsCommands are all commands of that kind, by name.
func recordsCommands() map[string]recordsCommand {
	return map[string]recordsCommand{
		"audit":       auditCommand,
		"erase":       eraseCommand,
		"client":      clientCommand,
		"undelivered": undeliveredCommand,
		"summary":     summaryCommand,
		"work":        workCommand,
	}
}

// carryOut does a command that was given here or, by way of the socket, elsewhere.
func (r records) carryOut(words []string, input io.Reader, output io.Writer) error {
	do := recordsCommands()[words[0]]
	if do == nil {
		return fmt.Errorf("the running program does not know %q: it is another version? End it and start it again", words[0])
	}
	return do(r, words[1:], input, output)
}

// maxRecordsInput bounds the input of such a command, in bytes: a PID and a line end.
const maxRecordsInput = 1 << 10

// onRecords has a command carried out by the program that runs on the zone's data, or
// here when none runs.
func (p *Program) onRecords(ctx context.Context, s *settings, input io.Reader, words ...string) error {
	c, err := s.load()
	if err != nil {
		return err
	}
	data := filepath.Join(s.data, string(c.NHSO.Zone))
	var in []byte
	if input != nil {
		if in, err = io.ReadAll(io.LimitReader(input, maxRecordsInput)); err != nil {
			return fmt.Errorf("read the input: %w", err)
		}
	}
	err = control.Ask(ctx, data, words, in, p.Stdout)
	if !errors.Is(err, control.ErrNobody) {
		return err
	}
	if err := ownData(data); err != nil {
		return fmt.Errorf("%w, or while the program runs", err)
	}
	store, err := storage.Open(data, storage.Options{Keys: keysOf(c)})
	if errors.Is(err, storage.ErrInUse) {
		// It has just started, or another command works.
		if err := control.Ask(ctx, data, words, in, p.Stdout); !errors.Is(err, control.ErrNobody) {
			return err
		}
		return fmt.Errorf("%w and takes no commands: wait until it has started, or end it", err)
	}
	if err != nil {
		return err
	}
	err = records{store: store, log: s.log}.carryOut(words, bytes.NewReader(in), p.Stdout)
	return errors.Join(err, store.Close())
}

// takeCommands lets commands work on the data of this program until ctx ends.
func (c *core) takeCommands(ctx context.Context, l *control.Listener) {
	r := records{c.store, c.log, c.tell.wake}
	control.Serve(ctx, l, func(_ context.Context, words []string, input io.Reader, output io.Writer) error {
		c.log.Info("a command works on the records", "command", words[0])
		return r.carryOut(words, input, output)
	}, c.log)
}

// audit checks the chain of audit entries, or writes it out as JSON lines.
func (p *Program) audit(ctx context.Context, s *settings) error {
	return p.onRecords(ctx, s, nil, append([]string{"audit"}, s.args...)...)
}

func auditCommand(r records, words []string, _ io.Reader, output io.Writer) error {
	if len(words) != 1 || words[0] != "verify" && words[0] != "export" {
		return errors.New("write: audit verify, or: audit export")
	}
	if words[0] == "export" {
		return r.store.AuditExport(output)
	}
	entries, err := r.store.AuditVerify()
	if err != nil {
		return err
	}
	_, mark, err := r.store.AuditMark()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(output, "%d entries, the chain is whole, mark %s\n", entries, mark)
	return err
}

// erase takes a person's data out of the store on request. The number comes from
// standard input, so that it is in no list of processes and no shell history.
func (p *Program) erase(ctx context.Context, s *settings) error {
	return p.onRecords(ctx, s, p.Stdin, "erase")
}

func eraseCommand(r records, words []string, input io.Reader, output io.Writer) error {
	if len(words) > 0 {
		return errors.New("the PID comes from standard input, never from the command line")
	}
	line, err := io.ReadAll(input)
	if err != nil {
		return fmt.Errorf("read the PID: %w", err)
	}
	pid, err := visit.ParsePID(strings.NewReplacer("-", "", " ", "").Replace(strings.TrimSpace(string(line))))
	if err != nil {
		return fmt.Errorf("type the PID of the person, then Enter: %w", err)
	}
	erased, err := r.store.ErasePerson(pid)
	// Whatever is left: freed pages hold what is erased now, or was by a call before that
	// did not come so far.
	_, compact := r.store.Compact()
	if err := errors.Join(err, compact); err != nil {
		return err
	}
	_, err = fmt.Fprintf(output, "erased %d visits and %d photos; %d visits are still on their way to NHSO, or to be finished by the staff today, and stay until then\n",
		erased.Visits, erased.Photos, erased.Kept)
	return err
}

// client changes who may ask the agent.
func (p *Program) client(ctx context.Context, s *settings) error {
	words := append([]string{"client"}, s.args...)
	if s.scopes != "" {
		words = append(words, "-scopes", s.scopes)
	}
	return p.onRecords(ctx, s, nil, words...)
}

func clientCommand(r records, words []string, _ io.Reader, output io.Writer) error {
	return agent.ClientCommand(&clientsOf{store: r.store, log: r.log}, words, output, time.Now())
}
