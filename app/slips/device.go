package slips

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"authenkiosk/app/slips/spool"
	"authenkiosk/app/wait"
	"authenkiosk/printer"
	"authenkiosk/visit"
)

// Device is the printer of the kiosk, asked how it is by a goroutine of its own.
type Device struct {
	device *printer.Device
	every  time.Duration
	demo   MadeUp // nil: a real one

	poller atomic.Pointer[printer.Poller] // nil before start
	turn   chan struct{}                  // holds one thing while something is printed
	broken atomic.Bool                    // the dock has switched off what is not made up
}

var _ spool.Printer = (*Device)(nil)

var errPrinterOff = errors.New("the printer is switched off")

// Start begins to ask the printer how it is.
func (d *Device) Start() {
	d.turn = make(chan struct{}, 1)
	d.poller.Store(printer.NewPoller(d.device, d.every))
}

func (d *Device) close() {
	if poller := d.poller.Swap(nil); poller != nil {
		_ = poller.Close() // with the device
	} else if d.device != nil {
		_ = d.device.Close()
	}
	if d.demo != nil {
		_ = d.demo.Close()
	}
}

// Status implements spool.Printer. Before the first answer it has no time.
func (d *Device) Status() printer.Status {
	poller := d.poller.Load()
	switch {
	case d.broken.Load():
		return printer.Status{Condition: printer.Offline, At: time.Now()}
	case poller == nil:
		return printer.Status{}
	}
	return understood(poller.Status(), poller.Err())
}

// understood takes a printer that answers nonsense for one that somebody has to
// look at: no slip is ever sent to it. One that answers nothing at all may print.
func understood(s printer.Status, err error) printer.Status {
	if err != nil && s.Condition == printer.Unknown && !s.At.IsZero() {
		s.Condition = printer.Error
	}
	return s
}

// Print implements spool.Printer.
func (d *Device) Print(ctx context.Context, s printer.Slip) error {
	return d.print(ctx, func(p *printer.Poller) error { return p.Print(ctx, s) })
}

// PrintLines prints a page that is of no patient, between slips.
func (d *Device) PrintLines(ctx context.Context, lines []printer.Line) error {
	return d.print(ctx, func(p *printer.Poller) error { return p.PrintLines(ctx, lines) })
}

// print prints one after the other: slips come from the spool, pages from people.
func (d *Device) print(ctx context.Context, on func(*printer.Poller) error) error {
	poller := d.poller.Load()
	if d.broken.Load() || poller == nil {
		return &printer.NotPrintedError{Condition: printer.Offline, Err: errPrinterOff}
	}
	select {
	case d.turn <- struct{}{}:
		defer func() { <-d.turn }()
		return on(poller)
	case <-ctx.Done():
		return &printer.NotPrintedError{Err: context.Cause(ctx)}
	}
}

// Limit is how long a print may take.
func (d *Device) Limit() time.Duration { return d.device.PrintLimit() }

// Interrupted implements spool.Printer.
func (d *Device) Interrupted() {
	if d.device != nil {
		d.device.Interrupted()
	}
}

// glance is how often what is known of the printer is compared, which costs
// nothing.
const glance = 250 * time.Millisecond

// watch calls changed when the printer's condition has changed, until ctx ends.
func (d *Device) watch(ctx context.Context, changed func()) {
	last := d.Status()
	for wait.For(ctx, glance) {
		now := d.Status()
		if now.Condition != last.Condition || now.At.IsZero() != last.At.IsZero() {
			changed()
		}
		last = now
	}
}

// BreakDown pulls the printer's wire for the dock, or puts it back.
func (d *Device) BreakDown(broken bool) {
	switch {
	case d.demo == nil:
		d.broken.Store(broken)
	case broken:
		d.demo.Unplug()
	default:
		d.demo.Plug()
	}
}

// Light tells what a condition means to patients and staff. A printer that tells
// nothing about itself is ready; one of which nothing is known yet is unknown.
func Light(s printer.Status) (visit.DeviceState, visit.Problem) {
	switch s.Condition {
	case printer.Ready:
		return visit.DeviceReady, visit.NoProblem
	case printer.PaperLow, printer.Busy:
		return visit.DeviceImpaired, visit.NoProblem
	case printer.PaperOut:
		return visit.DeviceDown, visit.PrinterNoPaper
	case printer.CoverOpen:
		return visit.DeviceDown, visit.PrinterCoverOpen
	case printer.Offline, printer.Error:
		return visit.DeviceDown, visit.PrinterUnavailable
	}
	if s.At.IsZero() {
		return visit.DeviceUnknown, visit.NoProblem
	}
	return visit.DeviceReady, visit.NoProblem
}
