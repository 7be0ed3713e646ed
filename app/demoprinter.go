package app

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"authenkiosk/printer/sink"
)

// demoPrinter is the printer of the demo zone: made up, but at the other end of a
// real connection, and its paper can run out.
type demoPrinter struct {
	*sink.Printer
	address string // host:port on this machine
	dir     string // where people find its slips

	mu      sync.Mutex
	plugged bool
}

func newDemoPrinter(dir string, dots int) (*demoPrinter, error) {
	p := &demoPrinter{Printer: sink.New(dots), dir: dir, plugged: true}
	var err error
	if p.address, err = p.Listen("127.0.0.1:0"); err != nil {
		_ = p.Close()
		return nil, fmt.Errorf("the demo's printer: %w", err)
	}
	return p, nil
}

// plug pulls the printer's wire, or puts it back.
func (p *demoPrinter) plug(in bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if in == p.plugged {
		return nil
	}
	if in {
		if _, err := p.Listen(p.address); err != nil {
			return err
		}
	} else {
		p.Unplug()
	}
	p.plugged = in
	return nil
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
