package kiosk

import (
	"context"
	"time"

	"authenkiosk/app/demo"
	"authenkiosk/app/wait"
	"authenkiosk/camera/scene"
	"authenkiosk/nhso/testzone"
	"authenkiosk/printer/sink"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// Dock is the control panel of the demo zone: it plays the patient's hands and
// the world's faults.
type Dock struct{ kiosk *Kiosk }

// InsertCard puts one of demo.Cards into the reader; a card that is in is taken
// out first.
func (d *Dock) InsertCard(id string) error {
	card, err := demo.NewCard(id)
	if err != nil {
		return err
	}
	_ = d.kiosk.Demo.Readers.Remove(demo.PatientReader) // an empty reader is what is wanted
	d.kiosk.Demo.LayOnDesk(id)
	return d.kiosk.Demo.Readers.Insert(demo.PatientReader, card)
}

// RemoveCard takes the card out, if one is in.
func (d *Dock) RemoveCard() {
	_ = d.kiosk.Demo.Readers.Remove(demo.PatientReader)
	d.kiosk.Demo.Zone.Desk().Remove()
}

// PlugReader plugs the patient's reader in or out.
func (d *Dock) PlugReader(in bool) {
	if in {
		d.kiosk.Demo.Readers.PlugReader(demo.PatientReader)
		return
	}
	d.kiosk.Demo.Readers.UnplugReader(demo.PatientReader)
}

// BreakPrinter pulls the printer's wire, or puts it back.
func (d *Dock) BreakPrinter(broken bool) {
	d.kiosk.devices.BreakPrinter(broken)
}

// SetPaper takes the roll out of the made-up printer, or puts one in. It does
// nothing when the configuration names a printer.
func (d *Dock) SetPaper(out bool) {
	d.kiosk.devices.SetPrinter(func(s *sink.State) { s.PaperOut = out })
}

// SetCover opens and closes the cover of the made-up printer.
func (d *Dock) SetCover(open bool) {
	d.kiosk.devices.SetPrinter(func(s *sink.State) { s.CoverOpen = open })
}

// InsertCertifierCard puts one of demo.Cards into the second reader; a card that
// is in is taken out first.
func (d *Dock) InsertCertifierCard(id string) error {
	card, err := demo.NewCard(id)
	if err != nil {
		return err
	}
	_ = d.kiosk.Demo.Readers.Remove(demo.CertifierReader)
	return d.kiosk.Demo.Readers.Insert(demo.CertifierReader, card)
}

// RemoveCertifierCard takes the card out of the second reader, if one is in.
func (d *Dock) RemoveCertifierCard() { _ = d.kiosk.Demo.Readers.Remove(demo.CertifierReader) }

// SetScene changes what the drawn camera sees.
func (d *Dock) SetScene(name string) error {
	s, err := scene.Parse(name)
	if err == nil {
		d.kiosk.devices.SetScene(s)
	}
	return err
}

// NHSOFault is how the demo's NHSO behaves.
type NHSOFault string

// The behaviours.
const (
	NHSOFine         NHSOFault = "fine"
	NHSODown         NHSOFault = "down"
	NHSOSlow         NHSOFault = "slow"
	NHSOTokenRefused NHSOFault = "401"
)

// slowDemo is long enough that a waiting patient is told about it.
const slowDemo = 10 * time.Second

// SetNHSO changes how NHSO behaves.
func (d *Dock) SetNHSO(f NHSOFault) error {
	d.kiosk.Demo.Zone.ClearFaults()
	switch f {
	case NHSOFine:
		d.kiosk.Outbox.Wake()
		return nil
	case NHSOSlow:
		return d.kiosk.Demo.Zone.SetFault(testzone.Fault{
			Path: "/nhsoendpoint/api/AuthenCode", Kind: testzone.FaultKind(f), DelayMS: int(slowDemo.Milliseconds()),
		})
	}
	return d.kiosk.Demo.Zone.SetFault(testzone.Fault{Kind: testzone.FaultKind(f)})
}

// midnightLasts is how long the demo stays on the day after.
const midnightLasts = 30 * time.Second

// PassMidnight shows the kiosk the next day for a moment.
func (d *Dock) PassMidnight(ctx context.Context) {
	today := visit.ServiceDateOf(time.Now())
	d.kiosk.Send(flow.DayChanged{Today: today.Next()})
	go func() {
		if wait.For(ctx, midnightLasts) {
			d.kiosk.Send(flow.DayChanged{Today: visit.ServiceDateOf(time.Now())})
		}
	}()
}
