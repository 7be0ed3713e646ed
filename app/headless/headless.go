package app

import (
	"context"
	"sync"
	"time"

	"authenkiosk/agent"
	"authenkiosk/outbox"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// Headless is the program without a screen and without patients before it: cards,
// store, outbox, the way to NHSO and the HTTP agent.
type Headless struct{ *core }

// NewHeadless opens the store and makes everything ready; nothing runs before Run.
// The agent is enabled whatever the configuration says.
func NewHeadless(o KioskOptions) (*Headless, error) {
	o.Config.Agent.Enabled = true
	h := &Headless{}
	var err error
	h.core, err = newCore(o, "agent", face{
		Status: h.Status, Healthy: h.healthy, Watched: func() bool { return false }, Settled: func(visit.ID, outbox.Outcome) {},
	})
	if err != nil {
		return nil, err
	}
	return h, nil
}

// Run works until ctx ends; what is under way then is finished first.
func (h *Headless) Run(ctx context.Context) error {
	defer h.close()
	ctx, stop := context.WithCancel(ctx)
	var parts sync.WaitGroup
	defer parts.Wait()
	defer stop()
	if err := h.start(ctx, &parts, func(flow.Event) {}, h.lights); err != nil {
		return err
	}
	if h.demo != nil {
		parts.Go(func() { h.demo.FollowDesk(ctx) })
	}
	// Without a screen the loop over readers, disk and clock is all that must turn.
	alive := &pulse{loops: []loop{{"devices", func(ctx context.Context, answer func()) { hand(ctx, h.asked, answer) }}}, tell: notify, log: h.log}
	parts.Go(func() { alive.run(ctx) })
	parts.Go(func() { h.endIfDamaged(ctx, stop) })
	h.log.Info("agent started", "version", Version(), "zone", h.Config.NHSO.Zone, "hcode", h.Config.Unit.HCode)
	notify("READY=1")
	<-ctx.Done()
	notify("STOPPING=1")
	h.log.Info("agent ends")
	return h.fate()
}

// Status is the local status of the agent. It never holds personal data.
func (h *Headless) Status() agent.Status { return h.status("none", flow.DeviceAbsent) }

// healthy says why nobody can be served now, if so.
func (h *Headless) healthy() error { return unhealthy(h.lastDevices()) }

// status is what every face tells.
func (c *core) status(screen string, printer flow.DeviceState) agent.Status {
	state, latency, _ := c.health.Read()
	skew, _ := c.nhso.Skew()
	s := agent.Status{
		Version: Version(), Zone: string(c.Config.NHSO.Zone), Mode: c.Mode, Screen: screen,
		NHSO:        agent.NHSO{State: state.String(), LatencyMS: latency.Milliseconds()},
		Printer:     agent.Printer{State: printer.String()},
		ClockSkewMS: -skew.Milliseconds(), // ours minus NHSO's
	}
	s.Receivers = c.receivers.StatusOf()
	for _, r := range c.cards.List() {
		s.Readers = append(s.Readers, agent.Reader{Name: r.Name, State: r.State.String()})
	}
	if n, err := c.store.Counts(visit.ServiceDateOf(time.Now())); err == nil {
		s.Outbox = agent.Outbox{Pending: n.Pending, Staff: n.Staff, DoneToday: n.DoneToday}
	} else {
		c.log.Error("count visits", "err", err)
	}
	return s
}
