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
)

// Way is how a printer is reached.
type Way string

// The ways, with the meaning of the address.
const (
	WayTCP     Way = "escpos-tcp"    // host:port
	WayFile    Way = "escpos-file"   // a device of usblp on Linux, like /dev/usb/lp0
	WaySerial  Way = "escpos-serial" // /dev/ttyUSB0?baud=19200&flow=dtrdsr, COM3?baud=9600
	WayIPP     Way = "ipp"           // ipp://host/ipp/print, ipps://host, also a queue of CUPS
	WayWindows Way = "windows"       // the name of a printer in Windows
	WayImage   Way = "image"         // a directory
)

// Ways lists them all.
func Ways() []Way { return []Way{WayTCP, WayFile, WaySerial, WayIPP, WayWindows, WayImage} }

// Formats of documents that a configuration may ask for.
const (
	FormatPNG    = "png"    // of WayImage, its usual one
	FormatPDF    = "pdf"    // of WayImage and WayIPP
	FormatPWG    = "pwg"    // of WayIPP
	FormatJPEG   = "jpeg"   // of WayIPP
	FormatESCPOS = "escpos" // of WayIPP
	FormatRaw    = "raw"    // of WayIPP: ESC/POS through a raw queue of CUPS
)

// Config is a printer. All but Way and Address may be left zero.
type Config struct {
	Way     Way
	Address string
	WidthMM int // of the paper: 58 or 80, which 0 stands for
	// Paper is "a4" or "a5" for sheets (WayImage, and WayIPP but for ESC/POS), or
	// "58" or "80", which must be the width in that case. Empty: a roll of WidthMM; a
	// printer of WayIPP is asked whether it has sheets.
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
	// Dial is the way to a printer of WayTCP; nil: the network of this machine.
	Dial func(context.Context) (net.Conn, error)
}

// ErrConfig is wrapped by every error of a Config that can never work.
var ErrConfig = errors.New("the printer is not configured rightly")

// ErrFormat says that a printer of WayIPP takes no document that can be made.
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
	if a, err := escpos.ParseSerialAddress(c.Address); c.Way == WaySerial && err == nil {
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
		if c.Way == WayImage || c.Way == WayIPP && c.Format != FormatESCPOS && c.Format != FormatRaw {
			return PaperOf(c.Paper, pageFine)
		}
	}
	return Paper{}, fmt.Errorf("paper %q does not go with kind %q, format %q and a width of %d mm", c.Paper, c.Way, c.Format, c.WidthMM)
}

// slowBaud is the speed below which a slip takes more than two minutes.
const slowBaud = 9600

// usualSlip is how long the slips of the built-in template are, in dots.
const usualSlip = 1450

// Warnings tells what of a configuration works, but not well: a serial line on which
// a slip takes minutes. Nothing means all is well, or that Open tells.
func (c Config) Warnings() []string {
	if c.Way != WaySerial {
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
	switch c.Way {
	case WayTCP:
		open := escpos.TCP(c.Address)
		if c.Dial != nil {
			open = func(ctx context.Context) (escpos.Port, error) { return c.Dial(ctx) }
		}
		return packed{escpos.New(open, model)}, nil
	case WayFile:
		return packed{escpos.New(escpos.File(c.Address), model)}, nil
	case WaySerial:
		a, err := escpos.ParseSerialAddress(c.Address)
		if err != nil {
			return nil, err
		}
		limits := escpos.LimitsAt(a.Baud, model.Band*width/8)
		return packed{escpos.New(escpos.Serial(a), model).WithLimits(limits).Wary()}, nil
	case WayIPP:
		p, err := ipp.New(c.Address, ipp.Options{Format: mediaTypes[c.Format], Model: model, Sheet: pageOf(c.Paper)})
		return packed{p}, err
	case WayWindows:
		p, err := spooler.New(c.Address, model)
		return packed{p}, err
	case WayImage:
		paper, err := c.paper(width)
		return &Image{Dir: c.Address, Width: width, PDF: c.Format == FormatPDF, Paper: paper}, err
	}
	return nil, fmt.Errorf("%q is no kind of printer", c.Way)
}

var mediaTypes = map[string]string{
	"": "", FormatPDF: document.TypePDF, FormatPWG: document.TypePWG, FormatJPEG: document.TypeJPEG, FormatESCPOS: document.TypeESCPOS, FormatRaw: document.TypeRaw,
}

func (c Config) checkFormat() error {
	switch c.Way {
	case WayImage:
		if c.Format == "" || c.Format == FormatPNG || c.Format == FormatPDF {
			return nil
		}
	case WayIPP:
		if _, ok := mediaTypes[c.Format]; ok {
			return nil
		}
	default:
		if c.Format == "" {
			return nil
		}
	}
	return fmt.Errorf("format %q does not go with kind %q", c.Format, c.Way)
}
