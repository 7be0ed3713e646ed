package local

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/desk"
	"authenkiosk/desk/desktest"
)

func TestDevicesAreLookedAtOnceForAllDesksThatAsk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var looks atomic.Int32
		d := New(Options{Lights: desktest.Lights, Look: func(ctx context.Context) []desk.Finding {
			looks.Add(1)
			time.Sleep(3 * time.Second)
			if ctx.Err() != nil { // whoever asked first has gone
				return nil
			}
			return []desk.Finding{{Check: "disk", State: "ok"}}
		}})
		first, leave := context.WithCancel(t.Context())
		var asking sync.WaitGroup
		ask := func(ctx context.Context) {
			asking.Go(func() {
				if list, err := d.Devices(ctx, anna); err != nil || len(list) != 2 || list[1].Check != "disk" {
					t.Errorf("%+v, %v", list, err)
				}
			})
		}
		ask(first)
		synctest.Wait() // it looks
		for range 4 {
			ask(t.Context())
		}
		synctest.Wait()
		leave()
		asking.Wait()
		if looks.Load() != 1 {
			t.Errorf("looked %d times", looks.Load())
		}
		time.Sleep(freshFindings)
		if _, err := d.Devices(t.Context(), anna); err != nil || looks.Load() != 2 {
			t.Errorf("later: %d times, %v", looks.Load(), err)
		}
	})
}

func TestACommandWithoutTheProgramKnowsNoDevices(t *testing.T) {
	if _, err := New(Options{}).Devices(t.Context(), anna); !errors.Is(err, desk.Failed) {
		t.Errorf("%v", err)
	}
}

func TestTheMachineHearsOnceThatSomebodyComes(t *testing.T) {
	heard := 0
	d := New(Options{Store: openStore(t), Machine: desktest.Machine, Coming: func() { heard++ }})
	d.CallHelp("welcome")
	list, _ := d.Calls(t.Context())
	for range 2 {
		if err := d.Coming(t.Context(), anna, list[0].ID); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Coming(t.Context(), anna, "another"); err == nil || heard != 1 {
		t.Errorf("heard %d times, %v", heard, err)
	}
}

func TestACallThatTheAuditCannotHaveWaitsOn(t *testing.T) {
	s := openStore(t)
	d := New(Options{Store: s, Machine: desktest.Machine})
	d.CallHelp("welcome")
	list, _ := d.Calls(t.Context())
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := d.Coming(t.Context(), anna, list[0].ID); !errors.Is(err, desk.Failed) {
		t.Errorf("%v", err)
	}
	if again, _ := d.Calls(t.Context()); len(again) != 1 || again[0] != list[0] {
		t.Errorf("%+v", again)
	}
}
