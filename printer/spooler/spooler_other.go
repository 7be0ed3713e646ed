//go:build !windows

package spooler

import (
	"context"
	"errors"

	"authenkiosk/printer/device"
	"authenkiosk/printer/escpos"
)

// ErrNotWindows says that there is no such spooler on this system.
var ErrNotWindows = errors.New("printers of kind \"windows\" exist on Windows only")

// Printer exists on Windows only.
type Printer struct{}

// New always fails: use kind "ipp" for a queue of CUPS.
func New(string, escpos.Model) (*Printer, error) { return nil, ErrNotWindows }

// Status is never called: there is no Printer.
func (*Printer) Status(context.Context) (device.Condition, error) {
	return device.Offline, ErrNotWindows
}

// Print is never called: there is no Printer.
func (*Printer) Print(context.Context, device.Picture) error {
	return &device.NotPrintedError{Condition: device.Offline, Err: ErrNotWindows}
}

// Close does nothing.
func (*Printer) Close() error { return nil }
