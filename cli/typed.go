package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// terminal returns the terminal at which a person types, if one does.
func (p *Program) terminal() (int, bool) {
	f, ok := p.Stdin.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	return int(f.Fd()), true
}

// typedPID asks for a PID, behind the line that names the zone.
func (p *Program) typedPID(ctx context.Context, s *Settings, ask string) (string, error) {
	if _, err := s.Load(); err != nil {
		return "", err
	}
	if _, ok := p.terminal(); ok {
		_, _ = io.WriteString(p.Stderr, ask)
	}
	return p.line(ctx)
}

// line reads the first line of the input: at a terminal Enter is enough.
func (p *Program) line(ctx context.Context) (string, error) {
	text, err := untilEnded(ctx, func() (string, error) {
		return bufio.NewReader(io.LimitReader(p.Stdin, maxRecordsInput)).ReadString('\n')
	})
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the input: %w", err)
	}
	return text, nil
}

// untilEnded waits for what is typed, but no longer than until the command is ended.
func untilEnded(ctx context.Context, read func() (string, error)) (string, error) {
	type typed struct {
		text string
		err  error
	}
	got := make(chan typed, 1)
	go func() {
		text, err := read()
		got <- typed{text, err}
	}()
	select {
	case t := <-got:
		return t.text, t.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
