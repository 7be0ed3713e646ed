package headless

import (
	"slices"
	"strings"

	"authenkiosk/nhso/testzone"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// judge looks at what became of a visit.
func (x *experiment) judge(s *storage.Store, stations map[string]*storage.Store, n int) {
	v := visitOf(n)
	r, err := s.Visit(v.ID)
	if err != nil || r.State != visit.StateDone || r.Held() {
		x.t.Errorf("visit %d is %s, held %v: %v", n, r.State, r.Held(), err)
	}
	if asked := x.nhso.asked[v.PID.Digits()]; len(asked) != 1 {
		x.t.Errorf("visit %d: NHSO was asked for %d codes: %q", n, len(asked), asked)
	}
	at := slices.IndexFunc(x.nhso.zone.Codes(), func(c testzone.Code) bool { return c.PID == v.PID.Digits() })
	if at < 0 || visit.AuthenCode(x.nhso.zone.Codes()[at].Code) != r.Code {
		x.t.Errorf("visit %d has the code %s, which NHSO does not", n, r.Code)
	}
	events, err := s.AuditOf(v.ID)
	if err != nil {
		x.t.Error(err)
	}
	count := map[string]int{}
	for _, e := range events {
		count[e.Name]++
		count[e.Name+" "+e.Result]++
		if e.Role == storage.RoleStaff && e.Handle == "" {
			x.t.Errorf("visit %d: the audit does not say who did it: %s", n, e.Name)
		}
	}
	if count["visit-saved"] != 1 || count["visit-done"] != 1 {
		x.t.Errorf("visit %d: the audit has %v", n, count)
	}
	x.nothing += count["visit-completed ended"]
	x.judgeMade(stations, n, r)
	if r.ClosedBy == "" {
		x.sent++
		return
	}
	holder := s.OperatorHandle(r.ClosedBy)
	if count["visit-held"] != 1 || !slices.ContainsFunc(events, func(e storage.Event) bool { return e.Name == "visit-held" && e.Handle == holder }) {
		x.t.Errorf("visit %d was ended by %s: the audit has %v", n, r.ClosedBy, count)
	}
	if r.SettledBy == "" {
		x.settled++
		if count["nhso-asked"] < 2 || count["visit-done settled"] != 1 {
			x.t.Errorf("visit %d was settled by %s: the audit has %v", n, r.ClosedBy, count)
		}
		return
	}
	x.completed++
	if count["visit-completed begun"] != 1+count["visit-completed ended"] || count["visit-done completed"] != 1 {
		x.t.Errorf("visit %d was completed by %s: the audit has %v", n, r.ClosedBy, count)
	}
}

// judgeMade looks at what stations have made for a visit: nothing but what has ended it.
func (x *experiment) judgeMade(stations map[string]*storage.Store, n int, item storage.Record) {
	settled := false
	for name, s := range stations {
		made, err := s.Find(item.Visit.PID, item.Visit.ServiceDate)
		if err != nil {
			x.t.Error(err)
		}
		for _, m := range made {
			id := m.Visit.ID
			if m.State == visit.StateDropped { // it came to nothing, and was given back
				continue
			}
			settled = true
			if id != item.SettledBy || m.State != visit.StateDone || m.Code != item.Code || m.Completes != item.Visit.ID || !strings.HasPrefix(item.ClosedBy, name+"/") {
				x.t.Errorf("visit %d was ended by %q with %s, and %s has made %s for it, which is %s with %s", n, item.ClosedBy, item.Code, name, id, m.State, m.Code)
			}
			events, err := s.AuditOf(id)
			if err != nil || len(events) == 0 || events[0].Name != "visit-saved" || events[0].Handle != s.OperatorHandle(item.ClosedBy) {
				x.t.Errorf("visit %d: the audit of %s has %v, %v", n, name, events, err)
			}
		}
	}
	if settled != (item.SettledBy != "") {
		x.t.Errorf("visit %d was ended by the visit %q, which no station has", n, item.SettledBy)
	}
}
