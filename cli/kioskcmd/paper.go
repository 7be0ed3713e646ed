package kioskcmd

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/app/slips"
	"authenkiosk/desk/sheet"
	"authenkiosk/printer"
	"authenkiosk/visit"
)

// Paper is the printer of a configuration for what is no slip of a patient. It is opened for
// each page: most printers serve one program at a time.
type Paper struct {
	Config config.Config
	Log    *slog.Logger
}

// Prints reports whether there is a printer.
func (p Paper) Prints() bool { return p.Config.Printer.Kind != visit.PrinterNone }

// PDF makes a document of a page.
func (p Paper) PDF(lines []sheet.Line) ([]byte, error) { return printer.LinesPDF(linesOf(lines)) }

// Page prints a page. A printer that does not tell whether it came out has taken it.
func (p Paper) Page(ctx context.Context, lines []sheet.Line) error {
	return p.open(ctx, func(ctx context.Context, d *printer.Device) error { return taken(d.PrintLines(ctx, linesOf(lines))) })
}

// Test prints the test page. Whether it has come out right is for a person to see.
func (p Paper) Test(ctx context.Context) error {
	return p.open(ctx, func(ctx context.Context, d *printer.Device) error {
		return taken(d.Print(ctx, slips.TestPage(p.Config, "AuthenKiosk "+app.Version(), time.Now())))
	})
}

func (p Paper) open(ctx context.Context, print func(context.Context, *printer.Device) error) error {
	device, err := slips.Open(p.Config.Printer, p.Log)
	if err != nil {
		return err
	}
	defer func() { _ = device.Close() }()
	ctx, cancel := context.WithTimeout(ctx, device.PrintLimit())
	defer cancel()
	return print(ctx, device)
}

// taken takes an end of which nobody knows for a good one.
func taken(err error) error {
	if errors.As(err, new(*printer.UnclearError)) {
		return nil
	}
	return err
}

func linesOf(lines []sheet.Line) []printer.Line {
	all := make([]printer.Line, len(lines))
	for i, l := range lines {
		all[i] = printer.Line(l)
	}
	return all
}
