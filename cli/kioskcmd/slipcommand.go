package kioskcmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"time"

	"authenkiosk/app"
	"authenkiosk/app/slips"
	"authenkiosk/cli"
	"authenkiosk/printer"
	"authenkiosk/printer/template"
	"authenkiosk/visit"
)

// slip shows and tries the unit's slips.
func (f *flags) slip(p *cli.Program, ctx context.Context, s *cli.Settings) error {
	if len(s.Args) == 1 {
		switch s.Args[0] {
		case "template":
			_, err := p.Stdout.Write(template.DefaultFile)
			return err
		case "preview":
			return f.slipPreview(p, s)
		case "test":
			return slipTest(ctx, p, s)
		}
	}
	return errors.New("write: slip template, slip preview -out FILE, or slip test")
}

// slipPreview draws a sample, of the configured template and paper unless the
// flags say otherwise.
func (f *flags) slipPreview(p *cli.Program, s *cli.Settings) error {
	if f.out == "" {
		return errors.New("say where the picture goes: -out FILE")
	}
	c, err := s.Load()
	if err != nil {
		return err
	}
	if f.template == "" {
		f.template = c.Printer.Template
	}
	if f.paper == "" {
		f.paper = strconv.Itoa(c.Printer.WidthMM)
	}
	if f.template != "" {
		problems, err := printer.WarningsOf(f.template, f.paper, f.dpi)
		if err != nil {
			return err
		}
		for _, problem := range problems {
			_, _ = fmt.Fprintf(p.Stderr, "warning: %v\n", problem)
		}
	}
	if err := printer.WritePreview(f.out, f.kind, f.paper, f.template, f.dpi); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.Stdout, "%s: slip %q on paper %q\n", f.out, f.kind, f.paper)
	return err
}

// testPageAfter bounds the printing of the test page, see spool: a serial line
// takes more than a minute.
const testPageAfter = 100 * time.Second

// slipTest prints the test page and says what came of it.
func slipTest(ctx context.Context, p *cli.Program, s *cli.Settings) error {
	c, err := s.Load()
	if err != nil {
		return err
	}
	if c.Printer.Kind == visit.PrinterNone {
		return errors.New("no printer is configured (printer.kind)")
	}
	if forOne(c.Printer.Kind) && inUse(filepath.Join(s.Data, string(c.NHSO.Zone)), app.KeysOf(c)) {
		return errors.New("a kiosk is running and has the printer to itself: end it first")
	}
	device, err := slips.Open(c.Printer, s.Log)
	if err != nil {
		return err
	}
	defer func() { _ = device.Close() }()
	ctx, cancel := context.WithTimeout(ctx, testPageAfter)
	defer cancel()
	err = device.Print(ctx, slips.TestPage(c, "AuthenKiosk "+app.Version(), time.Now()))
	return tellTest(p.Stdout, err, printerName(c.Printer))
}

// tellTest says what came of the test page. Only a page that surely did not come
// out is an error: many printers tell nothing.
func tellTest(out io.Writer, err error, name string) error {
	var unclear *printer.UnclearError
	switch {
	case err == nil:
		_, err = fmt.Fprintf(out, "%s: the test page was printed, the printer has confirmed it\n", name)
		return err
	case errors.As(err, &unclear):
		_, err = fmt.Fprintf(out, "%s: the test page was sent; the printer does not tell whether it came out: look whether it did\n", name)
		return err
	}
	if printer.ConditionOf(err).Prints() {
		return fmt.Errorf("%s: %w", name, err)
	}
	_, do := judge(printer.ConditionOf(err), errors.Unwrap(err))
	return fmt.Errorf("%s: %s (%w)", name, do, err)
}
