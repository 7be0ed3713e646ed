package escpos

import (
	"context"
	"errors"
	"fmt"
	"time"

	"authenkiosk/printer/device"
)

// Limits are the times that a printer gets.
type Limits struct {
	// Answer is for one question of DLE EOT, which is answered within
	// milliseconds in a network and 40 ms over USB.
	Answer time.Duration
	// Band is for taking one band into the buffers. A printer without paper stops
	// taking.
	Band time.Duration
	// Fence is for working off what is in the printer's buffer after the last
	// byte was taken: about 64 kB at 100 mm a second.
	Fence time.Duration
	// Mute is the same for a printer that has never answered anything.
	Mute time.Duration
}

// LimitsAt are of printers on a line of so many bits a second, where a band of so
// many bytes takes its time.
func LimitsAt(baud, band int) Limits {
	l := usualLimits
	l.Band += 2 * SerialAddress{Baud: baud}.Takes(band)
	return l
}

// usualLimits are of printers in a network or on USB.
var usualLimits = Limits{Answer: time.Second, Band: 5 * time.Second, Fence: 10 * time.Second, Mute: 2 * time.Second}

// Printer is an ESC/POS printer. Its methods may be called from several
// goroutines; they wait for each other. The connection is kept open.
type Printer struct {
	open   Opener
	model  Model
	limits Limits

	turn turn
	link *link
	// answers and fences tell whether the printer has ever answered a question,
	// and a fence: what it once could, it must be able to do again.
	answers, fences bool
	// fenceless is a printer that passed over a fence though it was well.
	fenceless bool
	// owing tells that an answer may come to a question that was given up. It outlives
	// a link: a printer answers to whoever is connected when it comes to the question.
	owing bool
	// strange is what the printer says instead of answers, see strangeState.
	strange []string
	// wary is a printer of which strange answers are not learned by themselves.
	wary bool
	// hints reports whether the driver's word was ever good.
	hints bool
	// left is how many bytes of a band the printer may still be waiting for, and
	// dirty that a job did not end as it should.
	left  int
	dirty bool
	// after is how many bytes were written behind the last row of a slip. When only
	// these are on the way, the printer has all of the slip.
	after int
}

// turn is a mutex. Whoever waits for his turn waits for the printer, so that time
// passes meanwhile where testing/synctest plays it, which a sync.Mutex would stop.
type turn chan struct{}

// Lock waits until nobody else has the turn.
func (t turn) Lock() { t <- struct{}{} }

// Unlock ends the turn.
func (t turn) Unlock() { <-t }

// New returns a printer; nothing is opened before it is used.
func New(open Opener, m Model) *Printer {
	return &Printer{open: open, model: m, limits: usualLimits, turn: make(turn, 1)}
}

// WithLimits changes the times that the printer gets and returns it.
func (p *Printer) WithLimits(l Limits) *Printer {
	p.limits = l
	return p
}

// Wary keeps the printer from learning strange answers by itself, for lines on which
// a wrong speed looks like them.
func (p *Printer) Wary() *Printer {
	p.wary = true
	return p
}

// Close ends the connection. The printer can be used again; it connects anew.
func (p *Printer) Close() error {
	p.turn.Lock()
	defer p.turn.Unlock()
	if p.link == nil {
		return nil
	}
	l := p.link
	p.link = nil
	return l.close()
}

// Status asks the printer how it is. The condition is meaningful even with an
// error, which is for the log.
func (p *Printer) Status(ctx context.Context) (device.Condition, error) {
	p.turn.Lock()
	defer p.turn.Unlock()
	return p.status(ctx)
}

var (
	errNoAnswer = errors.New("the printer does not answer")
	errNonsense = errors.New("the printer answers nonsense")
)

// status asks over the open link, and once more over a new one when that failed:
// the printer may have been switched off and on in between.
func (p *Printer) status(ctx context.Context) (device.Condition, error) {
	for {
		fresh := p.link == nil
		if err := p.connect(ctx); err != nil {
			return device.Offline, err
		}
		state, err := p.askAfter(ctx)
		if err == nil {
			p.answers = true
			return state.Condition(), nil
		}
		if ctx.Err() != nil {
			return device.Unknown, ctx.Err()
		}
		if errors.Is(err, errStrange) {
			return device.Unknown, nil
		}
		silent := errors.Is(err, errNoAnswer)
		if silent && !p.answers && p.strange == nil {
			return p.hinted(), nil // a mute printer: nothing is wrong with the link
		}
		if errors.Is(err, errNonsense) && fresh {
			return device.Unknown, err
		}
		p.drop()
		if fresh {
			return device.Offline, err
		}
	}
}

// hinted is what the driver knows of a printer that tells nothing. A fault counts
// only when the driver has ever reported none.
func (p *Printer) hinted() device.Condition {
	h, ok := p.link.port.(hinter)
	if !ok {
		return device.Unknown
	}
	state, err := h.Hint()
	if err != nil {
		return device.Unknown
	}
	if c := state.Condition(); c != device.Ready && p.hints {
		return c
	} else if c == device.Ready {
		p.hints = true
	}
	return device.Unknown
}

// connect opens the port, if need be.
func (p *Printer) connect(ctx context.Context) error {
	if p.link != nil {
		return nil
	}
	port, err := p.open(ctx)
	if err != nil {
		return err
	}
	p.link = newLink(port)
	return nil
}

// drop closes a link that is of no use any more.
func (p *Printer) drop() {
	if p.link != nil {
		p.link.abort()
		p.link = nil
	}
}

// ask puts the questions. Answers that make no sense may be those of a greeting, or
// of a printer that has its own; see askStrange.
func (p *Printer) ask(ctx context.Context) (State, error) {
	if p.model.Silent {
		return State{}, errNoAnswer
	}
	if p.strange == nil {
		state, err := p.askWell(ctx)
		if !errors.Is(err, errNonsense) {
			return state, err
		}
	}
	return p.askStrange(ctx)
}

// askWell puts the questions, one at a time: printers that answer late or not at all
// must not mix the answers up.
func (p *Printer) askWell(ctx context.Context) (State, error) {
	if err := p.catchUp(ctx); err != nil {
		return State{}, err
	}
	p.link.drain()
	p.link.noisy.Store(false)
	var all State
	for _, n := range []byte{askPaper, askCause, askPrinter, askError} {
		if err := ctx.Err(); err != nil {
			return State{}, err
		}
		if n == askError && !all.Unspecified {
			continue // only an error has a cause
		}
		state, err := p.one(n)
		if err != nil {
			return State{}, err
		}
		all = all.or(state)
	}
	return all, nil
}

// catchUp waits out the answers to questions that were given up: a printer that is
// switched on finds them in its buffer and answers them all.
func (p *Printer) catchUp(ctx context.Context) error {
	if !p.owing {
		return nil
	}
	if _, err := p.one(askPrinter); err != nil {
		return err
	}
	for {
		if _, err := p.await(ctx, answer, quiet); err != nil {
			p.owing = !errors.Is(err, errNoAnswer)
			return ctx.Err()
		}
	}
}

// one puts a question to its end: were it given up, its answer could come later
// and be taken for that to another.
func (p *Printer) one(n byte) (State, error) {
	if _, err := p.link.write(context.Background(), question(n), p.limits.Answer); err != nil {
		return State{}, fmt.Errorf("ask printer: %w", err)
	}
	m, err := p.await(context.Background(), answer, p.limits.Answer)
	p.owing = p.owing || err != nil
	if p.link.noisy.Load() && (err == nil || errors.Is(err, errNoAnswer)) {
		// An answer among nonsense may be nonsense as well.
		return State{}, errNonsense
	}
	if err != nil {
		return State{}, err
	}
	return ParseAnswer(n, m.value)
}

// await waits for an answer of one sort. Others that come meanwhile were not
// asked for.
func (p *Printer) await(ctx context.Context, want sort, limit time.Duration) (message, error) {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for {
		select {
		case m := <-p.link.in:
			if m.sort == want {
				return m, nil
			}
		case <-p.link.done:
			return message{}, errGone
		case <-timer.C:
			return message{}, errNoAnswer
		case <-ctx.Done():
			return message{}, ctx.Err()
		}
	}
}
