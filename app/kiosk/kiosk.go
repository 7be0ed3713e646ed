// Package kiosk is the face for patients without its screen: the patient's way with the
// cards, the photo and the slips, on the core that every face has.
package kiosk

import (
	"context"
	"image"
	"io"
	"path/filepath"
	"time"

	"authenkiosk/app"
	"authenkiosk/app/photo"
	"authenkiosk/app/recorder"
	"authenkiosk/app/slips"
	"authenkiosk/camera/scene"
	"authenkiosk/outbox"
	"authenkiosk/printer"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// Kiosk is a whole kiosk without its screen.
type Kiosk struct {
	*app.Core

	runner   *Runner
	screen   func(answer func()) // has the loop of the screen answer; nil: no screen
	recorder *recorder.Recorder  // the last steps, for reports of faults
	lifeline io.Writer           // where they are written while it runs; nil: nowhere
	printer  *slips.Printer      // nil: none
	madeUp   *madeUpPrinter      // the printer at its other end, for the dock; nil: a real one
	camera   *photo.Camera       // nil: none
	stage    *scene.Stage        // what the drawn camera sees; nil outside of the demo zone
}

// Options say where a kiosk keeps its data and what it stands on.
type Options struct {
	app.Options
	// Lifeline takes the last steps of a kiosk while it runs, for the report of a crash;
	// nil: they are in its memory alone.
	Lifeline io.Writer
	// PrinterPoll is how often the printer is asked how it is; 0 is the right one.
	PrinterPoll time.Duration
}

// New opens the store and makes everything ready; nothing runs before Run.
func New(o Options) (*Kiosk, error) {
	c := o.Config
	types, err := app.PatientTypes(c)
	if err != nil {
		return nil, err
	}
	slips, madeUp, err := printerOf(o)
	if err != nil {
		return nil, err
	}
	k := &Kiosk{printer: slips, madeUp: madeUp, lifeline: o.Lifeline}
	if o.Demo != nil {
		k.stage = &scene.Stage{}
	}
	k.Core, err = app.New(o.Options, app.Face{
		Mode: "kiosk", Screen: k.shows, Watched: k.watched, Send: k.Send, Lights: k.lights, Settled: k.settled, Erase: k.erase, Record: k.record,
	})
	if err != nil {
		slips.Close()
		return nil, err
	}
	ports := Ports{
		Card: k.Cards, NHSO: k.Upstream, Store: k.Visits, Outbox: k.Outbox, CallHelp: k.Desk.CallHelp,
		RememberPhone: time.Duration(c.Kiosk.RememberPhoneDays) * 24 * time.Hour,
	}
	if slips != nil {
		slips.Attach(k.Store, k.shown, k.Look, o.Log)
		ports.Printer = slips
	}
	if k.camera = photo.New(c, k.stage, k.Look, o.Log); k.camera != nil {
		ports.Camera = k.camera
	}
	model := flow.Model{Way: flow.Way{
		Unit:    unitOf(c, types, k.NHSO.Abilities(), o.Demo),
		Today:   visit.ServiceDateOf(time.Now()),
		Devices: k.Lights(),
	}}
	k.recorder = recorder.New(app.Version(), model)
	ports.Recorder = k.recorder
	k.runner = NewRunner(model, ports, o.Log)
	return k, nil
}

// Send hands a tap to the flow.
func (k *Kiosk) Send(e flow.Event) { k.runner.Send(e) }

// Dock returns the controls of the demo zone, nil in every other zone.
func (k *Kiosk) Dock() *Dock {
	if k.Demo == nil {
		return nil
	}
	return &Dock{kiosk: k}
}

// Run works until ctx ends. show draws a model; it is called from one goroutine.
func (k *Kiosk) Run(ctx context.Context, show func(flow.Model)) error {
	defer k.printer.Close()
	k.runner.ports.Show = show
	parts := []func(context.Context){k.runner.Run}
	if k.camera != nil {
		parts = append(parts, k.camera.Run)
	}
	if k.printer != nil {
		parts = append(parts, func(ctx context.Context) {
			k.printer.Start()
			k.printer.Run(ctx, k.Log)
		})
	}
	if k.lifeline != nil {
		parts = append(parts, func(ctx context.Context) { k.recorder.Follow(ctx, k.lifeline) })
	}
	return k.Core.Run(ctx, k.loops(), parts...)
}

// record writes the last steps of the patients' way, without any value of a person.
func (k *Kiosk) record(w io.Writer) error { return k.recorder.Print(w) }

// Turns has the function called, from any goroutine, to find out whether the loop of
// the screen still turns: that loop must then call answer. It must be set before Run.
func (k *Kiosk) Turns(ask func(answer func())) { k.screen = ask }

// loops are what a patient cannot do without: the runner of the flow and the loop of
// the screen. A device that hangs is a light on the screen and no reason to end the
// program.
func (k *Kiosk) loops() []app.Loop {
	loops := []app.Loop{{Name: "flow", Ask: k.runner.Ask}}
	if k.screen != nil {
		loops = append(loops, app.Loop{Name: "screen", Ask: func(_ context.Context, answer func()) { k.screen(answer) }})
	}
	return loops
}

// shows names the screen that a patient sees.
func (k *Kiosk) shows() string { return k.runner.Snapshot().State.String() }

// watched reports whether a patient stands before the screen: a program that reads
// the card then is worth a notice.
func (k *Kiosk) watched() bool { return k.runner.Snapshot().State != flow.Welcome }

// shown returns the number of the session on the screen, 0 without one.
func (k *Kiosk) shown() uint64 { return k.runner.Snapshot().Session.Insertion.Number }

// settled tells the patient, if still there, what the background found out.
func (k *Kiosk) settled(id visit.ID, o outbox.Outcome) {
	k.Log.Info("visit settled", "visit", id, "outcome", o.Kind)
	if m := k.runner.Snapshot(); m.Session.Insertion.VisitID == id {
		k.runner.Send(OutcomeEvent(m.Session.Insertion.Number, o))
	}
}

// lights adds those of printer and camera.
func (k *Kiosk) lights(d visit.Devices) visit.Devices {
	if k.printer != nil {
		d.Printer, d.PrinterProblem = slips.Light(k.printer.Status())
	}
	if k.camera != nil {
		d.Camera = k.camera.State()
	}
	return d
}

// erase takes away slips that are as old as visits that are erased.
func (k *Kiosk) erase(now time.Time) {
	if k.printer != nil {
		k.printer.Erase(now, k.Log)
	}
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
func printerOf(o Options) (*slips.Printer, *madeUpPrinter, error) {
	s := slips.Options{Config: o.Config, Every: o.PrinterPoll, Log: o.Log}
	var made *madeUpPrinter
	if o.Demo != nil {
		s.Dial = o.Demo.Line
		if o.Demo.Prints && o.Config.Printer.Kind == visit.PrinterNone {
			made = newMadeUpPrinter(filepath.Join(o.Data, string(o.Config.NHSO.Zone), "slips"), printer.WidthPx(o.Config.Printer.WidthMM))
			s.MadeUp = made
		}
	}
	p, err := slips.New(s)
	return p, made, err
}
