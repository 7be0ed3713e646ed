package app

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"authenkiosk/app/config"
	"authenkiosk/storage"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// The file is cut off while the program has it open, as a dying disk does.
func TestADataFileThatIsDamagedMeanwhileEndsTheProgramAndIsMendedByTheNextStart(t *testing.T) {
	for _, face := range []string{"kiosk", "agent"} {
		t.Run(face, func(t *testing.T) {
			c := config.Default()
			c.NHSO.Zone, c.NHSO.EndpointURL, c.NHSO.StatusURL = visit.ZoneTest, "http://127.0.0.1:1", "http://127.0.0.1:1"
			c.Agent.Listen = "127.0.0.1:0"
			o := KioskOptions{Config: c, Data: t.TempDir(), Log: slog.New(slog.DiscardHandler)}
			start := func() (*core, func(context.Context) error) {
				if face == "agent" {
					h, err := NewHeadless(o)
					if err != nil {
						t.Fatal(err)
					}
					return h.core, h.Run
				}
				k, err := NewKiosk(o)
				if err != nil {
					t.Fatal(err)
				}
				return k.core, func(ctx context.Context) error { return k.Run(ctx, func(flow.Model) {}) }
			}
			own, run := start()
			waiting := visit.ID("01900000-0000-7000-8000-000000000007")
			saveWaiting(t, own.store, waiting)
			ended := make(chan error, 1)
			go func() { ended <- run(t.Context()) }()
			if err := os.Truncate(filepath.Join(own.data, "authenkiosk.db"), 0); err != nil {
				t.Fatal(err)
			}
			for { // until one call has met it
				if _, err := own.store.Visit(waiting); errors.Is(err, storage.ErrDamaged) {
					break
				}
			}
			if err := <-ended; !errors.Is(err, errDamaged) {
				t.Errorf("the program ended with %v", err)
			}
			own, _ = start()
			defer own.close()
			if r, err := own.store.Visit(waiting); err != nil || r.State != storage.StateInflight {
				t.Errorf("the visit that waits is %s, %v", r.State, err)
			}
		})
	}
}

func saveWaiting(t *testing.T, s *storage.Store, id visit.ID) {
	t.Helper()
	phone, err := visit.ParsePhone(typedPhone)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	v := visit.Visit{
		ID: id, HCode: "99999", ServiceDate: visit.ServiceDateOf(now), PID: mustPID(t, adultPID),
		Name: visit.Name{First: "ทดสอบ", Last: "ระบบ"}, Phone: phone, PhoneOwner: visit.PhoneOfPatient,
		ClaimType: visit.ClaimType{Code: "PG0060001"}, Method: visit.MethodCard, CreatedAt: now,
	}
	if err := s.Save(v, now); err != nil {
		t.Fatal(err)
	}
}
