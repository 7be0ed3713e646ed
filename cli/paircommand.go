package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/app/pairings"
	"authenkiosk/app/records"
	"authenkiosk/storage"
)

var errPairUsage = errors.New("write: pair, on the machine that is to be reached; on the station: pair https://HOST:PORT [-name NAME], or: pair forget https://HOST:PORT")

// pair shows a code that lets a station in; on a station, it has another machine let this
// one in.
func (p *Program) pair(ctx context.Context, s *Settings) error {
	switch w := s.Args; {
	case len(w) == 0:
		return p.onRecords(ctx, s, "", "pair")
	case len(w) == 1 && w[0] != "forget":
		return p.pairWith(ctx, s, w[0])
	case len(w) == 2 && w[0] == "forget":
		_, book, err := s.pairings()
		if err == nil {
			err = book.Forget(w[1])
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.Stdout, "The pairing with %s is forgotten here. Over there: client remove, with the name of this machine.\n", w[1])
		return err
	}
	return errPairUsage
}

// pairings are those that are kept with the data of the zone.
func (s *Settings) pairings() (c config.Config, book pairings.Book, err error) {
	if c, err = s.Load(); err != nil {
		return c, book, err
	}
	data := filepath.Join(s.Data, string(c.NHSO.Zone))
	if err := ownData(data); err != nil {
		return c, book, err
	}
	return c, pairings.NewBook(storage.OpenSecretsWith(data, app.KeysOf(c)), c.NHSO.Zone), nil
}

// errFingerprint says that a script has to know whom it sends the code to.
var errFingerprint = errors.New("nobody can compare the fingerprint here: give the one that stands beside the code with -fingerprint")

// pairWith pairs this machine with the one at an address. The code is typed when the
// fingerprint of the certificate has been seen: until then nothing secret is sent.
func (p *Program) pairWith(ctx context.Context, s *Settings, address string) error {
	if err := config.CheckDeskURL(address); err != nil {
		return err
	}
	c, book, err := s.pairings()
	if err != nil {
		return err
	}
	shown, err := pairings.Fingerprint(ctx, address)
	if err != nil {
		return err
	}
	_, person := p.terminal()
	switch {
	case s.fingerprint != "" && !strings.EqualFold(s.fingerprint, shown):
		return fmt.Errorf("%s shows the fingerprint %s, and not the one of -fingerprint: nothing was sent", address, shown)
	case s.fingerprint == "" && shown != "" && !person:
		return errFingerprint
	case shown != "":
		fmt.Fprintf(p.Stderr, "%s shows the fingerprint of its certificate (SHA-256):\n\n    %s\n\nDoes the same stand beside the code over there? If not, stop here (Ctrl-C).\n", address, shown)
	}
	if person {
		_, _ = io.WriteString(p.Stderr, "Type the pairing code, then Enter: ")
	}
	code, err := p.line(ctx)
	if err != nil {
		return err
	}
	name := s.station
	if name == "" {
		name = records.Machine()
	}
	made, err := pairings.Pair(ctx, c.NHSO.Zone, address, shown, code, name)
	if err != nil {
		return err
	}
	if err := book.Keep(made); err != nil {
		return fmt.Errorf("%w; over there: client remove %s", err, made.Machine)
	}
	_, err = fmt.Fprintf(p.Stdout, "This machine is let in at %s under the name %s.\n", address, made.Machine)
	if !slices.Contains(c.Desk.URLs, address) {
		_, more := fmt.Fprintf(p.Stdout, "For a desk at this machine, write into the configuration: [desk] urls = [%q]\n", address)
		err = errors.Join(err, more)
	}
	return err
}
