package app

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"authenkiosk/printer/sink"
)

// demoPrinter is the printer of the demo zone: made up, at a line in memory, and its
// paper can run out.
type demoPrinter struct {
	*sink.Printer
	dir string // where people find its slips
}

func newDemoPrinter(dir string, dots int) *demoPrinter {
	return &demoPrinter{Printer: sink.New(dots), dir: dir}
}

// demoPrinterName stands for an address, which a line in memory has not.
const demoPrinterName = "demo.invalid:9100"

// plug pulls the printer's wire, or puts it back.
func (p *demoPrinter) plug(in bool) {
	if in {
		p.Plug()
	} else {
		p.Unplug()
	}
}

// enoughSlips is how many slips are held at most: a demo may run for days.
const enoughSlips = 50

// keep writes every slip as a picture until ctx ends.
func (p *demoPrinter) keep(ctx context.Context, log *slog.Logger) {
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

func (p *demoPrinter) write(s sink.Slip) error {
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return err
	}
	name := time.Now().Format("slip-20060102-150405.000") + ".png"
	return writePNG(filepath.Join(p.dir, name), s.Picture.Image())
}
