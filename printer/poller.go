package printer

import (
	"context"
	"errors"
	"image"
	"sync"
	"time"
)

const (
	// UsualPoll is how often a printer that has nothing to do is asked: a patient
	// should not begin when there has been no paper for long.
	UsualPoll = 5 * time.Second
	// pollLimit ends a question that the network has lost.
	pollLimit = 8 * time.Second
)

// Poller knows how a printer is without asking it: a goroutine of its own asks
// every now and then, but never while a slip is being sent.
type Poller struct {
	device *Device
	stop   context.CancelFunc
	done   chan struct{}
	again  chan struct{} // ask now

	mu        sync.Mutex
	status    Status
	err       error
	printing  int
	interrupt context.CancelFunc // of the question under way
}

// NewPoller starts to ask a device, which it owns from now on.
func NewPoller(d *Device, every time.Duration) *Poller {
	ctx, stop := context.WithCancel(context.Background())
	p := &Poller{device: d, stop: stop, done: make(chan struct{}), again: make(chan struct{}, 1)}
	go p.run(ctx, every)
	return p
}

func (p *Poller) run(ctx context.Context, every time.Duration) {
	defer close(p.done)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		p.ask(ctx)
		select {
		case <-tick.C:
		case <-p.again:
		case <-ctx.Done():
			return
		}
	}
}

// ask puts one question, which a slip may interrupt.
func (p *Poller) ask(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, pollLimit)
	defer cancel()
	p.mu.Lock()
	if p.printing > 0 {
		p.mu.Unlock()
		return
	}
	p.interrupt = cancel
	p.mu.Unlock()
	status, err := p.device.Status(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.interrupt = nil
	if !errors.Is(ctx.Err(), context.Canceled) {
		p.status, p.err = status, err
	}
}

// Status returns what was learned last, at once. Before the first answer it is
// Unknown and has no time.
func (p *Poller) Status() Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.status
}

// Err returns why the last question failed, for the log; nil when it did not.
func (p *Poller) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// Print prints a slip: see Device.Print.
func (p *Poller) Print(ctx context.Context, s Slip) error {
	return p.exclusively(func() error { return p.device.Print(ctx, s) })
}

// PrintPicture prints a picture: see Device.PrintPicture.
func (p *Poller) PrintPicture(ctx context.Context, m *image.Gray) error {
	return p.exclusively(func() error { return p.device.PrintPicture(ctx, m) })
}

// PrintLines prints a page of lines: see Device.PrintLines.
func (p *Poller) PrintLines(ctx context.Context, lines []Line) error {
	return p.exclusively(func() error { return p.device.PrintLines(ctx, lines) })
}

// WidthPx returns how many dots wide a picture for this printer should be.
func (p *Poller) WidthPx() int { return p.device.WidthPx() }

// exclusively prints while nothing is asked, and learns from the end of it.
func (p *Poller) exclusively(print func() error) error {
	p.mu.Lock()
	p.printing++
	if p.interrupt != nil {
		p.interrupt()
	}
	p.mu.Unlock()
	err := print()
	p.mu.Lock()
	p.printing--
	if c := ConditionOf(err); err != nil && c != Unknown {
		p.status = Status{Condition: c, At: time.Now()}
	}
	p.mu.Unlock()
	select {
	case p.again <- struct{}{}: // the slip may have used up the paper
	default:
	}
	return err
}

// Close stops asking and closes the device.
func (p *Poller) Close() error {
	p.stop()
	<-p.done
	return p.device.Close()
}
