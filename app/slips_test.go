package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/app/config"
	"authenkiosk/printer"
	"authenkiosk/printer/sink"
	"authenkiosk/printer/template"
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
			c.Printer.Kind, c.Printer.Address = config.PrinterTCP, "192.0.2.1:9100"
		}, func(d *Demo) { d.line = p.sink.Line })
		defer func() { p.end() }()
		drive(t, p)
	})
}

// job returns the jobs of a visit when they have come to that state.
func (p *paper) job(id visit.ID, state storage.JobState) storage.PrintJob {
	p.t.Helper()
	limit := time.Now().Add(longest)
	for {
		jobs, err := p.kiosk.store.PrintJobs()
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
	if r, err := p.kiosk.store.Visit(id); err != nil || r.State != storage.StateDone {
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
		light   flow.DeviceState
		problem visit.Problem
	}{
		{
			name: "no paper", light: flow.DeviceDown, problem: visit.PrinterNoPaper,
			hurt: func(p *paper) { p.sink.Set(func(s *sink.State) { s.PaperOut = true }) },
			mend: func(p *paper) { p.sink.Set(func(s *sink.State) { s.PaperOut = false }) },
		},
		{
			name: "open cover", light: flow.DeviceDown, problem: visit.PrinterCoverOpen,
			hurt: func(p *paper) { p.sink.Set(func(s *sink.State) { s.CoverOpen = true }) },
			mend: func(p *paper) { p.sink.Set(func(s *sink.State) { s.CoverOpen = false }) },
		},
		{
			name: "stuck cutter", light: flow.DeviceDown, problem: visit.PrinterUnavailable,
			hurt: func(p *paper) { p.sink.Set(func(s *sink.State) { s.CutterError = true }) },
			mend: func(p *paper) { p.sink.Set(func(s *sink.State) { s.CutterError = false }) },
		},
		{
			name: "switched off", light: flow.DeviceDown, problem: visit.PrinterUnavailable,
			hurt: func(p *paper) { p.sink.Unplug() },
			mend: func(p *paper) { p.sink.Plug() },
		},
		{
			name: "unplugged in the middle of a slip", light: flow.DeviceReady,
			hurt: func(p *paper) { p.sink.Set(func(s *sink.State) { s.ResetAfter = 30000 }) },
			mend: func(*paper) {},
		},
		{
			name: "the roll ends in the middle of a slip", light: flow.DeviceDown, problem: visit.PrinterNoPaper,
			hurt: func(p *paper) { p.sink.Set(func(s *sink.State) { s.PaperRows = 300 }) },
			mend: func(p *paper) {
				p.sink.Set(func(s *sink.State) { s.PaperOut, s.PaperRows = false, 0 })
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			playPaper(t, func(t *testing.T, p *paper) {
				p.until("the printer's light", func(m flow.Model) bool { return m.Devices.Printer == flow.DeviceReady })
				c.hurt(p)
				p.confirm()
				m := p.until("code without a slip", printIs(flow.PrintFailed))
				id := m.Session.Insertion.VisitID
				if c.light != flow.DeviceReady {
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
				jobs, _ := p.kiosk.store.PrintJobs()
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
		p.until("the printer's light", func(m flow.Model) bool { return m.Devices.Printer == flow.DeviceReady })
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
		p.until("welcome", in(flow.Welcome))
		if err := p.dock.InsertCard("citizen"); err != nil {
			t.Fatal(err)
		}
		p.until("the code of today", in(flow.AlreadyHere))
		p.kiosk.Send(flow.TapReprint{})
		p.until("the second slip", func(m flow.Model) bool { return m.State == flow.AlreadyHere && m.Session.Print == flow.Printed })
		if n := p.whole(); n != 2 {
			t.Errorf("%d slips came out", n)
		}
		jobs, err := p.kiosk.store.PrintJobs()
		if err != nil || len(jobs) != 2 || jobs[1].Visit != first || jobs[1].Copy != 1 || jobs[1].State != storage.JobPrinted {
			t.Errorf("jobs %+v: %v", jobs, err)
		}
	})
}

func TestASlipForTheDeskNeedsNoVisit(t *testing.T) {
	t.Parallel()
	playPaper(t, func(t *testing.T, p *paper) {
		p.until("ready reader", func(m flow.Model) bool { return m.Devices.Reader == flow.DeviceReady })
		p.kiosk.Send(flow.TapNoCard{})
		p.kiosk.Send(flow.TapNoNumber{})
		m := p.until("desk", func(m flow.Model) bool { return m.State == flow.Desk && m.Session.Print == flow.Printed })
		if n := p.whole(); n != 1 {
			t.Errorf("%d slips came out", n)
		}
		if j := p.job(m.Session.Insertion.VisitID, storage.JobPrinted); j.Kind != "desk" {
			t.Errorf("job %+v", j)
		}
		if _, err := p.kiosk.store.Visit(m.Session.Insertion.VisitID); err == nil {
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

		k, err := NewKiosk(KioskOptions{
			Config: p.kiosk.Config, Data: p.data, Log: slog.New(slog.DiscardHandler),
			Demo: &Demo{Readers: p.kiosk.demo.Readers, url: p.kiosk.demo.url, dial: p.kiosk.demo.dial, line: p.sink.Line},
		})
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
		demo, err := NewDemo(nil)
		if err != nil {
			t.Fatal(err)
		}
		data := t.TempDir()
		keepCommandsOut(t, data)
		k, err := NewKiosk(KioskOptions{Config: config.Default(), Data: data, Log: slog.New(slog.DiscardHandler), Demo: demo})
		if err != nil {
			t.Fatal(err)
		}
		w := &wire{t: t, kiosk: k, dock: k.Dock(), models: make(chan flow.Model, 1000)}
		w.start()
		defer func() { w.end() }()
		light := func(state flow.DeviceState, problem visit.Problem) func(flow.Model) bool {
			return func(m flow.Model) bool { return m.Devices.Printer == state && m.Devices.PrinterProblem == problem }
		}
		w.until("ready printer", light(flow.DeviceReady, visit.NoProblem))
		w.dock.SetPaper(true)
		w.until("no paper", light(flow.DeviceDown, visit.PrinterNoPaper))
		w.dock.SetPaper(false)
		w.until("paper", light(flow.DeviceReady, visit.NoProblem))
		w.dock.SetCover(true)
		w.until("open cover", light(flow.DeviceDown, visit.PrinterCoverOpen))
		w.dock.SetCover(false)
		w.dock.BreakPrinter(true)
		w.until("no printer", light(flow.DeviceDown, visit.PrinterUnavailable))
		w.dock.BreakPrinter(false)
		w.until("printer back", light(flow.DeviceReady, visit.NoProblem))
		w.confirm()
		w.until("slip", printIs(flow.Printed))
		found := func() (list []string) {
			list, _ = filepath.Glob(filepath.Join(data, "demo", "slips", "slip-*.png"))
			return list
		}
		eventually(t, func() bool { return len(found()) == 1 })
	})
}

func TestTheSlipAfterARestartIsTheOneOfTheScreen(t *testing.T) {
	pid, _ := visit.ParsePID("9000000000004")
	now := time.Now()
	v := visit.Visit{
		ID: "019ab000-0000-7000-8000-0123456789ab", ServiceDate: visit.ServiceDateOf(now), PID: pid, Name: visit.Name{First: "ทดสอบ"},
		ClaimType: visit.ClaimType{Code: "PG0060001"}, Method: visit.MethodCertifier,
		Attestation: visit.Attestation{Relation: visit.RelationParent}, Right: visit.Right{Main: visit.Coded{ID: "UCS"}},
	}
	p := &slipPrinter{zone: visit.ZoneTest, first: "th"}
	for _, c := range []struct {
		name string
		kind flow.SlipKind
		r    storage.Record
		want bool
		as   printer.Kind
	}{
		{"a code", flow.SlipCode, storage.Record{Visit: v, State: storage.StateDone, Code: "PP1200000001", IssuedAt: now}, true, printer.KindCode},
		{"a code that follows", flow.SlipQueued, storage.Record{Visit: v, State: storage.StatePending, SavedAt: now}, true, printer.KindQueued},
		{"a code that has come since", flow.SlipQueued, storage.Record{Visit: v, State: storage.StateDone, Code: "PP1200000001", IssuedAt: now}, true, printer.KindCode},
		{"a visit that became work for the staff", flow.SlipQueued, storage.Record{Visit: v, State: storage.StateStaff}, false, 0},
		{"a way to the desk", flow.SlipDesk, storage.Record{Visit: v, State: storage.StateRefused}, false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			p.store = &oneRecord{r: c.r}
			shown := p.slip(c.kind, flow.Slip{
				Visit: v.ID, PID: pid, Claim: v.ClaimType, Method: v.Method, Relation: visit.RelationParent, // no name and no right: the number was typed
				Code: c.r.Code, At: now, Date: v.ServiceDate, Language: "en",
			})
			again, ok := p.rebuild(storage.PrintJob{Visit: v.ID, Kind: shown.Kind.String(), Language: "en"})
			if ok != c.want {
				t.Fatalf("made again: %v", ok)
			}
			if shown.Kind = c.as; ok && !equalSlips(again, shown) {
				t.Errorf("got  %+v\nwant %+v", again, shown)
			}
		})
	}
}

func equalSlips(a, b printer.Slip) bool {
	same := slices.Equal(a.Languages, b.Languages)
	a.Languages, b.Languages = nil, nil
	return same && a.PID == b.PID && a.Kind == b.Kind && a.Visit == b.Visit && a.Name == b.Name && a.Claim == b.Claim &&
		a.Method == b.Method && a.Relation == b.Relation && a.Code == b.Code && a.At.Equal(b.At) && a.Date == b.Date &&
		a.Zone == b.Zone && a.Reprint == b.Reprint
}

// oneRecord is a store with one visit.
type oneRecord struct {
	slipStore
	r storage.Record
}

func (o *oneRecord) Visit(visit.ID) (storage.Record, error) { return o.r, nil }

func TestTheConfigurationKnowsWhatThePrinterRoomKnows(t *testing.T) {
	if want := append([]string{""}, printer.ModelNames()...); !slices.Equal(config.PrinterModels, want) {
		t.Errorf("models %q, want %q", config.PrinterModels, want)
	}
	kinds := []config.PrinterKind{
		config.PrinterTCP, config.PrinterFile, config.PrinterSerial, config.PrinterIPP, config.PrinterWindows, config.PrinterImage,
	}
	for _, w := range printer.Ways() {
		if !slices.Contains(kinds, config.PrinterKind(w)) {
			t.Errorf("no kind for way %q", w)
		}
	}
	addresses := map[config.PrinterKind]string{
		config.PrinterTCP: "127.0.0.1:9100", config.PrinterIPP: "ipp://127.0.0.1/ipp/print", config.PrinterImage: t.TempDir(),
	}
	for kind, address := range addresses {
		formats := config.PrinterFormats[kind]
		if formats == nil {
			formats = []string{""}
		}
		for _, format := range formats {
			for _, cut := range config.PrinterCuts {
				c := config.Printer{Kind: kind, Address: address, WidthMM: 80, Format: format, Cut: cut, FeedLines: 20}
				d, err := openPrinter(c, slog.New(slog.DiscardHandler))
				if err != nil {
					t.Errorf("%+v: %v", c, err)
					continue
				}
				_ = d.Close()
			}
		}
	}
}

func TestAWrongTemplateStopsTheStartWithItsLine(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "slip.toml"), []byte("[[code]]\nshow = \"code\"\nsize = \"big\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "kiosk.toml")
	text := "[printer]\nkind = \"image\"\naddress = \"slips\"\ntemplate = \"slip.toml\"\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got := call(t, true, "", "kiosk", "-config", file, "-data", dir)
	if got.status != exitError || !strings.Contains(got.err, "slip.toml:3") || !strings.Contains(got.err, "printer.template") {
		t.Errorf("%+v", got)
	}
	if f := printerFinding(t.Context(), mustLoad(t, file), runningOn(dir)); f.State != findingFailed || !strings.Contains(f.Detail, "slip.toml:3") {
		t.Errorf("doctor says %+v", f)
	}
}

func mustLoad(t *testing.T, file string) config.Config {
	t.Helper()
	c, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLightsTellWhatAPersonCanMend(t *testing.T) {
	at := time.Now()
	for _, c := range []struct {
		s       printer.Status
		light   flow.DeviceState
		problem visit.Problem
	}{
		{printer.Status{}, flow.DeviceUnknown, visit.NoProblem},
		{printer.Status{Condition: printer.Unknown, At: at}, flow.DeviceReady, visit.NoProblem},
		{printer.Status{Condition: printer.Ready, At: at}, flow.DeviceReady, visit.NoProblem},
		{printer.Status{Condition: printer.PaperLow, At: at}, flow.DeviceImpaired, visit.NoProblem},
		{printer.Status{Condition: printer.Busy, At: at}, flow.DeviceImpaired, visit.NoProblem},
		{printer.Status{Condition: printer.PaperOut, At: at}, flow.DeviceDown, visit.PrinterNoPaper},
		{printer.Status{Condition: printer.CoverOpen, At: at}, flow.DeviceDown, visit.PrinterCoverOpen},
		{printer.Status{Condition: printer.Offline, At: at}, flow.DeviceDown, visit.PrinterUnavailable},
		{printer.Status{Condition: printer.Error, At: at}, flow.DeviceDown, visit.PrinterUnavailable},
	} {
		if light, problem := lightOf(c.s); light != c.light || problem != c.problem {
			t.Errorf("%v: %v %v", c.s.Condition, light, problem)
		}
	}
}

func TestAPrinterThatAnswersNonsenseIsNotCalledReady(t *testing.T) {
	t.Parallel()
	playPaper(t, func(t *testing.T, p *paper) {
		p.until("red light", func(m flow.Model) bool {
			return m.Devices.Printer == flow.DeviceDown && m.Devices.PrinterProblem == visit.PrinterUnavailable
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

// printerFile writes a configuration with that printer.
func printerFile(t *testing.T, kind, address string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "kiosk.toml")
	text := "[printer]\nkind = \"" + kind + "\"\naddress = '" + address + "'\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestDoctorAndTheTestPageSayWhatIsWrongWithThePrinter(t *testing.T) {
	for _, c := range []struct {
		name    string
		set     func(*sink.State)
		finding string
		words   string
		status  int
		says    string
	}{
		{"well", func(*sink.State) {}, findingOK, "ready", exitOK, "was printed"},
		{"no paper", func(s *sink.State) { s.PaperOut = true }, findingFailed, "put in a roll", exitError, "put in a roll"},
		{"open cover", func(s *sink.State) { s.CoverOpen = true }, findingFailed, "close it", exitError, "close it"},
		{"paper near its end", func(s *sink.State) { s.NearEnd = true }, findingWarning, "near its end", exitOK, "was printed"},
		{"mute", func(s *sink.State) { s.Mute = true }, findingWarning, "slip test", exitOK, "look whether it did"},
		{"answers of its own", func(s *sink.State) { s.Strange = "\x02\n" }, findingWarning, "does not tell how it is", exitOK, "look whether it did"},
		{"a greeting", func(s *sink.State) { s.Greeting = "ready\r\n" }, findingOK, "ready", exitOK, "was printed"},
		{"answers too long", func(s *sink.State) { s.Strange = "\xFFabcd" }, findingFailed, "FF 61 62 63 64", exitError, "nonsense"},
		{"off line", func(s *sink.State) { s.Offline = true }, findingFailed, "its buttons", exitError, "its buttons"},
		{"another machine", func(s *sink.State) { s.Garbage = true }, findingFailed, "ESC/POS", exitError, "nonsense"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := sink.New(printer.Width80mm)
			defer func() { _ = s.Close() }()
			address, err := s.Listen("127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			s.Set(c.set)
			file, data := printerFile(t, "escpos-tcp", address), t.TempDir()
			if f := printerFinding(t.Context(), mustLoad(t, file), runningOn(data)); f.State != c.finding || !strings.Contains(f.Detail, c.words) {
				t.Errorf("doctor says %+v", f)
			}
			got := call(t, false, "", "slip", "test", "-config", file, "-data", data)
			if got.status != c.status || !strings.Contains(got.out+got.err, c.says) {
				t.Errorf("slip test: %+v", got)
			}
		})
	}
	if f := printerFinding(t.Context(), mustLoad(t, printerFile(t, "escpos-tcp", "127.0.0.1:1")), runningOn(t.TempDir())); f.State != findingFailed || !strings.Contains(f.Detail, "switched on") {
		t.Errorf("without a printer doctor says %+v", f)
	}
}

func TestNobodyDisturbsThePrinterOfARunningKiosk(t *testing.T) {
	made := sink.New(printer.Width80mm)
	defer func() { _ = made.Close() }()
	address, err := made.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := newWireOf(t, slog.New(slog.DiscardHandler), func(_ string, c *config.Config) {
		c.Printer.Kind, c.Printer.Address = config.PrinterTCP, address
	})
	defer func() { p.end() }()
	p.until("the printer's light", func(m flow.Model) bool { return m.Devices.Printer == flow.DeviceReady })
	file := printerFile(t, "escpos-tcp", address)
	if got := call(t, false, "", "slip", "test", "-config", file, "-data", p.data); got.status != exitError || !strings.Contains(got.err, "a kiosk is running") {
		t.Errorf("slip test: %+v", got)
	}
	if f := printerFinding(t.Context(), mustLoad(t, file), runningOn(dataOf(p.data))); f.State != findingOK || !strings.Contains(f.Detail, "a kiosk is running") {
		t.Errorf("doctor: %+v", f)
	}
}

func TestTheSlipCommandsShowTheTemplateAndDrawIt(t *testing.T) {
	got := call(t, false, "", "slip", "template")
	if got.status != exitOK {
		t.Fatalf("%+v", got)
	}
	dir := t.TempDir()
	own := filepath.Join(dir, "slip.toml")
	if err := os.WriteFile(own, []byte(got.out), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := template.Load(own); err != nil {
		t.Errorf("the template that is printed is refused: %v", err)
	}
	for _, args := range [][]string{{}, {"-kind", "desk", "-paper", "58"}, {"-kind", "queued", "-paper", "a5", "-dpi", "300", "-template", own}} {
		out := filepath.Join(dir, "p.png")
		got := call(t, false, "", append([]string{"slip", "preview", "-out", out}, args...)...)
		if got.status != exitOK {
			t.Errorf("%q: %+v", args, got)
		}
		head := make([]byte, 8)
		f, err := os.Open(out)
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.ReadFull(f, head)
		_ = f.Close()
		if err != nil || string(head[1:4]) != "PNG" {
			t.Errorf("%q wrote no picture: %v", args, err)
		}
	}
	for words, args := range map[string][]string{
		"-out FILE":     {"slip", "preview"},
		"slip template": {"slip"},
		"printer.kind":  {"slip", "test"},
	} {
		if got := call(t, false, "", args...); got.status != exitError || !strings.Contains(got.err, words) {
			t.Errorf("%q: %+v", args, got)
		}
	}
}

func TestTheSlipNamesTheCertifiersRelation(t *testing.T) {
	pid, _ := visit.ParsePID("9000000000004")
	m := flow.Model{State: flow.Result, Devices: flow.Devices{Printer: flow.DeviceReady}}
	m.Session.Insertion.Number = 1
	m.Session.Person.PID = pid
	m.Session.Method, m.Session.Certifier.Relation = visit.MethodCertifier, visit.RelationParent
	_, effects := flow.Step(m, flow.TapReprint{})
	for _, e := range effects {
		if p, ok := e.(flow.PrintSlip); ok {
			if s := (&slipPrinter{first: "th"}).slip(p.Kind, p.Slip); s.Relation != visit.RelationParent || !s.Reprint {
				t.Errorf("got %v", s.Relation)
			}
			return
		}
	}
	t.Error("no slip is printed")
}

func TestTheUnitsOwnTemplateIsPrinted(t *testing.T) {
	s := sink.New(printer.Width80mm)
	defer func() { _ = s.Close() }()
	address, err := s.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	file := printerFile(t, "escpos-tcp", address)
	height := func() int {
		t.Helper()
		before := len(s.Slips())
		if got := call(t, false, "", "slip", "test", "-config", file, "-data", t.TempDir()); got.status != exitOK {
			t.Fatalf("%+v", got)
		}
		slips := s.Slips()
		if len(slips) != before+1 {
			t.Fatalf("%d slips came out", len(slips)-before)
		}
		return slips[before].Picture.Height
	}
	builtIn := height()
	own := "[[test]]\nshow = \"text\"\ntext = { th = \"สั้น\" }\n"
	if err := os.WriteFile(filepath.Join(filepath.Dir(file), "own.toml"), []byte(own), 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(text, "template = \"own.toml\"\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	if short := height(); short >= builtIn/2 {
		t.Errorf("the own test page has %d rows, the built-in one %d", short, builtIn)
	}
}

func TestDoctorLooksAtTheTemplate(t *testing.T) {
	dir := t.TempDir()
	const gap, next = "[[code]]\nshow = \"code\"\n[[code]]\nshow = \"gap\"\nheight_mm = 50\n", "[next.default]\nth = \"รอ\"\n"
	tall := gap + strings.Repeat("[[code]]\nshow = \"gap\"\nheight_mm = 50\n", 5) + next
	for _, c := range []struct{ name, text, paper, state, words string }{
		{"none", "", "", findingOK, "built-in"},
		{"as long as a roll bears", tall, "", findingOK, "slip.toml"},
		{"too long for the sheets of the unit", tall, "a5", findingWarning, "too long"},
		{"good", "[[code]]\nshow = \"code\"\n[[code]]\nshow = \"next\"\n[next.default]\nth = \"รอ\"\n", "", findingOK, "slip.toml"},
		{"no next step", "[[code]]\nshow = \"code\"\n[[code]]\nshow = \"next\"\n[next.PG0130001]\nth = \"รอ\"\n", "", findingWarning, "PG0060001"},
		{"a wrong field", "[[code]]\nshow = \"price\"\n", "", findingFailed, "slip.toml:2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := config.Default()
			k.Printer.Kind, k.Printer.Address, k.Printer.Paper = config.PrinterImage, dir, c.paper
			if c.text != "" {
				k.Printer.Template = filepath.Join(dir, "slip.toml")
				if err := os.WriteFile(k.Printer.Template, []byte(c.text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if f := slipFinding(t.Context(), k); f.State != c.state || !strings.Contains(f.Detail, c.words) {
				t.Errorf("got %+v", f)
			}
		})
	}
}

// newSlipDevice opens a printer as a program that has just begun does.
func newSlipDevice(t *testing.T, made *sink.Printer, before ...func(*printer.Device)) *slipDevice {
	t.Helper()
	device, err := printer.Open(printer.Config{Way: printer.WayTCP, Address: "192.0.2.1:9100", Dial: made.Line})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range before {
		f(device)
	}
	d := &slipDevice{device: device, every: time.Hour}
	d.start()
	eventually(t, func() bool { return !d.Status().At.IsZero() })
	return d
}

func TestThePieceThatAKilledProgramLeftIsCutOffBeforeTheNextSlip(t *testing.T) {
	slip, err := printer.Sample(template.Code)
	if err != nil {
		t.Fatal(err)
	}
	const (
		questions = 3 * 3                      // bytes
		band      = questions + 2 + 8 + 128*72 // with the beginning of the slip, and a header
	)
	cuts := []int{30000}
	for n := range 14 {
		cuts = append(cuts, questions+1+n, band-2+n) // in each byte of a band's header, too
	}
	for _, after := range cuts {
		t.Run(fmt.Sprintf("after %d bytes", after), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := sink.New(printer.Width80mm)
				defer func() { _ = s.Close() }()
				unbroken := newSlipDevice(t, s)
				if err := unbroken.Print(t.Context(), slip); err != nil {
					t.Fatal(err)
				}
				unbroken.close()
				whole := s.Slips()[0].Picture.Height
				s.Forget()
				killed := newSlipDevice(t, s)
				s.Set(func(st *sink.State) { st.ResetAfter = after })
				if err := killed.Print(t.Context(), slip); err == nil {
					t.Fatal("the slip was not cut short")
				}
				killed.close()
				next := newSlipDevice(t, s, (*printer.Device).Interrupted)
				defer next.close()
				if err := next.Print(t.Context(), slip); err != nil {
					t.Fatal(err)
				}
				slips := s.Slips()
				text := ""
				for _, out := range slips {
					text += out.Text
				}
				if last := slips[len(slips)-1].Picture.Height; len(slips) > 2 || last != whole || text != "" {
					t.Errorf("%d pieces of paper, letters %q; the last has %d rows", len(slips), text, last)
				}
			})
		})
	}
}

// runningOn asks whether a kiosk runs on those data, when somebody wants to know.
func runningOn(data string) func(context.Context) (bool, error) {
	return func(context.Context) (bool, error) { return inUse(data, storage.KeyOptions{}), nil }
}
