package kioskcmd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"authenkiosk/app/config"
	"authenkiosk/app/slips"
	"authenkiosk/cli"
	"authenkiosk/printer"
	"authenkiosk/printer/template"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// askPrinterFor bounds the question to a printer: a network that loses it.
const askPrinterFor = 8 * time.Second

// printerFinding asks the printer how it is, unless a kiosk is running that has it
// to itself.
func printerFinding(ctx context.Context, c config.Config, running func(context.Context) (bool, error)) (state, detail string) {
	if c.Printer.Kind == visit.PrinterNone {
		if c.NHSO.Zone == visit.ZoneDemo {
			return cli.FindingSkipped, "the demo has its own"
		}
		return cli.FindingWarning, "none is configured: codes are on the screen only"
	}
	device, err := slips.Open(c.Printer, slog.New(slog.DiscardHandler))
	if err != nil {
		return cli.FindingFailed, err.Error()
	}
	defer func() { _ = device.Close() }()
	what := printerName(c.Printer)
	if forOne(c.Printer.Kind) {
		switch busy, err := running(ctx); {
		case err != nil:
			return cli.FindingSkipped, what + ": not asked, as nobody knows whether a kiosk is using it"
		case busy:
			return cli.FindingOK, what + ": a kiosk is running and has it to itself; see its local status"
		}
	}
	ctx, cancel := context.WithTimeout(ctx, askPrinterFor)
	defer cancel()
	status, err := device.Status(ctx)
	state, detail = judge(status.Condition, err)
	detail = fmt.Sprintf("%s: %s", what, detail)
	if err != nil {
		detail += fmt.Sprintf(" (%v)", err)
	}
	if slow := slips.ConfigOf(c.Printer).Warnings(); len(slow) > 0 && state != cli.FindingFailed {
		state, detail = cli.FindingWarning, detail+"; "+strings.Join(slow, "; ")
	}
	return state, detail
}

// paperOf tells what slips will be drawn on; some printers are asked for that.
func paperOf(ctx context.Context, c config.Printer) (printer.Paper, error) {
	device, err := printer.Open(slips.ConfigOf(c))
	if err != nil {
		return printer.Paper{}, err
	}
	defer func() { _ = device.Close() }()
	ctx, cancel := context.WithTimeout(ctx, askPrinterFor)
	defer cancel()
	return device.Paper(ctx)
}

// slipFinding tries every kind of slip, so that a template that does not suit the
// paper is found before a patient waits, and looks for next steps that are missing.
func slipFinding(ctx context.Context, c config.Config) (state, detail string) {
	if c.Printer.Kind == visit.PrinterNone {
		return cli.FindingSkipped, "no printer is configured"
	}
	if c.Printer.Template == "" {
		return cli.FindingOK, "the built-in template"
	}
	t, err := template.Load(c.Printer.Template)
	if err != nil {
		return cli.FindingFailed, err.Error()
	}
	paper, err := paperOf(ctx, c.Printer)
	if err != nil {
		return cli.FindingSkipped, fmt.Sprintf("%s: whether it suits the paper is not known: %v", c.Printer.Template, err)
	}
	var problems []string
	for _, problem := range printer.Warnings(t, paper, c.Kiosk.Languages...) {
		problems = append(problems, problem.Error())
	}
	if problems != nil {
		return cli.FindingWarning, strings.Join(problems, "; ")
	}
	for _, claim := range append(slices.Clone(c.Kiosk.ClaimTypes), c.Kiosk.DefaultClaimType) {
		if t.NextStep(claim) == nil && showsNext(t) {
			return cli.FindingWarning, fmt.Sprintf("%s has no next step for %s and none for default", c.Printer.Template, claim)
		}
	}
	return cli.FindingOK, c.Printer.Template
}

// showsNext reports whether a code slip has a place for the next step.
func showsNext(t *template.Template) bool {
	return slices.ContainsFunc(t.Blocks[template.Code], func(b template.Block) bool { return b.Show == "next" })
}

// judge says what a condition is worth, and what to do; err is why the printer
// could not be asked, or not be understood.
func judge(c printer.Condition, err error) (state, detail string) {
	if errors.Is(err, printer.ErrFormat) {
		return cli.FindingFailed, "it takes no kind of document that can be made; if you know better, set printer.format, see docs/printers.md"
	}
	switch c {
	case printer.Ready:
		return cli.FindingOK, "ready"
	case printer.Unknown:
		if err != nil {
			return cli.FindingFailed, "its answers make no sense: is it an ESC/POS printer, are printer.address and the speed of the line right? If they are, and all is well with it, write what it says into printer.well"
		}
		return cli.FindingWarning, "it takes slips, but does not tell how it is; try it with: authenkiosk slip test"
	case printer.PaperLow:
		return cli.FindingWarning, "the roll is near its end: have another one at hand"
	case printer.Busy:
		return cli.FindingWarning, "busy with another job"
	case printer.PaperOut:
		return cli.FindingFailed, "no paper: put in a roll"
	case printer.CoverOpen:
		return cli.FindingFailed, "the cover is open: close it"
	case printer.Error:
		return cli.FindingFailed, "cutter, print head or a jam: look at the printer, switch it off and on"
	}
	if err == nil {
		return cli.FindingFailed, "it answers, but is off line: look at its lamps and its buttons, switch it off and on"
	}
	return cli.FindingFailed, "not there: is it switched on, is the cable in, is printer.address right?"
}

// printerName is the printer as messages name it.
func printerName(c config.Printer) string {
	name := fmt.Sprintf("%s %s", c.Kind, c.Address)
	if c.Model != "" {
		name += " (" + c.Model + ")"
	}
	return name
}

// forOne reports whether a printer serves one program at a time: a second one would
// cut off the slip of the first.
func forOne(k visit.PrinterKind) bool {
	return k == visit.PrinterTCP || k == visit.PrinterFile || k == visit.PrinterSerial
}

// inUse reports whether a kiosk is running on these data.
func inUse(data string, keys storage.KeyOptions) bool {
	store, err := storage.Open(data, storage.Options{Keys: keys})
	if err == nil {
		_ = store.Close()
	}
	return errors.Is(err, storage.ErrInUse)
}
