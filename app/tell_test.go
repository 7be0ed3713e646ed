package app

import (
	"log/slog"
	"math"
	"testing"
	"time"

	"authenkiosk/agent/webhook"
	"authenkiosk/app/config"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

func TestVisitsStayUntilEveryReceiverOfTheConfigurationHasThem(t *testing.T) {
	data := t.TempDir()
	store, err := storage.Open(data, storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	secrets := storage.OpenSecrets(data)
	c := config.Default()
	log := slog.New(slog.DiscardHandler)
	delivered := func() uint64 {
		tell, err := newTell(tellOptions{Config: c, Store: store, Secrets: secrets, Data: data, Log: log, Changed: func() {}})
		if err != nil {
			t.Fatal(err)
		}
		return tell.delivered()
	}
	if n := delivered(); n != math.MaxUint64 {
		t.Errorf("without a receiver: %d", n)
	}
	for _, name := range []string{"his", "lab"} {
		c.Webhooks = append(c.Webhooks, config.Webhook{Name: name, URL: "http://127.0.0.1:9/"})
		if err := secrets.Set(c.NHSO.Zone, webhookSecret+name, webhook.NewSecret()); err != nil {
			t.Fatal(err)
		}
	}
	if n := delivered(); n != 0 {
		t.Errorf("when none has got anything: %d", n)
	}
	for name, place := range map[string]uint64{"webhook/his": 7, "webhook/lab": 5, "webhook/gone": 1} {
		if err := (cursors{store}).SetCursor(name, place); err != nil {
			t.Fatal(err)
		}
	}
	if n := delivered(); n != 5 {
		t.Errorf("the slower one has 5: %d", n)
	}
}

func TestAVisitThatWaitsForAReceiverOutlivesTheNight(t *testing.T) {
	store, err := storage.Open(t.TempDir(), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	doneOf(t, store, time.Now().AddDate(0, 0, -3))
	keep := storage.Keep{Days: 1, PhotoDays: 1, StaffDays: 30}
	log := slog.New(slog.DiscardHandler)
	_ = expire(store, time.Now(), keep, log)
	if list, _, err := (feedOf{store, log}).Visits(0, 10); err != nil || len(list) != 1 {
		t.Errorf("%d visits, %v", len(list), err)
	}
	keep.Delivered = math.MaxUint64
	_ = expire(store, time.Now(), keep, log)
	if list, _, err := (feedOf{store, log}).Visits(0, 10); err != nil || len(list) != 0 {
		t.Errorf("%d visits when it was delivered, %v", len(list), err)
	}
}

// doneOf saves a visit of that day that has its code.
func doneOf(t *testing.T, s *storage.Store, at time.Time) {
	t.Helper()
	phone, err := visit.ParsePhone("0800001234")
	if err != nil {
		t.Fatal(err)
	}
	v := visit.Visit{
		ID: "01900000-0000-7000-8000-000000000001", HCode: "99999", ServiceDate: visit.ServiceDateOf(at), PID: mustPID(t, adultPID),
		Name: visit.Name{First: "ทดสอบ", Last: "ระบบ"}, Sex: visit.SexMale, Birth: visit.PartialDate{Year: 2005, Month: 3, Day: 20}, Phone: phone,
		ClaimType: visit.ClaimType{Code: "PG0060001"}, Method: visit.MethodCard, CreatedAt: at,
	}
	for _, err := range []error{s.Save(v, at), s.Begin(v.ID, at), s.Done(v.ID, "PP1200000001", at)} {
		if err != nil {
			t.Fatal(err)
		}
	}
}
