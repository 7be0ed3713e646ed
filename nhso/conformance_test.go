package nhso_test

import (
	"slices"
	"testing"

	"authenkiosk/nhso"
	"authenkiosk/nhso/testzone"
	"authenkiosk/visit"
)

// conform proves that an upstream keeps the contract of nhso.Upstream. Every
// upstream is tested with it, connected to a fresh simulator whose persons it
// asks about; today is the simulator's day. ready is called before each
// submission, for upstreams that need a card in a reader first; it may be nil.
func conform(t *testing.T, up nhso.Upstream, zone *testzone.Zone, today visit.Date, ready func(serial string)) {
	t.Helper()
	if ready == nil {
		ready = func(string) {}
	}
	conformRights(t, up, today)
	conformStatus(t, up, today)
	conformSubmit(t, up, zone, today, ready)
	conformRefusal(t, up, zone, today, ready)
	if h, err := up.Probe(t.Context()); err != nil || h.At.IsZero() || h.Latency < 0 {
		t.Errorf("probe: %+v, %v", h, err)
	}
	if !slices.Contains(up.Abilities().Methods, visit.MethodCard) {
		t.Error("an upstream takes at least the patient's own card")
	}
}

func conformRights(t *testing.T, up nhso.Upstream, today visit.Date) {
	t.Helper()
	for _, p := range testzone.Population() {
		pid, err := visit.ParsePID(p.PID)
		if err != nil {
			t.Fatal(err)
		}
		a, err := up.Right(t.Context(), pid, today)
		if err != nil {
			t.Errorf("right of %s: %v", p.Note, err)
			continue
		}
		none := p.Main.ID == "" || p.DeathDate != ""
		if a.Right.IsZero() != none || a.Right.Deceased != (p.DeathDate != "") {
			t.Errorf("right of %s: got %v", p.Note, a)
		}
		if !none && (a.Right.Main != p.Main || a.Right.Sub != p.Sub || a.Right.HospMain != p.HospMain ||
			a.Right.HospMainOp != p.HospMainOp || a.Right.HospSub != p.HospSub || a.PaidModel != p.PaidModel) {
			t.Errorf("right of %s: got %+v", p.Note, a.Right)
		}
		if a.Right.NationID != p.Nation || a.Sex != p.Sex || a.Right.Holder.First != p.FirstName {
			t.Errorf("person of %s differs", p.Note)
		}
		if up.Abilities().ClaimTypes != (a.ClaimTypes != nil) && !none {
			t.Errorf("right of %s: claim types %v against the abilities", p.Note, a.ClaimTypes)
		}
	}
	if a, err := up.Right(t.Context(), testzone.PID("999999999999"), today); err != nil || !a.Right.IsZero() {
		t.Errorf("nobody of that number is an answer: got %v, %v", a, err)
	}
}

func conformStatus(t *testing.T, up nhso.Upstream, today visit.Date) {
	t.Helper()
	for serial, unit := range map[string]visit.Hospital{testzone.DoneHere: testzone.Here, testzone.DoneThere: testzone.Elsewhere} {
		got, err := up.Status(t.Context(), testzone.PID(serial), today)
		if err != nil || len(got) != 1 || got[0].Hospital != unit || visit.ServiceDateOf(got[0].At) != today {
			t.Errorf("status of %s: got %+v, %v", serial, got, err)
		}
		yesterday := visit.ServiceDateOf(today.Midnight().Add(-1))
		if got, err := up.Status(t.Context(), testzone.PID(serial), yesterday); err != nil || len(got) != 0 {
			t.Errorf("status of yesterday: got %+v, %v", got, err)
		}
	}
	if got, err := up.Status(t.Context(), testzone.PID(testzone.Elder), today); err != nil || len(got) != 0 {
		t.Errorf("no code is an answer: got %v, %v", got, err)
	}
}

func conformSubmit(t *testing.T, up nhso.Upstream, zone *testzone.Zone, today visit.Date, ready func(string)) {
	t.Helper()
	for _, serial := range []string{testzone.Adult, testzone.Insured, testzone.DoneThere} {
		ready(serial)
		receipt, err := up.Submit(t.Context(), submission(serial, today))
		if err != nil || visit.ServiceDateOf(receipt.At) != today {
			t.Errorf("submit %s: %+v, %v", serial, receipt, err)
			continue
		}
		found, err := up.Status(t.Context(), testzone.PID(serial), today)
		if err != nil || !slices.ContainsFunc(found, func(a visit.Authentication) bool { return a.Code == receipt.Code }) {
			t.Errorf("the status of %s lacks the code: %+v, %v", serial, found, err)
		}
	}
	before := len(zone.Codes())
	ready(testzone.Adult)
	_, err := up.Submit(t.Context(), submission(testzone.Adult, today))
	if nhso.KindOf(err) != nhso.Duplicate || nhso.ProblemOf(err) != visit.NHSORefusedVisit {
		t.Errorf("a second submission: got %v", err)
	}
	if len(zone.Codes()) != before {
		t.Error("a second submission made a code")
	}
}

func conformRefusal(t *testing.T, up nhso.Upstream, zone *testzone.Zone, today visit.Date, ready func(string)) {
	t.Helper()
	before := len(zone.Codes())
	for _, serial := range []string{testzone.WithoutAny, testzone.Late} {
		ready(serial)
		_, err := up.Submit(t.Context(), submission(serial, today))
		if nhso.KindOf(err) != nhso.Refused || nhso.MessageOf(err) == "" {
			t.Errorf("submit %s: got %v", serial, err)
		}
	}
	s := submission(testzone.Elder, today)
	s.Visit.ServiceDate = today.Next()
	if _, err := up.Submit(t.Context(), s); nhso.KindOf(err) != nhso.Invalid {
		t.Errorf("a visit of another day: got %v", err)
	}
	if len(zone.Codes()) != before {
		t.Error("a refused submission made a code")
	}
}

func TestEndpointConformsInBothShapesOfTheService(t *testing.T) {
	for name, zo := range map[string]testzone.Options{"new": {}, "old": {OldShape: true}} {
		t.Run(name, func(t *testing.T) {
			bubble(t, zo, nil, func(t *testing.T, r rig) { conform(t, r.client, r.zone, r.today, nil) })
		})
	}
}
