package records

import (
	"strings"
	"testing"

	"authenkiosk/agent"
	"authenkiosk/desk"
	"authenkiosk/storage"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

func TestAnOperatorSignsInAtAMachineWhateverItsHostIsCalled(t *testing.T) {
	s, err := storage.Open(t.TempDir(), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	pin, err := rules.NewPIN("804725")
	if err != nil {
		t.Fatal(err)
	}
	id, err := s.AddOperator(visit.Name{First: "anna"}, rules.Staff, pin)
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"DESK-1", "opd.hospital.invalid", "", "เคาน์เตอร์", "a b", "PC-744000100018", "012345678", strings.Repeat("a", 41)} {
		machine := machineNamed(host)
		if _, err := s.SignIn(id, pin, machine); err != nil {
			t.Errorf("%q is %q: %v", host, machine, err)
		}
		if err := desk.OperatorAt(machine, rules.Operator{ID: id, Name: visit.Name{First: "anna"}}).Check(); err != nil {
			t.Errorf("%q is %q: %v", host, machine, err)
		}
		// The name under which it is let in at another machine, unless somebody gives one.
		if _, err := agent.AddClient(anyClient{}, machine, []agent.Scope{agent.ScopeDesk}, visit.Date{Year: 2026, Month: 11, Day: 30}.Midnight()); err != nil {
			t.Errorf("%q is %q: %v", host, machine, err)
		}
	}
}

// anyClient takes every client.
type anyClient struct{ agent.ClientStore }

func (anyClient) AddClient(agent.Client) error { return nil }
