package kiosk

import (
	"log/slog"
	"testing"

	"authenkiosk/desk"
	rules "authenkiosk/visit/desk"
	"authenkiosk/visit/flow"
)

func TestOpeningTheHelpPageCallsTheStaffAndClosingItDoesNot(t *testing.T) {
	playWire(t, slog.New(slog.DiscardHandler), slipsAsPictures, func(t *testing.T, w *wire) {
		anna := desk.Operator{ID: "0123456789abcdef", Name: "desk-1/anna", Role: rules.Staff}
		for n, want := range []int{1, 0, 1} { // open, close, open
			w.kiosk.Send(flow.TapHelp{})
			w.kiosk.Send(flow.Touched{})
			w.until("help page", func(m flow.Model) bool { return m.Help == (n%2 == 0) })
			calls, err := w.kiosk.Desk.Calls(t.Context())
			if err != nil || len(calls) != want {
				t.Fatalf("after %d taps there are %d calls, want %d: %v", n+1, len(calls), want, err)
			}
			for _, c := range calls {
				if c.Screen != "welcome" {
					t.Errorf("they call from %q", c.Screen)
				}
				if err := w.kiosk.Desk.Coming(t.Context(), anna, c.ID); err != nil {
					t.Error(err)
				}
			}
		}
	})
}

func TestWhoeverCalledSeesThatSomebodyComesUntilTheHelpPageIsClosed(t *testing.T) {
	playWire(t, slog.New(slog.DiscardHandler), slipsAsPictures, func(t *testing.T, w *wire) {
		anna := desk.Operator{ID: "0123456789abcdef", Name: "desk-1/anna", Role: rules.Staff}
		w.kiosk.Send(flow.TapHelp{})
		w.until("help page", func(m flow.Model) bool { return m.Help && !m.Coming })
		calls, err := w.kiosk.Desk.Calls(t.Context())
		if err != nil || len(calls) != 1 {
			t.Fatalf("%d calls, %v", len(calls), err)
		}
		if err := w.kiosk.Desk.Coming(t.Context(), anna, calls[0].ID); err != nil {
			t.Fatal(err)
		}
		w.until("somebody who comes", func(m flow.Model) bool { return m.Coming })
		w.kiosk.Send(flow.TapHelp{})
		w.until("closed page", func(m flow.Model) bool { return !m.Help && !m.Coming })
	})
}
