package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"authenkiosk/app/config"
	"authenkiosk/app/control"
	"authenkiosk/app/outbox"
	"authenkiosk/cardreader"
	"authenkiosk/cardreader/pcsc"
	"authenkiosk/nhso"
	"authenkiosk/storage"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// core is what kiosk and headless agent stand on alike: the cards, the way to
// NHSO, the store, the outbox, and everybody outside who asks or is told.
type core struct {
	Config config.Config
	Mode   string // "kiosk", "station" or "agent", for the local status

	log       *slog.Logger
	cards     *cards
	nhso      client
	installed *nhso.Agent // the way to NHSO, if it is an agent that is installed here
	upstream  upstream
	health    *nhsoHealth
	store     *storage.Store
	visits    toldVisits
	outbox    *outbox.Outbox
	disk      *diskWatch
	clock     clockGuard
	began     time.Time
	data      string // directory of the zone
	demo      *Demo  // nil outside of the demo zone

	face  *agentFace // nil: the agent is not enabled
	tell  *tell      // those who are told about visits
	diary *diary     // the audit of what programs do

	onSettled func(visit.ID, outbox.Outcome) // hears what the background settles
	lookNow   chan struct{}
	asked     chan func()           // whether the loop over the devices still turns
	erasers   []func(now time.Time) // of what is kept as long as the visits, beside the store

	mu   sync.Mutex
	last flow.Devices // what watchDevices saw last
}

// client is a way to NHSO that keeps connections.
type client interface {
	nhso.Upstream
	Close()
}

// newCore opens the store and makes everything ready; nothing runs before run. On
// an error nothing is left open.
func newCore(o KioskOptions, mode string) (*core, error) {
	data := filepath.Join(o.Data, string(o.Config.NHSO.Zone))
	c := &core{
		Config: o.Config, Mode: mode, log: o.Log, demo: o.Demo,
		lookNow: make(chan struct{}, 1), asked: make(chan func()), began: time.Now(), data: data,
		onSettled: func(visit.ID, outbox.Outcome) {},
		disk:      &diskWatch{check: func() error { return storage.CheckRoom(data) }},
	}
	c.clock.built = builtOn()
	c.health = newHealth(c.look)
	var keys *tokens
	if o.Demo == nil && c.Config.NHSO.Upstream == config.UpstreamEndpoint {
		keys = &tokens{secrets: storage.OpenSecretsWith(data, keysOf(c.Config)), zone: c.Config.NHSO.Zone, log: o.Log}
	}
	err := c.connect(keys, o.Timeouts)
	if err == nil {
		err = c.open(data, o.Settling)
	}
	if err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// open opens the store and makes all that stands on it. What is open after an error
// is ended by close.
func (c *core) open(data string, settling outbox.Times) (err error) {
	c.cards = newCards(c.readers(), c.Config.CardReader, c.log)
	c.cards.told = c.cardEvent
	c.cards.seen = c.cardRead
	c.cards.keep = c.Config.Agent.Enabled
	if c.store, err = storage.Open(data, storage.Options{Keys: keysOf(c.Config)}); err != nil {
		return fmt.Errorf("%w in %s: %w", errData, data, err)
	}
	if found := c.store.Recovery(); found.Damage() {
		c.log.Error("the store was damaged and has been rebuilt", "found", found.String())
	} else if found.Unchecked {
		c.log.Warn("the check of the store by bbolt came to no end; its records have been read all the same")
	}
	c.visits = toldVisits{visits{c.store}, c.visitChanged}
	c.upstream = upstream{nhso: c.nhso, health: c.health, cards: c.cards, installed: c.installed}
	c.outbox = outbox.New(outbox.Options{
		Store: c.visits, NHSO: c.upstream, Log: c.log, Times: settling, Sendable: c.sendable(),
		Clock: c.clockForVisits, TellsTime: c.installed == nil, Notify: func(id visit.ID, out outbox.Outcome) { c.onSettled(id, out) },
	})
	c.diary = newDiary(c.store, c.log)
	if c.tell, err = newTell(c.Config, c.store, storage.OpenSecretsWith(data, keysOf(c.Config)), data, c.log); err != nil {
		return err
	}
	c.tell.changed = c.statusChanged
	if c.Config.Agent.Enabled {
		c.face, err = newAgentFace(c, data)
	}
	return err
}

// connect makes the way to NHSO.
func (c *core) connect(keys *tokens, t nhso.Timeouts) error {
	if c.Config.NHSO.Upstream == config.UpstreamEndpoint {
		endpoint, err := newEndpoint(c.Config, keys, c.demo, t)
		if err != nil {
			return err
		}
		c.nhso = endpoint
		return nil
	}
	installed, err := newInstalledAgent(c.Config, c.demo, t)
	if err != nil {
		return err
	}
	c.nhso, c.installed = installed, installed
	return nil
}

// hostsOf are NHSO's own machines of a zone, as far as they are known
// (docs/nhso-api.md, section 4).
var hostsOf = map[visit.Zone][]string{
	visit.ZoneTest:       {"test.nhso.go.th"},
	visit.ZoneProduction: {"nhsoapi.nhso.go.th", "api.nhso.go.th", "authenucws.nhso.go.th"},
}

// errOtherZone says that an address of the configuration is that of another zone.
var errOtherZone = errors.New("that is NHSO's address of another zone; take it out of the configuration")

// ownZone refuses addresses that stayed in the configuration when the zone was
// changed: visits of patients would go to the test zone, or trials to NHSO.
func ownZone(c config.Config) error {
	for key, address := range map[string]string{"nhso.endpoint_url": c.NHSO.EndpointURL, "nhso.status_url": c.NHSO.StatusURL} {
		u, err := url.Parse(address)
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		for zone, hosts := range hostsOf {
			if zone != c.NHSO.Zone && slices.Contains(hosts, strings.ToLower(u.Hostname())) {
				return fmt.Errorf("%s = %q in zone %s: %w", key, address, c.NHSO.Zone, errOtherZone)
			}
		}
	}
	return nil
}

// newEndpoint makes the client of NHSO's services for the zone.
func newEndpoint(c config.Config, keys *tokens, demo *Demo, t nhso.Timeouts) (*nhso.Endpoint, error) {
	if err := ownZone(c); err != nil {
		return nil, err
	}
	o := nhso.Options{
		Zone: c.NHSO.Zone, EndpointURL: c.NHSO.EndpointURL, StatusURL: c.NHSO.StatusURL, EvidenceURL: c.NHSO.EvidenceURL,
		SourceID: c.NHSO.SourceID, RecorderPID: c.NHSO.RecorderPID, HCode: c.Unit.HCode,
		UserAgent: "AuthenKiosk/" + Version(), Timeouts: t,
	}
	if demo != nil {
		o.DialContext, o.Token = demo.dial, demo.token
		o.EndpointURL, o.StatusURL = demo.url, demo.url
	} else {
		o.Token, o.TokenHeard = keys.token, keys.heard
	}
	return nhso.NewEndpoint(o)
}

// newInstalledAgent makes the client of the agent that is installed here.
func newInstalledAgent(c config.Config, demo *Demo, t nhso.Timeouts) (*nhso.Agent, error) {
	o := nhso.AgentOptions{URL: c.NHSO.AgentURL, HCode: c.Unit.HCode, UserAgent: "AuthenKiosk/" + Version(), Timeouts: t}
	if demo != nil {
		o.URL, o.DialContext, o.AnyAddress = demo.agentURL, demo.agentDial, true
	}
	return nhso.NewAgent(o)
}

// readers returns the card service, and names the readers of the demo.
func (c *core) readers() cardreader.Service {
	if c.demo == nil {
		return pcsc.New()
	}
	if c.Config.CardReader.Patient == "" && c.Config.CardReader.Certifier == "" {
		c.Config.CardReader.Patient, c.Config.CardReader.Certifier = patientReader, certifierReader
	}
	return c.demo.Readers
}

// sendable tells the outbox whether a visit can be sent now: an installed agent
// sends for the card that is inside only. Nil: any visit, at any time of its day.
func (c *core) sendable() func(visit.Visit) bool {
	if c.nhso.Abilities().Replay {
		return nil
	}
	return func(v visit.Visit) bool { return c.cards.holds(v.PID) }
}

// start runs the parts beside the flow until ctx ends; parts.Wait waits for them.
func (c *core) start(ctx context.Context, parts *sync.WaitGroup, send func(flow.Event), devices func() flow.Devices) error {
	if c.face != nil {
		if err := c.face.listen(); err != nil {
			return err
		}
	}
	commands, err := control.Listen(c.data)
	if err != nil {
		c.log.Warn("commands on the records do not work while this program runs", "err", err)
	} else {
		parts.Go(func() { c.takeCommands(ctx, commands) })
	}
	probe := &prober{nhso: c.nhso, health: c.health, back: c.outbox.Wake, log: c.log}
	parts.Go(func() { c.cards.run(ctx, send, c.look) })
	parts.Go(func() { c.outbox.Run(ctx) })
	parts.Go(func() { probe.run(ctx) })
	parts.Go(func() { c.watchDevices(ctx, send, devices) })
	parts.Go(func() { watchDay(ctx, send) })
	parts.Go(func() { c.retention().run(ctx) })
	if c.demo != nil {
		parts.Go(func() { c.demo.serve(ctx, c.log) })
	}
	if c.face != nil {
		parts.Go(func() { c.face.serve(ctx) })
	}
	parts.Go(func() { c.tell.run(ctx) })
	if endpoint, ok := c.nhso.(*nhso.Endpoint); ok && c.Config.NHSO.EvidenceURL != "" {
		evidence := &evidenceSender{store: c.store, send: endpoint.SendEvidence, log: c.log}
		parts.Go(func() { evidence.run(ctx) })
	}
	return nil
}

// errDamaged ends the program with a status that has it started again.
var errDamaged = errors.New("the data file turned out to be damaged: it is mended when the program starts again")

// endIfDamaged calls end when nothing can be saved or sent any more before the store is
// opened again. Without that, visits would wait until somebody notices.
func (c *core) endIfDamaged(ctx context.Context, end func()) {
	select {
	case <-c.store.Damage():
		end()
	case <-ctx.Done():
	}
}

// fate is the error with which the program ends; nil: it was told to.
func (c *core) fate() error {
	select {
	case <-c.store.Damage():
		return errDamaged
	default:
		return nil
	}
}

// close ends what holds on to something, after everything else has ended. Parts that
// were never made, because one before them failed, are left out.
func (c *core) close() {
	if c.face != nil {
		c.face.close()
	}
	if c.nhso != nil {
		c.nhso.Close()
	}
	if c.diary != nil {
		c.diary.close()
	}
	if c.store != nil {
		if err := c.store.Close(); err != nil {
			c.log.Error("close the store", "err", err)
		}
	}
}

// look has the lights brought up to date at once.
func (c *core) look() {
	select {
	case c.lookNow <- struct{}{}:
	default:
	}
}

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
	state, _, _ := c.health.read()
	d := flow.Devices{
		NHSO: state, Printer: flow.DeviceAbsent, Camera: flow.DeviceAbsent,
		NHSOProblem: c.health.why(), SecondReader: c.cards.second(),
		Storage: c.disk.look(c.log),
		Clock:   c.clockNow(),
	}
	d.Reader, d.ReaderProblem = c.cards.light()
	if c.face != nil {
		d.ReadBy = c.face.readBy()
	}
	return d
}

// clockNow judges the clock. It may be called from any goroutine.
func (c *core) clockNow() flow.DeviceState {
	return c.clock.look(time.Now(), time.Since(c.began), witnessOf(c.nhso, c.health.lastAnswer()))
}

// witnessOf asks a way to NHSO what it tells about the time.
func witnessOf(way nhso.Upstream, answered time.Time) (w witness) {
	w.ahead, w.known = way.Skew()
	w.answered = answered
	if endpoint, ok := way.(*nhso.Endpoint); ok {
		w.after, w.before = endpoint.Witness()
	}
	return w
}

// clockForVisits is clockNow for the outbox and for what erases.
func (c *core) clockForVisits() outbox.Clock { return clockFor(c.clockNow()) }

func clockFor(light flow.DeviceState) outbox.Clock {
	switch light {
	case flow.DeviceDown:
		return outbox.ClockWrong
	case flow.DeviceReady:
		return outbox.ClockRight
	}
	return outbox.ClockUnknown
}

// lastDevices returns what watchDevices saw last.
func (c *core) lastDevices() flow.Devices {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last
}
