package app

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"authenkiosk/app/config"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// The file is cut off while the program has it open, as a dying disk does.
func TestADataFileThatIsDamagedMeanwhileEndsTheProgramAndIsMendedByTheNextStart(t *testing.T) {
	c := config.Default()
	c.NHSO.Zone, c.NHSO.EndpointURL, c.NHSO.StatusURL = visit.ZoneTest, "http://127.0.0.1:1", "http://127.0.0.1:1"
	o := Options{Config: c, Data: t.TempDir(), Log: slog.New(slog.DiscardHandler)}
	own, err := New(o, NoScreen())
	if err != nil {
		t.Fatal(err)
	}
	waiting := visit.ID("01900000-0000-7000-8000-000000000007")
	saveWaiting(t, own.Store, waiting)
	ended := make(chan error, 1)
	go func() { ended <- own.Run(t.Context(), nil) }()
	for { // until one call has met it: a change under way can mend a small file
		if err := os.Truncate(filepath.Join(own.data, "authenkiosk.db"), 0); err != nil {
			t.Fatal(err)
		}
		if _, err := own.Store.Visit(waiting); errors.Is(err, storage.ErrDamaged) {
			break
		}
	}
	if err := <-ended; !errors.Is(err, errDamaged) {
		t.Errorf("the program ended with %v", err)
	}
	if own, err = New(o, NoScreen()); err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	if r, err := own.Store.Visit(waiting); err != nil || r.State != visit.StateInflight {
		t.Errorf("the visit that waits is %s, %v", r.State, err)
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
		ID: id, HCode: "99999", ServiceDate: visit.ServiceDateOf(now), PID: patient(1),
		Name: visit.Name{First: "ทดสอบ", Last: "ระบบ"}, Phone: phone, PhoneOwner: visit.PhoneOfPatient,
		ClaimType: visit.ClaimType{Code: "PG0060001"}, Method: visit.MethodCard, CreatedAt: now,
	}
	if err := s.Save(v, now); err != nil {
		t.Fatal(err)
	}
}
