package patient

import (
	"context"
	"errors"
	"image"
	"path/filepath"
	"sync"
	"time"

	"authenkiosk/app"
	"authenkiosk/app/photo"
	"authenkiosk/app/slips"
	"authenkiosk/camera/scene"
	"authenkiosk/printer"
	"authenkiosk/printer/sink"
	"authenkiosk/visit"
)

// Devices are the camera and the printer of a machine at which patients are served.
type Devices struct {
	core    *app.Core
	printer *slips.Printer // nil: none
	camera  *photo.Camera  // nil: none
	madeUp  *madeUpPrinter // the printer at its other end, in the demo zone; nil: a real one
	stage   *scene.Stage   // what the drawn camera sees; nil outside of the demo zone
}

// NewDevices makes the printer of a configuration, which is the first thing that can be
// wrong with it. poll is how often the printer is asked how it is; 0 is the right one. most
// is how many slips of one code patients get (slips.Options). Close them, or Attach them to a
// core.
func NewDevices(o app.Options, poll time.Duration, most int) (*Devices, error) {
	d := &Devices{}
	s := slips.Options{Config: o.Config, Every: poll, Most: most, Log: o.Log}
	if o.Demo != nil {
		d.stage = &scene.Stage{}
		s.Dial = o.Demo.Line
		if o.Demo.Prints && o.Config.Printer.Kind == visit.PrinterNone {
			d.madeUp = newMadeUpPrinter(filepath.Join(o.Data, string(o.Config.NHSO.Zone), "slips"), printer.WidthPx(o.Config.Printer.WidthMM))
			s.MadeUp = d.madeUp
		}
	}
	var err error
	d.printer, err = slips.New(s)
	return d, err
}

// Attach gives the devices to a core and returns what the effects of its patients are done
// with. shown returns the number of the session before which no slip of another person may
// come out; 0: there is none.
func (d *Devices) Attach(c *app.Core, shown func() uint64) Ports {
	d.core = c
	p := Ports{
		Card: c.Cards, NHSO: c.Upstream, Store: c.Visits, Outbox: c.Outbox,
		RememberPhone: time.Duration(c.Config.Kiosk.RememberPhoneDays) * 24 * time.Hour,
	}
	if d.printer != nil {
		d.printer.Attach(c.Store, shown, c.Look, c.Log)
		p.Printer = d.printer
	}
	if d.camera = photo.New(c.Config, d.stage, c.Look, c.Log); d.camera != nil {
		p.Camera = d.camera
	}
	return p
}

// Close ends what New has opened.
func (d *Devices) Close() { d.printer.Close() }

// Run works until ctx ends.
func (d *Devices) Run(ctx context.Context) {
	var parts sync.WaitGroup
	defer parts.Wait()
	if d.camera != nil {
		parts.Go(func() { d.camera.Run(ctx) })
	}
	if d.printer != nil {
		d.printer.Start()
		d.printer.Run(ctx, d.core.Log)
	}
}

// Lights adds those of the devices.
func (d *Devices) Lights(of visit.Devices) visit.Devices {
	if d.printer != nil {
		of.Printer, of.PrinterProblem = slips.Light(d.printer.Status())
	}
	if d.camera != nil {
		of.Camera = d.camera.State()
	}
	return of
}

// Erase takes away slips that are as old as visits that are erased.
func (d *Devices) Erase(now time.Time) {
	if d.printer != nil {
		d.printer.Erase(now, d.core.Log)
	}
}

// OnFrames has the function called, from any goroutine, whenever Preview has
// something new. It must be set before Run.
func (d *Devices) OnFrames(notify func()) {
	if d.camera != nil {
		d.camera.OnFrames(notify)
	}
}

// Preview returns the camera's picture for the screen, nil without one, and
// whether it is new. It is for the screen's goroutine and never waits.
func (d *Devices) Preview() (image.Image, bool) {
	if d.camera == nil {
		return nil, false
	}
	return d.camera.Preview()
}

// BreakPrinter pulls the printer's wire, or puts it back. It is for the dock of the demo, as
// the next two.
func (d *Devices) BreakPrinter(broken bool) {
	if d.printer != nil {
		d.printer.BreakDown(broken)
		d.core.Look()
	}
}

// SetPrinter changes the made-up printer. It does nothing when the configuration names a
// printer.
func (d *Devices) SetPrinter(change func(*sink.State)) {
	if d.madeUp != nil {
		d.madeUp.Set(change)
	}
}

// SetScene changes what the drawn camera sees.
func (d *Devices) SetScene(s scene.Scene) { d.stage.Set(s) }

// Prints reports whether there is a printer.
func (d *Devices) Prints() bool { return d.printer != nil }

// Reprint has the slip of a visit that has its code printed once more.
func (d *Devices) Reprint(id visit.ID) error { return d.printer.Reprint(id) }

// PrintLines prints a page that is of no patient.
func (d *Devices) PrintLines(ctx context.Context, lines []printer.Line) error {
	return d.bounded(ctx, func(ctx context.Context) error { return d.printer.PrintLines(ctx, lines) })
}

// PrintTest prints the page by which a person judges the printer.
func (d *Devices) PrintTest(ctx context.Context) error {
	page := slips.TestPage(d.core.Config, "AuthenKiosk "+app.Version(), time.Now())
	return d.bounded(ctx, func(ctx context.Context) error { return d.printer.Device.Print(ctx, page) })
}

// bounded gives a print its time. A printer that does not tell whether it came out has taken
// it.
func (d *Devices) bounded(ctx context.Context, print func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, d.printer.Limit())
	defer cancel()
	err := print(ctx)
	if errors.As(err, new(*printer.UnclearError)) {
		return nil
	}
	return err
}
