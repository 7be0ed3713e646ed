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
	"authenkiosk/app/config"
	"authenkiosk/app/outbox"
	"authenkiosk/cardreader"
	"authenkiosk/cardreader/pcsc"
	"authenkiosk/nhso"
	"authenkiosk/storage"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// tokenName is the name under which the unit's token is kept.
const tokenName = "nhso-token"

// Kiosk is a whole kiosk without its screen.
type Kiosk struct {
	Config config.Config
	Mode   string // "kiosk" or "station", for the local status

	log     *slog.Logger
	cards   *cards
	nhso    *nhso.Endpoint
	health  *nhsoHealth
	store   *storage.Store
	outbox  *outbox.Outbox
	runner  *Runner
	printer *slipPrinter // nil: none
	disk    *diskWatch
	clock   clockGuard
	began   time.Time
	demo    *Demo // nil outside of the demo zone

	lookNow chan struct{}
}

// KioskOptions say where a kiosk keeps its data and what it stands on.
type KioskOptions struct {
	Config config.Config
	Data   string // directory
	Log    *slog.Logger
	Demo   *Demo // the parts of the demo zone; nil: real readers and NHSO's services

	// Times of the client and of the outbox; the zero values are the right ones.
	Timeouts nhso.Timeouts
	Settling outbox.Times
}

// NewKiosk opens the store and makes everything ready; nothing runs before Run.
func NewKiosk(o KioskOptions) (*Kiosk, error) {
	c := o.Config
	if c.NHSO.Upstream == config.UpstreamAgent {
		return nil, errors.New("nhso.upstream = \"agent\" is not available in this version yet: use \"endpoint\"")
	}
	types, err := claimTypes(c.Kiosk.ClaimTypes, c.Kiosk.DefaultClaimType, c.NHSO.Zone)
	if err != nil {
		return nil, err
	}
	slips, err := newSlipPrinter(c)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(o.Data, string(c.NHSO.Zone))
	var keys *tokens
	if o.Demo == nil {
		keys = &tokens{secrets: storage.OpenSecrets(data), zone: c.NHSO.Zone, log: o.Log}
	}
	client, err := newEndpoint(c, keys, o.Demo, o.Timeouts)
	if err != nil {
		return nil, err
	}
	store, err := storage.Open(data, storage.Options{})
	if err != nil {
		return nil, fmt.Errorf("open the visits in %s: %w", data, err)
	}
	k := &Kiosk{
		Config: c, Mode: "kiosk", log: o.Log, nhso: client, health: &nhsoHealth{}, store: store, printer: slips,
		demo: o.Demo, lookNow: make(chan struct{}, 1), began: time.Now(),
		disk: &diskWatch{check: func() error { return storage.CheckRoom(data) }},
	}
	var service cardreader.Service = pcsc.New()
	if o.Demo != nil {
		service = o.Demo.Readers
	}
	k.cards = newCards(service, c.CardReader.Patient, c.CardReader.Certifier, o.Log)
	if found := store.Recovery(); found.Damage() {
		o.Log.Error("the store was damaged and has been rebuilt", "found", found.String())
	}
	up := upstream{nhso: client, health: k.health, tokens: keys}
	k.outbox = outbox.New(outbox.Options{Store: visits{store}, NHSO: up, Log: o.Log, Notify: k.settled, Times: o.Settling})
	ports := Ports{
		Card: k.cards, NHSO: up, Store: visits{store}, Outbox: k.outbox,
		RememberPhone: time.Duration(c.Kiosk.RememberPhoneDays) * 24 * time.Hour,
	}
	if slips != nil {
		ports.Printer = slips
	}
	k.runner = NewRunner(flow.Model{
		Unit:    flow.Unit{HCode: c.Unit.HCode, ClaimTypes: types, DefaultClaimType: c.Kiosk.DefaultClaimType},
		Today:   visit.ServiceDateOf(time.Now()),
		Devices: k.devices(),
	}, ports, o.Log)
	return k, nil
}

// newEndpoint makes the client of NHSO's services for the zone.
func newEndpoint(c config.Config, keys *tokens, demo *Demo, t nhso.Timeouts) (*nhso.Endpoint, error) {
	o := nhso.Options{
		Zone: c.NHSO.Zone, EndpointURL: c.NHSO.EndpointURL, StatusURL: c.NHSO.StatusURL,
		SourceID: c.NHSO.SourceID, RecorderPID: c.NHSO.RecorderPID, HCode: c.Unit.HCode,
		UserAgent: "AuthenKiosk/" + Version(), Timeouts: t,
	}
	if demo != nil {
		o.DialContext, o.Token = demo.dial, demo.token
		o.EndpointURL, o.StatusURL = demo.url, demo.url
	} else {
		o.Token = keys.token
	}
	return nhso.NewEndpoint(o)
}

// Send hands a tap to the flow.
func (k *Kiosk) Send(e flow.Event) { k.runner.Send(e) }

// Dock returns the controls of the demo zone, nil in every other zone.
func (k *Kiosk) Dock() *Dock {
	if k.demo == nil {
		return nil
	}
	return &Dock{kiosk: k, demo: k.demo}
}

// Run works until ctx ends. show draws a model; it is called from one goroutine.
func (k *Kiosk) Run(ctx context.Context, show func(flow.Model)) error {
	defer func() {
		k.nhso.Close()
		if err := k.store.Close(); err != nil {
			k.log.Error("close the store", "err", err)
		}
	}()
	k.runner.ports.Show = show
	listener, err := k.listen()
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	var parts sync.WaitGroup
	defer parts.Wait()
	defer stop()
	probe := &prober{nhso: k.nhso, health: k.health, back: k.outbox.Wake, log: k.log}
	parts.Go(func() { k.cards.run(ctx, k.runner.Send, k.look) })
	parts.Go(func() { k.outbox.Run(ctx) })
	parts.Go(func() { probe.run(ctx) })
	parts.Go(func() { k.watchDevices(ctx) })
	parts.Go(func() { watchDay(ctx, k.runner.Send) })
	parts.Go(func() {
		keepRetention(ctx, k.store, k.Config.Storage.KeepDays, k.Config.Storage.KeepPhotoDays, k.log)
	})
	if k.demo != nil {
		parts.Go(func() { k.demo.serve(ctx, k.log) })
	}
	if listener != nil {
		parts.Go(func() { k.serveStatus(ctx, listener) })
	}
	k.log.Info("kiosk started", "version", Version(), "zone", k.Config.NHSO.Zone, "hcode", k.Config.Unit.HCode)
	k.runner.Run(ctx)
	k.log.Info("kiosk ends")
	return nil
}

// settled tells the patient, if still there, what the background found out.
func (k *Kiosk) settled(id visit.ID, o outbox.Outcome) {
	k.log.Info("visit settled", "visit", id, "outcome", o.Kind)
	if m := k.runner.Snapshot(); m.Session.Insertion.VisitID == id {
		k.runner.Send(OutcomeEvent(m.Session.Insertion.Number, o))
	}
}

// look has the lights brought up to date at once.
func (k *Kiosk) look() {
	select {
	case k.lookNow <- struct{}{}:
	default:
	}
}

// watchDevices tells the flow when a light changes.
func (k *Kiosk) watchDevices(ctx context.Context) {
	ticker := time.NewTicker(lookAtDevices)
	defer ticker.Stop()
	var last flow.Devices
	for {
		now := k.devices()
		if now != last {
			last = now
			k.outbox.Stop(now.Clock == flow.DeviceDown)
			k.runner.Send(flow.DevicesChanged{Devices: now})
		}
		select {
		case <-ctx.Done():
			return
		case <-k.lookNow:
		case <-ticker.C:
		}
	}
}

func (k *Kiosk) devices() flow.Devices {
	state, _, _ := k.health.read()
	d := flow.Devices{
		Reader: k.cards.state(), NHSO: state, Printer: flow.DeviceAbsent,
		Storage: k.disk.look(k.log),
	}
	skew, known := k.nhso.Skew()
	d.Clock = k.clock.look(time.Now(), time.Since(k.began), skew, known, k.health.lastAnswer())
	if k.printer != nil {
		d.Printer = k.printer.state()
	}
	return d
}

// listen opens the port of the local status, if it is wanted. A port that is
// taken is an error: two kiosks on one machine would fight for the cards.
func (k *Kiosk) listen() (net.Listener, error) {
	if !k.Config.Agent.Enabled {
		return nil, nil
	}
	l, err := net.Listen("tcp", k.Config.Agent.Listen)
	if err != nil {
		return nil, fmt.Errorf("agent.listen: %w", err)
	}
	return l, nil
}

func (k *Kiosk) serveStatus(ctx context.Context, l net.Listener) {
	handler := agent.New(agent.Options{Status: k.Status, Healthy: k.healthy, Logger: k.log})
	if err := agent.Serve(ctx, l, handler); err != nil {
		k.log.Error("serve the local status", "err", err)
	}
}
