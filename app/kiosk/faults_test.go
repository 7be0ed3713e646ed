package kiosk

import (
	"context"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/app/demo"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/nhso"
	"authenkiosk/nhso/testzone"
	"authenkiosk/outbox"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// wire is a whole kiosk without a screen: real flow, store, outbox and client, a
// made-up card, and the test zone behind a real TCP connection.
type wire struct {
	t      *testing.T
	zone   *testzone.Zone
	line   *badLine // between the kiosk and the zone
	kiosk  *Kiosk
	dock   *Dock
	data   string
	models chan flow.Model
	last   flow.Model
	end    func()
}

const submitPath = "/nhsoendpoint/api/AuthenCode"

// limits are how long a kiosk of the tests waits for others.
type limits struct {
	timeouts nhso.Timeouts
	settling outbox.Times
}

// shortLimits are for a kiosk whose time is played.
var shortLimits = limits{
	nhso.Timeouts{Query: 400 * time.Millisecond, Submit: 400 * time.Millisecond, Connect: time.Second},
	outbox.Times{SettleTime: 2 * time.Second, Patience: time.Second},
}

// longest is how long a test waits for what must come. A machine that is busy, or
// stands still for a while, comes nowhere near it.
const longest = 2 * time.Minute

// network is where a kiosk of the tests meets its NHSO.
type network struct {
	listen func() (net.Listener, error)
	dial   func(net.Listener) (net.Conn, error)
}

// Who waits for a pipe in memory lets the time of a bubble pass.
var memory = network{
	func() (net.Listener, error) { return testzone.Pipe(), nil },
	func(l net.Listener) (net.Conn, error) {
		return l.(*testzone.PipeListener).DialContext(context.Background(), "", "")
	},
}

// played is the morning on which the played time begins: no test meets midnight.
var played = time.Date(2026, 11, 23, 9, 0, 0, 0, visit.Bangkok)

// playWire has a test drive a kiosk whose time is played: it passes only while
// everybody waits, so that no limit is met because the machine is slow.
func playWire(t *testing.T, log *slog.Logger, change func(data string, c *config.Config), drive func(t *testing.T, w *wire)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(played))
		w := playedWire(t, log, change)
		defer w.end()
		drive(t, w)
	})
}

// playedWire starts a kiosk in a bubble of synctest.
func playedWire(t *testing.T, log *slog.Logger, change func(data string, c *config.Config), more ...func(*demo.World)) *wire {
	t.Helper()
	w := makeWire(t, log, memory, shortLimits, change, more...)
	keepCommandsOut(t, w.data)
	w.start()
	return w
}

// keepCommandsOut puts something in the way of the socket for commands: who waits at
// a socket of the system keeps the time of a bubble from passing.
func keepCommandsOut(t *testing.T, data string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(dataOf(data), "authenkiosk.sock", "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
}

// slipsAsPictures gives a kiosk a printer that leaves pictures.
func slipsAsPictures(data string, c *config.Config) {
	c.Printer.Kind, c.Printer.Address = visit.PrinterImage, filepath.Join(data, "slips")
}

// makeWire makes a kiosk that is not yet started.
func makeWire(t *testing.T, log *slog.Logger, on network, waits limits, change func(data string, c *config.Config), more ...func(*demo.World)) *wire {
	t.Helper()
	zone, err := testzone.New(testzone.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := on.listen()
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{t: t, zone: zone, data: t.TempDir(), models: make(chan flow.Model, 1000), line: newBadLine(t, on, l)}
	c := config.Default()
	change(w.data, &c)
	demo := &demo.World{Readers: virtualcard.NewService(demo.PatientReader), Zone: zone}
	// The bad line stands before what the kiosk asks.
	dial := func(context.Context, string, string) (net.Conn, error) { return on.dial(w.line.listener) }
	if url := "http://" + w.line.listener.Addr().String(); c.NHSO.Upstream == config.UpstreamAgent {
		demo.AgentURL, demo.AgentDial, demo.AgentListeners = url, dial, []net.Listener{l}
	} else {
		demo.URL, demo.Dial, demo.Listeners = url, dial, []net.Listener{l}
	}
	for _, f := range more {
		f(demo)
	}
	w.kiosk, err = New(Options{
		Options:     app.Options{Config: c, Data: w.data, Log: log, Demo: demo, Timeouts: waits.timeouts, Settling: waits.settling},
		PrinterPoll: 200 * time.Millisecond, // the tests wait for what the printer says
	})
	if err != nil {
		t.Fatal(err)
	}
	w.dock = w.kiosk.Dock()
	return w
}

// start has the kiosk work until end.
func (w *wire) start() {
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.kiosk.Run(ctx, func(m flow.Model) { w.models <- m }) }()
	w.end = sync.OnceFunc(func() {
		cancel()
		for {
			select {
			case <-w.models:
			case err := <-ended:
				if err != nil {
					w.t.Error(err)
				}
				return
			}
		}
	})
}

// until waits for a model.
func (w *wire) until(what string, ok func(flow.Model) bool) flow.Model {
	w.t.Helper()
	limit := time.After(longest)
	for !ok(w.last) {
		select {
		case w.last = <-w.models:
		case <-limit:
			w.t.Fatalf("no %s; the screen is %v", what, w.kiosk.runner.Snapshot().State)
		}
	}
	return w.last
}

// confirm brings a patient to the confirmation and presses the button.
func (w *wire) confirm() {
	w.t.Helper()
	w.phone()
	w.kiosk.Send(flow.TapConfirm{})
}

// phone brings a patient to the confirmation.
func (w *wire) phone() {
	w.t.Helper()
	w.until("ready reader", func(m flow.Model) bool { return m.Devices.Reader == visit.DeviceReady })
	if err := w.dock.InsertCard("citizen"); err != nil {
		w.t.Fatal(err)
	}
	w.until("keypad", onScreen(flow.PhoneEntry))
	for _, d := range []byte(typedPhone) {
		w.kiosk.Send(flow.TapDigit{Digit: d})
	}
	w.until("confirmation", onScreen(flow.Confirm))
}

// madeFor counts the codes made for requests, and the requests.
func (w *wire) madeFor() (codes, requests int) {
	for _, c := range w.zone.Codes() {
		if c.TransID != "" {
			codes++
		}
	}
	for _, r := range w.zone.Requests() {
		if strings.HasSuffix(r.Path, submitPath) {
			requests++
		}
	}
	return codes, requests
}

// drained waits until nothing is pending any more.
func (w *wire) drained() {
	w.t.Helper()
	limit := time.After(longest)
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for {
		if s := w.kiosk.Status(); s.Outbox.Pending == 0 {
			return
		}
		select {
		case <-look.C:
		case w.last = <-w.models:
		case <-limit:
			w.t.Fatal("the queue is not empty")
		}
	}
}

func TestEveryFaultOfNHSOEndsWithOneCodeAndATrueWord(t *testing.T) {
	for _, c := range []struct {
		name     string
		fault    testzone.Fault
		early    bool // the fault is there before the card
		first    flow.State
		requests int
	}{
		{"no fault", testzone.Fault{}, false, flow.Result, 1},
		{"the reply is cut after the code was made", testzone.Fault{Path: submitPath, Kind: "cut", Count: 1}, false, flow.Result, 1},
		{"the reply comes after the time-out", testzone.Fault{Path: submitPath, Kind: "slow", Count: 1, DelayMS: 900}, false, flow.Result, 1},
		{"the connection is closed before the request is read", testzone.Fault{Path: submitPath, Kind: "down", Count: 1}, false, flow.Queued, 2},
		{"an error of the server", testzone.Fault{Path: submitPath, Kind: "500", Count: 1}, false, flow.Queued, 2},
		{"an empty 200", testzone.Fault{Path: submitPath, Kind: "empty", Count: 1}, false, flow.Queued, 2},
		{"a web page", testzone.Fault{Path: submitPath, Kind: "html", Count: 1}, false, flow.Queued, 2},
		{"a refused token", testzone.Fault{Path: submitPath, Kind: "401", Count: 1}, false, flow.Queued, 2},
		{"too many requests", testzone.Fault{Path: submitPath, Kind: "429", Count: 1}, false, flow.Queued, 2},
		{"nothing is reached from the beginning", testzone.Fault{Kind: "down"}, true, flow.Queued, 0},
		{"a captive portal from the beginning", testzone.Fault{Kind: "html"}, true, flow.Queued, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			playWire(t, slog.New(slog.DiscardHandler), slipsAsPictures, func(t *testing.T, w *wire) {
				set := func() {
					if c.fault.Kind != "" {
						w.fault(c.fault)
					}
				}
				if c.early {
					set()
				}
				w.until("ready reader", func(m flow.Model) bool { return m.Devices.Reader == visit.DeviceReady })
				if !c.early {
					set()
				}
				w.confirm()
				m := w.until("end of the visit", func(m flow.Model) bool {
					return m.State == flow.Result || m.State == flow.Queued || m.State == flow.Desk
				})
				if m.State != c.first || (m.Session.Code != "") != (c.first == flow.Result) {
					t.Errorf("the patient sees %v with code %q, want %v", m.State, m.Session.Code, c.first)
				}
				id := m.Session.Insertion.VisitID
				if c.early {
					w.zone.ClearFaults()
				}
				w.drained()
				codes, requests := w.madeFor()
				if codes != 1 || c.requests > 0 && requests != c.requests {
					t.Errorf("%d codes after %d requests, want 1 after %d", codes, requests, c.requests)
				}
				r, err := w.kiosk.Store.Visit(id)
				if err != nil || r.State != visit.StateDone || r.Code == "" {
					t.Errorf("the store has %v, %v", r.State, err)
				}
			})
		})
	}
}

func TestAPersonWithoutARightIsSentToTheDeskAndNothingIsSaved(t *testing.T) {
	for card, want := range map[string]flow.State{
		"no-right": flow.NoRight, "here": flow.AlreadyHere, "elsewhere": flow.AlreadyElsewhere,
		"upside-down": flow.CardFault, "not-thai": flow.CardFault, "expired": flow.CardFault,
	} {
		t.Run(card, func(t *testing.T) {
			t.Parallel()
			playWire(t, slog.New(slog.DiscardHandler), slipsAsPictures, func(t *testing.T, w *wire) {
				w.until("ready reader", func(m flow.Model) bool { return m.Devices.Reader == visit.DeviceReady })
				if err := w.dock.InsertCard(card); err != nil {
					t.Fatal(err)
				}
				m := w.until("screen "+want.String(), onScreen(want))
				if want == flow.CardFault && m.Session.Problem == visit.NoProblem {
					t.Error("the fault has no reason")
				}
				w.dock.RemoveCard()
				w.until("welcome screen", onScreen(flow.Welcome))
				if _, requests := w.madeFor(); requests != 0 {
					t.Errorf("%d requests", requests)
				}
			})
		})
	}
}

// eventually waits for what another process does.
func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	limit := time.After(longest)
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for !ok() {
		select {
		case <-look.C:
		case <-limit:
			t.Fatal("it does not happen")
		}
	}
}

// typedPhone is typed on the keypad.
const typedPhone = "0800001234"

func onScreen(s flow.State) func(flow.Model) bool {
	return func(m flow.Model) bool { return m.State == s }
}
