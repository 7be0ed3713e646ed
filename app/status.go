package app

import (
	"errors"
	"time"

	"authenkiosk/agent"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// Status is the local status of the kiosk. It never holds personal data.
func (k *Kiosk) Status() agent.Status {
	m := k.runner.Snapshot()
	nhsoState, latency, _ := k.health.read()
	skew, _ := k.nhso.Skew()
	s := agent.Status{
		Version: Version(), Zone: string(k.Config.NHSO.Zone), Mode: k.Mode, Screen: m.State.String(),
		NHSO:        agent.NHSO{State: nhsoState.String(), LatencyMS: latency.Milliseconds()},
		Printer:     agent.Printer{State: m.Devices.Printer.String()},
		ClockSkewMS: -skew.Milliseconds(), // ours minus NHSO's
	}
	for _, r := range k.cards.list() {
		s.Readers = append(s.Readers, agent.Reader{Name: r.Name, State: r.State.String()})
	}
	if c, err := k.store.Counts(visit.ServiceDateOf(time.Now())); err == nil {
		s.Outbox = agent.Outbox{Pending: c.Pending, Staff: c.Staff, DoneToday: c.DoneToday}
	} else {
		k.log.Error("count visits", "err", err)
	}
	return s
}

// healthy says why the kiosk cannot serve a patient now, if so.
func (k *Kiosk) healthy() error {
	switch d := k.runner.Snapshot().Devices; flow.DeviceDown {
	case d.Reader:
		return errors.New("no card reader")
	case d.Storage:
		return errors.New("visits cannot be kept")
	case d.Clock:
		return errors.New("the clock is wrong")
	}
	return nil
}
