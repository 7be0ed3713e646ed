package app

import (
	"errors"
	"time"

	"authenkiosk/agent"
	"authenkiosk/visit"
)

// Status is the local status. It never holds personal data.
func (c *Core) Status() agent.Status {
	state, latency, _ := c.health.Read()
	skew, _ := c.NHSO.Skew()
	devices, _ := c.lastDevices()
	s := agent.Status{
		Version: Version(), Zone: string(c.Config.NHSO.Zone), Mode: c.face.Mode, Screen: c.face.Screen(),
		NHSO:        agent.NHSO{State: state.String(), LatencyMS: latency.Milliseconds()},
		Printer:     agent.Printer{State: devices.Printer.String()},
		ClockSkewMS: -skew.Milliseconds(), // ours minus NHSO's
	}
	s.Receivers = c.receivers.StatusOf()
	for _, r := range c.Cards.List() {
		s.Readers = append(s.Readers, agent.Reader{Name: r.Name, State: r.State.String()})
	}
	if n, err := c.Store.Counts(visit.ServiceDateOf(time.Now())); err == nil {
		s.Outbox = agent.Outbox{Pending: n.Pending, Staff: n.Staff, DoneToday: n.DoneToday}
	} else {
		c.Log.Error("count visits", "err", err)
	}
	return s
}

// healthy says why nobody can be served now, if so.
func (c *Core) healthy() error {
	d, looked := c.lastDevices()
	if !looked {
		return errors.New("the devices were not looked at yet")
	}
	return unhealthy(d)
}

// unhealthy names the device without which nobody can be served, if one is down.
func unhealthy(d visit.Devices) error {
	switch visit.DeviceDown {
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
