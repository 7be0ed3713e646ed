package escpos

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// quiet is how long nothing must come before late answers are held to be over.
const quiet = 200 * time.Millisecond

// flush completes a band that a broken connection cut short, with white dots, and
// empties the print buffer. ESC @ alone would become dots of that band. A printer
// that waits for no band ignores the zeros.
func (p *Printer) flush() error {
	data := append(make([]byte, p.left), initialize...)
	if _, err := p.link.write(data, p.limits.Band); err != nil {
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
	if _, err := p.link.write(data, p.limits.Band); err != nil {
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
