package slips

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"authenkiosk/app/config"
	"authenkiosk/app/slips/spool"
	"authenkiosk/printer"
	"authenkiosk/printer/template"
	"authenkiosk/storage"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// Printer turns what the flow wants printed into slips of the unit and brings
// them to the printer.
type Printer struct {
	Device
	unit  config.Unit
	zone  visit.Zone
	first string // language
	most  int    // slips of one code; 0: no end

	store Store
	queue *spool.Spool
	files pictureFiles // what the printer leaves on the disk
	look  func()       // the lights may have changed
}

// Store is what slips are made of after a restart, and where they are noted.
type Store interface {
	spool.Store
	Visit(id visit.ID) (storage.Record, error)
	FindCode(code visit.AuthenCode) (storage.Record, error)
}

// madeUpPoll is how often a made-up printer is asked: who presses a button of the
// dock looks at the screen.
const madeUpPoll = time.Second

// MadeUp is a printer of the demo zone, at a line in memory.
type MadeUp interface {
	Line(ctx context.Context) (net.Conn, error)
	// Unplug pulls the printer's wire; Plug puts it back.
	Unplug()
	Plug()
	// Keep writes every slip as a picture until ctx ends.
	Keep(ctx context.Context, log *slog.Logger)
	Close() error
}

// madeUpName stands for an address, which a line in memory has not.
const madeUpName = "demo.invalid:9100"

// Options are what the slips of a kiosk are printed with. Config and Log are needed.
type Options struct {
	Config config.Config
	Log    *slog.Logger
	// MadeUp is the printer of the demo, which the Printer owns from then on; nil: that
	// of the configuration.
	MadeUp MadeUp
	// Dial is the way to a printer in the network; nil: the network of this machine.
	Dial func(ctx context.Context) (net.Conn, error)
	// Every is how often the printer is asked how it is; 0 is the right one.
	Every time.Duration
	// Most is how many slips of one code come out for the patient; 0: as many as are asked
	// for, where somebody of the staff does so.
	Most int
}

// New makes the printer of the slips; nil when there is none. Close it in
// the end.
func New(o Options) (*Printer, error) {
	c := o.Config
	p := &Printer{unit: c.Unit, zone: c.NHSO.Zone, first: c.Kiosk.Languages[0], most: o.Most}
	p.every = printer.UsualPoll
	if o.MadeUp != nil {
		p.demo, p.every, o.Dial = o.MadeUp, madeUpPoll, o.MadeUp.Line
		c.Printer.Kind, c.Printer.Address = visit.PrinterTCP, madeUpName
	}
	if o.Every > 0 {
		p.every = o.Every
	}
	if c.Printer.Kind == visit.PrinterNone {
		return nil, nil
	}
	way := ConfigOf(c.Printer)
	way.Dial = o.Dial
	var err error
	if p.device, err = openWay(way, c.Printer.Template, o.Log); err != nil {
		p.Close()
		return nil, fmt.Errorf("[printer]: %w", err)
	}
	if c.Printer.Kind == visit.PrinterImage {
		p.files = pictureFiles{dir: c.Printer.Address, keepDays: c.Storage.KeepDays}
	}
	return p, nil
}

// ConfigOf is the printer of a configuration.
func ConfigOf(c config.Printer) printer.Config {
	p := printer.Config{
		Kind: c.Kind, Address: c.Address, WidthMM: c.WidthMM, Paper: template.Paper(c.Paper), Model: c.Model, Cut: c.Cut, Format: c.Format,
		Well: c.Well,
	}
	if c.FeedLines != config.FeedOfModel {
		p.FeedLines = &c.FeedLines
	}
	return p
}

// Open opens the configured printer with the unit's template of slips. log
// hears of slips that the template does not suit.
func Open(c config.Printer, log *slog.Logger) (*printer.Device, error) {
	return openWay(ConfigOf(c), c.Template, log)
}

func openWay(c printer.Config, file string, log *slog.Logger) (*printer.Device, error) {
	var own *template.Template
	if file != "" {
		var err error
		if own, err = template.Load(file); err != nil {
			return nil, fmt.Errorf("printer.template: %w", err)
		}
	}
	device, err := printer.Open(c)
	if err != nil {
		return nil, err
	}
	device.Use(own, func(err error) {
		log.Error("the template does not suit the slip; the built-in one is printed", "template", file, "err", err)
	})
	return device, nil
}

// Attach gives the slips their store. It must come before start. shown returns the
// number of the session on the screen, look has the lights brought up to date.
func (p *Printer) Attach(store Store, shown func() uint64, look func(), log *slog.Logger) {
	p.store, p.look = store, look
	p.queue = spool.New(spool.Options{
		Store: store, Printer: &p.Device, Log: log, Shown: shown, Settled: look, Rebuild: p.rebuild,
		Limit: p.device.PrintLimit(),
	})
}

// Run prints until ctx ends.
func (p *Printer) Run(ctx context.Context, log *slog.Logger) {
	var parts sync.WaitGroup
	defer parts.Wait()
	if p.demo != nil {
		parts.Go(func() { p.demo.Keep(ctx, log) })
	}
	parts.Go(func() { p.watch(ctx, p.look) })
	p.queue.Run(ctx)
}

// Close ends the connection; nil has none.
func (p *Printer) Close() {
	if p != nil {
		p.Device.close()
	}
}

// Print implements the runner's Printer.
func (p *Printer) Print(e flow.PrintSlip, send func(flow.Event)) {
	r := spool.Request{Session: e.Number, Slip: p.slip(e.Kind, e.Slip), Tell: func(o spool.Outcome) { send(slipEvent(e, o)) }}
	if e.Kind == flow.SlipCode {
		r.Elsewhere = p.ofItsVisit(&r.Slip)
	}
	if e.Slip.Reprint && p.most > 0 && p.queue.Count(r) >= p.most {
		send(flow.SlipWithheld{Number: e.Number, Nth: e.Nth})
		return
	}
	p.queue.Print(r)
}

// errNoSlip says that there is nothing to print of a visit.
var errNoSlip = errors.New("the visit has no slip with a code")

// Reprint prints the slip of a visit that has its code once more, for whoever works at the
// desk.
func (p *Printer) Reprint(id visit.ID) error {
	s, ok := p.rebuild(storage.PrintJob{Visit: id, Kind: printer.KindCode.String()})
	if !ok {
		return fmt.Errorf("print visit %s: %w", id, errNoSlip)
	}
	s.Reprint = true
	p.queue.Print(spool.Request{Slip: s, Tell: func(spool.Outcome) {}})
	return nil
}

// slipEvent tells the flow what became of a slip.
func slipEvent(e flow.PrintSlip, o spool.Outcome) flow.Event {
	switch o {
	case spool.Printed:
		return flow.SlipPrinted{Number: e.Number, Nth: e.Nth}
	case spool.Unclear:
		return flow.SlipFailed{Number: e.Number, Nth: e.Nth, Unclear: true}
	}
	return flow.SlipFailed{Number: e.Number, Nth: e.Nth}
}

// ofItsVisit makes a slip that of the visit for which the code was made, when the
// patient comes back for it. It reports whether that was at another machine.
func (p *Printer) ofItsVisit(s *printer.Slip) (elsewhere bool) {
	r, err := p.store.FindCode(s.Code)
	if err != nil || r.Visit.PID != s.PID {
		// The code that a phone has asked for is new, and printed here first.
		return s.Method != visit.MethodLine
	}
	s.Visit, s.Method, s.Relation = r.Visit.ID, r.Visit.Method, r.Visit.Attestation.Relation
	return false
}

var slipKinds = map[flow.SlipKind]printer.Kind{
	flow.SlipCode: printer.KindCode, flow.SlipQueued: printer.KindQueued, flow.SlipDesk: printer.KindDesk,
}

func (p *Printer) slip(kind flow.SlipKind, s flow.Slip) printer.Slip {
	at := s.At
	if at.IsZero() && kind != flow.SlipCode {
		at = time.Now() // a code whose time NHSO does not tell has none on its slip
	}
	return printer.Slip{
		UnitName: p.unit.Name, UnitPhone: p.unit.Phone, Zone: p.zone, Kind: slipKinds[kind], Saved: kind == flow.SlipDesk && p.keeps(s.Visit),
		Visit: s.Visit, PID: s.PID, Name: s.Name, Right: s.Right, Claim: s.Claim, Method: s.Method, Relation: s.Relation,
		Code: s.Code, At: at, Date: s.Date, Languages: p.languages(s.Language), Reprint: s.Reprint,
		Problem: s.Problem, Message: s.Message,
	}
}

// keeps reports whether staff find a visit in the store.
func (p *Printer) keeps(id visit.ID) bool {
	if p.store == nil {
		return false
	}
	_, err := p.store.Visit(id)
	return err == nil
}

// rebuild makes the slip of a job that was noted before the program began anew.
// A visit whose code has come since gets that. Why a patient was sent to the desk
// is not kept.
func (p *Printer) rebuild(job storage.PrintJob) (printer.Slip, bool) {
	r, err := p.store.Visit(job.Visit)
	if err != nil {
		return printer.Slip{}, false
	}
	v := r.Visit
	s := printer.Slip{
		UnitName: p.unit.Name, UnitPhone: p.unit.Phone, Zone: p.zone, Kind: printer.KindCode,
		Visit: v.ID, PID: v.PID, Name: v.Name, Right: v.Right, Claim: v.ClaimType, Method: v.Method, Relation: v.Attestation.Relation,
		Code: r.Code, At: r.IssuedAt, Date: v.ServiceDate, Languages: p.languages(job.Language),
	}
	if v.Method.Typed() {
		s.Name, s.Right = visit.Name{}, visit.Right{}
	}
	switch {
	case job.Kind == printer.KindDesk.String():
		return printer.Slip{}, false
	case r.State == visit.StateDone && r.Code != "":
		return s, true
	case job.Kind == printer.KindQueued.String() && r.State.Unsettled():
		s.Kind, s.At = printer.KindQueued, r.SavedAt
		return s, true
	}
	return printer.Slip{}, false
}

// languages puts the patient's own first; Thai is always there, for the staff.
func (p *Printer) languages(chosen string) []string {
	if chosen == "" {
		chosen = p.first
	}
	if chosen == "en" {
		return []string{"en", "th"}
	}
	return []string{"th", "en"}
}

// Erase erases the pictures of slips that are older than the configuration allows; a
// printer that leaves none has nothing to erase.
func (p *Printer) Erase(now time.Time, log *slog.Logger) {
	if p.files.dir != "" {
		p.files.erase(now, log)
	}
}
