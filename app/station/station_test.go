package station

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"testing"
	"time"

	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/app/demo"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/desk"
	"authenkiosk/desk/session"
	"authenkiosk/storage"
	"authenkiosk/storage/storagetest"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
	"authenkiosk/visit/flow"
)

func TestMain(m *testing.M) {
	storage.CheckMain() // it ends the process where it was started to check a file
	storagetest.CheapPINs()
	os.Exit(m.Run())
}

// running starts a station of the demo with its screen, and ends it with the test.
func running(t *testing.T, on visit.OnCard) (s *Station, world *demo.World, cards chan visit.PID) {
	t.Helper()
	world, err := demo.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.Agent.Listen, c.Station.OnCard = "127.0.0.1:0", on
	cards = make(chan visit.PID, 16)
	lights := make(chan visit.Devices, 256)
	s = started(t, app.Options{Config: c, Data: t.TempDir(), Demo: world}, Screen{
		Devices: func(d visit.Devices) { lights <- d }, Card: func(p visit.PID) { cards <- p },
	})
	<-lights
	return s, world, cards
}

// started runs a station, and ends it with the test.
func started(t *testing.T, o app.Options, screen Screen) *Station {
	t.Helper()
	o.Log = slog.New(slog.DiscardHandler)
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	if screen.Visit == nil {
		screen.Visit = func(flow.Station) {}
	}
	if screen.Changed == nil {
		screen.Changed, screen.Calls = func() {}, func(int, []desk.Call) {}
	}
	go func() { ended <- s.Run(ctx, screen) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestTheScreenIsToldWhoseCardIsInAndThatItIsOut(t *testing.T) {
	s, world, cards := running(t, visit.OnCardNotice)
	person := virtualcard.Adult()
	if err := world.Zone.Desk().Insert(person.PID.Digits()); err != nil {
		t.Fatal(err)
	}
	if got := <-cards; got != person.PID {
		t.Errorf("told of %v", got)
	}
	world.Zone.Desk().Remove()
	if got := <-cards; !got.IsZero() {
		t.Errorf("told of %v when the card is out", got)
	}
	if got := s.Status(); got.Mode != "station" || got.Screen != "sign-in" || s.Agent == nil {
		t.Errorf("the local status has mode %q and screen %q", got.Mode, got.Screen)
	}
}

func TestAStationThatReadsNoCardTellsNothing(t *testing.T) {
	s, world, cards := running(t, visit.OnCardOff)
	if err := world.Zone.Desk().Insert(virtualcard.Adult().PID.Digits()); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); s.Cards.Insertion() == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the card does not come in")
		}
	}
	world.Zone.Desk().Remove()
	for deadline := time.Now().Add(time.Minute); s.Cards.Insertion() != 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the card does not go")
		}
	}
	select {
	case got := <-cards:
		t.Errorf("told of %v", got)
	default:
	}
}

func TestAnOperatorIsLetInHereAndNowhereElse(t *testing.T) {
	s, _, _ := running(t, visit.OnCardNotice)
	name, err := rules.ParseOperatorName("สมศรี")
	pin, bad := rules.NewPIN("204916")
	if err = errors.Join(err, bad); err != nil {
		t.Fatal(err)
	}
	id, err := s.Store.AddOperator(name, rules.Staff, pin)
	if err != nil {
		t.Fatal(err)
	}
	holder := virtualcard.Officer().PID
	if err := s.Store.NameByCard(id, holder); err != nil {
		t.Fatal(err)
	}
	all, err := s.Operators()
	named, bad := s.OfCard(holder)
	if err != nil || bad != nil || len(all) != 1 || named.ID != id {
		t.Errorf("%d operators, the card names %q: %v, %v", len(all), named.ID, err, bad)
	}
	token, _, err := s.SignIn(id, pin)
	if err != nil {
		t.Fatal(err)
	}
	if o, err := s.Of(token); err != nil || o.ID != id {
		t.Errorf("the session is of %q: %v", o.ID, err)
	}
	if _, err := s.sessions.Of(token, "elsewhere"); !errors.Is(err, session.ErrOver) {
		t.Errorf("at another machine: %v", err)
	}
	s.SignOut(token)
	if _, err := s.Of(token); !errors.Is(err, session.ErrOver) {
		t.Errorf("after signing out: %v", err)
	}
}
