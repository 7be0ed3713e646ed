package app

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"authenkiosk/app/config"
	"authenkiosk/printer"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// slipPrinter turns what the flow wants printed into slips of the unit.
type slipPrinter struct {
	device *printer.Image
	unit   config.Unit
	zone   visit.Zone
	first  string // language

	broken atomic.Bool // the demo's dock has switched it off
}

var _ Printer = (*slipPrinter)(nil)

var errPrinterBroken = errors.New("the printer does not answer")

// newSlipPrinter makes the printer of the configuration; nil when there is none.
func newSlipPrinter(c config.Config) (*slipPrinter, error) {
	switch c.Printer.Kind {
	case config.PrinterNone:
		return nil, nil
	case config.PrinterImage:
	default:
		return nil, fmt.Errorf("printer.kind = %q is not available in this version yet: use \"none\" or \"image\"", c.Printer.Kind)
	}
	width := printer.Width80mm
	if c.Printer.WidthMM == 58 {
		width = printer.Width58mm
	}
	return &slipPrinter{
		device: &printer.Image{Dir: c.Printer.Address, Width: width},
		unit:   c.Unit, zone: c.NHSO.Zone, first: c.Kiosk.Languages[0],
	}, nil
}

// Print implements Printer.
func (p *slipPrinter) Print(ctx context.Context, kind flow.SlipKind, s flow.Slip) error {
	if p.broken.Load() {
		return errPrinterBroken
	}
	slip := printer.Slip{
		UnitName: p.unit.Name, UnitPhone: p.unit.Phone, Zone: p.zone, Kind: printer.KindCode,
		Visit: s.Visit, PID: s.PID, Name: s.Name, Right: s.Right, Claim: s.Claim, Method: s.Method,
		Code: s.Code, At: s.At, Date: s.Date, Languages: p.languages(s.Language), Reprint: s.Reprint,
	}
	if kind == flow.SlipQueued {
		slip.Kind = printer.KindQueued
	}
	return p.device.Print(ctx, slip)
}

// languages puts the patient's own first; Thai is always there, for the staff.
func (p *slipPrinter) languages(chosen string) []string {
	if chosen == "" {
		chosen = p.first
	}
	if chosen == "en" {
		return []string{"en", "th"}
	}
	return []string{"th", "en"}
}

func (p *slipPrinter) breakDown(broken bool) { p.broken.Store(broken) }

func (p *slipPrinter) state() flow.DeviceState {
	if p.broken.Load() || p.device.State() != printer.StateReady {
		return flow.DeviceDown
	}
	return flow.DeviceReady
}
