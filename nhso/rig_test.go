package nhso_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/nhso"
	"authenkiosk/nhso/testzone"
	"authenkiosk/visit"
)

const visitID = visit.ID("01900000-0000-7000-8000-000000000001")

// rig is a client and the simulator, joined in memory inside a synctest bubble,
// so that time-outs of seconds take no time.
type rig struct {
	zone   *testzone.Zone
	client *nhso.Endpoint
	today  visit.Date
}

// bubble runs a test on a rig with the real time-outs.
func bubble(t *testing.T, zo testzone.Options, change func(*nhso.Options), test func(*testing.T, rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		zone, err := testzone.New(zo)
		if err != nil {
			t.Fatal(err)
		}
		l := testzone.Pipe()
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- zone.Serve(ctx, l) }()
		o := nhso.Options{Zone: visit.ZoneDemo, DialContext: l.DialContext, Token: fixed(testzone.DefaultToken)}
		if change != nil {
			change(&o)
		}
		client, err := nhso.NewEndpoint(o)
		if err != nil {
			t.Fatal(err)
		}
		test(t, rig{zone, client, visit.ServiceDateOf(time.Now())})
		client.Close()
		stop()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
}

func fixed(token string) func() (string, error) {
	return func() (string, error) { return token, nil }
}

// submission is a complete visit of a person of the population.
func submission(serial string, day visit.Date) nhso.Submission {
	phone, err := visit.ParsePhone("0800001234")
	if err != nil {
		panic(err)
	}
	return nhso.Submission{Visit: visit.Visit{
		ID: visitID, HCode: "99999", ServiceDate: day, PID: testzone.PID(serial), Name: visit.Name{First: "ทดสอบ", Last: "ระบบ"},
		Sex: visit.SexMale, Birth: visit.PartialDate{Year: 2005, Month: 3, Day: 20}, Phone: phone,
		ClaimType: visit.ClaimType{Code: "PG0060001"}, Method: visit.MethodCard,
	}}
}

// calls are the operations of an upstream for one person.
func (r rig) calls(serial string) map[string]func(context.Context) error {
	pid := testzone.PID(serial)
	return map[string]func(context.Context) error{
		"right":  func(ctx context.Context) error { _, err := r.client.Right(ctx, pid, r.today); return err },
		"status": func(ctx context.Context) error { _, err := r.client.Status(ctx, pid, r.today); return err },
		"submit": func(ctx context.Context) error {
			_, err := r.client.Submit(ctx, submission(serial, r.today))
			return err
		},
		"probe": func(ctx context.Context) error { _, err := r.client.Probe(ctx); return err },
	}
}

func (r rig) made(serial string) int {
	n := 0
	for _, c := range r.zone.Codes() {
		if c.PID == testzone.PID(serial).Digits() {
			n++
		}
	}
	return n
}
