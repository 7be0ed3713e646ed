package kiosk

import (
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/app/demo"
	"authenkiosk/printer"
	"authenkiosk/printer/sink"
	"authenkiosk/storage"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// paper is a made-up printer at a real kiosk.
type paper struct {
	*wire
	sink *sink.Printer
}

// playPaper has a test drive a kiosk whose printer is like that from the beginning:
// set later, it would depend on the moment whether the kiosk has ever seen it well.
// The printer stands at a line in memory, and the time is played.
func playPaper(t *testing.T, drive func(t *testing.T, p *paper), set ...func(*sink.State)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(played))
		p := &paper{sink: sink.New(printer.Width80mm)}
		defer func() { _ = p.sink.Close() }()
		for _, f := range set {
			p.sink.Set(f)
		}
		p.wire = playedWire(t, slog.New(slog.DiscardHandler), func(_ string, c *config.Config) {
			c.Printer.Kind, c.Printer.Address = visit.PrinterTCP, "192.0.2.1:9100"
		}, func(d *demo.World) { d.Line = p.sink.Line })
		defer func() { p.end() }()
		drive(t, p)
	})
}

// job returns the jobs of a visit when they have come to that state.
func (p *paper) job(id visit.ID, state storage.JobState) storage.PrintJob {
	p.t.Helper()
	limit := time.Now().Add(longest)
	for {
		jobs, err := p.kiosk.Store.PrintJobs()
		if err != nil {
			p.t.Fatal(err)
		}
		for _, j := range jobs {
			if j.Visit == id && j.State == state {
				return j
			}
		}
		if time.Now().After(limit) {
			p.t.Fatalf("no job of the visit is %q: %+v", state, jobs)
		}
		p.drainFor(20 * time.Millisecond)
	}
}

// drainFor takes models for a moment, so that the runner goes on.
func (p *paper) drainFor(d time.Duration) {
	after := time.After(d)
	for {
		select {
		case p.last = <-p.models:
		case <-after:
			return
		}
	}
}

// wholeSlip is less than the rows of any whole slip of these tests and more than
// those of the pieces.
const wholeSlip = 700

// whole counts the slips that came out whole.
func (p *paper) whole() (n int) {
	for _, s := range p.sink.Slips() {
		if s.Cut && s.Picture.Height > wholeSlip {
			n++
		}
	}
	return n
}

func (p *paper) done(id visit.ID) {
	p.t.Helper()
	if r, err := p.kiosk.Store.Visit(id); err != nil || r.State != visit.StateDone {
		p.t.Errorf("the visit is %v: %v", r.State, err)
	}
}

func printIs(want flow.PrintState) func(flow.Model) bool {
	return func(m flow.Model) bool {
		return m.State == flow.Result && m.Session.Code != "" && m.Session.Print == want
	}
}

func TestASlipThatDidNotComeOutComesOnceThePrinterIsMended(t *testing.T) {
	for _, c := range []struct {
		name    string
		hurt    func(*paper)
		mend    func(*paper)
		light   visit.DeviceState
		problem visit.Problem
	}{
		{
			name: "no paper", light: visit.DeviceDown, problem: visit.PrinterNoPaper,
			hurt: func(p *paper) { p.sink.Set(func(s *sink.State) { s.PaperOut = true }) },
			mend: func(p *paper) { p.sink.Set(func(s *sink.State) { s.PaperOut = false }) },
		},
		{
			name: "open cover", light: visit.DeviceDown, problem: visit.PrinterCoverOpen,
			hurt: func(p *paper) { p.sink.Set(func(s *sink.State) { s.CoverOpen = true }) },
			mend: func(p *paper) { p.sink.Set(func(s *sink.State) { s.CoverOpen = false }) },
		},
		{
			name: "stuck cutter", light: visit.DeviceDown, problem: visit.PrinterUnavailable,
			hurt: func(p *paper) { p.sink.Set(func(s *sink.State) { s.CutterError = true }) },
			mend: func(p *paper) { p.sink.Set(func(s *sink.State) { s.CutterError = false }) },
		},
		{
			name: "switched off", light: visit.DeviceDown, problem: visit.PrinterUnavailable,
			hurt: func(p *paper) { p.sink.Unplug() },
			mend: func(p *paper) { p.sink.Plug() },
		},
		{
			name: "unplugged in the middle of a slip", light: visit.DeviceReady,
			hurt: func(p *paper) { p.sink.Set(func(s *sink.State) { s.ResetAfter = 30000 }) },
			mend: func(*paper) {},
		},
		{
			name: "the roll ends in the middle of a slip", light: visit.DeviceDown, problem: visit.PrinterNoPaper,
			hurt: func(p *paper) { p.sink.Set(func(s *sink.State) { s.PaperRows = 300 }) },
			mend: func(p *paper) {
				p.sink.Set(func(s *sink.State) { s.PaperOut, s.PaperRows = false, 0 })
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			playPaper(t, func(t *testing.T, p *paper) {
				p.until("the printer's light", func(m flow.Model) bool { return m.Devices.Printer == visit.DeviceReady })
				c.hurt(p)
				p.confirm()
				m := p.until("code without a slip", printIs(flow.PrintFailed))
				id := m.Session.Insertion.VisitID
				if c.light != visit.DeviceReady {
					p.until("light", func(m flow.Model) bool {
						return m.Devices.Printer == c.light && m.Devices.PrinterProblem == c.problem
					})
				}
				if n := p.whole(); n != 0 {
					t.Errorf("%d slips came out of a broken printer", n)
				}
				p.done(id)
				c.mend(p)
				p.until("slip", printIs(flow.Printed))
				p.drainFor(time.Second)
				if n := p.whole(); n != 1 {
					t.Errorf("%d slips came out", n)
				}
				if j := p.job(id, storage.JobPrinted); j.ID != string(id) || j.Copy != 0 {
					t.Errorf("job %+v", j)
				}
				p.done(id)
				if codes, requests := p.madeFor(); codes != 1 || requests != 1 {
					t.Errorf("%d codes of %d requests: printing touched the visit", codes, requests)
				}
			})
		})
	}
}

func TestAPrinterThatDoesNotTellPrintsOnceAndAgainWhenAsked(t *testing.T) {
	for _, c := range []struct {
		name string
		set  func(*sink.State)
	}{
		{"mute", func(s *sink.State) { s.Mute = true }},
		{"nonsense", func(s *sink.State) { s.Garbage = true }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			playPaper(t, func(t *testing.T, p *paper) {
				p.confirm()
				m := p.until("unclear slip", func(m flow.Model) bool {
					return m.State == flow.Result && m.Session.Print != flow.Printing && m.Session.Print != flow.NotPrinted
				})
				id := m.Session.Insertion.VisitID
				if c.name == "nonsense" && m.Session.Print == flow.PrintFailed {
					return // it answered nonsense before anything was sent
				}
				if m.Session.Print != flow.PrintUnclear {
					t.Fatalf("the screen says %v", m.Session.Print)
				}
				p.drainFor(3 * time.Second)
				if n := p.whole(); n != 1 {
					t.Errorf("%d slips came out unasked", n)
				}
				p.job(id, storage.JobUnclear)
				p.kiosk.Send(flow.TapReprint{})
				p.until("the second", func(m flow.Model) bool { return m.Session.Print == flow.Printing })
				p.until("the second to be unclear", printIs(flow.PrintUnclear))
				if n := p.whole(); n != 2 {
					t.Errorf("%d slips came out", n)
				}
				jobs, _ := p.kiosk.Store.PrintJobs()
				if i := slices.IndexFunc(jobs, func(j storage.PrintJob) bool { return j.Copy == 1 }); i < 0 {
					t.Error("no job is a reprint")
				}
				p.done(id)
			}, c.set)
		})
	}
}

func TestASlowPrinterHoldsUpNoPatient(t *testing.T) {
	t.Parallel()
	playPaper(t, func(t *testing.T, p *paper) {
		p.confirm()
		m := p.until("code", printIs(flow.Printing)) // the code does not wait for the slip
		p.until("slip", printIs(flow.Printed))
		p.done(m.Session.Insertion.VisitID)
		if n := p.whole(); n != 1 {
			t.Errorf("%d slips", n)
		}
	}, func(s *sink.State) { s.BytesPerSecond = 30000 })
}

func TestAStuckPrinterIsGivenUpAndTheSlipComesLater(t *testing.T) {
	t.Parallel()
	playPaper(t, func(t *testing.T, p *paper) {
		p.until("the printer's light", func(m flow.Model) bool { return m.Devices.Printer == visit.DeviceReady })
		p.sink.Set(func(s *sink.State) { s.Stall = true })
		p.confirm()
		p.until("code without a slip", printIs(flow.PrintFailed))
		p.sink.Set(func(s *sink.State) { s.Stall = false })
		p.until("slip", printIs(flow.Printed))
		p.drainFor(time.Second)
		if n := p.whole(); n != 1 {
			t.Errorf("%d slips", n)
		}
	})
}

func TestAPatientWhoComesBackGetsAMarkedReprint(t *testing.T) {
	t.Parallel()
	playPaper(t, func(t *testing.T, p *paper) {
		p.confirm()
		m := p.until("slip", printIs(flow.Printed))
		first := m.Session.Insertion.VisitID
		p.dock.RemoveCard()
		p.until("welcome", onScreen(flow.Welcome))
		if err := p.dock.InsertCard("citizen"); err != nil {
			t.Fatal(err)
		}
		p.until("the code of today", onScreen(flow.AlreadyHere))
		p.kiosk.Send(flow.TapReprint{})
		p.until("the second slip", func(m flow.Model) bool { return m.State == flow.AlreadyHere && m.Session.Print == flow.Printed })
		if n := p.whole(); n != 2 {
			t.Errorf("%d slips came out", n)
		}
		jobs, err := p.kiosk.Store.PrintJobs()
		if err != nil || len(jobs) != 2 || jobs[1].Visit != first || jobs[1].Copy != 1 || jobs[1].State != storage.JobPrinted {
			t.Errorf("jobs %+v: %v", jobs, err)
		}
	})
}

// Whoever takes the card out and puts it in again is the same patient with the same code.
func TestAPatientWhoComesBackGetsNoMoreSlipsThanWhoeverStays(t *testing.T) {
	t.Parallel()
	playPaper(t, func(t *testing.T, p *paper) {
		p.confirm()
		p.until("slip", printIs(flow.Printed))
		back := func() {
			p.dock.RemoveCard()
			p.until("welcome", onScreen(flow.Welcome))
			if err := p.dock.InsertCard("citizen"); err != nil {
				t.Fatal(err)
			}
			if m := p.until("the code of today", onScreen(flow.AlreadyHere)); !m.Session.MayReprint() {
				t.Error("whoever has come back is not offered a slip")
			}
			p.kiosk.Send(flow.TapReprint{})
		}
		for range flow.MaxReprints {
			back()
			p.until("another slip", func(m flow.Model) bool { return m.State == flow.AlreadyHere && m.Session.Print == flow.Printed })
		}
		back()
		p.until("the way to the desk", func(m flow.Model) bool {
			return m.State == flow.AlreadyHere && m.Session.Print == flow.NotPrinted && m.Session.Reprints == flow.MaxReprints
		})
		p.kiosk.Send(flow.TapReprint{})
		p.drainFor(time.Minute)
		if n := p.whole(); n != flow.MaxSlips {
			t.Errorf("%d slips came out, want %d", n, flow.MaxSlips)
		}
	})
}

func TestASlipForTheDeskNeedsNoVisit(t *testing.T) {
	t.Parallel()
	playPaper(t, func(t *testing.T, p *paper) {
		p.until("ready reader", func(m flow.Model) bool { return m.Devices.Reader == visit.DeviceReady })
		p.kiosk.Send(flow.TapNoCard{})
		p.kiosk.Send(flow.TapNoNumber{})
		m := p.until("desk", func(m flow.Model) bool { return m.State == flow.Desk && m.Session.Print == flow.Printed })
		if n := p.whole(); n != 1 {
			t.Errorf("%d slips came out", n)
		}
		if j := p.job(m.Session.Insertion.VisitID, storage.JobPrinted); j.Kind != "desk" {
			t.Errorf("job %+v", j)
		}
		if _, err := p.kiosk.Store.Visit(m.Session.Insertion.VisitID); err == nil {
			t.Error("a visit was saved")
		}
	})
}

func TestAfterARestartAYoungSlipComesOut(t *testing.T) {
	t.Parallel()
	playPaper(t, func(t *testing.T, p *paper) {
		p.confirm()
		m := p.until("code without a slip", printIs(flow.PrintFailed))
		id := m.Session.Insertion.VisitID
		p.end()
		p.dock.RemoveCard() // no other session begins after the restart
		p.sink.Set(func(s *sink.State) { s.PaperOut = false })

		k, err := New(Options{Options: app.Options{
			Config: p.kiosk.Config, Data: p.data, Log: slog.New(slog.DiscardHandler),
			Demo: &demo.World{Readers: p.kiosk.Demo.Readers, URL: p.kiosk.Demo.URL, Dial: p.kiosk.Demo.Dial, Line: p.sink.Line},
		}})
		if err != nil {
			t.Fatal(err)
		}
		p.kiosk = k
		p.start()
		p.job(id, storage.JobPrinted)
		if n := p.whole(); n != 1 {
			t.Errorf("%d slips came out", n)
		}
	}, func(s *sink.State) { s.PaperOut = true })
}

func TestTheDocksPrinterShowsEveryTroubleAndKeepsPictures(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(played))
		demo, err := demo.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		data := t.TempDir()
		keepCommandsOut(t, data)
		k, err := New(Options{Options: app.Options{Config: config.Default(), Data: data, Log: slog.New(slog.DiscardHandler), Demo: demo}})
		if err != nil {
			t.Fatal(err)
		}
		w := &wire{t: t, kiosk: k, dock: k.Dock(), models: make(chan flow.Model, 1000)}
		w.start()
		defer func() { w.end() }()
		light := func(state visit.DeviceState, problem visit.Problem) func(flow.Model) bool {
			return func(m flow.Model) bool { return m.Devices.Printer == state && m.Devices.PrinterProblem == problem }
		}
		w.until("ready printer", light(visit.DeviceReady, visit.NoProblem))
		w.dock.SetPaper(true)
		w.until("no paper", light(visit.DeviceDown, visit.PrinterNoPaper))
		w.dock.SetPaper(false)
		w.until("paper", light(visit.DeviceReady, visit.NoProblem))
		w.dock.SetCover(true)
		w.until("open cover", light(visit.DeviceDown, visit.PrinterCoverOpen))
		w.dock.SetCover(false)
		w.dock.BreakPrinter(true)
		w.until("no printer", light(visit.DeviceDown, visit.PrinterUnavailable))
		w.dock.BreakPrinter(false)
		w.until("printer back", light(visit.DeviceReady, visit.NoProblem))
		w.confirm()
		w.until("slip", printIs(flow.Printed))
		found := func() (list []string) {
			list, _ = filepath.Glob(filepath.Join(data, "demo", "slips", "slip-*.png"))
			return list
		}
		eventually(t, func() bool { return len(found()) == 1 })
	})
}

func TestAPrinterThatAnswersNonsenseIsNotCalledReady(t *testing.T) {
	t.Parallel()
	playPaper(t, func(t *testing.T, p *paper) {
		p.until("red light", func(m flow.Model) bool {
			return m.Devices.Printer == visit.DeviceDown && m.Devices.PrinterProblem == visit.PrinterUnavailable
		})
		p.confirm()
		p.until("code without a slip", printIs(flow.PrintFailed))
		if n := p.sink.Times().Bytes; n > 1000 {
			t.Errorf("%d bytes were sent to it", n)
		}
		p.sink.Set(func(s *sink.State) { s.Garbage = false })
		p.until("slip", printIs(flow.Printed))
		if n := p.whole(); n != 1 {
			t.Errorf("%d slips came out", n)
		}
	}, func(s *sink.State) { s.Garbage = true })
}
