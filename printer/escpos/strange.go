package escpos

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Some printers answer each question of DLE EOT with bytes of their own, always the
// same. They print, and nothing can be known of their state; but what answers
// otherwise each time, at length or with an echo is another machine, which gets no
// slip. On a serial line a wrong speed looks like a strange printer, so that there
// only what the configuration calls well is believed.

// errStrange says that the printer answers what it is known to say when all is well.
var errStrange = errors.New("the printer answers in its own way: its state is unknown")

// strangeMost is the most bytes of a strange answer.
const strangeMost = 4

// askStrange listens to the bytes of the answers, after what came before is over.
func (p *Printer) askStrange(ctx context.Context) (State, error) {
	p.link.hush(ctx)
	heard, err := p.listen(ctx)
	if err != nil {
		return State{}, err
	}
	if state, ok := plainState(heard); ok {
		p.strange = nil // it was a greeting, or another printer is there now
		return state, nil
	}
	if p.strange != nil && strings.Join(heard, "") == "" {
		return State{}, errNoAnswer
	}
	switch {
	case p.model.Well != nil:
		if !slices.ContainsFunc(heard, func(s string) bool { return !slices.Contains(p.model.Well, s) }) {
			p.strange = heard
		} else {
			return State{}, nonsense(heard)
		}
	case p.wary:
		return State{}, nonsense(heard)
	case !slices.Equal(heard, p.strange):
		again, err := p.listen(ctx)
		if err != nil {
			return State{}, err
		}
		if !slices.Equal(heard, again) || !believable(heard) {
			return State{}, nonsense(heard)
		}
		p.strange = heard
	}
	return State{}, errStrange
}

// nonsense tells what was heard, for whoever sets up the printer.
func nonsense(heard []string) error {
	return fmt.Errorf("%w: %s", errNonsense, FormatAnswers(heard))
}

// questions are those that are always put, in their order.
var questions = []byte{askPaper, askCause, askPrinter}

// listen puts the questions and returns the bytes that follow each.
func (p *Printer) listen(ctx context.Context) ([]string, error) {
	var heard []string
	for _, n := range questions {
		p.link.drain()
		p.link.said.take()
		select {
		case <-p.link.heard:
		default:
		}
		if _, err := p.link.write(ctx, question(n), p.limits.Answer); err != nil {
			return nil, fmt.Errorf("ask printer: %w", err)
		}
		limit := time.NewTimer(p.limits.Answer)
		select {
		case <-p.link.heard:
			p.link.hush(ctx)
		case <-limit.C:
		case <-p.link.done:
			limit.Stop()
			return nil, errGone
		case <-ctx.Done():
			limit.Stop()
			return nil, ctx.Err()
		}
		limit.Stop()
		heard = append(heard, string(p.link.said.take()))
	}
	p.link.drain()
	p.link.noisy.Store(false)
	return heard, nil
}

// plainState reads answers that are what they should be, apart from ends of lines.
func plainState(heard []string) (all State, ok bool) {
	for i, s := range heard {
		b := bytes.Trim([]byte(s), "\r\n")
		if len(b) != 1 {
			return State{}, false
		}
		state, err := ParseAnswer(questions[i], b[0])
		if err != nil {
			return State{}, false
		}
		all = all.or(state)
	}
	return all, true
}

// believable reports whether answers may be those of a printer: a few bytes each, and
// not the question itself.
func believable(heard []string) bool {
	for i, s := range heard {
		if s == "" || len(s) > strangeMost || bytes.Contains([]byte(s), question(questions[i])) {
			return false
		}
	}
	return true
}
