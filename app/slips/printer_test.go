package slips

import (
	"fmt"
	"log/slog"
	"slices"
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

func TestTheSlipAfterARestartIsTheOneOfTheScreen(t *testing.T) {
	pid, _ := visit.ParsePID("9000000000004")
	now := time.Now()
	v := visit.Visit{
		ID: "019ab000-0000-7000-8000-0123456789ab", ServiceDate: visit.ServiceDateOf(now), PID: pid, Name: visit.Name{First: "ทดสอบ"},
		ClaimType: visit.ClaimType{Code: "PG0060001"}, Method: visit.MethodCertifier,
		Attestation: visit.Attestation{Relation: visit.RelationParent}, Right: visit.Right{Main: visit.Coded{ID: "UCS"}},
	}
	p := &Printer{zone: visit.ZoneTest, first: "th"}
	for _, c := range []struct {
		name string
		kind flow.SlipKind
		r    storage.Record
		want bool
		as   printer.Kind
	}{
		{"a code", flow.SlipCode, storage.Record{Visit: v, State: visit.StateDone, Code: "PP1200000001", IssuedAt: now}, true, printer.KindCode},
		{"a code that follows", flow.SlipQueued, storage.Record{Visit: v, State: visit.StatePending, SavedAt: now}, true, printer.KindQueued},
		{"a code that has come since", flow.SlipQueued, storage.Record{Visit: v, State: visit.StateDone, Code: "PP1200000001", IssuedAt: now}, true, printer.KindCode},
		{"a visit that became work for the staff", flow.SlipQueued, storage.Record{Visit: v, State: visit.StateStaff}, false, 0},
		{"a way to the desk", flow.SlipDesk, storage.Record{Visit: v, State: visit.StateRefused}, false, 0},
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
	Store
	r storage.Record
}

func (o *oneRecord) Visit(visit.ID) (storage.Record, error) { return o.r, nil }

func TestTheConfigurationKnowsWhatThePrinterRoomKnows(t *testing.T) {
	if want := append([]string{""}, printer.ModelNames()...); !slices.Equal(config.PrinterModels, want) {
		t.Errorf("models %q, want %q", config.PrinterModels, want)
	}
	addresses := map[visit.PrinterKind]string{
		visit.PrinterTCP: "127.0.0.1:9100", visit.PrinterIPP: "ipp://127.0.0.1/ipp/print", visit.PrinterImage: t.TempDir(),
	}
	for kind, address := range addresses {
		formats := config.PrinterFormats[kind]
		if formats == nil {
			formats = []string{""}
		}
		for _, format := range formats {
			for _, cut := range config.PrinterCuts {
				c := config.Printer{Kind: kind, Address: address, WidthMM: 80, Format: format, Cut: cut, FeedLines: 20}
				d, err := Open(c, slog.New(slog.DiscardHandler))
				if err != nil {
					t.Errorf("%+v: %v", c, err)
					continue
				}
				_ = d.Close()
			}
		}
	}
}

func TestLightsTellWhatAPersonCanMend(t *testing.T) {
	at := time.Now()
	for _, c := range []struct {
		s       printer.Status
		light   visit.DeviceState
		problem visit.Problem
	}{
		{printer.Status{}, visit.DeviceUnknown, visit.NoProblem},
		{printer.Status{Condition: printer.Unknown, At: at}, visit.DeviceReady, visit.NoProblem},
		{printer.Status{Condition: printer.Ready, At: at}, visit.DeviceReady, visit.NoProblem},
		{printer.Status{Condition: printer.PaperLow, At: at}, visit.DeviceImpaired, visit.NoProblem},
		{printer.Status{Condition: printer.Busy, At: at}, visit.DeviceImpaired, visit.NoProblem},
		{printer.Status{Condition: printer.PaperOut, At: at}, visit.DeviceDown, visit.PrinterNoPaper},
		{printer.Status{Condition: printer.CoverOpen, At: at}, visit.DeviceDown, visit.PrinterCoverOpen},
		{printer.Status{Condition: printer.Offline, At: at}, visit.DeviceDown, visit.PrinterUnavailable},
		{printer.Status{Condition: printer.Error, At: at}, visit.DeviceDown, visit.PrinterUnavailable},
	} {
		if light, problem := Light(c.s); light != c.light || problem != c.problem {
			t.Errorf("%v: %v %v", c.s.Condition, light, problem)
		}
	}
}

func TestTheSlipNamesTheCertifiersRelation(t *testing.T) {
	pid, _ := visit.ParsePID("9000000000004")
	m := flow.Model{Way: flow.Way{State: flow.Result, Devices: visit.Devices{Printer: visit.DeviceReady}}}
	m.Session.Insertion.Number = 1
	m.Session.Person.PID = pid
	m.Session.Method, m.Session.Certifier.Relation = visit.MethodCertifier, visit.RelationParent
	_, effects := flow.Step(m, flow.TapReprint{})
	for _, e := range effects {
		if p, ok := e.(flow.PrintSlip); ok {
			if s := (&Printer{first: "th"}).slip(p.Kind, p.Slip); s.Relation != visit.RelationParent || !s.Reprint {
				t.Errorf("got %v", s.Relation)
			}
			return
		}
	}
	t.Error("no slip is printed")
}

// newSlipDevice opens a printer as a program that has just begun does.
func newSlipDevice(t *testing.T, made *sink.Printer, before ...func(*printer.Device)) *Device {
	t.Helper()
	device, err := printer.Open(printer.Config{Kind: visit.PrinterTCP, Address: "192.0.2.1:9100", Dial: made.Line})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range before {
		f(device)
	}
	d := &Device{device: device, every: time.Hour}
	d.Start()
	for end := time.Now().Add(2 * time.Minute); d.Status().At.IsZero(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the printer was never asked")
		}
	}
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
