package demo

import (
	"context"
	"errors"
	"image/png"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"authenkiosk/app/config"
	"authenkiosk/printer"
	"authenkiosk/printer/sink"
)

// Printer is the printer of the demo zone: made up, at a line in memory, and its
// paper can run out.
type Printer struct {
	*sink.Printer
	dir string // where people find its slips
}

func newPrinter(dir string, dots int) *Printer {
	return &Printer{Printer: sink.New(dots), dir: dir}
}

// enoughSlips is how many slips are held at most: a demo may run for days.
const enoughSlips = 50

// Keep writes every slip as a picture until ctx ends.
func (p *Printer) Keep(ctx context.Context, log *slog.Logger) {
	seen := 0
	for p.Wait(ctx, seen+1) == nil {
		slips := p.Slips()
		for _, s := range slips[seen:] {
			if err := p.write(s); err != nil {
				log.Warn("keep the picture of a slip", "err", err)
			}
		}
		if seen = len(slips); seen >= enoughSlips {
			p.Forget()
			seen = 0
		}
	}
}

func (p *Printer) write(s sink.Slip) error {
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return err
	}
	name := time.Now().Format("slip-20060102-150405.000") + ".png"
	f, err := os.Create(filepath.Join(p.dir, name))
	if err != nil {
		return err
	}
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	return errors.Join(encoder.Encode(f, s.Picture.Image()), f.Close())
}

// PrinterFor returns a made-up printer for a kiosk that has none; nil: it has one, or
// shall have none. It leaves its slips in the directory.
func (d *World) PrinterFor(c config.Printer, dir string) *Printer {
	if !d.Prints || c.Kind != config.PrinterNone {
		return nil
	}
	return newPrinter(dir, printer.WidthPx(c.WidthMM))
}
