package app

import (
	"errors"
	"strings"
	"time"

	"authenkiosk/agent"
	"authenkiosk/app/config"
	"authenkiosk/app/records"
	"authenkiosk/desk"
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

// nameOf is the name of this machine, for the staff: that of the broker's topics, where there
// is one, or of the computer.
func nameOf(c config.Config) string {
	if c.MQTT.Kiosk != "" {
		return c.MQTT.Kiosk
	}
	return records.Machine()
}

// findings are the lights, as those at a desk see them.
func (c *Core) findings() []desk.Finding {
	d, looked := c.lastDevices()
	if !looked {
		return nil
	}
	why := func(p visit.Problem) string {
		if p == visit.NoProblem {
			return ""
		}
		return p.HelpCode() + " " + p.String()
	}
	states := map[visit.DeviceState]string{
		visit.DeviceUnknown: "skipped", visit.DeviceReady: "ok", visit.DeviceImpaired: "warning", visit.DeviceDown: "failed", visit.DeviceAbsent: "skipped",
	}
	var list []desk.Finding
	for _, l := range []struct {
		name    string
		state   visit.DeviceState
		problem visit.Problem
	}{
		{"reader", d.Reader, d.ReaderProblem},
		{"NHSO", d.NHSO, d.NHSOProblem},
		{"printer", d.Printer, d.PrinterProblem},
		{"camera", d.Camera, visit.NoProblem},
		{"storage", d.Storage, visit.NoProblem},
		{"clock", d.Clock, visit.NoProblem},
	} {
		list = append(list, desk.Finding{Check: "light " + l.name, State: states[l.state], Detail: strings.TrimSpace(l.state.String() + " " + why(l.problem))})
	}
	return list
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
