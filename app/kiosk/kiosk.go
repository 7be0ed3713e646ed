package app

import (
	"context"
	"image"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"authenkiosk/app/config"
	"authenkiosk/app/demo"
	"authenkiosk/app/photo"
	"authenkiosk/app/slips"
	"authenkiosk/camera/scene"
	"authenkiosk/nhso"
	"authenkiosk/outbox"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// Kiosk is a whole kiosk without its screen.
type Kiosk struct {
	*core

	runner  *Runner
	screen  func(answer func()) // has the loop of the screen answer; nil: no screen
	printer *slips.Printer      // nil: none
	madeUp  *demo.Printer       // the printer at its other end, for the dock; nil: a real one
	camera  *photo.Camera       // nil: none
}

// KioskOptions say where a kiosk keeps its data and what it stands on.
type KioskOptions struct {
	Config config.Config
	Data   string // directory
	Log    *slog.Logger
	Demo   *demo.World // the parts of the demo zone; nil: real readers and NHSO's services

	// Times of the client and of the outbox; the zero values are the right ones.
	Timeouts nhso.Timeouts
	Settling outbox.Times
	// PrinterPoll is how often the printer is asked how it is; 0 is the right one.
	PrinterPoll time.Duration
}

// NewKiosk opens the store and makes everything ready; nothing runs before Run.
func NewKiosk(o KioskOptions) (*Kiosk, error) {
	c := o.Config
	types, err := PatientTypes(c)
	if err != nil {
		return nil, err
	}
	slips, madeUp, err := printerOf(o)
	if err != nil {
		return nil, err
	}
	k := &Kiosk{printer: slips, madeUp: madeUp}
	k.core, err = newCore(o, "kiosk", face{Status: k.Status, Healthy: k.healthy, Watched: k.watched, Settled: k.settled})
	if err != nil {
		slips.Close()
		return nil, err
	}
	ports := Ports{
		Card: k.cards, NHSO: k.upstream, Store: k.visits, Outbox: k.outbox,
		RememberPhone: time.Duration(c.Kiosk.RememberPhoneDays) * 24 * time.Hour,
	}
	if slips != nil {
		slips.Attach(k.store, k.shown, k.look, o.Log)
		ports.Printer = slips
		k.erasers = append(k.erasers, func(now time.Time) { slips.Erase(now, o.Log) })
	}
	if k.camera = photo.New(c, stageOf(o.Demo), k.look, o.Log); k.camera != nil {
		ports.Camera = k.camera
	}
	k.runner = NewRunner(flow.Model{
		Unit:    unitOf(c, types, k.nhso.Abilities(), o.Demo),
		Today:   visit.ServiceDateOf(time.Now()),
		Devices: k.devices(),
	}, ports, o.Log)
	return k, nil
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
	defer k.close()
	defer k.printer.Close()
	k.runner.ports.Show = show
	ctx, stop := context.WithCancel(ctx)
	var parts sync.WaitGroup
	defer parts.Wait()
	defer stop()
	if err := k.start(ctx, &parts, k.runner.Send, k.devices); err != nil {
		return err
	}
	if k.camera != nil {
		parts.Go(func() { k.camera.Run(ctx) })
	}
	if k.printer != nil {
		k.printer.Start()
		parts.Go(func() { k.printer.Run(ctx, k.log) })
	}
	parts.Go(func() { k.pulse().run(ctx) })
	parts.Go(func() { k.endIfDamaged(ctx, stop) })
	k.log.Info("kiosk started", "version", Version(), "zone", k.Config.NHSO.Zone, "hcode", k.Config.Unit.HCode)
	k.runner.Run(ctx)
	notify("STOPPING=1")
	k.log.Info("kiosk ends")
	return k.fate()
}

// Ready tells the service manager that patients can be served. It is called when
// the first screen is shown.
func (k *Kiosk) Ready() { notify("READY=1") }

// Turns has the function called, from any goroutine, to find out whether the loop of
// the screen still turns: that loop must then call answer. It must be set before Run.
func (k *Kiosk) Turns(ask func(answer func())) { k.screen = ask }

// pulse is fed by what a patient cannot do without: the runner of the flow and the
// loop of the screen. A device that hangs is a light on the screen and no reason to
// end the program.
func (k *Kiosk) pulse() *pulse {
	p := &pulse{loops: []loop{{"flow", k.runner.Ask}}, tell: notify, log: k.log}
	if k.screen != nil {
		p.loops = append(p.loops, loop{"screen", func(_ context.Context, answer func()) { k.screen(answer) }})
	}
	return p
}

// watched reports whether a patient stands before the screen: a program that reads
// the card then is worth a notice.
func (k *Kiosk) watched() bool { return k.runner.Snapshot().State != flow.Welcome }

// shown returns the number of the session on the screen, 0 without one.
func (k *Kiosk) shown() uint64 { return k.runner.Snapshot().Session.Insertion.Number }

// settled tells the patient, if still there, what the background found out.
func (k *Kiosk) settled(id visit.ID, o outbox.Outcome) {
	k.log.Info("visit settled", "visit", id, "outcome", o.Kind)
	if m := k.runner.Snapshot(); m.Session.Insertion.VisitID == id {
		k.runner.Send(OutcomeEvent(m.Session.Insertion.Number, o))
	}
}

func (k *Kiosk) devices() flow.Devices {
	d := k.lights()
	if k.printer != nil {
		d.Printer, d.PrinterProblem = slips.Light(k.printer.Status())
	}
	if k.camera != nil {
		d.Camera = k.camera.State()
	}
	return d
}

// Frames has the function called, from any goroutine, whenever Preview has
// something new. It must be set before Run.
func (k *Kiosk) Frames(notify func()) {
	if k.camera != nil {
		k.camera.OnFrames(notify)
	}
}

// Preview returns the camera's picture for the screen, nil without one, and
// whether it is new. It is for the screen's goroutine and never waits.
func (k *Kiosk) Preview() (image.Image, bool) {
	if k.camera == nil {
		return nil, false
	}
	return k.camera.Preview()
}

// printerOf makes the printer of the kiosk, and, when it is that of the demo, what
// stands for it; nil: there is none.
func printerOf(o KioskOptions) (*slips.Printer, *demo.Printer, error) {
	s := slips.Options{Config: o.Config, Every: o.PrinterPoll, Log: o.Log}
	var made *demo.Printer
	if o.Demo != nil {
		s.Dial = o.Demo.Line
		if made = o.Demo.PrinterFor(o.Config.Printer, filepath.Join(o.Data, string(o.Config.NHSO.Zone), "slips")); made != nil {
			s.MadeUp = made
		}
	}
	p, err := slips.New(s)
	return p, made, err
}

// stageOf is what the camera of the demo sees; nil outside of the demo.
func stageOf(d *demo.World) *scene.Stage {
	if d == nil {
		return nil
	}
	return &d.Stage
}
