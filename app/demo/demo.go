package demo

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"

	"authenkiosk/assets"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/nhso/testzone"
)

// World is what a program of the demo zone stands on: readers with made-up cards and
// the simulator of NHSO's services, both inside of the program.
type World struct {
	Readers *virtualcard.Service
	Zone    *testzone.Zone

	URL       string // of the simulator, as the client calls it
	Dial      func(ctx context.Context, network, address string) (net.Conn, error)
	Listeners []net.Listener // where the simulator is served

	Prints bool // a kiosk without a printer gets a made-up one
	// Line is the way to a printer in the network; nil: the network of this machine.
	Line func(context.Context) (net.Conn, error)

	// The same of the simulated agent, whose cards are those of the zone's desk.
	AgentURL       string
	AgentDial      func(ctx context.Context, network, address string) (net.Conn, error)
	AgentListeners []net.Listener

	Page string // host:port where people can look at it; empty: nowhere
}

// Names of the demo's readers.
const (
	PatientReader   = "Demo Reader 1"
	CertifierReader = "Demo Reader 2"
)

// The demo answers as fast as NHSO does on a good day.
const (
	LatencyMin = 150 * time.Millisecond
	LatencyMax = 600 * time.Millisecond
)

// PageAddress is where people find the simulator of a running demo.
const PageAddress = "127.0.0.1:8199"

// SimulatorURL names the simulator; there is no network between it and the client.
const SimulatorURL = "http://testzone.invalid"

// New makes the parts of the demo zone. The page is where people can look at
// the simulator; a nil listener means nowhere.
func New(page net.Listener) (*World, error) {
	zone, err := testzone.New(testzone.Options{Font: assets.FontRegular, LatencyMin: LatencyMin, LatencyMax: LatencyMax})
	if err != nil {
		return nil, err
	}
	pipe, agentPipe := testzone.Pipe(), testzone.Pipe()
	d := &World{
		Readers: virtualcard.NewService(PatientReader, CertifierReader), Zone: zone,
		URL: SimulatorURL, Dial: pipe.DialContext, Listeners: []net.Listener{pipe},
		Prints: true, AgentURL: SimulatorURL, AgentDial: agentPipe.DialContext, AgentListeners: []net.Listener{agentPipe},
	}
	if page != nil {
		d.Listeners = append(d.Listeners, page)
		d.Page = page.Addr().String()
	}
	return d, nil
}

// Token is the token that the simulator takes.
func (d *World) Token() (string, error) { return testzone.DefaultToken, nil }

// Serve answers the client, and people, until ctx ends.
func (d *World) Serve(ctx context.Context, log *slog.Logger) {
	var serving sync.WaitGroup
	defer serving.Wait()
	for _, l := range d.Listeners {
		log.Info("the simulator answers", "address", l.Addr())
		serving.Go(func() {
			if err := d.Zone.Serve(ctx, l); err != nil {
				log.Error("serve the simulator", "err", err)
			}
		})
	}
	for _, l := range d.AgentListeners {
		serving.Go(func() {
			if err := d.Zone.ServeAgent(ctx, l, nil); err != nil {
				log.Error("serve the simulated agent", "err", err)
			}
		})
	}
}

// Card is a made-up card that can be put into the demo's reader.
type Card struct {
	ID    string
	Label string // Thai
}

// Cards returns the cards of the dock.
func Cards() []Card {
	return []Card{
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

// People returns those of Cards that the control of the zone can put in, too.
func People() []Card {
	return slices.DeleteFunc(Cards(), func(c Card) bool { _, is := persons[c.ID]; return !is })
}

// Who works at a station of the demo to which nobody was added. The station tells the PIN:
// nothing in the demo is anybody's.
const (
	Operator = "ทดลอง"
	PIN      = "204916"
)

// CertifierCard is the card of Cards that vouches for others.
const CertifierCard = "pensioner"

// persons are the serial parts of the PIDs of the test population.
var persons = map[string]int{
	"citizen": 0, "pensioner": 1, "child": 2, "elder": 3, "insured": 4, "no-right": 6, "here": 7, "elsewhere": 8,
}

// NewCard makes the card of that id.
func NewCard(id string) (*virtualcard.Card, error) {
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
	n, ok := persons[id]
	if people := virtualcard.Population(); ok && n < len(people) {
		return virtualcard.New(people[n], with)
	}
	return nil, fmt.Errorf("there is no demo card %q", id)
}
