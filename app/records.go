package app

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"authenkiosk/agent"
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

func clientCommand(r records, words []string, _ io.Reader, output io.Writer) error {
	return agent.ClientCommand(&clientsOf{store: r.store, log: r.log}, words, output, time.Now())
}
