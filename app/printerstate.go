package app

import (
	"context"
	"errors"
	"fmt"
	"image"
	"sync/atomic"
	"time"

	"authenkiosk/app/spool"
	"authenkiosk/printer"
	"authenkiosk/printer/template"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// slipDevice is the printer of the kiosk, asked how it is by a goroutine of its own.
type slipDevice struct {
	device   *printer.Device
	template *template.Template // of the unit; nil: the built-in one
	every    time.Duration
	demo     *demoPrinter // nil: a real one

	poller atomic.Pointer[printer.Poller] // nil before start
	broken atomic.Bool                    // the dock has switched off what is not made up
}

var _ spool.Printer = (*slipDevice)(nil)

var errPrinterOff = errors.New("the printer is switched off")

// start begins to ask the printer how it is.
func (d *slipDevice) start() { d.poller.Store(printer.NewPoller(d.device, d.every)) }

func (d *slipDevice) close() {
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
func (d *slipDevice) Status() printer.Status {
	poller := d.poller.Load()
	switch {
	case d.broken.Load():
		return printer.Status{Condition: printer.Offline, At: time.Now()}
	case poller == nil:
		return printer.Status{}
	}
	return poller.Status()
}

// Print implements spool.Printer.
func (d *slipDevice) Print(ctx context.Context, s printer.Slip) error {
	poller := d.poller.Load()
	if d.broken.Load() || poller == nil {
		return &printer.NotPrintedError{Condition: printer.Offline, Err: errPrinterOff}
	}
	return printSlip(ctx, poller, d.template, s)
}

// slipPaper is a printer.Device or a printer.Poller.
type slipPaper interface {
	Print(ctx context.Context, s printer.Slip) error
	PrintPicture(ctx context.Context, m *image.Gray) error
	WidthPx() int
}

// printSlip prints a slip as the template says; nil is the built-in one.
func printSlip(ctx context.Context, p slipPaper, t *template.Template, s printer.Slip) error {
	if t == nil {
		return p.Print(ctx, s)
	}
	picture, err := printer.Draw(t, s, printer.Roll(p.WidthPx()))
	if err != nil {
		return &printer.NotPrintedError{Err: fmt.Errorf("draw slip: %w", err)}
	}
	return p.PrintPicture(ctx, picture)
}

// glance is how often what is known of the printer is compared, which costs
// nothing.
const glance = 250 * time.Millisecond

// watch calls changed when the printer's condition has changed, until ctx ends.
func (d *slipDevice) watch(ctx context.Context, changed func()) {
	last := d.Status()
	for sleep(ctx, glance) {
		now := d.Status()
		if now.Condition != last.Condition || now.At.IsZero() != last.At.IsZero() {
			changed()
		}
		last = now
	}
}

// breakDown pulls the printer's wire for the dock, or puts it back.
func (d *slipDevice) breakDown(broken bool) error {
	if d.demo != nil {
		return d.demo.plug(!broken)
	}
	d.broken.Store(broken)
	return nil
}

// lightOf tells what a condition means to patients and staff. A printer that tells
// nothing about itself is ready; one of which nothing is known yet is unknown.
func lightOf(s printer.Status) (flow.DeviceState, visit.Problem) {
	switch s.Condition {
	case printer.Ready:
		return flow.DeviceReady, visit.NoProblem
	case printer.PaperLow, printer.Busy:
		return flow.DeviceImpaired, visit.NoProblem
	case printer.PaperOut:
		return flow.DeviceDown, visit.PrinterNoPaper
	case printer.CoverOpen:
		return flow.DeviceDown, visit.PrinterCoverOpen
	case printer.Offline, printer.Error:
		return flow.DeviceDown, visit.PrinterUnavailable
	}
	if s.At.IsZero() {
		return flow.DeviceUnknown, visit.NoProblem
	}
	return flow.DeviceReady, visit.NoProblem
}
