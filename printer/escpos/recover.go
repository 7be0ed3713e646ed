package escpos

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// quiet is how long nothing must come before late answers are held to be over.
const quiet = 200 * time.Millisecond

// Interrupted says that a program which has ended may have left the printer in the
// middle of a slip of so many dots a row: the next slip comes after settle. It
// sends nothing. The printer may wait for any part of a command that draws a band,
// so that the zeros have to be longer than all of it.
func (p *Printer) Interrupted(dots int) {
	p.turn.Lock()
	defer p.turn.Unlock()
	p.dirty = true
	p.left = max(p.left, p.model.Band*((dots+7)/8)+len(rasterHeader(1, 1)))
}

// askAfter puts the questions on a link after a slip that broke off. The first one
// would become a part of the broken command, perhaps the length of a band of which
// the end never comes, so that the band is completed before. A printer whose buffer
// is full reads neither; on another link it may hear a question that comes first.
func (p *Printer) askAfter(ctx context.Context) (State, error) {
	if p.left == 0 || p.link.cleared {
		return p.ask(ctx)
	}
	if p.flush(ctx) == nil {
		p.link.cleared = true
		state, err := p.ask(ctx)
		if !errors.Is(err, errNoAnswer) || p.model.Silent {
			return state, err
		}
		p.drop()
	}
	if err := p.connect(ctx); err != nil {
		return State{}, err
	}
	p.link.cleared = true
	return p.ask(ctx)
}

// flush completes a band that a broken connection cut short, with white dots, and
// empties the print buffer. ESC @ alone would become dots of that band. A printer
// that waits for no band ignores the zeros.
func (p *Printer) flush(ctx context.Context) error {
	data := append(make([]byte, p.left), initialize...)
	if _, err := p.link.write(ctx, data, p.limits.Band/5); err != nil { // it gets more while it takes some
		p.drop()
		return fmt.Errorf("clear a broken slip: %w", err)
	}
	return nil
}

// settle comes before the slip that follows a broken one: what is left of it is
// cut off, so that it does not head the next patient's paper, and answers to its
// fence that come late are waited out.
func (p *Printer) settle(ctx context.Context) error {
	if !p.dirty {
		return nil
	}
	data := append(make([]byte, p.left), initialize...)
	data = append(data, ending(p.model)...)
	if p.fenced() {
		data = append(data, fence...)
	}
	if _, err := p.link.write(ctx, data, p.limits.Band); err != nil {
		p.drop()
		return fmt.Errorf("clear a broken slip: %w", err)
	}
	if p.fenced() {
		_, err := p.await(ctx, fenced, p.limits.Fence)
		p.fenceless = errors.Is(err, errNoAnswer) && !p.fences
		for err == nil {
			_, err = p.await(ctx, fenced, quiet)
		}
		if !errors.Is(err, errNoAnswer) {
			p.drop()
			return err
		}
	}
	p.dirty, p.left = false, 0
	return nil
}
