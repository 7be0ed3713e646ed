package patient

import (
	"context"
	"errors"
	"image/png"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"authenkiosk/printer/sink"
)

// madeUpPrinter is the printer of the demo zone: made up, at a line in memory, and its
// paper can run out.
type madeUpPrinter struct {
	*sink.Printer
	dir string // where people find its slips
}

func newMadeUpPrinter(dir string, dots int) *madeUpPrinter {
	return &madeUpPrinter{Printer: sink.New(dots), dir: dir}
}

// enoughSlips is how many slips are held at most: a demo may run for days.
const enoughSlips = 50

// Keep writes every slip as a picture until ctx ends.
func (p *madeUpPrinter) Keep(ctx context.Context, log *slog.Logger) {
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

func (p *madeUpPrinter) write(s sink.Slip) error {
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
