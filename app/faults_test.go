package app

import (
	"context"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"authenkiosk/app/config"
	"authenkiosk/app/outbox"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/nhso"
	"authenkiosk/nhso/testzone"
	"authenkiosk/storage"
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

func newWire(t *testing.T, log *slog.Logger) *wire {
	t.Helper()
	return newWireOf(t, log, func(data string, c *config.Config) {
		c.Printer.Kind, c.Printer.Address = config.PrinterImage, filepath.Join(data, "slips")
	})
}

// newWireOf makes a kiosk with a changed configuration.
func newWireOf(t *testing.T, log *slog.Logger, change func(data string, c *config.Config)) *wire {
	t.Helper()
	return newWireWithin(t, log, shortLimits, change)
}

// shortLimits are for faults of which the end of a wait is a part.
var shortLimits = nhso.Timeouts{Query: 400 * time.Millisecond, Submit: 400 * time.Millisecond, Connect: time.Second}

// newWireWithin makes a kiosk that waits so long for NHSO.
func newWireWithin(t *testing.T, log *slog.Logger, limits nhso.Timeouts, change func(data string, c *config.Config)) *wire {
	t.Helper()
	zone, err := testzone.New(testzone.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{t: t, zone: zone, data: t.TempDir(), models: make(chan flow.Model, 1000), line: newBadLine(t, l.Addr().String())}
	c := config.Default()
	change(w.data, &c)
	demo := &Demo{Readers: virtualcard.NewService(patientReader), Zone: zone}
	// The bad line stands before what the kiosk asks.
	if url := "http://" + w.line.listener.Addr().String(); c.NHSO.Upstream == config.UpstreamAgent {
		demo.agentURL, demo.agentOn = url, []net.Listener{l}
	} else {
		demo.url, demo.on = url, []net.Listener{l}
	}
	w.kiosk, err = NewKiosk(KioskOptions{
		Config: c, Data: w.data, Log: log, Demo: demo,
		Timeouts: limits,
		Settling: outbox.Times{SettleTime: 2 * time.Second, Patience: time.Second},
	})
	if err != nil {
		t.Fatal(err)
	}
	if p := w.kiosk.printer; p != nil {
		p.every = 200 * time.Millisecond // the tests wait for what the printer says
	}
	w.dock = w.kiosk.Dock()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.kiosk.Run(ctx, func(m flow.Model) { w.models <- m }) }()
	w.end = func() {
		cancel()
		for {
			select {
			case <-w.models:
			case err := <-ended:
				if err != nil {
					t.Error(err)
				}
				return
			}
		}
	}
	return w
}

// until waits for a model.
func (w *wire) until(what string, ok func(flow.Model) bool) flow.Model {
	w.t.Helper()
	limit := time.After(30 * time.Second)
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
	w.until("ready reader", func(m flow.Model) bool { return m.Devices.Reader == flow.DeviceReady })
	if err := w.dock.InsertCard("citizen"); err != nil {
		w.t.Fatal(err)
	}
	w.until("keypad", in(flow.PhoneEntry))
	for _, d := range []byte(demoPhone) {
		w.kiosk.Send(flow.TapDigit{Digit: d})
	}
	w.until("confirmation", in(flow.Confirm))
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
	limit := time.After(90 * time.Second)
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
			w := newWire(t, slog.New(slog.DiscardHandler))
			defer w.end()
			set := func() {
				if c.fault.Kind == "" {
					return
				}
				if err := w.zone.SetFault(c.fault); err != nil {
					t.Fatal(err)
				}
			}
			if c.early {
				set()
			}
			w.until("ready reader", func(m flow.Model) bool { return m.Devices.Reader == flow.DeviceReady })
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
			r, err := w.kiosk.store.Visit(id)
			if err != nil || r.State != storage.StateDone || r.Code == "" {
				t.Errorf("the store has %v, %v", r.State, err)
			}
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
			w := newWire(t, slog.New(slog.DiscardHandler))
			defer w.end()
			w.until("ready reader", func(m flow.Model) bool { return m.Devices.Reader == flow.DeviceReady })
			if err := w.dock.InsertCard(card); err != nil {
				t.Fatal(err)
			}
			m := w.until("screen "+want.String(), in(want))
			if want == flow.CardFault && m.Session.Problem == visit.NoProblem {
				t.Error("the fault has no reason")
			}
			w.dock.RemoveCard()
			w.until("welcome screen", in(flow.Welcome))
			if _, requests := w.madeFor(); requests != 0 {
				t.Errorf("%d requests", requests)
			}
		})
	}
}

// eventually waits for what another process does.
func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	limit := time.After(20 * time.Second)
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
