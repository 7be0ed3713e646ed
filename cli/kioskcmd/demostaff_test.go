package kioskcmd

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"

	"authenkiosk/app/demo"
	"authenkiosk/cli"
	"authenkiosk/visit/desk"
)

func TestSomebodyMaySignInAtAStationOfTheDemo(t *testing.T) {
	s := &cli.Settings{Data: filepath.Join(t.TempDir(), "data"), Log: slog.New(slog.DiscardHandler)}
	f := &flags{asDemo: true}
	f.Station = func(_ context.Context, o StationOpening) error {
		for range 2 { // it is added once
			made, err := o.Try()
			if err != nil {
				return err
			}
			all, err := made.Operators()
			if err != nil || len(all) != 1 || all[0].Name.Full() != demo.Operator {
				t.Errorf("there are %v: %v", all, err)
			}
			pin, err := desk.ParsePIN(demo.PIN)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := made.SignIn(all[0].ID, pin); err != nil {
				t.Error(err)
			}
			made.Close()
		}
		return nil
	}
	if err := f.station(&cli.Program{}, t.Context(), s); err != nil {
		t.Fatal(err)
	}
}
