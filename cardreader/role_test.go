package cardreader_test

import (
	"testing"

	"authenkiosk/cardreader"
	"authenkiosk/cardreader/virtualcard"
)

func TestRolesByUse(t *testing.T) {
	for _, c := range []struct {
		name string
		run  func(t *testing.T, s *virtualcard.Service)
	}{
		{"the reader of the officer's card is the officer's from then on", learnsTheOfficer},
		{"the only reader serves both, one card at a time", onlyReader},
		{"an officer's reader that is left alone serves patients", leftAlone},
		{"the officer may move to another reader", officerMoves},
		{"a reader named for the patient keeps its role", namedKeepsRole},
		{"a wish that is taken back gives no role", takenBack},
	} {
		bubble(t, c.name, func(t *testing.T) { c.run(t, virtualcard.NewService(readerA, readerB)) })
	}
}

// visits puts a card in and out and returns the role it was announced with.
func visits(t *testing.T, s *virtualcard.Service, m *watched, reader string) cardreader.Role {
	t.Helper()
	must(t, s.Insert(reader, makeCard(t, virtualcard.Adult())))
	in := expect[cardreader.Inserted](t, m)
	must(t, s.Remove(reader))
	if out := expect[cardreader.Removed](t, m); out.Role != in.Role || in.Reader != reader {
		t.Errorf("in %+v, out %+v", in, out)
	}
	return in.Role
}

func wantRole(t *testing.T, got, want cardreader.Role) {
	t.Helper()
	if got != want {
		t.Errorf("role %v, want %v", got, want)
	}
}

func learnsTheOfficer(t *testing.T, s *virtualcard.Service) {
	m := watch(t, options(s))
	wantRole(t, visits(t, s, m, readerB), cardreader.RolePatient)
	m.NextIs(cardreader.RoleOfficer)
	wantRole(t, visits(t, s, m, readerB), cardreader.RoleOfficer)
	wantRole(t, visits(t, s, m, readerB), cardreader.RoleOfficer)
	wantRole(t, visits(t, s, m, readerA), cardreader.RolePatient)
}

func onlyReader(t *testing.T, s *virtualcard.Service) {
	s.UnplugReader(readerB)
	m := watch(t, options(s))
	m.NextIs(cardreader.RoleOfficer)
	wantRole(t, visits(t, s, m, readerA), cardreader.RoleOfficer)
	wantRole(t, visits(t, s, m, readerA), cardreader.RolePatient)
	s.PlugReader(readerB)
	nextList(t, m)
	wantRole(t, visits(t, s, m, readerA), cardreader.RolePatient)
}

func leftAlone(t *testing.T, s *virtualcard.Service) {
	m := watch(t, options(s))
	m.NextIs(cardreader.RoleOfficer)
	wantRole(t, visits(t, s, m, readerB), cardreader.RoleOfficer)
	s.UnplugReader(readerA)
	for len(nextList(t, m)) != 1 {
		continue
	}
	wantRole(t, visits(t, s, m, readerB), cardreader.RolePatient)
}

func officerMoves(t *testing.T, s *virtualcard.Service) {
	m := watch(t, options(s))
	m.NextIs(cardreader.RoleOfficer)
	wantRole(t, visits(t, s, m, readerA), cardreader.RoleOfficer)
	m.NextIs(cardreader.RoleOfficer)
	wantRole(t, visits(t, s, m, readerB), cardreader.RoleOfficer)
	wantRole(t, visits(t, s, m, readerA), cardreader.RolePatient)
}

func namedKeepsRole(t *testing.T, s *virtualcard.Service) {
	o := options(s)
	o.Patient = readerA
	m := watch(t, o)
	m.NextIs(cardreader.RoleOfficer)
	wantRole(t, visits(t, s, m, readerA), cardreader.RolePatient)
	wantRole(t, visits(t, s, m, readerB), cardreader.RoleOfficer)
}

func takenBack(t *testing.T, s *virtualcard.Service) {
	m := watch(t, options(s))
	m.NextIs(cardreader.RoleOfficer)
	m.NextIs(cardreader.RoleNone)
	wantRole(t, visits(t, s, m, readerB), cardreader.RolePatient)
}
