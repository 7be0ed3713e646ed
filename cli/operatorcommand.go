package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"authenkiosk/app/records"
	"authenkiosk/visit/desk"
)

// operator changes who may sign in at a desk. A PIN is asked for at the terminal, or
// comes from standard input, so that it is in no list of processes and no shell history.
func (p *Program) operator(ctx context.Context, s *Settings) error {
	words := s.Args
	if len(words) > 2 { // a name of several words
		words = []string{words[0], strings.Join(words[1:], " ")}
	}
	var input io.Reader
	if reads, pin := records.NeedsInput(words); pin {
		if _, err := s.Load(); err != nil { // it names the zone before a PIN is typed
			return err
		}
		text, err := p.newPIN(ctx)
		if err != nil {
			return err
		}
		input = strings.NewReader(text)
	} else if reads {
		input = p.Stdin
	}
	words = append([]string{"operator"}, words...)
	if s.role != "" {
		words = append(words, "-role", s.role)
	}
	return p.onRecords(ctx, s, input, words...)
}

// newPIN has a person type a new PIN twice, or takes the first line of the input of a
// script.
func (p *Program) newPIN(ctx context.Context) (string, error) {
	if terminal, ok := p.terminal(); ok {
		return twice(func(prompt string) (string, error) { return p.hidden(ctx, terminal, prompt) })
	}
	return p.firstLine()
}

// pin has an operator type their PIN, or takes the first line of the input of a script.
func (p *Program) pin(ctx context.Context) (string, error) {
	if terminal, ok := p.terminal(); ok {
		return p.hidden(ctx, terminal, "Type your PIN (nothing is shown), then Enter: ")
	}
	return p.firstLine()
}

// terminal returns the terminal at which a person sits; false: the input is a script's.
func (p *Program) terminal() (int, bool) {
	f, ok := p.Stdin.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	return int(f.Fd()), true
}

// hidden asks for a line that the terminal does not show.
func (p *Program) hidden(ctx context.Context, terminal int, prompt string) (string, error) {
	_, _ = io.WriteString(p.Stderr, prompt)
	text, err := readHidden(ctx, terminal)
	_, _ = io.WriteString(p.Stderr, "\n") // that of Enter was not shown
	return text, err
}

func (p *Program) firstLine() (string, error) {
	all, err := io.ReadAll(io.LimitReader(p.Stdin, maxRecordsInput))
	if err != nil {
		return "", fmt.Errorf("read the PIN: %w", err)
	}
	line, _, _ := strings.Cut(string(all), "\n")
	return line, nil
}

// errNotTheSame says that the second PIN was another one.
var errNotTheSame = errors.New("the two PINs are not the same: nothing was changed")

// twice has a PIN typed two times.
func twice(ask func(prompt string) (string, error)) (string, error) {
	text, err := ask(fmt.Sprintf("Type the new PIN, %d to %d digits (nothing is shown), then Enter: ", desk.MinPIN, desk.MaxPIN))
	if err != nil {
		return "", err
	}
	if _, err := desk.NewPIN(text); err != nil {
		return "", err
	}
	again, err := ask("Type it again, then Enter: ")
	if err != nil {
		return "", err
	}
	if again != text {
		return "", errNotTheSame
	}
	return text, nil
}

// readHidden reads a line that the terminal does not show. When the command is ended
// meanwhile the terminal shows again what is typed.
func readHidden(ctx context.Context, terminal int) (string, error) {
	shows, err := term.GetState(terminal)
	if err != nil {
		return "", fmt.Errorf("ask for the PIN: %w", err)
	}
	type line struct {
		text []byte
		err  error
	}
	read := make(chan line, 1)
	go func() {
		text, err := term.ReadPassword(terminal)
		read <- line{text, err}
	}()
	select {
	case got := <-read:
		if got.err != nil {
			return "", fmt.Errorf("ask for the PIN: %w", got.err)
		}
		return string(got.text), nil
	case <-ctx.Done():
		return "", errors.Join(ctx.Err(), term.Restore(terminal, shows))
	}
}
