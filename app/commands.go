package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"

	"authenkiosk/app/config"
	"authenkiosk/assets"
	"authenkiosk/nhso/testzone"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// pageAddress is where people find the simulator of a running demo.
const pageAddress = "127.0.0.1:8199"

// kiosk opens the kiosk and works until its window is closed.
func (p *Program) kiosk(ctx context.Context, s *settings) error {
	c, err := s.load()
	if err != nil {
		return err
	}
	if s.layoutFile != "" && c.NHSO.Zone == visit.ZoneProduction {
		return errors.New("-test-layout shows what is on the screen: it is not for the production zone")
	}
	o := WindowOptions{LayoutFile: s.layoutFile}
	if s.size != "" {
		if o.Width, o.Height, err = parseSize(s.size); err != nil {
			return err
		}
	}
	options := KioskOptions{Config: c, Data: s.data, Log: s.log}
	if c.NHSO.Zone == visit.ZoneDemo {
		// A port that is taken only means that nobody can look at the simulator.
		page, err := net.Listen("tcp", pageAddress)
		if err != nil {
			s.log.Warn("the simulator has no page", "err", err)
			page = nil
		}
		if options.Demo, err = NewDemo(page); err != nil {
			return err
		}
		if c.Printer.Kind == config.PrinterNone {
			options.Config.Printer.Kind = config.PrinterImage
			options.Config.Printer.Address = filepath.Join(s.data, string(visit.ZoneDemo), "slips")
		}
	}
	k, err := NewKiosk(options)
	if err != nil {
		return err
	}
	watched, err := watchCrashes(filepath.Join(s.data, "crashes"))
	if err != nil {
		s.log.Warn("a crash would leave no report", "err", err)
		watched = func() {}
	}
	defer watched()
	return p.Window(ctx, k, o)
}

// testzone serves the simulator until it is told to end.
func (p *Program) testzone(ctx context.Context, s *settings) error {
	zone, err := testzone.New(testzone.Options{
		Font: assets.FontRegular, LatencyMin: demoLatencyMin, LatencyMax: demoLatencyMax, Snapshot: s.snapshot,
	})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", s.listen)
	if err != nil {
		return errors.Join(err, zone.Close())
	}
	fmt.Fprintf(p.Stdout, "test zone on http://%s/ with the token %s\n", l.Addr(), testzone.DefaultToken)
	return errors.Join(zone.Serve(ctx, l), zone.Close())
}

// setSecret seals what stands on the first line of the input.
func setSecret(data string, zone visit.Zone, name string, in io.Reader) error {
	line, err := bufio.NewReader(io.LimitReader(in, 1<<16)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the secret: %w", err)
	}
	dir := filepath.Join(data, string(zone))
	return storage.OpenSecrets(dir).Set(zone, name, strings.TrimSpace(line))
}
