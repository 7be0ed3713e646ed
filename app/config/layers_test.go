package config

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"authenkiosk/visit"
)

// machine has a configuration and settings; nil: there is no such file.
func machine(t *testing.T, base, settings *string) (file, data string) {
	t.Helper()
	data = t.TempDir()
	if base != nil {
		file = filepath.Join(data, "kiosk.toml")
		write(t, file, *base)
	}
	if settings != nil {
		write(t, SettingsFile(data), *settings)
	}
	return file, data
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestSettingsHoldOverTheConfigurationAndEachValueSaysWhereItIsFrom(t *testing.T) {
	base, settings := "[unit]\nhcode = \"10001\"\nname = \"เดิม\"\n[agent]\nenabled = true\n", "[unit]\nname = \"ใหม่\"\n[kiosk]\nlanguages = [\"en\", \"th\"]\n"
	file, data := machine(t, &base, &settings)
	l, err := LoadOver(file, data)
	if err != nil {
		t.Fatal(err)
	}
	if l.Unit.HCode != "10001" || l.Unit.Name != "ใหม่" || !l.Agent.Enabled || l.Kiosk.Languages[0] != "en" {
		t.Errorf("%+v", l.Config)
	}
	for key, want := range map[string][2]string{
		"unit.hcode": {"10001", file}, "unit.name": {"ใหม่", SettingsFile(data)}, "kiosk.languages": {"en,th", SettingsFile(data)},
		"agent.enabled": {"true", file}, "printer.width_mm": {"80", ""}, "storage.keep_days": {"1", ""},
	} {
		if l.Value(key) != want[0] || l.From(key) != want[1] {
			t.Errorf("%s = %q from %q, want %q", key, l.Value(key), l.From(key), want)
		}
	}
	if len(l.Keys()) != len(keys) {
		t.Errorf("%d keys of %d", len(l.Keys()), len(keys))
	}
}

func TestWithoutSettingsAConfigurationIsReadAsEver(t *testing.T) {
	file, data := machine(t, new(string), nil)
	if err := os.WriteFile(file, Example, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, ""} {
		if l, err := LoadOver(path, data); err != nil || !reflect.DeepEqual(l.Config, Default()) {
			t.Errorf("%q: %v", path, err)
		}
	}
	if _, err := LoadOver(filepath.Join(data, "none.toml"), data); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a configuration that is not there: %v", err)
	}
}

func TestBadSettingsAreNamedWithFileLineAndKey(t *testing.T) {
	for _, c := range []struct{ name, base, settings, want string }{
		{"a value that is not allowed", "", "[unit]\nhcode = \"1\"\n", `settings.toml:2: unit.hcode = "1": allowed are five characters`},
		{"a key that the program does not change", "", "[storage]\nkeep_days = 2\n", "settings.toml:2: storage.keep_days: the program keeps no such key here"},
		{"words that a configuration alone has", "", "[kiosk.next.PG0130001]\nth = \"a\"\n", "settings.toml:1: kiosk.next: the program keeps no such key here"},
		{"a section that is none", "", "unit = 5\n", "settings.toml:1: unit: the program keeps no such key here"},
		{"a receiver", "", "[[webhook]]\nname = \"a\"\n", "settings.toml:1: webhook: the program keeps no such key here"},
		{"no TOML", "", "[unit\n", "settings.toml:1: "},
		{"in UTF-16", "", "\xFF\xFEx", "settings.toml: the file is in UTF-16"},
		{"what both files make together, by the settings", "[unit]\nname = \"a\"\n", "[nhso]\nzone = \"production\"\n", `unit.hcode = "99999": the zone "production"`},
		{"an address that fits the kind no more", "[printer]\nkind = \"escpos-tcp\"\naddress = \"a:9100\"\n", "[printer]\nkind = \"ipp\"\n", `kiosk.toml:3: printer.address = "a:9100": for kind "ipp"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			file, data := machine(t, &c.base, &c.settings)
			_, err := LoadOver(file, data)
			var p *Problem
			if !errors.As(err, &p) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
	base, settings := "[unit]\nhcode = \"1\"\n", "[unit]\nname = 5\n[storage]\nkeep_days = 1\n"
	file, data := machine(t, &base, &settings)
	_, err := LoadOver(file, data)
	if lines := strings.Split(err.Error(), "\n"); len(lines) != 3 || !strings.HasPrefix(lines[0], file+":2") || !strings.HasPrefix(lines[2], SettingsFile(data)+":4") {
		t.Errorf("not all at once, or not in their order: %v", err)
	}
}

// TestSettingsOfANewerVersionStopNothingAndAreKept has what an update wrote before it was
// taken back. In a configuration, which people write, the same keys are mistakes.
func TestSettingsOfANewerVersionStopNothingAndAreKept(t *testing.T) {
	const newer = `
form = 2
[unit]
name = "ใหม่"
colour = "blue"
"the way. there" = [{floor = 2, since = 2026-11-30}, {}]
[kiosk.sound]
volume = 0.5
[storage]
compress = true
[speech]
voice = "a"
[speech.deep]
er = []
[[screens]]
wide = 1080
[[screens]]
`
	before := "[unit]\nhcode = \"10001\"\n"
	settings := newer
	file, data := machine(t, &before, &settings)
	l, err := LoadOver(file, data)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"form", "kiosk.sound", "screens", "speech", "storage.compress", "unit.colour", "unit.the way. there"}; !slices.Equal(l.Unknown, want) {
		t.Errorf("not known are %q", l.Unknown)
	}
	if l.Unit.Name != "ใหม่" || l.Unit.HCode != "10001" {
		t.Errorf("%+v", l.Unit)
	}
	tree := func(text string) map[string]any {
		t.Helper()
		tree := map[string]any{}
		if err := toml.Unmarshal([]byte(text), &tree); err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		return tree
	}
	want := tree(newer)
	for _, name := range []string{"อีกชื่อ", "เดิม"} {
		if l, err = Change(file, data, map[string]string{"unit.name": name, "kiosk.second_code": "false", "station.on_card": "notice"}); err != nil || len(l.Unknown) != 7 {
			t.Fatalf("%v, %q", err, l.Unknown)
		}
		text, err := os.ReadFile(SettingsFile(data))
		if err != nil {
			t.Fatal(err)
		}
		want["unit"].(map[string]any)["name"] = name
		got := tree(string(text))
		delete(got, "station")
		if kiosk, ok := got["kiosk"].(map[string]any); ok {
			delete(kiosk, "second_code")
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("it was\n%v\nand is\n%v\nin\n%s", want, got, text)
		}
	}
	if _, err := Parse("kiosk.toml", []byte(newer)); err == nil || !strings.Contains(err.Error(), "unit.colour: unknown key") || !strings.Contains(err.Error(), "speech: unknown section") {
		t.Errorf("in a configuration it is taken: %v", err)
	}
}

func TestAChangeIsKeptAndWhatTheConfigurationSaysAnywayIsNot(t *testing.T) {
	base := "[unit]\nhcode = \"10001\"\nname = \"เดิม\"\n"
	file, data := machine(t, &base, nil)
	l, err := Change(file, data, map[string]string{
		"unit.name": "โรงพยาบาล \"ใหม่\"", "printer.width_mm": "58", "agent.enabled": "true", "kiosk.languages": "en, th", "station.on_card": "notice", "unit.phone": "02-000-1234",
	})
	if err != nil {
		t.Fatal(err)
	}
	again, err := LoadOver(file, data)
	if err != nil || !reflect.DeepEqual(again.Config, l.Config) {
		t.Fatalf("%v: what was read again is something else", err)
	}
	if l.Unit.Name != "โรงพยาบาล \"ใหม่\"" || l.Printer.WidthMM != 58 || !l.Agent.Enabled || l.Kiosk.Languages[0] != "en" || l.Unit.Phone.IsZero() {
		t.Errorf("%+v", l.Config)
	}
	if again.From("station.on_card") != "" {
		t.Error("a default is kept")
	}
	if l, err = Change(file, data, map[string]string{"unit.name": "เดิม", "printer.width_mm": "80"}); err != nil || l.From("unit.name") != file || l.From("printer.width_mm") != "" {
		t.Errorf("%v: what is as in the configuration is still kept", err)
	}
	if !l.Agent.Enabled {
		t.Error("a change took another one away")
	}
}

func TestAChangeThatIsNotAllowedChangesNothing(t *testing.T) {
	for name, values := range map[string]map[string]string{
		"a wrong value":         {"unit.name": "x", "unit.hcode": "1"},
		"a wrong kind of value": {"printer.width_mm": "wide"},
		"a key of others":       {"storage.keep_days": "2"},
		"an unknown key":        {"unit.colour": "2"},
		"what does not fit":     {"nhso.zone": "production"},
	} {
		file, data := machine(t, new(string), nil)
		if _, err := Change(file, data, values); err == nil {
			t.Errorf("%s is taken", name)
		}
		if _, err := os.Stat(SettingsFile(data)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s was written: %v", name, err)
		}
	}
	broken := "[unit\n"
	file, data := machine(t, new(string), &broken)
	if _, err := Change(file, data, map[string]string{"unit.name": "x"}); err == nil || !strings.Contains(err.Error(), "settings.toml:1") {
		t.Errorf("settings that cannot be read were replaced: %v", err)
	}
}

func TestAMachineIsSetUpWhenItsUnitIsStated(t *testing.T) {
	for _, c := range []struct {
		name, base string
		want       bool
	}{
		{"nothing", "", false},
		{"a zone and no unit", "[nhso]\nzone = \"test\"", false},
		{"a unit", "[unit]\nhcode = \"10001\"", true},
		{"the unit of the demo, stated", "[unit]\nhcode = \"99999\"", true},
		{"a demo", "[nhso]\nzone = \"demo\"", true},
	} {
		file, data := machine(t, &c.base, nil)
		if l, err := LoadOver(file, data); err != nil || l.IsSetUp() != c.want {
			t.Errorf("%s: %v, %v", c.name, l.IsSetUp(), err)
		}
	}
	data := t.TempDir()
	if l, err := Change("", data, map[string]string{"unit.hcode": "99999"}); err != nil || !l.IsSetUp() {
		t.Errorf("by a change: %v", err)
	}
}

func TestWhatIsExportedIsTakenByAnotherMachine(t *testing.T) {
	base := `
[unit]
hcode = "10001"
name = "โรงพยาบาลตัวอย่าง"
[nhso]
zone = "test"
recorder_pid = "9000000000004"
[agent]
enabled = true
tls_cert = "/c.pem"
tls_key = "/k.pem"
addresses = ["192.168.1.0/24"]
hosts = ["kiosk-1:8189"]
[mqtt]
broker = "mqtts://broker.example"
username = "u"
kiosk = "k1"
[camera]
source = "mjpeg:http://me:s3cret@192.0.2.8/video"
[line]
qr = "https://me:s3cret%@line.example/"
[kiosk]
next_th = "ไปห้อง 3"
[kiosk.next.PG0130001]
th = "ชั้น 2"
[[webhook]]
name = "his"
url = "https://his.example/in"
[[webhook]]
name = "other"
url = "https://his.example/in?key=s3cret"
`
	settings := "[printer]\nkind = \"escpos-tcp\"\naddress = \"192.0.2.7:9100\"\n"
	file, data := machine(t, &base, &settings)
	l, err := LoadOver(file, data)
	if err != nil {
		t.Fatal(err)
	}
	text, err := l.Export()
	if err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{"s3cret", "9000000000004"} {
		if strings.Contains(string(text), what) {
			t.Errorf("%s leaves the machine: %s", what, text)
		}
	}
	got, err := Parse("export.toml", text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	want := l.Config
	want.Agent.TLSCert, want.Agent.TLSKey, want.Agent.Addresses, want.Agent.Hosts = "", "", nil, nil
	want.NHSO.RecorderPID = visit.PID{}
	want.MQTT, want.Camera.Source, want.Line.QR, want.Webhooks = MQTT{}, "", "", want.Webhooks[:1]
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	for _, key := range []string{"nhso.recorder_pid", "agent.tls_key", "mqtt.kiosk", "mqtt.broker", "camera.source", "line.qr", "webhook other"} {
		if !strings.Contains(string(text), "# "+key+": ") {
			t.Errorf("it is not said that %s was left out", key)
		}
	}
}

func TestEveryKeyOfTheSettingsIsOneOfTheConfigurationInSections(t *testing.T) {
	seen, last := map[string]bool{}, ""
	for _, full := range settable {
		if keys[full] == nil {
			t.Errorf("there is no %s", full)
		}
		if section, _, _ := strings.Cut(full, "."); section != last {
			if seen[section] {
				t.Errorf("[%s] would be written twice", section)
			}
			seen[section], last = true, section
		}
	}
}

func TestAValueIsCheckedByItself(t *testing.T) {
	for _, c := range []struct{ key, text, want string }{
		{"unit.hcode", "10001", ""},
		{"unit.hcode", "1", "allowed are five characters"},
		{"unit.name", " ", "must not be empty"},
		{"unit.phone", "", ""},
		{"unit.phone", "12", "a Thai number begins with 0"},
		{"printer.width_mm", "58", ""},
		{"printer.width_mm", "wide", "58 or 80"},
		{"kiosk.languages", "th,xx", "allowed are"},
		{"agent.enabled", "yes", "true or false"},
		{"x.y", "", "unknown key"},
	} {
		if got := CheckValue(c.key, c.text); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s = %q: %q, want %q", c.key, c.text, got, c.want)
		}
	}
}

func FuzzSettings(f *testing.F) {
	f.Add([]byte("[unit]\nhcode = \"10001\"\n"), []byte("[unit]\nname = \"ก\"\n[kiosk]\nlanguages = [\"en\"]"), "unit.name", "x")
	f.Add(Example, []byte(settingsHead), "kiosk.languages", "th,en")
	f.Add([]byte(""), []byte("a = 1\n[unit]\nb = {c=[1979-05-27, {}]}\n[[d]]\n'e.f'=1.5\n[kiosk.g]\n[storage]\nh=''"), "unit.name", "x")
	f.Add([]byte("unit = {hcode=\"10001\"}"), []byte("unit.name = 'x'\n[nhso]\nzone=\"test\""), "printer.width_mm", "58")
	f.Fuzz(func(t *testing.T, base, settings []byte, key, value string) {
		l, err := parseOver(layer{"base", base}, layer{"settings", settings})
		if err != nil {
			return
		}
		if text, err := l.Export(); err != nil {
			t.Errorf("cannot be exported: %v", err)
		} else if c, err := Parse("export", text); c.NHSO.RecorderPID != (visit.PID{}) {
			t.Errorf("a person's number leaves the machine:\n%s", text)
		} else if err != nil && l.NHSO.Zone != visit.ZoneProduction {
			t.Errorf("the export is refused: %v\n%s", err, text)
		}
		text, err := changed(layer{"base", base}, layer{"settings", settings}, map[string]string{key: value})
		if err != nil {
			return
		}
		after, err := parseOver(layer{"base", base}, layer{"settings", text})
		if err != nil {
			return // by itself the value is wrong: it is not written
		}
		if !slices.Equal(after.Unknown, l.Unknown) {
			t.Errorf("not known was %q, and is %q:\n%s", l.Unknown, after.Unknown, text)
		}
		if got := after.Value(key); trimmed(got) != trimmed(textOf(valueOf(key, value))) {
			t.Errorf("%s = %q, and %q was to be", key, got, value)
		}
	})
}
