package kioskcmd

import (
	"errors"

	"authenkiosk/app/demo"
	"authenkiosk/app/station"
	"authenkiosk/visit/desk"
)

// demoStaff lets somebody sign in at a station of the demo to which nobody was added. Else
// whoever tries it would stand before a closed door. A station that fails is closed.
func demoStaff(made *station.Station) error {
	if made.Demo == nil {
		return nil
	}
	all, err := made.Operators()
	if err == nil && len(all) == 0 {
		name, bad := desk.ParseOperatorName(demo.Operator)
		pin, weak := desk.NewPIN(demo.PIN)
		if err = errors.Join(bad, weak); err == nil {
			_, err = made.Store.AddOperator(name, desk.Lead, pin)
		}
	}
	if err != nil {
		made.Close()
	}
	return err
}
