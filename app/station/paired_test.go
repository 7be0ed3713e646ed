package station

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/app/demo"
	"authenkiosk/app/pairings"
	"authenkiosk/desk"
	"authenkiosk/desk/local"
	"authenkiosk/desk/remote"
	"authenkiosk/desk/session"
	"authenkiosk/storage"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// withOperator adds an operator to a store, whose id is made at random.
func withOperator(t *testing.T, s *storage.Store, name, pin string) rules.OperatorID {
	t.Helper()
	as, err := rules.ParseOperatorName(name)
	if err != nil {
		t.Fatal(err)
	}
	p, err := rules.NewPIN(pin)
	if err != nil {
		t.Fatal(err)
	}
	id, err := s.AddOperator(as, rules.Staff, p)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestTheDeskOfAPairedMachineIsAskedAsTheSamePersonThere(t *testing.T) {
	kiosk, err := storage.Open(t.TempDir(), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = kiosk.Close() })
	there := withOperator(t, kiosk, "สมศรี", "204916")
	owner := local.New(local.Options{Store: kiosk, Machine: "kiosk-1"})
	server := httptest.NewServer(&remote.Handler{
		Desk: owner, Sessions: session.New(kiosk), Machine: func(*http.Request) string { return "desk-1" }, Log: slog.New(slog.DiscardHandler),
	})
	t.Cleanup(server.Close)

	data := t.TempDir()
	book := pairings.NewBook(storage.OpenSecrets(filepath.Join(data, string(visit.ZoneDemo))), visit.ZoneDemo)
	if err := book.Keep(pairings.Pairing{URL: server.URL, Machine: "desk-1", Token: "0000000000000000000000000000000000000000000"}); err != nil {
		t.Fatal(err)
	}
	world, err := demo.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.Agent.Listen, c.Desk.URLs = "127.0.0.1:0", []string{server.URL, "https://kiosk-2:8189"}
	calls := make(chan []desk.Call, 16)
	changed := make(chan bool, 64)
	s := started(t, app.Options{Config: c, Data: data, Demo: world}, Screen{
		Devices: func(visit.Devices) {}, Card: func(visit.PID) {}, Changed: func() { changed <- true }, Calls: func(_ int, list []desk.Call) { calls <- list },
	})
	if len(s.Others) != 2 || s.Others[0].Machine != "127.0.0.1" || s.Others[1].Machine != "kiosk-2" || s.Others[1].Desk != nil {
		t.Fatalf("%+v", s.Others)
	}
	here := withOperator(t, s.Store, "สมศรี", "204916")
	pin, err := rules.ParsePIN("204916")
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := s.SignIn(here, pin)
	if err != nil {
		t.Fatal(err)
	}
	var who desk.Operator
	for deadline := time.Now().Add(time.Minute); ; <-changed {
		if who, err = s.Others[0].Who(token); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
	if who.ID != there || who.Name != "desk-1/สมศรี" {
		t.Errorf("%+v is signed in there, want %s", who, there)
	}
	if _, err := s.Others[0].Desk.Work(t.Context(), who); err != nil {
		t.Errorf("the work there: %v", err)
	}
	owner.CallHelp("welcome")
	for list := range calls {
		if len(list) == 1 && list[0].Machine == "kiosk-1" {
			break
		}
	}
	s.SignOut(token)
	if _, err := s.Others[0].Who(token); err == nil {
		t.Error("still signed in there")
	}
}
