package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/app/demo"
	"authenkiosk/app/headless"
	"authenkiosk/app/upstream"
	"authenkiosk/atomicfile"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// agent runs the program without a screen until it is told to end.
func (p *Program) agent(ctx context.Context, s *Settings) error {
	c, err := s.Load()
	if err != nil {
		return err
	}
	trial, err := s.OnTrial()
	if err != nil {
		return err
	}
	options := app.Options{Config: c, Data: s.Data, Log: s.Log, Ready: p.Ready, Findings: p.Findings(c, s, true), Trial: trial}
	if c.NHSO.Zone == visit.ZoneDemo {
		if options.Demo, err = demo.New(listenForPage(s.Log)); err != nil {
			return err
		}
	}
	h, err := headless.New(options)
	if err != nil {
		return err
	}
	defer s.WatchCrashes().End()
	return h.Run(ctx)
}

// listenForPage finds a place for the simulator's page, with which a demo without
// a dock is given its cards. Another one than usual stands in the log, as each.
func listenForPage(log *slog.Logger) net.Listener {
	page, err := net.Listen("tcp", demo.PageAddress)
	if err != nil {
		page, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		log.Warn("the simulator has no page", "err", err)
		return nil
	}
	return page
}

// zoneOf reads the name of a zone.
func zoneOf(name string) (visit.Zone, error) {
	z := visit.Zone(name)
	if !slices.Contains(visit.Zones(), z) {
		return "", fmt.Errorf("%q is no zone: write demo, test or production", name)
	}
	return z, nil
}

// errNotConfirmed says that the question was not answered with the word.
var errNotConfirmed = errors.New("not confirmed: nothing was changed")

// zone shows the zone, or changes it in the configuration file.
func (p *Program) zone(ctx context.Context, s *Settings) error {
	l, err := s.LoadWhole()
	if err != nil {
		return err
	}
	c := l.Config
	kept := l.Settings != "" && l.From("nhso.zone") == l.Settings
	switch {
	case len(s.Args) == 1 && s.Args[0] == "show":
		_, err := fmt.Fprintln(p.Stdout, c.NHSO.Zone)
		return err
	case len(s.Args) != 2 || s.Args[0] != "set":
		return errors.New("write: zone show, or: zone set demo|test|production [-nocheck] [-yes]")
	case s.ConfigFile == "" && !kept:
		return errors.New("say which configuration: -config FILE")
	}
	to, err := zoneOf(s.Args[1])
	if err != nil {
		return err
	}
	if kept {
		return p.zoneOfSettings(ctx, s, l, to)
	}
	path, err := filepath.EvalSymlinks(s.ConfigFile)
	if err != nil {
		return fmt.Errorf("find the configuration: %w", err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read the configuration: %w", err)
	}
	after, err := config.WithZone(s.ConfigFile, before, to)
	if err != nil {
		return err
	}
	next, err := config.Parse(s.ConfigFile, after)
	if err != nil {
		return err
	}
	if err := p.readyFor(ctx, s, next); err != nil {
		return err
	}
	if c.NHSO.Zone == to {
		_, err := fmt.Fprintf(p.Stdout, "the zone is %s already\n", to)
		return err
	}
	return p.changeZone(s, c.NHSO.Zone, to, s.ConfigFile, func() error { return replace(path, after) })
}

// zoneOfSettings changes the zone where it is kept by the program itself: there it holds
// over the configuration.
func (p *Program) zoneOfSettings(ctx context.Context, s *Settings, l config.Loaded, to visit.Zone) error {
	change := map[string]string{"nhso.zone": string(to)}
	next, err := l.WouldBe(change)
	if err != nil {
		return err
	}
	if err := p.readyFor(ctx, s, next.Config); err != nil {
		return err
	}
	if l.NHSO.Zone == to {
		_, err := fmt.Fprintf(p.Stdout, "the zone is %s already\n", to)
		return err
	}
	return p.changeZone(s, l.NHSO.Zone, to, l.Settings, func() error {
		_, err := config.Change(s.ConfigFile, s.Data, change)
		return err
	})
}

// replace writes a file that is there, for the same people.
func replace(path string, data []byte) error {
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	return atomicfile.Write(path, data, mode)
}

// readyFor reports whether the unit can work in the zone of that configuration.
func (p *Program) readyFor(ctx context.Context, s *Settings, c config.Config) error {
	data := filepath.Join(s.Data, string(c.NHSO.Zone))
	if c.NHSO.Zone == visit.ZoneDemo {
		return nil
	}
	if c.NHSO.Upstream == config.UpstreamEndpoint {
		if _, err := storage.OpenSecrets(data).Get(c.NHSO.Zone, upstream.TokenName); err != nil {
			return fmt.Errorf("the token of zone %s: %w; set it with: %s secret set %s -zone %s", c.NHSO.Zone, err, p.Name, upstream.TokenName, c.NHSO.Zone)
		}
	} else {
		fmt.Fprintf(p.Stdout, "Codes come from the agent at %s: see to it that it is the one of zone %s.\n", c.NHSO.AgentURL, c.NHSO.Zone)
	}
	if c.NHSO.Upstream == config.UpstreamEndpoint {
		if err := upstream.OwnZone(c); err != nil {
			return err
		}
		for key, address := range map[string]string{"nhso.endpoint_url": c.NHSO.EndpointURL, "nhso.status_url": c.NHSO.StatusURL} {
			if address != "" {
				fmt.Fprintf(p.Stdout, "The configuration has an address of its own, %s = %q: see to it that it is one of zone %s.\n", key, address, c.NHSO.Zone)
			}
		}
	}
	if s.unchecked {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	way, err := connectFor(c, data)
	if err != nil {
		return err
	}
	defer way.Close()
	if _, err := way.Probe(ctx); err != nil {
		return fmt.Errorf("zone %s does not answer as it should: %w", c.NHSO.Zone, err)
	}
	_, err = fmt.Fprintf(p.Stdout, "zone %s answers\n", c.NHSO.Zone)
	return err
}

// changeZone asks, has the file written, and says what is left to do.
func (p *Program) changeZone(s *Settings, from, to visit.Zone, file string, write func() error) error {
	if n, known := unsettledIn(filepath.Join(s.Data, string(from))); known && n > 0 {
		fmt.Fprintf(p.Stdout, "%d visits of zone %s are not settled. They stay there and are not sent from zone %s.\n", n, from, to)
	}
	if !s.yes {
		fmt.Fprintf(p.Stdout, "The zone becomes %s (it is %s). Type %s to go on: ", to, from, to)
		line, err := bufio.NewReader(io.LimitReader(p.Stdin, 1<<10)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read the confirmation: %w", err)
		}
		if strings.TrimSpace(line) != string(to) {
			return errNotConfirmed
		}
	}
	if err := write(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(p.Stdout, "The zone in %s is %s now. It holds from the next start: end the kiosk and start it again, or: systemctl restart authenagent\n",
		file, to)
	return err
}

// unsettledIn counts visits that wait in a data directory; false when that is not
// known because a kiosk runs on them, or there are none.
func unsettledIn(data string) (int, bool) {
	if _, err := os.Stat(data); err != nil {
		return 0, false
	}
	store, err := storage.Open(data, storage.Options{})
	if err != nil {
		return 0, false
	}
	defer func() { _ = store.Close() }()
	n, err := store.Counts(visit.ServiceDateOf(time.Now()))
	return n.Pending + n.Staff, err == nil
}
