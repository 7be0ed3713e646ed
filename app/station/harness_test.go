package station

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/app/demo"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/desk"
	"authenkiosk/nhso/testzone"
	"authenkiosk/outbox"
	"authenkiosk/printer"
	"authenkiosk/printer/sink"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
	"authenkiosk/visit/flow"
)

// longest is how long a test waits for what must come, however slow the machine is.
const longest = 5 * time.Minute

const (
	typedPhone = "0800001234"
	typedPIN   = "204916"
)

// counterDesk is a desk with its station, a patient's card and a printer, all made up.
type counterDesk struct {
	*Station
	t     *testing.T
	data  string
	zone  *testzone.Zone
	paper *sink.Printer

	before func() // is called before the program runs; nil: nothing
	models chan flow.Station
	last   flow.Station
	end    func()
}

// newDesk prepares a desk of which nothing runs yet.
func newDesk(t *testing.T) *counterDesk {
	t.Helper()
	zone, err := testzone.New(testzone.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d := &counterDesk{t: t, data: t.TempDir(), zone: zone, paper: sink.New(printer.Width80mm)}
	t.Cleanup(func() { _ = d.paper.Close() })
	return d
}

// worldOf is the world around a machine at that NHSO.
func worldOf(zone *testzone.Zone) *demo.World {
	pipe := testzone.Pipe()
	return &demo.World{
		Readers: virtualcard.NewService(demo.PatientReader), Zone: zone, URL: demo.SimulatorURL, Dial: pipe.DialContext, Listeners: []net.Listener{pipe},
	}
}

// soon are the times of an outbox that does not keep a test waiting.
var soon = outbox.Times{SettleTime: 2 * time.Second, Patience: time.Second}

// start starts the program, or starts it again.
func (d *counterDesk) start(change ...func(*config.Config)) {
	d.t.Helper()
	c := config.Default()
	c.Agent.Listen = "127.0.0.1:0"
	c.Printer.Kind, c.Printer.Address = visit.PrinterTCP, "192.0.2.1:9100"
	for _, f := range change {
		f(&c)
	}
	world := worldOf(d.zone)
	world.Line = d.paper.Line
	var err error
	if d.Station, err = New(app.Options{Config: c, Data: d.data, Log: slog.New(slog.DiscardHandler), Demo: world, Settling: soon}); err != nil {
		d.t.Fatal(err)
	}
	if d.before != nil {
		d.before()
	}
	d.models, d.last = make(chan flow.Station, 1000), flow.Station{}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	models := d.models
	go func() {
		ended <- d.Run(ctx, Screen{
			Devices: func(visit.Devices) {}, Card: func(visit.PID) {}, Visit: func(m flow.Station) { models <- m },
			Changed: func() {}, Calls: func(int, []desk.Call) {},
		})
	}()
	d.end = sync.OnceFunc(func() {
		stop()
		for {
			select {
			case <-models:
			case err := <-ended:
				if err != nil {
					d.t.Error(err)
				}
				return
			}
		}
	})
	d.t.Cleanup(d.end)
	d.until("devices", func(m flow.Station) bool {
		return m.Devices.Reader == visit.DeviceReady && m.Devices.NHSO == visit.DeviceReady && m.Devices.Printer == visit.DeviceReady
	})
}

// until waits for a model.
func (d *counterDesk) until(what string, ok func(flow.Station) bool) {
	d.t.Helper()
	limit := time.After(longest)
	for !ok(d.last) {
		select {
		case d.last = <-d.models:
		case <-limit:
			d.t.Fatalf("no %s; the desk is at %v", what, d.last.State)
		}
	}
}

func (d *counterDesk) at(s flow.State) {
	d.t.Helper()
	d.until(s.String(), func(m flow.Station) bool { return m.State == s })
}

// eventually waits for something that no model shows.
func (d *counterDesk) eventually(what string, ok func() bool) {
	d.t.Helper()
	for limit := time.Now().Add(longest); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(limit) {
			d.t.Fatalf("no %s", what)
		}
	}
}

// operator adds one and signs them in.
func (d *counterDesk) operator(role rules.Role) (token string, o rules.Operator) {
	d.t.Helper()
	pin, err := rules.NewPIN(typedPIN)
	name, bad := rules.ParseOperatorName("สมศรี " + string(role))
	if err = errors.Join(err, bad); err != nil {
		d.t.Fatal(err)
	}
	id, err := d.Store.AddOperator(name, role, pin)
	if err == nil {
		token, o, err = d.SignIn(id, pin)
	}
	if err != nil {
		d.t.Fatal(err)
	}
	return token, o
}

// insert puts a person's card into the reader; remove takes it out.
func (d *counterDesk) insert(p virtualcard.Person) {
	d.t.Helper()
	if err := d.zone.Desk().Insert(p.PID.Digits()); err != nil {
		d.t.Fatal(err)
	}
}

func (d *counterDesk) remove() { d.zone.Desk().Remove() }

// digits types a number.
func (d *counterDesk) digits(number string) {
	for _, digit := range []byte(number) {
		d.Send(flow.TapDigit{Digit: digit})
	}
}

// upToConfirm brings a patient whose number nobody knows yet to the confirmation.
func (d *counterDesk) upToConfirm(p virtualcard.Person) {
	d.t.Helper()
	d.Send(flow.PageShown{Shown: true})
	d.insert(p)
	d.at(flow.PhoneEntry)
	d.digits(typedPhone)
	d.at(flow.Confirm)
}
