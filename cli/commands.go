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

	"authenkiosk/app/demo"
	"authenkiosk/app/privatelog"
	"authenkiosk/assets"
	"authenkiosk/nhso/testzone"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// testzone serves the simulator until it is told to end.
func (p *Program) testzone(ctx context.Context, s *Settings) error {
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
func setSecret(ctx context.Context, data string, keys storage.KeyOptions, zone visit.Zone, name string, in io.Reader) error {
	line, err := untilEnded(ctx, func() (string, error) {
		return bufio.NewReader(io.LimitReader(in, 1<<16)).ReadString('\n')
	})
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
