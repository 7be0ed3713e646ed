package cli

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"authenkiosk/storage"
	"authenkiosk/visit"
	"authenkiosk/visit/desk"
)

// staffWork makes work for the staff of that service date: a visit that NHSO refused
// with words about the person, and one by a certifier that missed its day.
func staffWork(t *testing.T, s *storage.Store, at time.Time) []visit.Visit {
	t.Helper()
	phone, err := visit.ParsePhone("0800001234")
	if err != nil {
		t.Fatal(err)
	}
	v := visit.Visit{
		ID: "01900000-0000-7000-8000-00000000a001", HCode: "99999", ServiceDate: visit.ServiceDateOf(at), PID: pidOf(t, somePID),
		Name: visit.Name{Prefix: "นาย", First: "สมมุติ", Last: "ทดลองระบบ"}, Sex: visit.SexMale, Phone: phone,
		ClaimType: visit.ClaimType{Code: "PG0060001"}, Method: visit.MethodCard, CreatedAt: at,
	}
	w := v
	w.ID, w.Method = "01900000-0000-7000-8000-00000000a002", visit.MethodCertifier
	w.ClaimType.Code = "PG0130001" // whoever holds one service keeps others from it
	w.Attestation = visit.Attestation{
		Certifier: pidOf(t, workCertifier), CertifierName: visit.Name{First: "ผู้รับรองสมมุติ", Last: "ทดลอง"}, Relation: visit.RelationParent,
	}
	for _, err := range []error{
		s.Save(v, at), s.Begin(v.ID, at), s.Refuse(v.ID, visit.NHSORefusedVisit, "สมมุติ ทดลองระบบ not known", at), s.Staff(v.ID, visit.NHSORefusedVisit, at),
		s.Save(w, at), s.Staff(w.ID, visit.ServiceDatePassed, at), s.Hold(w.ID, "desk-1/somebody", at),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return []visit.Visit{v, w}
}

const workCertifier = "9000000000021"

// personal are the words of staffWork that tell who somebody is.
var personal = []string{somePID, "สมมุติ", "ทดลองระบบ", "0800001234", "1234", workCertifier, "ผู้รับรอง", "not known"}

func TestTheStaffSeeTheirWorkWhileTheProgramRunsAndNamesOnlyWhenTheyAskForThem(t *testing.T) {
	h := newClinic(t, nil)
	now := time.Now()
	visits := staffWork(t, h.store, now)
	month := visit.ServiceDateOf(now).String()[:len("2026-11")]
	staff := string(addOperator(t, h.data, "staff"))
	look := func(when string) {
		t.Helper()
		for _, c := range []struct {
			words       string
			want, never []string
		}{
			{"list", []string{visits[0].ID.Number(), "99999", "K11", "K15", "2 open, 0 erased", visits[0].ServiceDate.String(), "refused", "missed-day", "held by desk-1/somebody"}, personal},
			{"list -json", []string{`"reason": "service-date-passed"`, `"hcode": "99999"`, string(visits[1].ID)}, personal},
			{"list -month " + month, []string{"2 open, 0 erased"}, personal},
			{"list -month 2001-01", []string{"0 open, 0 erased"}, append(personal, visits[0].ID.Number())},
			{"list -names -as " + staff, []string{somePID, "สมมุติ ทดลองระบบ"}, []string{"0800001234"}},
			{"show " + visits[1].ID.Number(), []string{"certifier", "parent", "PG0130001", "K15", "read-card", "desk-1/somebody", visits[1].ServiceDate.Next().String() + " 00:00"}, personal},
			{"show -json " + string(visits[0].ID), []string{`"attempts": 1`, `"state": "staff"`, `"kind": "refused"`, `"new-authen"`}, append(personal, "held_by")},
			{"show " + string(visits[0].ID) + " -names -as " + staff, []string{somePID, "0800001234", "not known"}, nil},
		} {
			got := call(t, onePIN+"\n", append(append([]string{"work"}, strings.Fields(c.words)...), "-data", h.data)...)
			if got.status != exitOK {
				t.Errorf("%s, %s: %+v", when, c.words, got)
			}
			for _, w := range c.want {
				if !strings.Contains(got.out, w) {
					t.Errorf("%s, %s: %q is missing in\n%s", when, c.words, w, got.out)
				}
			}
			for _, w := range c.never {
				if strings.Contains(got.without(h.data), w) {
					t.Errorf("%s, %s: shows %q", when, c.words, w)
				}
			}
		}
	}
	look("while it runs")
	h.end()
	look("when it has ended")
	audit := call(t, "", "audit", "export", "-data", h.data)
	if lists, ones := strings.Count(audit.out, "names-shown"), strings.Count(audit.out, "visit-shown"); lists != 4 || ones != 2 {
		t.Errorf("the audit says of %d in lists and of %d by themselves that they were shown", lists, ones)
	}
}

// addOperator adds an operator whose PIN is onePIN.
func addOperator(t *testing.T, data, role string) desk.OperatorID {
	t.Helper()
	got := call(t, onePIN+"\n", "operator", "add", "สมหญิงใจดี", role, "-role", role, "-data", data)
	if got.status != exitOK {
		t.Fatalf("%+v", got)
	}
	return idOf(t, got.out)
}

func TestAnOperatorWhoSignsInEndsWorkByTheCommandWhileTheProgramRuns(t *testing.T) {
	h := newClinic(t, nil)
	visits := staffWork(t, h.store, time.Now())
	number, other := visits[0].ID.Number(), visits[1].ID.Number()
	staff, lead, admin := string(addOperator(t, h.data, "staff")), string(addOperator(t, h.data, "lead")), string(addOperator(t, h.data, "administrator"))
	for _, c := range []struct {
		words, pin string
		status     int
		want       string
		state      visit.State // of the first visit, afterwards
		held       bool
	}{
		{"list -names", "", exitError, "sign in with -as", visit.StateStaff, false},
		{"hold " + number, "", exitError, "sign in with -as", visit.StateStaff, false},
		{"hold " + number + " -as " + admin, onePIN, exitError, "role does not allow", visit.StateStaff, false},
		{"hold " + number + " -as nobody", onePIN, exitError, "no such operator", visit.StateStaff, false},
		{"hold " + number + " -as " + staff, nextPIN, exitError, "PIN is wrong", visit.StateStaff, false},
		{"hold " + number + " -as " + staff, "", exitError, "PIN", visit.StateStaff, false},
		{"hold " + number + " -as " + staff, onePIN, exitOK, "/สมหญิงใจดี staff: nothing is sent", visit.StateStaff, true},
		{"hold " + number + " -as " + lead, onePIN, exitError, "somebody else holds the visit: ", visit.StateStaff, true},
		{"hold " + other + " -as " + staff, onePIN, exitError, "desk-1/somebody since", visit.StateStaff, true},
		{"settle " + number + " PP1200000009 -as " + staff, onePIN, exitError, "NHSO has no such code", visit.StateStaff, true},
		{"settle " + number + " 12 -as " + staff, onePIN, exitError, "code", visit.StateStaff, true},
		{"drop " + number + " -as " + staff, onePIN, exitError, "patient-left", visit.StateStaff, true},
		{"release " + number + " -as " + staff, onePIN, exitOK, "NHSO has no code of it", visit.StateStaff, false},
		{"drop " + number + " -reason own-money -as " + staff, onePIN, exitError, "hold it first", visit.StateStaff, false},
		{"hold " + string(visits[0].ID) + " -as " + lead, onePIN, exitOK, "is held", visit.StateStaff, true},
		{"drop " + number + " -reason own-money -as " + lead, onePIN, exitOK, "is closed: own-money", visit.StateDropped, false},
		{"hold", onePIN, exitError, "write: work list", visit.StateDropped, false},
	} {
		got := call(t, c.pin+"\n", append(append([]string{"work"}, strings.Fields(c.words)...), "-data", h.data)...)
		if got.status != c.status || !strings.Contains(got.out+got.err, c.want) {
			t.Errorf("%s: %+v, want %q", c.words, got, c.want)
		}
		if r, err := h.store.Visit(visits[0].ID); err != nil || r.State != c.state || r.Held() != c.held {
			t.Errorf("%s: the visit is %s, held %v, %v", c.words, r.State, r.Held(), err)
		}
		for _, w := range personal {
			if strings.Contains(got.without(h.data), w) {
				t.Errorf("%s: shows %q", c.words, w)
			}
		}
	}
}

func TestWithoutTheProgramThatAsksNHSONothingIsGivenBackByTheCommand(t *testing.T) {
	h := newClinic(t, nil)
	number := staffWork(t, h.store, time.Now())[0].ID.Number()
	staff := string(addOperator(t, h.data, "staff"))
	h.end()
	if got := call(t, onePIN+"\n", "work", "hold", number, "-as", staff, "-data", h.data); got.status != exitOK {
		t.Errorf("hold: %+v", got)
	}
	if got := call(t, onePIN+"\n", "work", "release", number, "-as", staff, "-data", h.data); got.status != exitError || !strings.Contains(got.err, "only the program that runs") {
		t.Errorf("release: %+v", got)
	}
}

func TestWorkThatNobodyClosedStaysInTheAccountOfItsMonth(t *testing.T) {
	data := t.TempDir()
	zone := filepath.Join(data, string(visit.ZoneDemo))
	s, err := storage.Open(zone, storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	old := now.AddDate(0, 0, -40)
	visits := staffWork(t, s, old)
	erased, err := s.Expire(now, storage.Keep{Confirmed: true, Days: 1, PhotoDays: 1, StaffDays: 30})
	if err != nil || erased.Visits != 2 || erased.Unclosed != 2 {
		t.Errorf("erased %+v, %v", erased, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	month := visits[0].ServiceDate.String()[:len("2026-11")]
	got := call(t, "", "work", "list", "-month", month, "-json", "-data", data)
	var items []map[string]any
	if err := json.Unmarshal([]byte(got.out), &items); err != nil || len(items) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	for i, want := range []string{"nhso-refused-visit", "service-date-passed"} {
		if items[i]["reason"] != want || items[i]["hcode"] != "99999" || items[i]["service_date"] != visits[i].ServiceDate.String() || items[i]["erased"] != true {
			t.Errorf("%v", items[i])
		}
	}
	if got := call(t, "", "work", "list", "-month", month, "-names", "-data", data); !strings.Contains(got.out, "0 open, 2 erased before anybody closed them") {
		t.Errorf("%+v", got)
	} else {
		for _, w := range personal {
			if strings.Contains(got.out, w) {
				t.Errorf("shows %q", w)
			}
		}
	}
}

func TestAWordTooMuchBehindWorkIsRefused(t *testing.T) {
	data := t.TempDir()
	for words, want := range map[string]string{
		"":                     "write: work list",
		"list it":              "write: work list",
		"show":                 "write: work list",
		"show V-000-000-000":   "there is no open work",
		"list -month november": "write year and month",
		"show x -month 2026-1": "write: work list",
		"show 01900000-0000-7000-8000-00000000a001": "no such visit",
	} {
		got := call(t, "", append(append([]string{"work"}, strings.Fields(words)...), "-data", data)...)
		if got.status != exitError || !strings.Contains(got.err, want) {
			t.Errorf("%q: %+v", words, got)
		}
	}
}
