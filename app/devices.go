package app

import (
	"context"
	"log/slog"
	"time"

	"authenkiosk/app/upstream"
	"authenkiosk/app/wait"
	"authenkiosk/desk"
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
	state visit.DeviceState
}

func (d *diskWatch) look(log *slog.Logger) visit.DeviceState {
	if time.Since(d.at) < lookAtDisk {
		return d.state
	}
	d.at = time.Now()
	before := d.state
	d.state = visit.DeviceReady
	if err := d.check(); err != nil {
		d.state = visit.DeviceDown
		if before != visit.DeviceDown {
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
func (c *Core) watchDevices(ctx context.Context) {
	ticker := time.NewTicker(lookAtDevices)
	defer ticker.Stop()
	first := true
	for {
		now := c.Lights()
		c.mu.Lock()
		before := c.last
		c.last, c.looked = now, true
		c.mu.Unlock()
		if first || now != before {
			first = false
			if before.Clock == visit.DeviceDown {
				c.Outbox.Wake() // it may have been waiting for the clock
			}
			c.face.Send(flow.DevicesChanged{Devices: now})
			c.statusChanged()
			c.feed.Tell(desk.ChangedDevices, "")
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

// askDevices has the loop over the devices call answer, if it still turns.
func (c *Core) askDevices(ctx context.Context, answer func()) {
	select {
	case c.asked <- answer:
	case <-ctx.Done():
	}
}

// Lights are the devices of the core and of its face. Once the core runs, its own
// goroutine alone calls it.
func (c *Core) Lights() visit.Devices {
	state, _, _ := c.health.Read()
	d := visit.Devices{
		NHSO: state, Printer: visit.DeviceAbsent, Camera: visit.DeviceAbsent,
		NHSOProblem: c.health.Why(), SecondReader: c.Cards.Second(),
		Storage: c.disk.look(c.Log),
		Clock:   c.clockNow(),
	}
	d.Reader, d.ReaderProblem = c.Cards.Light()
	if c.Agent != nil {
		d.ReadBy = c.Agent.ReadBy()
	}
	return c.face.Lights(d)
}

// clockNow judges the clock. It may be called from any goroutine.
func (c *Core) clockNow() visit.DeviceState {
	return c.clock.Look(time.Now(), time.Since(c.began), upstream.WitnessOf(c.NHSO, c.health.LastAnswer()))
}

// clockForVisits is clockNow for the outbox and for what erases.
func (c *Core) clockForVisits() outbox.Clock { return upstream.ClockFor(c.clockNow()) }

// lastDevices returns what watchDevices saw last, and whether it has looked at all.
func (c *Core) lastDevices() (last visit.Devices, looked bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last, c.looked
}

// Look has the lights brought up to date at once.
func (c *Core) Look() {
	select {
	case c.lookNow <- struct{}{}:
	default:
	}
}
