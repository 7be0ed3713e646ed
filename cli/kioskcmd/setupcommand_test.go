package kioskcmd

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"testing"

	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/app/setup"
	"authenkiosk/cli"
	"authenkiosk/storage"
	"authenkiosk/visit"
	"authenkiosk/visit/desk"
)

func TestTheWizardComesWhereNobodyHasSaidForWhichUnitTheMachineWorks(t *testing.T) {
	for _, c := range []struct {
		name, file, settings string
		asDemo, again        bool
		want                 bool
	}{
		{"nothing at all", "", "", false, false, true},
		{"what the package writes", "[nhso]\nzone = \"test\"\n[agent]\nenabled = true\n", "", false, false, true},
		{"a configuration with a unit", "[unit]\nhcode = \"12345\"\n", "", false, false, false},
		{"settings with a unit", "", "[unit]\nhcode = \"12345\"\n", false, false, false},
		{"a configuration of the demo", "[nhso]\nzone = \"demo\"\n", "", false, false, false},
		{"the demo", "", "", true, false, false},
		{"a mistake, which the face shows", "[unit]\nhcode = 5\n", "", false, false, false},
		{"once more, because somebody wants it", "[unit]\nhcode = \"12345\"\n", "", false, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &cli.Settings{Data: t.TempDir(), Log: slog.New(slog.DiscardHandler)}
			if c.file != "" {
				s.ConfigFile = filepath.Join(s.Data, "kiosk.toml")
				write(t, s.ConfigFile, c.file)
			}
			if c.settings != "" {
				write(t, config.SettingsFile(s.Data), c.settings)
			}
			f := &flags{asDemo: c.asDemo, again: c.again}
			got, err := f.wizard(s, setup.Kiosk)
			if err != nil || (got != nil) != c.want {
				t.Fatalf("%+v, %v", got, err)
			}
			if got == nil {
				return
			}
			if zone := visit.Zone(got.Model.Values["nhso.zone"]); zone != visit.ZoneTest {
				t.Errorf("it begins in zone %s", zone)
			}
			if got.Demo(); !f.asDemo {
				t.Error("the demo cannot be chosen")
			}
		})
	}
}

func TestAMachineThatHasLostItsSettingsIsNotSetUpByWhoeverStandsBeforeIt(t *testing.T) {
	s := &cli.Settings{Data: t.TempDir(), Log: slog.New(slog.DiscardHandler)}
	store, err := storage.Open(filepath.Join(s.Data, "test"), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	name, err := desk.ParseOperatorName("สมศรี")
	pin, bad := desk.NewPIN("204916")
	if err = errors.Join(err, bad); err == nil {
		_, err = store.AddOperator(name, desk.Administrator, pin)
	}
	if err := errors.Join(err, store.Close()); err != nil {
		t.Fatal(err)
	}
	f := &flags{}
	if got, err := f.wizard(s, setup.Kiosk); got != nil || err != nil {
		t.Errorf("the wizard comes: %v", err)
	}
	face := func(app.Options) error { return nil }
	if err := f.open(&cli.Program{}, s, nil, false, face); app.StartProblem(err) != visit.ConfigWrong || !errors.Is(err, errGone) {
		t.Errorf("it starts, or does not say why not: %v", err)
	}
	write(t, config.SettingsFile(s.Data), "[unit]\nhcode = \"12345\"\n[nhso]\nzone = \"test\"\n")
	if err := f.open(&cli.Program{}, s, nil, false, face); err != nil {
		t.Errorf("with the file put back: %v", err)
	}
	if got, err := (&flags{again: true}).wizard(s, setup.Kiosk); got == nil || err != nil {
		t.Errorf("an administrator cannot set it up again: %v", err)
	}
}

func TestTheDemoHasNoConfigurationOfAMachine(t *testing.T) {
	s := &cli.Settings{Data: t.TempDir(), ConfigFile: "kiosk.toml"}
	if _, err := (&flags{asDemo: true}).wizard(s, setup.Kiosk); err == nil {
		t.Error("a configuration was left aside without a word")
	}
}

func TestSetupOpensTheFaceThatIsNamed(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string // empty: an error
	}{
		{nil, "kiosk"}, {[]string{"kiosk"}, "kiosk"}, {[]string{"station"}, "station"}, {[]string{"agent"}, ""}, {[]string{"kiosk", "station"}, ""},
	} {
		opened := ""
		f := &flags{Faces: Faces{
			Kiosk:   func(_ context.Context, o Opening) error { opened = "kiosk" + without(o.Setup); return nil },
			Station: func(_ context.Context, o StationOpening) error { opened = "station" + without(o.Setup); return nil },
		}}
		s := &cli.Settings{Args: c.args, Data: t.TempDir(), Log: slog.New(slog.DiscardHandler)}
		if err := f.setup(&cli.Program{}, t.Context(), s); opened != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%q: %q, %v", c.args, opened, err)
		}
	}
}

func without(s *Setup) string {
	if s == nil {
		return " without the wizard"
	}
	return ""
}
