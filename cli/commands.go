package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"unicode"

	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/app/demo"
	"authenkiosk/app/privatelog"
	"authenkiosk/assets"
	"authenkiosk/nhso/testzone"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// pageAddress is where people find the simulator of a running demo.
const pageAddress = "127.0.0.1:8199"

// kiosk opens the kiosk and works until ctx ends. Without a kiosk the window says
// that there is none, and whom to call.
func (p *Program) kiosk(ctx context.Context, s *settings) error {
	o := Opening{WindowOptions: WindowOptions{LayoutFile: s.layoutFile}, Try: s.openKiosk, Rough: config.Rough(s.configFile), Log: s.log}
	var err error
	if s.size != "" {
		if o.Width, o.Height, err = parseSize(s.size); err != nil {
			return err
		}
	}
	if err := s.place(); err != nil {
		return err
	}
	watched, err := watchCrashes(filepath.Join(s.data, "crashes"))
	if err != nil {
		s.log.Warn("a crash would leave no report", "err", err)
		watched = func() {}
	}
	defer watched()
	return p.Window(ctx, o)
}

// openKiosk makes the kiosk ready. It may be called again after an error.
func (s *settings) openKiosk() (*app.Kiosk, error) {
	c, err := s.load()
	if err != nil {
		return nil, app.NotStarted(visit.ConfigWrong, err)
	}
	if s.layoutFile != "" && c.NHSO.Zone == visit.ZoneProduction {
		return nil, errors.New("-test-layout shows what is on the screen: it is not for the production zone")
	}
	options := app.KioskOptions{Config: c, Data: s.data, Log: s.log}
	var page net.Listener
	if c.NHSO.Zone == visit.ZoneDemo {
		// A port that is taken only means that nobody can look at the simulator.
		if page, err = net.Listen("tcp", pageAddress); err != nil {
			s.log.Warn("the simulator has no page", "err", err)
			page = nil
		}
		if options.Demo, err = demo.New(page); err != nil {
			return nil, errors.Join(err, closeAny(page))
		}
	}
	k, err := app.NewKiosk(options)
	if err != nil {
		return nil, errors.Join(app.NotStarted(app.ProblemOfStart(err), err), closeAny(page))
	}
	return k, nil
}

func closeAny(l net.Listener) error {
	if l == nil {
		return nil
	}
	return l.Close()
}

// testzone serves the simulator until it is told to end.
func (p *Program) testzone(ctx context.Context, s *settings) error {
	zone, err := testzone.New(testzone.Options{
		Font: assets.FontRegular, LatencyMin: demo.LatencyMin, LatencyMax: demo.LatencyMax, Snapshot: s.snapshot,
	})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", s.listen)
	if err != nil {
		return errors.Join(err, zone.Close())
	}
	fmt.Fprintf(p.Stdout, "test zone on http://%s/ with the token %s\n", l.Addr(), testzone.DefaultToken)
	if s.agentListen == "" {
		return errors.Join(zone.Serve(ctx, l), zone.Close())
	}
	return errors.Join(p.serveWithAgent(ctx, zone, l, s.agentListen), zone.Close())
}

// serveWithAgent serves the simulator and, on an address of its own, the agent that
// it plays. Each ends with the other.
func (p *Program) serveWithAgent(ctx context.Context, zone *testzone.Zone, l net.Listener, address string) error {
	a, err := net.Listen("tcp", address)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	fmt.Fprintf(p.Stdout, "agent on http://%s/, its card by PUT and DELETE http://%s/testzone/agent/card\n", a.Addr(), l.Addr())
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() {
		defer stop()
		ended <- zone.ServeAgent(ctx, a, nil)
	}()
	err = zone.Serve(ctx, l)
	stop()
	return errors.Join(err, <-ended)
}

// setSecret seals what stands on the first line of the input.
func setSecret(data string, keys storage.KeyOptions, zone visit.Zone, name string, in io.Reader) error {
	line, err := bufio.NewReader(io.LimitReader(in, 1<<16)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the secret: %w", err)
	}
	secret := strings.Trim(line, " \t\r\n\u00A0\u200B\uFEFF") // what copying and some shells put around it
	privatelog.Hide(secret)
	if strings.ContainsFunc(secret, unicode.IsControl) {
		return errors.New("the secret has signs that nobody sees, as UTF-16 has: type it, or give it from a file in UTF-8")
	}
	dir := filepath.Join(data, string(zone))
	if err := ownData(dir); err != nil {
		return err
	}
	return storage.OpenSecretsWith(dir, keys).Set(zone, name, secret)
}
