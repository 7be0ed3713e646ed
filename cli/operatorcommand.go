package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
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
	input := ""
	var err error
	switch reads, pin := records.NeedsInput(words); {
	case pin:
		input, err = p.typedPIN(ctx, s, words)
	case reads:
		input, err = p.typedPID(ctx, s, "Type the PID on the operator's card, or nothing to take the card away, then Enter: ")
	}
	if err != nil {
		return err
	}
	words = append([]string{"operator"}, words...)
	if s.role != "" {
		words = append(words, "-role", s.role)
	}
	return p.onRecords(ctx, s, input, words...)
}

// typedPIN asks for a new PIN, when nothing else can be wrong already and behind the line
// that names the zone.
func (p *Program) typedPIN(ctx context.Context, s *Settings, words []string) (string, error) {
	if err := checkOperator(words, s.role); err != nil {
		return "", err
	}
	if _, err := s.Load(); err != nil {
		return "", err
	}
	return p.newPIN(ctx)
}

// checkOperator finds what is wrong before anybody has typed a PIN.
func checkOperator(words []string, role string) error {
	if words[0] != "add" {
		if role != "" {
			return records.ErrOperatorUsage
		}
		return nil
	}
	if role != "" {
		if _, err := desk.ParseRole(role); err != nil {
			return err
		}
	}
	_, err := desk.ParseOperatorName(words[1])
	return err
}

// newPIN has a person type a new PIN twice, or takes the first line of the input of a
// script.
func (p *Program) newPIN(ctx context.Context) (string, error) {
	if terminal, ok := p.terminal(); ok {
		return twice(func(prompt string) (string, error) { return p.hidden(ctx, terminal, prompt) })
	}
	return p.line(ctx)
}

// pin has an operator type their PIN, or takes the first line of the input of a script.
func (p *Program) pin(ctx context.Context) (string, error) {
	if terminal, ok := p.terminal(); ok {
		return p.hidden(ctx, terminal, "Type your PIN (nothing is shown), then Enter: ")
	}
	return p.line(ctx)
}

// hidden asks for a line that the terminal does not show.
func (p *Program) hidden(ctx context.Context, terminal int, prompt string) (string, error) {
	_, _ = io.WriteString(p.Stderr, prompt)
	text, err := readHidden(ctx, terminal)
	_, _ = io.WriteString(p.Stderr, "\n") // that of Enter was not shown
	return text, err
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
	text, err := untilEnded(ctx, func() (string, error) {
		text, err := term.ReadPassword(terminal)
		return string(text), err
	})
	if ctx.Err() != nil {
		return "", errors.Join(ctx.Err(), term.Restore(terminal, shows))
	}
	if err != nil {
		return "", fmt.Errorf("ask for the PIN: %w", err)
	}
	return text, nil
}
