package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"authenkiosk/app/records"
	"authenkiosk/desk"
	rules "authenkiosk/visit/desk"
)

// work shows what waits for the staff, without personal data unless an operator signs in,
// and has the operator hold it and end it. The PIN comes as that of operator does.
func (p *Program) work(ctx context.Context, s *Settings) error {
	line := append([]string{"work"}, s.Args...)
	if s.month != "" {
		line = append(line, "-month", s.month)
	}
	if s.names {
		line = append(line, "-names")
	}
	if s.json {
		line = append(line, "-json")
	}
	if s.reason != "" {
		line = append(line, "-reason", s.reason)
	}
	onRecords := p.onRecords
	if s.at != "" {
		onRecords = p.away
	}
	if s.as == "" {
		return onRecords(ctx, s, "", line...)
	}
	if _, err := s.Load(); err != nil { // it names the zone before a PIN is typed
		return err
	}
	pin, err := p.pin(ctx)
	if err != nil {
		return err
	}
	return onRecords(ctx, s, pin, append(line, "-as", s.as)...)
}

// away has the command carried out on the machine of -at, by the pairing with it.
func (p *Program) away(ctx context.Context, s *Settings, input string, words ...string) (err error) {
	_, book, err := s.pairings()
	if err != nil {
		return err
	}
	owner, err := book.Client(s.at)
	if err != nil {
		return err
	}
	defer owner.Disconnect()
	var who desk.Operator
	r := records.Commands{Desk: owner, Log: s.Log, SignIn: func(ctx context.Context, which string, pin rules.PIN) (_ desk.Operator, err error) {
		who, err = owner.SignInAs(ctx, which, pin)
		return who, err
	}}
	defer func() {
		if who.ID != "" {
			_ = owner.SignOut(context.WithoutCancel(ctx), who.ID) // if not, the session ends by itself
		}
	}()
	switch err = r.CarryOut(ctx, words, strings.NewReader(input), p.Stdout); {
	case errors.Is(err, desk.Unreachable):
		err = fmt.Errorf("%w\nNothing was done there. Until it can be reached only NHSO can be asked whether the person has a code: "+
			"nobody makes another one, and nobody ends the visit elsewhere", err)
	case errors.Is(err, desk.Failed):
		err = fmt.Errorf("%w\nIt may have been done there all the same: the same command finds out", err)
	}
	return err
}
