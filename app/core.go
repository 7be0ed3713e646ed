package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"sync"
	"time"

	"authenkiosk/agent"
	"authenkiosk/app/cards"
	"authenkiosk/app/config"
	"authenkiosk/app/control"
	"authenkiosk/app/demo"
	"authenkiosk/app/hospital"
	"authenkiosk/app/records"
	"authenkiosk/app/upstream"
	"authenkiosk/cardreader"
	"authenkiosk/cardreader/pcsc"
	"authenkiosk/nhso"
	"authenkiosk/outbox"
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
	cards     *cards.Watcher
	nhso      upstream.Connection
	installed *nhso.Agent // the way to NHSO, if it is an agent that is installed here
	upstream  upstream.Client
	health    *upstream.Health
	store     *storage.Store
	visits    toldVisits
	outbox    *outbox.Outbox
	disk      *diskWatch
	clock     *upstream.ClockGuard
	began     time.Time
	data      string      // directory of the zone
	demo      *demo.World // nil outside of the demo zone

	face      face                  // what stands on the core
	agent     *hospital.Agent       // nil: the agent is not enabled
	offered   []visit.ClaimType     // to programs, where NHSO names none
	receivers *hospital.Receivers   // those who are told about visits
	audit     *hospital.AuditWriter // the audit of what programs do

	lookNow chan struct{}
	asked   chan func()           // whether the loop over the devices still turns
	erasers []func(now time.Time) // of what is kept as long as the visits, beside the store

	mu   sync.Mutex
	last flow.Devices // what watchDevices saw last
}

// face is what stands on a core and is asked by programs. Its functions are called only
// once the core runs.
type face struct {
	Status  func() agent.Status
	Healthy func() error // why nobody can be served now
	Watched func() bool  // whether a patient stands before the screen
	// Settled hears what the background settles.
	Settled func(visit.ID, outbox.Outcome)
}

// newCore opens the store and makes everything ready; nothing runs before run. On
// an error nothing is left open.
func newCore(o KioskOptions, mode string, f face) (*core, error) {
	data := filepath.Join(o.Data, string(o.Config.NHSO.Zone))
	c := &core{
		Config: o.Config, Mode: mode, log: o.Log, demo: o.Demo, face: f,
		lookNow: make(chan struct{}, 1), asked: make(chan func()), began: time.Now(), data: data,
		disk: &diskWatch{check: func() error { return storage.CheckRoom(data) }},
	}
	c.clock = upstream.NewClockGuard(BuiltOn())
	c.health = upstream.NewHealth(c.look)
	var keys *upstream.Tokens
	if o.Demo == nil && c.Config.NHSO.Upstream == config.UpstreamEndpoint {
		keys = upstream.NewTokens(storage.OpenSecretsWith(data, KeysOf(c.Config)), c.Config.NHSO.Zone, o.Log)
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
	readers := c.readers() // it names those of the demo in the configuration
	c.cards = cards.New(cards.Options{
		Service: readers, Config: c.Config.CardReader, Log: c.log, Keep: c.Config.Agent.Enabled, Told: c.cardEvent, Seen: c.cardRead,
	})
	if c.store, err = storage.Open(data, storage.Options{Keys: KeysOf(c.Config)}); err != nil {
		return fmt.Errorf("%w in %s: %w", errData, data, err)
	}
	if found := c.store.Recovery(); found.Damage() {
		c.log.Error("the store was damaged and has been rebuilt", "found", found.String())
	} else if found.Unchecked {
		c.log.Warn("the check of the store by bbolt came to no end; its records have been read all the same")
	}
	c.visits = toldVisits{visits{c.store}, c.visitChanged}
	c.upstream = upstream.New(c.nhso, c.health, c.installed, c.cards)
	c.outbox = outbox.New(outbox.Options{
		Store: c.visits, NHSO: c.upstream, Log: c.log, Times: settling, Sendable: c.sendable(),
		Clock: c.clockForVisits, TellsTime: c.installed == nil, Notify: c.face.Settled,
	})
	c.audit = hospital.NewAuditWriter(c.store, c.log)
	if c.receivers, err = hospital.NewReceivers(hospital.ReceiversOptions{
		Config: c.Config, Store: c.store, Secrets: storage.OpenSecretsWith(data, KeysOf(c.Config)), Data: data, Log: c.log, Changed: c.statusChanged,
	}); err != nil {
		return err
	}
	if c.Config.Agent.Enabled {
		c.agent, err = c.newFace(data)
	}
	return err
}

// connect makes the way to NHSO.
func (c *core) connect(keys *upstream.Tokens, t nhso.Timeouts) (err error) {
	o := upstream.Options{Config: c.Config, Tokens: keys, UserAgent: UserAgent(), Timeouts: t}
	if c.demo != nil {
		o.Simulator = simulatorOf(c.demo, c.Config.NHSO.Upstream)
	}
	c.nhso, c.installed, err = upstream.Connect(o)
	return err
}

// readers returns the card service, and names the readers of the demo.
func (c *core) readers() cardreader.Service {
	if c.demo == nil {
		return pcsc.New()
	}
	if c.Config.CardReader.Patient == "" && c.Config.CardReader.Certifier == "" {
		c.Config.CardReader.Patient, c.Config.CardReader.Certifier = demo.PatientReader, demo.CertifierReader
	}
	return c.demo.Readers
}

// sendable tells the outbox whether a visit can be sent now: an installed agent
// sends for the card that is inside only. Nil: any visit, at any time of its day.
func (c *core) sendable() func(visit.Visit) bool {
	if c.nhso.Abilities().Replay {
		return nil
	}
	return func(v visit.Visit) bool { return c.cards.Holds(v.PID) }
}

// start runs the parts beside the flow until ctx ends; parts.Wait waits for them.
func (c *core) start(ctx context.Context, parts *sync.WaitGroup, send func(flow.Event), devices func() flow.Devices) error {
	if c.agent != nil {
		if err := c.agent.Listen(); err != nil {
			return err
		}
	}
	commands, err := control.Listen(c.data)
	if err != nil {
		c.log.Warn("commands on the records do not work while this program runs", "err", err)
	} else {
		parts.Go(func() { c.takeCommands(ctx, commands) })
	}
	probe := upstream.NewProber(c.nhso, c.health, c.outbox.Wake, c.log)
	parts.Go(func() { c.cards.Run(ctx, send, c.look) })
	parts.Go(func() { c.outbox.Run(ctx) })
	parts.Go(func() { probe.Run(ctx) })
	parts.Go(func() { c.watchDevices(ctx, send, devices) })
	parts.Go(func() { watchDay(ctx, send) })
	parts.Go(func() { c.retention().run(ctx) })
	if c.demo != nil {
		parts.Go(func() { c.demo.Serve(ctx, c.log) })
	}
	if c.agent != nil {
		parts.Go(func() { c.agent.Serve(ctx) })
	}
	parts.Go(func() { c.receivers.Run(ctx) })
	if endpoint, ok := c.nhso.(*nhso.Endpoint); ok && c.Config.NHSO.EvidenceURL != "" {
		evidence := upstream.NewEvidenceSender(c.store, endpoint.SendEvidence, c.log)
		parts.Go(func() { evidence.Run(ctx) })
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
	if c.agent != nil {
		c.agent.Close()
	}
	if c.nhso != nil {
		c.nhso.Close()
	}
	if c.audit != nil {
		c.audit.Close()
	}
	if c.store != nil {
		if err := c.store.Close(); err != nil {
			c.log.Error("close the store", "err", err)
		}
	}
}

// KeysOf says where the key of the data may come from. What only looks (doctor) takes
// any source, so that it can tell what is wrong.
func KeysOf(c config.Config) storage.KeyOptions {
	return storage.KeyOptions{Require: c.Storage.RequireKeySource}
}

// simulatorOf returns what stands in for NHSO's services, or for an installed agent.
func simulatorOf(d *demo.World, from config.Upstream) *upstream.Simulator {
	if from == config.UpstreamAgent {
		return &upstream.Simulator{URL: d.AgentURL, Dial: d.AgentDial}
	}
	return &upstream.Simulator{URL: d.URL, Dial: d.Dial, Token: d.Token}
}

// Listen opens the agent's port and returns its address. Run does so, too, where it was
// not done before.
func (c *core) Listen() (net.Addr, error) {
	if c.agent == nil {
		return nil, errNoAgent
	}
	if err := c.agent.Listen(); err != nil {
		return nil, err
	}
	return c.agent.Addr(), nil
}

// errNoAgent says that the configuration has no agent.
var errNoAgent = errors.New("the agent is not enabled (agent.enabled)")

// Records returns what commands on the records of the running program work on.
func (c *core) Records() records.Commands {
	return records.Commands{Store: c.store, Log: c.log, Wake: c.receivers.Wake}
}

// Close ends a program that was made and never run; Run closes by itself.
func (c *core) Close() { c.close() }
