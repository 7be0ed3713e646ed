package app

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"authenkiosk/assets"
	"authenkiosk/camera/scene"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/nhso/testzone"
)

// Demo is what a kiosk of the demo zone stands on: readers with made-up cards and
// the simulator of NHSO's services, both inside of the program.
type Demo struct {
	Readers *virtualcard.Service
	Zone    *testzone.Zone
	Stage   scene.Stage // what the drawn camera sees

	url  string // of the simulator, as the client calls it
	dial func(ctx context.Context, network, address string) (net.Conn, error)
	on   []net.Listener // where the simulator is served

	prints bool // a kiosk without a printer gets a made-up one
	// line is the way to a printer in the network; nil: the network of this machine.
	line func(context.Context) (net.Conn, error)

	// The same of the simulated agent, whose cards are those of the zone's desk.
	agentURL  string
	agentDial func(ctx context.Context, network, address string) (net.Conn, error)
	agentOn   []net.Listener

	page string // host:port where people can look at it; empty: nowhere
}

// Names of the demo's readers.
const (
	patientReader   = "Demo Reader 1"
	certifierReader = "Demo Reader 2"
)

// The demo answers as fast as NHSO does on a good day.
const (
	demoLatencyMin = 150 * time.Millisecond
	demoLatencyMax = 600 * time.Millisecond
)

// demoURL names the simulator; there is no network between it and the client.
const demoURL = "http://testzone.invalid"

// NewDemo makes the parts of the demo zone. The page is where people can look at
// the simulator; a nil listener means nowhere.
func NewDemo(page net.Listener) (*Demo, error) {
	zone, err := testzone.New(testzone.Options{Font: assets.FontRegular, LatencyMin: demoLatencyMin, LatencyMax: demoLatencyMax})
	if err != nil {
		return nil, err
	}
	pipe, agentPipe := testzone.Pipe(), testzone.Pipe()
	d := &Demo{
		Readers: virtualcard.NewService(patientReader, certifierReader), Zone: zone,
		url: demoURL, dial: pipe.DialContext, on: []net.Listener{pipe},
		prints: true, agentURL: demoURL, agentDial: agentPipe.DialContext, agentOn: []net.Listener{agentPipe},
	}
	if page != nil {
		d.on = append(d.on, page)
		d.page = page.Addr().String()
	}
	return d, nil
}

func (d *Demo) token() (string, error) { return testzone.DefaultToken, nil }

// serve answers the client, and people, until ctx ends.
func (d *Demo) serve(ctx context.Context, log *slog.Logger) {
	var serving sync.WaitGroup
	defer serving.Wait()
	for _, l := range d.on {
		log.Info("the simulator answers", "address", l.Addr())
		serving.Go(func() {
			if err := d.Zone.Serve(ctx, l); err != nil {
				log.Error("serve the simulator", "err", err)
			}
		})
	}
	for _, l := range d.agentOn {
		serving.Go(func() {
			if err := d.Zone.ServeAgent(ctx, l, nil); err != nil {
				log.Error("serve the simulated agent", "err", err)
			}
		})
	}
}

// DemoCard is a made-up card that can be put into the demo's reader.
type DemoCard struct {
	ID    string
	Label string // Thai
}

// DemoCards returns the cards of the dock.
func DemoCards() []DemoCard {
	return []DemoCard{
		{"citizen", "ผู้ป่วยบัตรทอง"},
		{"pensioner", "ข้าราชการบำนาญ"},
		{"child", "เด็ก"},
		{"elder", "ผู้สูงอายุ บัตรตลอดชีพ"},
		{"insured", "ประกันสังคม"},
		{"no-right", "ไม่มีสิทธิ"},
		{"here", "ขอรหัสที่นี่แล้ววันนี้"},
		{"elsewhere", "ขอรหัสที่อื่นแล้ววันนี้"},
		{"expired", "บัตรหมดอายุ"},
		{"damaged", "บัตรเสีย"},
		{"upside-down", "เสียบกลับด้าน"},
		{"not-thai", "ไม่ใช่บัตรประชาชน"},
	}
}

// DemoCertifier is the card of DemoCards that vouches for others.
const DemoCertifier = "pensioner"

// demoPersons are the serial parts of the PIDs of the test population.
var demoPersons = map[string]int{
	"citizen": 0, "pensioner": 1, "child": 2, "elder": 3, "insured": 4, "no-right": 6, "here": 7, "elsewhere": 8,
}

// newDemoCard makes the card of that id.
func newDemoCard(id string) (*virtualcard.Card, error) {
	with := virtualcard.WithProfile(virtualcard.ProfileFast)
	switch id {
	case "expired":
		return virtualcard.New(virtualcard.Expired(), with)
	case "damaged":
		return virtualcard.New(virtualcard.Adult(), with, virtualcard.Damaged())
	case "upside-down":
		return virtualcard.NewMute(), nil
	case "not-thai":
		return virtualcard.NewNotThai(), nil
	}
	n, ok := demoPersons[id]
	if people := virtualcard.Population(); ok && n < len(people) {
		return virtualcard.New(people[n], with)
	}
	return nil, fmt.Errorf("there is no demo card %q", id)
}
