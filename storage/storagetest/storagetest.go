// Package storagetest fills stores with made-up visits, and reads their audit, for tests
// of what stands on a store.
package storagetest

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"authenkiosk/storage"
	"authenkiosk/storage/internal/pincost"
	"authenkiosk/visit"
)

// CheapPINs makes trying a PIN cost nothing from now on in this process, in whose tests
// nobody guesses one. It is for the beginning: before any store is open.
func CheapPINs() { pincost.Memory = 8 }

// Done saves a visit of that moment that has its code.
func Done(t testing.TB, s *storage.Store, at time.Time) {
	t.Helper()
	pid, err := visit.ParsePID("9000000000004")
	if err != nil {
		t.Fatal(err)
	}
	phone, err := visit.ParsePhone("0800001234")
	if err != nil {
		t.Fatal(err)
	}
	v := visit.Visit{
		ID: "01900000-0000-7000-8000-000000000001", HCode: "99999", ServiceDate: visit.ServiceDateOf(at), PID: pid,
		Name: visit.Name{First: "ทดสอบ", Last: "ระบบ"}, Sex: visit.SexMale, Birth: visit.PartialDate{Year: 2005, Month: 3, Day: 20}, Phone: phone,
		ClaimType: visit.ClaimType{Code: "PG0060001"}, Method: visit.MethodCard, CreatedAt: at,
	}
	for _, err := range []error{s.Save(v, at), s.Begin(v.ID, at), s.Done(v.ID, "PP1200000001", at)} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Audit returns the audit as it is exported.
func Audit(t testing.TB, s *storage.Store) string {
	t.Helper()
	var b bytes.Buffer
	if err := s.AuditExport(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// AgentEntries counts the entries of the audit that programs made, by event, role and
// result.
func AgentEntries(t testing.TB, s *storage.Store) map[string]int {
	t.Helper()
	found := map[string]int{}
	for line := range strings.Lines(Audit(t, s)) {
		var e struct{ Event, Role, Result string }
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(e.Event, "agent-") {
			found[strings.Join([]string{e.Event, e.Role, e.Result}, " ")]++
		}
	}
	return found
}
