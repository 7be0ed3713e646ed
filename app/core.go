// Package app is what every program of this project has, whatever its face is. A face
// (kiosk, headless) makes a Core, adds what is its own, and runs it.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"authenkiosk/app/cards"
	"authenkiosk/app/config"
	"authenkiosk/app/control"
	"authenkiosk/app/demo"
	"authenkiosk/app/hospital"
	"authenkiosk/app/records"
	"authenkiosk/app/upstream"
	"authenkiosk/cardreader"
	"authenkiosk/cardreader/pcsc"
	"authenkiosk/desk"
	"authenkiosk/desk/local"
	"authenkiosk/nhso"
	"authenkiosk/outbox"
	"authenkiosk/storage"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// Core is what every face stands on: the cards, the way to NHSO, the store, the outbox,
// and everybody outside who asks or is told.
type Core struct {
	Config   config.Config
	Log      *slog.Logger
	Cards    *cards.Watcher
	NHSO     upstream.Connection
	Upstream upstream.Client
	Store    *storage.Store
	Visits   Visits
	Outbox   *outbox.Outbox
	Desk     *local.Desk     // what the staff do with the visits of this machine
	Agent    *hospital.Agent // nil: the agent is not enabled
	Demo     *demo.World     // nil outside of the demo zone

	face      Face
	feed      *local.Feed // of what changes for those who work at a desk
	doctor    func(context.Context) []desk.Finding
	installed *nhso.Agent // the way to NHSO, if it is an agent that is installed here
	health    *upstream.Health
	disk      *diskWatch
	clock     *upstream.ClockGuard
	began     time.Time
	data      string                // directory of the zone
	ready     func()                // hears that people can be served; may be nil
	offered   []visit.ClaimType     // to programs, where NHSO names none
	receivers *hospital.Receivers   // those who are told about visits
	audit     *hospital.AuditWriter // the audit of what programs do

	trial   *Trial        // nil: this version is not on trial
	up      atomic.Bool   // the face shows itself
	served  atomic.Bool   // somebody has used the program since its start
	another chan struct{} // is closed when another version is to be started
	again   sync.Once

	lookNow chan struct{}
	asked   chan func() // whether the loop over the devices still turns

	mu     sync.Mutex
	last   visit.Devices // what watchDevices saw last
	looked bool          // it has seen anything
}

// Options say where a program keeps its data and what it stands on.
type Options struct {
	Config config.Config
	Data   string // directory
	Log    *slog.Logger
	Demo   *demo.World // the parts of the demo zone; nil: real readers and NHSO's services
	Ready  func()      // is called when people can be served, beside the service manager of systemd; may be nil
	Trial  *Trial      // nil: this version is not on trial

	// Findings are those of doctor, for the desks that ask how the machine is; nil: its
	// lights are all that they see.
	Findings func(context.Context) []desk.Finding

	// Times of the client and of the outbox; the zero values are the right ones.
	Timeouts nhso.Timeouts
	Settling outbox.Times
}

// Face is what stands on a core. Its functions are called only once the core runs.
type Face struct {
	Mode    string                                  // "kiosk", "station" or "agent", for the local status
	Screen  func() string                           // what is shown, for the local status
	Watched func() bool                             // whether a patient stands before the screen
	Send    func(flow.Event)                        // hears of cards, devices and the day
	Coming  func()                                  // hears that somebody of a desk comes to whoever calls; nil: nobody calls there
	Lights  func(ofAll visit.Devices) visit.Devices // adds the lights of its own devices
	Settled func(visit.ID, outbox.Outcome)          // hears what the background settles
	Erase   func(now time.Time)                     // erases what it keeps as long as the visits, beside the store
	Record  func(io.Writer) error                   // writes the last steps of the patients' way; nil: it has none
	// Free says what stands on other machines against a visit that a program of the hospital asks
	// for; nil: this machine knows no others.
	Free func(ctx context.Context, v visit.Visit) error
}

// NoScreen is the face of the program that has none, and no devices of its own.
func NoScreen() Face {
	return Face{
		Mode: "agent", Screen: func() string { return "none" }, Watched: func() bool { return false }, Send: func(flow.Event) {},
		Lights: func(d visit.Devices) visit.Devices { return d }, Settled: func(visit.ID, outbox.Outcome) {}, Erase: func(time.Time) {},
	}
}

// New opens the store and makes everything ready; nothing runs before Run. On an error
// nothing is left open.
func New(o Options, f Face) (*Core, error) {
	data := filepath.Join(o.Data, string(o.Config.NHSO.Zone))
	c := &Core{
		Config: o.Config, Log: o.Log, Demo: o.Demo, face: f,
		lookNow: make(chan struct{}, 1), asked: make(chan func()), began: time.Now(), data: data, ready: o.Ready, doctor: o.Findings,
		trial: o.Trial, another: make(chan struct{}),
		disk: &diskWatch{check: func() error { return storage.CheckRoom(data) }},
	}
	c.clock = upstream.NewClockGuard(BuiltOn())
	c.health = upstream.NewHealth(c.Look)
	var keys *upstream.Tokens
	if o.Demo == nil && c.Config.NHSO.Upstream == config.UpstreamEndpoint {
		keys = upstream.NewTokens(storage.OpenSecretsWith(data, KeysOf(c.Config)), c.Config.NHSO.Zone, o.Log)
	}
	err := c.connect(keys, o.Timeouts)
	if err == nil {
		err = c.open(data, o.Settling)
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// open opens the store and makes all that stands on it. What is open after an error
// is ended by Close.
func (c *Core) open(data string, settling outbox.Times) (err error) {
	readers := c.readers() // it names those of the demo in the configuration
	c.Cards = cards.New(cards.Options{
		Service: readers, Config: c.Config.CardReader, Log: c.Log, Keep: c.Config.Agent.Enabled, Told: c.cardEvent, Seen: c.cardRead,
	})
	if c.Store, err = storage.Open(data, storage.Options{Keys: KeysOf(c.Config), BeforeSave: c.beforeSave}); err != nil {
		return fmt.Errorf("%w in %s: %w", errData, data, err)
	}
	if found := c.Store.Recovery(); found.Damage() {
		c.Log.Error("the store was damaged and has been rebuilt", "found", found.String())
	} else if found.Unchecked {
		c.Log.Warn("the check of the store by bbolt came to no end; its records have been read all the same")
	}
	c.feed = local.NewFeed()
	c.Visits = Visits{c.Store, func(id visit.ID, to visit.State) {
		c.feed.TellVisit(c.Store, id) // what the desk does, the desk tells
		c.visitChanged(id, to)
	}}
	c.Upstream = upstream.New(c.NHSO, c.health, c.installed, c.Cards)
	c.Outbox = outbox.New(outbox.Options{
		Store: c.Visits, NHSO: c.Upstream, Log: c.Log, Times: settling, Sendable: c.sendable(),
		Clock: c.clockForVisits, Notify: c.face.Settled,
	})
	c.Desk = local.New(local.Options{
		Store: c.Store, HCode: c.Config.Unit.HCode, NHSO: c.Outbox, Rights: deskRights{c.Upstream},
		Changed: c.changedAtDesk, Feed: c.feed, KeepDays: c.Config.Storage.KeepStaffDays, KeepDone: c.Config.Storage.KeepDays,
		Machine: nameOf(c.Config), Lights: c.findings, Look: c.doctor, Coming: c.face.Coming,
		Sure: func() bool { may, _, _ := c.retention().believes(); return may },
	})
	c.audit = hospital.NewAuditWriter(c.Store, c.Log)
	if c.receivers, err = hospital.NewReceivers(hospital.ReceiversOptions{
		Config: c.Config, Store: c.Store, Secrets: storage.OpenSecretsWith(data, KeysOf(c.Config)), Data: data, Log: c.Log, Changed: c.statusChanged,
	}); err != nil {
		return err
	}
	if c.Config.Agent.Enabled {
		c.Agent, err = c.newAgent(data)
	}
	return err
}

// connect makes the way to NHSO.
func (c *Core) connect(keys *upstream.Tokens, t nhso.Timeouts) (err error) {
	o := upstream.Options{Config: c.Config, Tokens: keys, UserAgent: UserAgent(), Timeouts: t}
	if c.Demo != nil {
		o.Simulator = simulatorOf(c.Demo, c.Config.NHSO.Upstream)
	}
	c.NHSO, c.installed, err = upstream.Connect(o)
	return err
}

// readers returns the card service, and names the readers of the demo.
func (c *Core) readers() cardreader.Service {
	if c.Demo == nil {
		return pcsc.New()
	}
	if c.Config.CardReader.Patient == "" && c.Config.CardReader.Certifier == "" {
		c.Config.CardReader.Patient, c.Config.CardReader.Certifier = demo.PatientReader, demo.CertifierReader
	}
	return c.Demo.Readers
}

// sendable tells the outbox whether a visit can be sent now: an installed agent
// sends for the card that is inside only. Nil: any visit, at any time of its day.
func (c *Core) sendable() func(visit.Visit) bool {
	if c.NHSO.Abilities().Replay {
		return nil
	}
	return func(v visit.Visit) bool { return c.Cards.Holds(v.PID) }
}

// Run works until ctx ends, and runs the parts of the face beside it; what is under way
// then is finished first. The loops are those without which the face serves nobody. Without
// one, the loop over readers, disk and clock is all that must turn.
func (c *Core) Run(ctx context.Context, loops []Loop, parts ...func(context.Context)) error {
	defer c.Close()
	ctx, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer stop()
	if err := c.start(ctx, &running); err != nil {
		return err
	}
	for _, part := range parts {
		running.Go(func() { part(ctx) })
	}
	if loops == nil {
		loops = []Loop{{"devices", c.askDevices}}
	}
	alive := &pulse{loops: loops, tell: notify, log: c.Log}
	running.Go(func() { alive.run(ctx) })
	running.Go(func() { c.endIfDamaged(ctx, stop) })
	running.Go(func() { c.endForAnother(ctx, stop) })
	if c.trial != nil {
		running.Go(func() { c.stay(ctx) })
	}
	c.Log.Info("started", "mode", c.face.Mode, "version", Version(), "zone", c.Config.NHSO.Zone, "hcode", c.Config.Unit.HCode)
	<-ctx.Done()
	notify("STOPPING=1")
	c.Log.Info("ends", "mode", c.face.Mode)
	return c.fate()
}

// Ready tells the service manager that people can be served.
func (c *Core) Ready() {
	c.up.Store(true)
	notify("READY=1")
	if c.ready != nil {
		c.ready()
	}
}

// start runs the parts of the core until ctx ends; parts.Wait waits for them.
func (c *Core) start(ctx context.Context, parts *sync.WaitGroup) error {
	if c.Agent != nil {
		if err := c.Agent.Listen(); err != nil {
			return err
		}
	}
	commands, err := control.Listen(c.data)
	if err != nil {
		c.Log.Warn("commands on the records do not work while this program runs", "err", err)
	} else {
		parts.Go(func() { c.takeCommands(ctx, commands) })
	}
	probe := upstream.NewProber(c.NHSO, c.health, c.Outbox.Wake, c.Log)
	parts.Go(func() { c.Cards.Run(ctx, c.face.Send, c.Look) })
	parts.Go(func() { c.Outbox.Run(ctx) })
	parts.Go(func() { probe.Run(ctx) })
	parts.Go(func() { c.watchDevices(ctx) })
	parts.Go(func() { watchDay(ctx, c.face.Send) })
	parts.Go(func() { c.retention().run(ctx) })
	if c.Demo != nil {
		parts.Go(func() { c.Demo.Serve(ctx, c.Log) })
	}
	if c.Agent != nil {
		parts.Go(func() { c.Agent.Serve(ctx) })
	}
	parts.Go(func() { c.receivers.Run(ctx) })
	if endpoint, ok := c.NHSO.(*nhso.Endpoint); ok && c.Config.NHSO.EvidenceURL != "" {
		evidence := upstream.NewEvidenceSender(c.Store, endpoint.SendEvidence, c.Log)
		parts.Go(func() { evidence.Run(ctx) })
	}
	return nil
}

// errDamaged ends the program with a status that has it started again.
var errDamaged = errors.New("the data file turned out to be damaged: it is mended when the program starts again")

// endIfDamaged calls end when nothing can be saved or sent any more before the store is
// opened again. Without that, visits would wait until somebody notices.
func (c *Core) endIfDamaged(ctx context.Context, end func()) {
	select {
	case <-c.Store.Damage():
		end()
	case <-ctx.Done():
	}
}

// fate is the error with which the program ends; nil: it was told to.
func (c *Core) fate() error {
	select {
	case <-c.Store.Damage():
		return errDamaged
	case <-c.another:
		return errAnotherVersion
	default:
		return nil
	}
}

// Close ends a program that was made and never run; Run closes by itself. Parts that
// were never made, because one before them failed, are left out.
func (c *Core) Close() {
	if c.Agent != nil {
		c.Agent.Close()
	}
	if c.NHSO != nil {
		c.NHSO.Close()
	}
	if c.audit != nil {
		c.audit.Close()
	}
	if c.Store != nil {
		if err := c.Store.Close(); err != nil {
			c.Log.Error("close the store", "err", err)
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
func (c *Core) Listen() (net.Addr, error) {
	if c.Agent == nil {
		return nil, errNoAgent
	}
	if err := c.Agent.Listen(); err != nil {
		return nil, err
	}
	return c.Agent.Addr(), nil
}

// errNoAgent says that the configuration has no agent.
var errNoAgent = errors.New("the agent is not enabled (agent.enabled)")

// Records returns what commands on the records of the running program work on.
func (c *Core) Records() records.Commands {
	r := records.Commands{Store: c.Store, Desk: c.Desk, Log: c.Log, Wake: c.receivers.Wake, Record: c.face.Record, Restart: c.restart}
	if c.Agent != nil {
		r.Pair = c.Agent.Pair
	}
	return r
}
