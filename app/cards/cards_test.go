package cards

import (
	"fmt"
	"log/slog"
	"slices"
	"testing"

	"authenkiosk/app/demo"
	"authenkiosk/cardreader"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// The flow asks for a forgotten card to be taken where the next patient's would go.
func TestTheOnlyReaderIsThePatientsWhoeverVouchesInIt(t *testing.T) {
	desk, kiosk := cardreader.ReaderState{Name: "A", Role: cardreader.RolePatient}, cardreader.ReaderState{Name: "B", Role: cardreader.RoleOfficer}
	alone := cardreader.ReaderState{Name: "B", Role: cardreader.RoleOfficer}
	for _, c := range []struct {
		name    string
		readers []cardreader.ReaderState
		reader  string
		role    cardreader.Role
		after   []cardreader.ReaderState // plugged in or out while the card is inside
		want    []flow.Role
	}{
		{"the only reader", []cardreader.ReaderState{desk}, "A", cardreader.RoleOfficer, nil, []flow.Role{flow.PatientReader}},
		{"the only reader, another comes meanwhile", []cardreader.ReaderState{desk}, "A", cardreader.RoleOfficer, []cardreader.ReaderState{desk, kiosk}, []flow.Role{flow.PatientReader}},
		{"one of two", []cardreader.ReaderState{desk, kiosk}, "B", cardreader.RoleOfficer, nil, []flow.Role{flow.CertifierReader}},
		{"one of two, learned by this card", []cardreader.ReaderState{desk, {Name: "B", Role: cardreader.RolePatient}}, "B", cardreader.RoleOfficer, []cardreader.ReaderState{desk}, []flow.Role{flow.CertifierReader}},
		{"the officer's own, alone", []cardreader.ReaderState{alone}, "B", cardreader.RoleOfficer, nil, []flow.Role{flow.CertifierReader}},
		{"the patient's", []cardreader.ReaderState{desk, kiosk}, "A", cardreader.RolePatient, nil, []flow.Role{flow.PatientReader}},
		{"nobody's", []cardreader.ReaderState{desk}, "C", cardreader.RoleNone, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			cards := New(Options{Log: slog.New(slog.DiscardHandler)})
			var in, out []flow.Role
			send := func(e flow.Event) {
				switch e := e.(type) {
				case flow.CardInserted:
					in = append(in, e.Insertion.Role)
				case flow.CardRemoved:
					out = append(out, e.Role)
				}
			}
			play := func(events ...cardreader.Event) {
				for _, e := range events {
					cards.handle(e, send, func() {})
				}
			}
			play(cardreader.Readers{List: c.readers}, cardreader.Inserted{Reader: c.reader, Role: c.role, Insertion: 3})
			if c.after != nil {
				play(cardreader.Readers{List: c.after})
			}
			play(cardreader.Removed{Reader: c.reader, Role: c.role, Insertion: 3})
			if !slices.Equal(in, c.want) || !slices.Equal(out, c.want) {
				t.Errorf("in %v, out %v, want %v", in, out, c.want)
			}
		})
	}
}

func TestTheScreenKnowsWhetherThereIsASecondReader(t *testing.T) {
	c := &Watcher{readers: []cardreader.ReaderState{{Name: "a", Role: cardreader.RolePatient}}}
	if c.Second() {
		t.Error("one reader is two")
	}
	if c.readers = append(c.readers, cardreader.ReaderState{Name: "b", Role: cardreader.RoleOfficer}); !c.Second() {
		t.Error("the officer's reader is not seen")
	}
}

func TestACardServiceThatRefusesIsShownAsSuch(t *testing.T) {
	c := New(Options{Service: virtualcard.NewService("Reader 1"), Log: slog.New(slog.DiscardHandler)})
	nothing := func(flow.Event) {}
	for _, e := range []struct {
		event   cardreader.Event
		state   visit.DeviceState
		problem visit.Problem
	}{
		{cardreader.ServiceLost{Err: fmt.Errorf("watch: %w", cardreader.ErrDenied)}, visit.DeviceDown, visit.CardServiceRefuses},
		{cardreader.Readers{}, visit.DeviceDown, visit.CardServiceRefuses}, // all are gone with the service
		{cardreader.ServiceBack{}, visit.DeviceDown, visit.ReaderMissing},
		{cardreader.Readers{List: []cardreader.ReaderState{{Name: demo.PatientReader, Role: cardreader.RolePatient}}}, visit.DeviceReady, visit.NoProblem},
		{cardreader.ServiceLost{Err: cardreader.ErrServiceDown}, visit.DeviceDown, visit.ReaderMissing},
	} {
		c.handle(e.event, nothing, func() {})
		if state, problem := c.Light(); state != e.state || problem != e.problem {
			t.Errorf("after %T: %v, %v; want %v, %v", e.event, state, problem, e.state, e.problem)
		}
	}
}
