package app

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"testing/synctest"
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

// lateNHSO does not show its codes before a time.
type lateNHSO struct {
	outbox.NHSO
	shows time.Time
}

func (n lateNHSO) Codes(ctx context.Context, pid visit.PID, date visit.Date) ([]visit.Authentication, error) {
	if time.Now().Before(n.shows) {
		return nil, nil
	}
	return n.NHSO.Codes(ctx, pid, date)
}

// TestNothingOfAnOldCopyIsSentTwice restores a copy of a store whose visits were all sent
// since: some from the queue, some after a desk had given them back.
func TestNothingOfAnOldCopyIsSentTwice(t *testing.T) {
	const visits = 20
	dir := t.TempDir()
	// The child that checks a file is no part of the bubble.
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 11, 30, 10, 0, 0, 0, visit.Bangkok)))
		zone, err := testzone.New(testzone.Options{})
		if err != nil {
			t.Fatal(err)
		}
		pipe := testzone.Pipe()
		ctx, cancel := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- zone.Serve(ctx, pipe) }()
		defer func() { cancel(); <-served; _ = zone.Close() }()
		client, err := nhso.NewEndpoint(nhso.Options{
			Zone: visit.ZoneDemo, EndpointURL: demo.SimulatorURL, StatusURL: demo.SimulatorURL, DialContext: pipe.DialContext,
			Token: (&demo.World{}).Token,
		})
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		addPatients(t, zone, 0, visits)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		// run has the outbox at work for a while; at first NHSO does not show its codes.
		run := func(s *storage.Store) {
			o := outbox.New(outbox.Options{
				Store: Visits{s, func(visit.ID, visit.State) {}}, Log: slog.New(slog.DiscardHandler),
				NHSO: lateNHSO{upstream.New(client, upstream.NewHealth(nil), nil, nil), time.Now().Add(outbox.SettleTime / 2)},
			})
			ctx, stop := context.WithTimeout(t.Context(), 10*time.Minute)
			defer stop()
			o.Run(ctx)
		}
		old := filepath.Join(dir, "old", string(visit.ZoneTest))
		code := storage.NewRecoveryCode()
		must(storage.AddRecovery(old, storage.KeyOptions{}, code))
		s, err := storage.Open(old, storage.Options{})
		must(err)
		phone, err := visit.ParsePhone(typedPhone)
		must(err)
		var ids, held []visit.ID
		for i := range visits {
			v := visit.Visit{
				ID: visit.ID(uuid.Must(uuid.NewV7()).String()), HCode: "99999", ServiceDate: visit.ServiceDateOf(time.Now()), PID: patient(i),
				Name: visit.Name{First: "ทดสอบ", Last: "ระบบ"}, Phone: phone, PhoneOwner: visit.PhoneOfPatient,
				ClaimType: visit.ClaimType{Code: general}, Method: visit.MethodCard, CreatedAt: time.Now(),
			}
			must(s.Save(v, v.CreatedAt))
			ids = append(ids, v.ID)
			if i%4 == 1 {
				must(s.Hold(v.ID, "desk/a", time.Now()))
				held = append(held, v.ID)
			}
			if i%4 == 2 { // it may be at work at NHSO while the copy is made
				must(s.Begin(v.ID, time.Now()))
			}
		}
		var copied bytes.Buffer
		_, err = s.Backup(&copied, storage.BackupContent{Zone: visit.ZoneTest, HCode: "99999"})
		must(err)
		time.Sleep(time.Second)
		for _, id := range held {
			must(s.Release(id, "desk/a", "desk/a", storage.Answer{At: time.Now()}, time.Now()))
		}
		before := len(zone.Codes())
		run(s)
		if got := len(zone.Codes()) - before; got != visits {
			t.Fatalf("NHSO has %d codes of %d visits", got, visits)
		}
		must(s.Close())

		done, err := storage.Restore(filepath.Join(dir, "new"), &copied, storage.RestoreOptions{Code: func() (string, error) { return code, nil }})
		must(err)
		s, err = storage.Open(done.Dir, storage.Options{})
		must(err)
		defer func() { _ = s.Close() }()
		for _, id := range held { // NHSO was asked, and did not show their codes yet
			must(s.Release(id, "desk/a", "desk/a", storage.Answer{At: time.Now()}, time.Now()))
		}
		sent := func() (n int) {
			for _, r := range zone.Requests() {
				if r.TransID != "" {
					n++
				}
			}
			return n
		}
		all := sent()
		run(s)
		if again := sent() - all; again != 0 || len(zone.Codes()) != before+visits {
			t.Errorf("%d were sent again; NHSO has %d codes", again, len(zone.Codes())-before)
		}
		for _, id := range ids {
			if r, err := s.Visit(id); err != nil || r.State != visit.StateDone {
				t.Errorf("%s is %s: %v", id, r.State, err)
			}
		}
	})
}
