package app

import (
	"errors"

	"authenkiosk/agent"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// Status is the local status of the kiosk. It never holds personal data.
func (k *Kiosk) Status() agent.Status {
	m := k.runner.Snapshot()
	return k.status(m.State.String(), m.Devices.Printer)
}

// healthy says why the kiosk cannot serve a patient now, if so.
func (k *Kiosk) healthy() error { return unhealthy(k.runner.Snapshot().Devices) }

// unhealthy names the device without which nobody can be served, if one is down.
func unhealthy(d flow.Devices) error {
	switch flow.DeviceDown {
	case d.Reader:
		return errors.New("no card reader")
	case d.Storage:
		return errors.New("visits cannot be kept")
	case d.Clock:
		return errors.New("the clock is wrong")
	}
	if d.NHSOProblem == visit.NHSORefusedToken {
		return errors.New("NHSO refuses the token of this unit")
	}
	return nil
}
