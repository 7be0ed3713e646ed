package printer

import (
	"context"
	"errors"
	"fmt"
	"net"

	"authenkiosk/printer/document"
	"authenkiosk/printer/escpos"
	"authenkiosk/printer/ipp"
	"authenkiosk/printer/spooler"
	"authenkiosk/printer/template"
	"authenkiosk/visit"
)

// Formats of documents that a configuration may ask for.
const (
	FormatPNG    = "png"    // of kind image, its usual one
	FormatPDF    = "pdf"    // of kind image and ipp
	FormatPWG    = "pwg"    // of kind ipp
	FormatJPEG   = "jpeg"   // of kind ipp
	FormatESCPOS = "escpos" // of kind ipp
	FormatRaw    = "raw"    // of kind ipp: ESC/POS through a raw queue of CUPS
)

// Config is a printer. All but Kind and Address may be left zero.
type Config struct {
	Kind    visit.PrinterKind // but visit.PrinterNone
	Address string
	WidthMM int // of the paper: 58 or 80, which 0 stands for
	// Paper is "a4" or "a5" for sheets (kind image, and ipp but for ESC/POS), or
	// "58" or "80", which must be the width in that case. Empty: a roll of WidthMM; a
	// printer of kind ipp is asked whether it has sheets.
	Paper template.Paper
	// Model names the peculiarities of an ESC/POS printer, see ModelNames.
	Model string
	// Cut replaces the model's way to cut: none, feed, partial, full, esc-m, esc-i.
	Cut string
	// FeedLines replaces the model's lines before the cut; nil keeps them.
	FeedLines *int
	// Well is what an ESC/POS printer with answers of its own says when all is well,
	// see escpos.ParseAnswers. Empty: it is found out, but on a serial line.
	Well string
	// Format forces a kind of document; empty: what suits the printer.
	Format string
	// Dial is the way to a printer of kind escpos-tcp; nil: the network of this machine.
	Dial func(context.Context) (net.Conn, error)
}

// ErrConfig is wrapped by every error of a Config that can never work.
var ErrConfig = errors.New("the printer is not configured rightly")

// ErrFormat says that a printer of kind ipp takes no document that can be made.
var ErrFormat = ipp.ErrFormat

// ModelNames lists the models of ESC/POS printers that are known.
func ModelNames() []string { return escpos.ModelNames() }

// Open makes a device of a configuration. A printer that is switched off or not
// plugged in is no error here: its condition tells, and it may come back. Close
// the device in the end.
func Open(c Config) (*Device, error) {
	d := &Device{width: WidthPx(c.WidthMM), named: c.Paper != "", limit: usualPrintLimit}
	if c.WidthMM != 0 && c.WidthMM != 58 && c.WidthMM != 80 {
		return nil, fmt.Errorf("%w: paper of %d mm", ErrConfig, c.WidthMM)
	}
	if c.Address == "" {
		return nil, fmt.Errorf("%w: no address", ErrConfig)
	}
	var err error
	if d.fixed, err = c.paper(d.width); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	if d.out, err = c.output(d.width); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	if a, err := escpos.ParseSerialAddress(c.Address); c.Kind == visit.PrinterSerial && err == nil {
		d.limit += a.Takes(maxRoll * (d.width + 7) / 8)
	}
	return d, nil
}

// paper is what slips are drawn on when the printer is not asked.
func (c Config) paper(width int) (Paper, error) {
	roll := Roll(width)
	switch c.Paper {
	case "", roll.Size:
		return roll, nil
	case template.A4, template.A5:
		if c.Kind == visit.PrinterImage || c.Kind == visit.PrinterIPP && c.Format != FormatESCPOS && c.Format != FormatRaw {
			return PaperOf(c.Paper, pageFine)
		}
	}
	return Paper{}, fmt.Errorf("paper %q does not go with kind %q, format %q and a width of %d mm", c.Paper, c.Kind, c.Format, c.WidthMM)
}

// slowBaud is the speed below which a slip takes more than two minutes.
const slowBaud = 9600

// usualSlip is how long the slips of the built-in template are, in dots.
const usualSlip = 1450

// Warnings tells what of a configuration works, but not well: a serial line on which
// a slip takes minutes. Nothing means all is well, or that Open tells.
func (c Config) Warnings() []string {
	if c.Kind != visit.PrinterSerial {
		return nil
	}
	a, err := escpos.ParseSerialAddress(c.Address)
	if err != nil || a.Baud >= slowBaud {
		return nil
	}
	takes := a.Takes(usualSlip * (WidthPx(c.WidthMM) + 7) / 8)
	return []string{fmt.Sprintf(
		"at %d bits a second a slip takes about %.0f minutes: set the printer and printer.address to 9600 or more, best 115200", a.Baud, takes.Minutes())}
}

func (c Config) output(width int) (output, error) {
	model, err := escpos.ModelNamed(c.Model)
	if err != nil {
		return nil, err
	}
	if model, err = model.With(escpos.Cut(c.Cut), c.FeedLines); err != nil {
		return nil, err
	}
	if model.Well, err = escpos.ParseAnswers(c.Well); err != nil {
		return nil, err
	}
	if err := c.checkFormat(); err != nil {
		return nil, err
	}
	//exhaustive:enforce
	switch c.Kind {
	case visit.PrinterNone: // whoever has none opens none
	case visit.PrinterTCP:
		open := escpos.TCP(c.Address)
		if c.Dial != nil {
			open = func(ctx context.Context) (escpos.Port, error) { return c.Dial(ctx) }
		}
		return packed{escpos.New(open, model)}, nil
	case visit.PrinterFile:
		return packed{escpos.New(escpos.File(c.Address), model)}, nil
	case visit.PrinterSerial:
		a, err := escpos.ParseSerialAddress(c.Address)
		if err != nil {
			return nil, err
		}
		limits := escpos.LimitsAt(a.Baud, model.Band*width/8)
		return packed{escpos.New(escpos.Serial(a), model).WithLimits(limits).Wary()}, nil
	case visit.PrinterIPP:
		p, err := ipp.New(c.Address, ipp.Options{Format: mediaTypes[c.Format], Model: model, Sheet: pageOf(c.Paper)})
		return packed{p}, err
	case visit.PrinterWindows:
		p, err := spooler.New(c.Address, model)
		return packed{p}, err
	case visit.PrinterImage:
		paper, err := c.paper(width)
		return &Image{Dir: c.Address, Width: width, PDF: c.Format == FormatPDF, Paper: paper}, err
	}
	return nil, fmt.Errorf("%q is no kind of printer", c.Kind)
}

var mediaTypes = map[string]string{
	"": "", FormatPDF: document.TypePDF, FormatPWG: document.TypePWG, FormatJPEG: document.TypeJPEG, FormatESCPOS: document.TypeESCPOS, FormatRaw: document.TypeRaw,
}

func (c Config) checkFormat() error {
	switch c.Kind {
	case visit.PrinterImage:
		if c.Format == "" || c.Format == FormatPNG || c.Format == FormatPDF {
			return nil
		}
	case visit.PrinterIPP:
		if _, ok := mediaTypes[c.Format]; ok {
			return nil
		}
	default:
		if c.Format == "" {
			return nil
		}
	}
	return fmt.Errorf("format %q does not go with kind %q", c.Format, c.Kind)
}
