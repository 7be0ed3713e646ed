package app

import (
	"context"
	"log/slog"
	"time"

	"authenkiosk/app/upstream"
	"authenkiosk/app/wait"
	"authenkiosk/outbox"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// watchDay sends the service date whenever it changes, also when somebody sets
// the clock.
func watchDay(ctx context.Context, send func(flow.Event)) {
	last := visit.Date{}
	for {
		if today := visit.ServiceDateOf(time.Now()); today != last {
			last = today
			send(flow.DayChanged{Today: today})
		}
		untilMidnight := time.Until(last.Next().Midnight())
		if !wait.For(ctx, max(min(untilMidnight, lookAtDevices), time.Millisecond)) {
			return
		}
	}
}

// diskWatch measures the room on the disk now and then.
type diskWatch struct {
	check func() error
	at    time.Time
	state flow.DeviceState
}

func (d *diskWatch) look(log *slog.Logger) flow.DeviceState {
	if time.Since(d.at) < lookAtDisk {
		return d.state
	}
	d.at = time.Now()
	before := d.state
	d.state = flow.DeviceReady
	if err := d.check(); err != nil {
		d.state = flow.DeviceDown
		if before != flow.DeviceDown {
			log.Error("no visits can be kept", "err", err)
		}
	}
	return d.state
}

// Times of the lights.
const (
	// lookAtDevices is how often the lights are brought up to date. What the
	// card reader says comes at once, besides.
	lookAtDevices = 2 * time.Second
	// lookAtDisk is how often the room on the disk is measured.
	lookAtDisk = 30 * time.Second
)

// watchDevices tells the flow, and whoever listens, when a light changes.
func (c *core) watchDevices(ctx context.Context, send func(flow.Event), devices func() flow.Devices) {
	ticker := time.NewTicker(lookAtDevices)
	defer ticker.Stop()
	first := true
	for {
		now := devices()
		c.mu.Lock()
		before := c.last
		c.last = now
		c.mu.Unlock()
		if first || now != before {
			first = false
			if before.Clock == flow.DeviceDown {
				c.outbox.Wake() // it may have been waiting for the clock
			}
			send(flow.DevicesChanged{Devices: now})
			c.statusChanged()
		}
		select {
		case <-ctx.Done():
			return
		case <-c.lookNow:
		case answer := <-c.asked:
			answer()
		case <-ticker.C:
		}
	}
}

// lights are the devices that every face has. It is called by one goroutine.
func (c *core) lights() flow.Devices {
	state, _, _ := c.health.Read()
	d := flow.Devices{
		NHSO: state, Printer: flow.DeviceAbsent, Camera: flow.DeviceAbsent,
		NHSOProblem: c.health.Why(), SecondReader: c.cards.Second(),
		Storage: c.disk.look(c.log),
		Clock:   c.clockNow(),
	}
	d.Reader, d.ReaderProblem = c.cards.Light()
	if c.agent != nil {
		d.ReadBy = c.agent.ReadBy()
	}
	return d
}

// clockNow judges the clock. It may be called from any goroutine.
func (c *core) clockNow() flow.DeviceState {
	return c.clock.Look(time.Now(), time.Since(c.began), upstream.WitnessOf(c.nhso, c.health.LastAnswer()))
}

// clockForVisits is clockNow for the outbox and for what erases.
func (c *core) clockForVisits() outbox.Clock { return upstream.ClockFor(c.clockNow()) }

// lastDevices returns what watchDevices saw last.
func (c *core) lastDevices() flow.Devices {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last
}

// look has the lights brought up to date at once.
func (c *core) look() {
	select {
	case c.lookNow <- struct{}{}:
	default:
	}
}
