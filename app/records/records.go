package records

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"authenkiosk/agent"
	"authenkiosk/desk"
	"authenkiosk/storage"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// Commands is what a command that works on the records of a zone stands on: the store
// that it opened itself, or that of the program that runs.
type Commands struct {
	Store *storage.Store
	Desk  desk.Desk // over the same store
	Log   *slog.Logger
	Wake  func() // has the receivers look at once; nil: none runs
	// Record writes the last steps of the kiosk that runs; nil: none runs.
	Record func(io.Writer) error
	// Pair makes a code that lets a station in, and shows it; nil: no agent runs.
	Pair func(io.Writer) error
	// SignIn signs an operator in on the machine that has the visits, where that is
	// another one and there is no store; nil: the visits are those of the store.
	SignIn func(ctx context.Context, which string, pin rules.PIN) (desk.Operator, error)
	// Restart tells how the program that runs stands, as JSON, and unless that is all ends
	// it, so that its service manager starts another version; nil: none runs.
	Restart func(onlyAsk bool, output io.Writer) error
}

// recordsCommand works on the records: its words behind the name, its input, and
// where it prints. It must not ask questions, because it may be carried out by the
// running program.
type recordsCommand func(ctx context.Context, r Commands, words []string, input io.Reader, output io.Writer) error

// recordsCommands are all commands of that kind, by name.
func recordsCommands() map[string]recordsCommand {
	return map[string]recordsCommand{
		"audit":       auditCommand,
		"erase":       EraseCommand,
		"client":      clientCommand,
		"operator":    operatorCommand,
		"undelivered": undeliveredCommand,
		"summary":     SummaryCommand,
		"work":        workCommand,
		"record":      recordCommand,
		"pair":        pairCommand,
		"backup":      backupCommand,
		"restart":     restartCommand,
	}
}

// IsCommand reports whether a command works on the records.
func IsCommand(name string) bool { return recordsCommands()[name] != nil }

// CarryOut does a command that was given here or, by way of the socket, elsewhere.
func (r Commands) CarryOut(ctx context.Context, words []string, input io.Reader, output io.Writer) error {
	do := recordsCommands()[words[0]]
	if do == nil {
		return fmt.Errorf("the running program does not know %q: it is another version? End it and start it again", words[0])
	}
	return do(ctx, r, words[1:], input, output)
}

func auditCommand(_ context.Context, r Commands, words []string, _ io.Reader, output io.Writer) error {
	if len(words) != 1 || words[0] != "verify" && words[0] != "export" {
		return errors.New("write: audit verify, or: audit export")
	}
	if words[0] == "export" {
		return r.Store.AuditExport(output)
	}
	entries, err := r.Store.AuditVerify()
	if err != nil {
		return err
	}
	_, mark, err := r.Store.AuditMark()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(output, "%d entries, the chain is whole, mark %s\n", entries, mark)
	return err
}

// errNoRecord says that there is no kiosk whose last steps could be told.
var errNoRecord = errors.New("only a kiosk that runs has a record of its last steps")

// recordCommand prints the last steps of the kiosk that runs.
func recordCommand(_ context.Context, r Commands, words []string, _ io.Reader, output io.Writer) error {
	if len(words) > 0 {
		return errors.New("write: record")
	}
	if r.Record == nil {
		return errNoRecord
	}
	return r.Record(output)
}

// errNoAgent says that there is nobody whom a station could ask.
var errNoAgent = errors.New("only a program that runs with its agent ([agent] enabled) can let a station in")

// pairCommand shows a code that lets a station in.
func pairCommand(_ context.Context, r Commands, words []string, _ io.Reader, output io.Writer) error {
	if len(words) > 0 {
		return errors.New("write: pair")
	}
	if r.Pair == nil {
		return errNoAgent
	}
	return r.Pair(output)
}

// restartCommand is for the command that updates, not for people.
func restartCommand(_ context.Context, r Commands, words []string, _ io.Reader, output io.Writer) error {
	onlyAsk := len(words) == 1 && words[0] == "ask"
	if r.Restart == nil || len(words) > 0 && !onlyAsk {
		return errors.New("only a program that runs can be started again")
	}
	return r.Restart(onlyAsk, output)
}

// ErrPIDAsWord says that a number was given where others may read it.
var ErrPIDAsWord = errors.New("the PID comes from standard input, never from the command line")

// EraseCommand takes a person's data out of the store. The number comes by the input.
func EraseCommand(_ context.Context, r Commands, words []string, input io.Reader, output io.Writer) error {
	if len(words) > 0 {
		return ErrPIDAsWord
	}
	line, err := io.ReadAll(input)
	if err != nil {
		return fmt.Errorf("read the PID: %w", err)
	}
	pid, err := visit.ParsePID(strings.NewReplacer("-", "", " ", "").Replace(strings.TrimSpace(string(line))))
	if err != nil {
		return fmt.Errorf("type the PID of the person, then Enter: %w", err)
	}
	erased, err := r.Store.ErasePerson(pid)
	// Whatever is left: freed pages hold what is erased now, or was by a call before that
	// did not come so far.
	_, compact := r.Store.Compact()
	if err := errors.Join(err, compact); err != nil {
		return err
	}
	_, err = fmt.Fprintf(output, "erased %d visits and %d photos; %d visits are still on their way to NHSO, or to be finished by the staff today, and stay until then\n",
		erased.Visits, erased.Photos, erased.Kept)
	return err
}

func clientCommand(_ context.Context, r Commands, words []string, _ io.Reader, output io.Writer) error {
	return agent.ClientCommand(&Clients{Store: r.Store, Log: r.Log}, words, output, time.Now())
}
