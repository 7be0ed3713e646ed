package cli

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"authenkiosk/storage"
	"authenkiosk/visit"
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
			{"list -names", []string{somePID, "สมมุติ ทดลองระบบ"}, []string{"0800001234"}},
			{"show " + visits[1].ID.Number(), []string{"certifier", "parent", "PG0060001", "K15", "read-card", "desk-1/somebody", visits[1].ServiceDate.Next().String() + " 00:00"}, personal},
			{"show -json " + string(visits[0].ID), []string{`"attempts": 1`, `"state": "staff"`, `"kind": "refused"`, `"new-authen"`}, append(personal, "held_by")},
			{"show " + string(visits[0].ID) + " -names", []string{somePID, "0800001234", "not known"}, nil},
		} {
			got := call(t, "", append(append([]string{"work"}, strings.Fields(c.words)...), "-data", h.data)...)
			if got.status != exitOK {
				t.Errorf("%s, %s: %+v", when, c.words, got)
			}
			for _, w := range c.want {
				if !strings.Contains(got.out, w) {
					t.Errorf("%s, %s: %q is missing in\n%s", when, c.words, w, got.out)
				}
			}
			for _, w := range c.never {
				if strings.Contains(got.out+got.err, w) {
					t.Errorf("%s, %s: shows %q", when, c.words, w)
				}
			}
		}
	}
	look("while it runs")
	h.end()
	look("when it has ended")
	audit := call(t, "", "audit", "export", "-data", h.data)
	if n := strings.Count(audit.out, "work-names-shown"); n != 4 {
		t.Errorf("the audit says %d times that names were shown", n)
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
