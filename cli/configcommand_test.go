package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"authenkiosk/app/config"
)

func TestEveryValueSaysWhereItComesFrom(t *testing.T) {
	file, data := zoneConfig(t)
	write(t, file, read(t, file)+"recorder_pid = \"9000000000004\"\n[camera]\nsource = \"mjpeg:http://me:s3cret@192.0.2.8/video\"\n")
	if _, err := config.Change(file, data, map[string]string{"unit.name": "ใหม่"}); err != nil {
		t.Fatal(err)
	}
	got := call(t, "", "config", "show", "-config", file, "-data", data)
	if got.status != exitOK || strings.Contains(got.out, "9000000000004") || strings.Contains(got.out, "s3cret") {
		t.Fatalf("%+v", got)
	}
	for _, want := range []string{`unit.name "ใหม่" ` + config.SettingsFile(data), `nhso.zone "test" ` + file, `printer.kind "none" default`} {
		if !strings.Contains(strings.Join(strings.Fields(got.out), " "), want) {
			t.Errorf("there is no line %q:\n%s", want, got.out)
		}
	}
}

func TestBadSettingsStopACommandAndAreNamed(t *testing.T) {
	file, data := zoneConfig(t)
	if err := os.MkdirAll(data, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, config.SettingsFile(data), "[unit]\nhcode = \"1\"\n")
	for _, command := range [][]string{{"config", "show"}, {"doctor"}, {"zone", "show"}} {
		got := call(t, "", append(command, "-config", file, "-data", data)...)
		if got.status != exitError || !strings.Contains(got.err, config.SettingsFile(data)+":2: unit.hcode") {
			t.Errorf("%q: %+v", command, got)
		}
	}
}

// TestAVersionThatIsPutBackStartsWithTheSettingsOfTheNewerOne looks at what everything does
// that reads the configuration.
func TestAVersionThatIsPutBackStartsWithTheSettingsOfTheNewerOne(t *testing.T) {
	file, data := zoneConfig(t)
	if err := os.MkdirAll(data, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, config.SettingsFile(data), "[unit]\ncolour = \"blue\"\n")
	for _, command := range [][]string{{"config", "show"}, {"zone", "show"}} {
		got := call(t, "", append(command, "-config", file, "-data", data)...)
		if got.status != exitOK || strings.Count(got.err, "unit.colour") != 1 {
			t.Errorf("%q: %+v", command, got)
		}
	}
	got := call(t, "", "doctor", "-config", file, "-data", data)
	for line := range strings.Lines(got.out) {
		if strings.Contains(line, "unit.colour") && strings.Contains(line, "warning") {
			return
		}
	}
	t.Errorf("doctor does not warn of it: %+v", got)
}

func TestAConfigurationGoesToTheNextMachine(t *testing.T) {
	file, data := zoneConfig(t)
	if _, err := config.Change(file, data, map[string]string{"unit.hcode": "10001", "printer.kind": "escpos-tcp", "printer.address": "192.0.2.7:9100"}); err != nil {
		t.Fatal(err)
	}
	got := call(t, "", "config", "export", "-config", file, "-data", data)
	if got.status != exitOK {
		t.Fatalf("%+v", got)
	}
	exported := filepath.Join(t.TempDir(), "export.toml")
	write(t, exported, got.out)
	there := filepath.Join(t.TempDir(), "authenkiosk.toml")

	t.Run("as its configuration", func(t *testing.T) {
		got := call(t, "", "config", "apply", exported, "-config", there, "-data", t.TempDir())
		if got.status != exitOK || !strings.Contains(got.out, "secret set nhso-token") || !strings.Contains(got.out, "operator add") {
			t.Fatalf("%+v", got)
		}
		c, err := config.Load(there)
		if err != nil || c.Unit.HCode != "10001" || c.Printer.Address != "192.0.2.7:9100" {
			t.Errorf("%v, %+v", err, c)
		}
		before := read(t, there)
		write(t, exported+".2", strings.Replace(read(t, exported), "10001", "10002", 1))
		if got := call(t, "", "config", "apply", exported+".2", "-config", there, "-data", t.TempDir()); got.status != exitOK || read(t, there+beforeSuffix) != before {
			t.Errorf("the one before is not kept: %+v", got)
		}
	})
	t.Run("as settings, where no configuration is named", func(t *testing.T) {
		data := t.TempDir()
		write(t, exported, strings.Join([]string{"[unit]", "hcode = \"10001\"", "[kiosk]", "next_th = \"ไปห้อง 3\""}, "\n"))
		if got := call(t, "", "config", "apply", exported, "-data", data); got.status != exitOK || !strings.Contains(got.out, "2 values") {
			t.Fatalf("%+v", got)
		}
		if l, err := config.LoadOver("", data); err != nil || l.Unit.HCode != "10001" || !l.IsSetUp() {
			t.Errorf("%v", err)
		}
	})
	t.Run("not in part", func(t *testing.T) {
		data := t.TempDir()
		write(t, exported, "[unit]\nhcode = \"10001\"\n[storage]\nkeep_days = 5\n[[webhook]]\nname = \"a\"\nurl = \"https://a.example\"\n")
		if got := call(t, "", "config", "apply", exported, "-data", data); got.status != exitError || !strings.Contains(got.err, "storage.keep_days, webhook") {
			t.Errorf("%+v", got)
		}
		if exists(config.SettingsFile(data)) {
			t.Error("a part was kept")
		}
	})
	t.Run("not where the settings of the machine do not go with it", func(t *testing.T) {
		data, there := t.TempDir(), filepath.Join(t.TempDir(), "authenkiosk.toml")
		write(t, there, "[printer]\nkind = \"escpos-tcp\"\naddress = \"192.0.2.7:9100\"\n")
		if _, err := config.Change(there, data, map[string]string{"printer.address": "192.0.2.8:9100"}); err != nil {
			t.Fatal(err)
		}
		before := read(t, there)
		write(t, exported, "[printer]\nkind = \"escpos-serial\"\naddress = \"/dev/ttyUSB0:115200\"\n")
		got := call(t, "", "config", "apply", exported, "-config", there, "-data", data)
		if _, err := config.LoadOver(there, data); got.status != exitError || !strings.Contains(got.err, config.SettingsFile(data)) || read(t, there) != before || err != nil {
			t.Errorf("%+v; the machine starts: %v", got, err)
		}
	})
	t.Run("not with mistakes", func(t *testing.T) {
		write(t, exported, "[unit]\nhcode = \"1\"\n")
		if got := call(t, "", "config", "apply", exported, "-config", there, "-data", t.TempDir()); got.status != exitError || !strings.Contains(got.err, "export.toml:2: unit.hcode") {
			t.Errorf("%+v", got)
		}
	})
}

func TestAZoneThatTheProgramItselfKeepsIsChangedThere(t *testing.T) {
	file, data := zoneConfig(t)
	write(t, file, strings.Replace(read(t, file), `"test"`, `"demo"`, 1))
	before := read(t, file)
	if _, err := config.Change(file, data, map[string]string{"nhso.zone": "test"}); err != nil {
		t.Fatal(err)
	}
	got := call(t, "demo\n", "zone", "set", "demo", "-config", file, "-data", data)
	if got.status != exitOK || read(t, file) != before || !strings.Contains(got.out, config.SettingsFile(data)) {
		t.Errorf("%+v", got)
	}
	if l, err := config.LoadOver(file, data); err != nil || l.NHSO.Zone != "demo" {
		t.Errorf("the zone is %s, %v", l.NHSO.Zone, err)
	}
}
