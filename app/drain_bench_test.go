package app

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"

	"authenkiosk/app/demo"
	"authenkiosk/app/upstream"
	"authenkiosk/nhso"
	"authenkiosk/nhso/testzone"
	"authenkiosk/outbox"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// BenchmarkDrain takes a queue of visits through store, outbox, client and test
// zone, as after a time without a network. One operation is one visit.
func BenchmarkDrain(b *testing.B) {
	zone, err := testzone.New(testzone.Options{})
	if err != nil {
		b.Fatal(err)
	}
	pipe := testzone.Pipe()
	ctx, cancel := context.WithCancel(b.Context())
	served := make(chan error, 1)
	go func() { served <- zone.Serve(ctx, pipe) }()
	defer func() { cancel(); <-served }()
	client, err := nhso.NewEndpoint(nhso.Options{
		Zone: visit.ZoneDemo, EndpointURL: demo.SimulatorURL, StatusURL: demo.SimulatorURL, DialContext: pipe.DialContext,
		Token: (&demo.World{}).Token,
	})
	if err != nil {
		b.Fatal(err)
	}
	store, err := storage.Open(b.TempDir(), storage.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = store.Close() }()

	const queued = 400
	pattern := zone.Persons()[0]
	phone, _ := visit.ParsePhone(typedPhone)
	queue := func(round int) time.Duration {
		began := time.Now()
		for i := range queued {
			p := pattern
			pid := patient(round*queued + i)
			p.PID = pid.Digits()
			if err := zone.PutPerson(p); err != nil {
				b.Fatal(err)
			}
			v := visit.Visit{
				ID: visit.ID(uuid.Must(uuid.NewV7()).String()), HCode: "99999", ServiceDate: visit.ServiceDateOf(time.Now()),
				PID: pid, Phone: phone, PhoneOwner: visit.PhoneOfPatient, ClaimType: visit.ClaimType{Code: "PG0060001"},
				Method: visit.MethodCard, Name: visit.Name{First: "ทดสอบ", Last: "ระบบ"}, CreatedAt: time.Now(),
			}
			if err := store.Save(v, v.CreatedAt); err != nil {
				b.Fatal(err)
			}
		}
		return time.Since(began)
	}
	var saving, draining time.Duration
	rounds := 0
	for b.Loop() {
		b.StopTimer()
		saving += queue(rounds)
		rounds++
		b.StartTimer()
		began := time.Now()
		settled := make(chan struct{}, queued)
		o := outbox.New(outbox.Options{
			Store: Visits{store, func(visit.ID, visit.State) {}}, NHSO: upstream.New(client, upstream.NewHealth(nil), nil, nil), Log: slog.New(slog.DiscardHandler),
			Notify: func(visit.ID, outbox.Outcome) { settled <- struct{}{} },
		})
		runCtx, stop := context.WithCancel(ctx)
		ended := make(chan struct{})
		go func() { o.Run(runCtx); close(ended) }()
		for range queued {
			<-settled
		}
		stop()
		<-ended
		draining += time.Since(began)
	}
	b.ReportMetric(float64(rounds*queued)/saving.Seconds(), "saved/s")
	b.ReportMetric(float64(rounds*queued)/draining.Seconds(), "drained/s")
}
