package station

import (
	"context"
	"errors"

	"authenkiosk/app/patient"
	"authenkiosk/desk"
	"authenkiosk/visit"
)

// counter is the desk of this machine, which prints here what it has counted.
type counter struct {
	desk.Desk
	devices *patient.Devices
}

// Counter returns the desk at which the operators of this machine work.
func (s *Station) Counter() desk.Desk { return counter{s.Core.Desk, s.devices} }

var errNoPrinter = errors.New("this machine has no printer")

// Reprint implements desk.Desk: the slip goes to the printer of this machine. Whether it
// comes out is to be seen there.
func (c counter) Reprint(ctx context.Context, o desk.Operator, id visit.ID) (int, error) {
	if !c.devices.Prints() {
		return 0, &desk.Error{Code: desk.Failed, Err: errNoPrinter}
	}
	n, err := c.Desk.Reprint(ctx, o, id)
	if err == nil {
		err = c.devices.Reprint(id)
	}
	return n, err
}
