package config

import (
	"os"
	"path/filepath"
	"testing"
)

func TestTheUnitIsKnownFromAFileWithMistakes(t *testing.T) {
	for _, c := range []struct{ name, text, unit, phone string }{
		{"a good file", "[unit]\nname = \"โรงพยาบาลทดสอบ\"\nphone = \"080-000-1234\"\n", "โรงพยาบาลทดสอบ", "0800001234"},
		{"a key that is unknown", "[unit]\nname = \"A\"\nphone = \"0800001234\"\ncolour = 1\n", "A", "0800001234"},
		{"a later line that is no TOML", "[unit]\nname = \"A\"\nphone = \"0800001234\"\n[kiosk\n", "A", "0800001234"},
		{"a number of the wrong kind", "[unit]\nname = 5\nphone = 800001234\n", "", ""},
		{"a telephone number that is none", "[unit]\nname = \"A\"\nphone = \"12\"\n", "A", ""},
		{"a name that no screen can show", "[unit]\nname = \"A\\u0007B\"\n", "", ""},
		{"no TOML at all", "\x00\x01[[[", "", ""},
		{"nothing", "", "", ""},
	} {
		path := filepath.Join(t.TempDir(), "kiosk.toml")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		got := Rough(path)
		if got.Unit.Name != c.unit || got.Unit.Phone.Digits() != c.phone {
			t.Errorf("%s: %q, %q", c.name, got.Unit.Name, got.Unit.Phone.Digits())
		}
		if len(got.Kiosk.Languages) == 0 || !got.Kiosk.Fullscreen {
			t.Errorf("%s: the rest is not the default: %+v", c.name, got.Kiosk)
		}
	}
	if got := Rough(filepath.Join(t.TempDir(), "none.toml")); got.Unit.Name != "" {
		t.Errorf("of no file: %q", got.Unit.Name)
	}
}

func FuzzRough(f *testing.F) {
	f.Add([]byte("[unit]\nname = \"A\"\nphone = \"0800001234\"\n[kiosk"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if c := rough(Default(), data); label(c.Unit.Name) != "" && c.Unit.Name != Default().Unit.Name {
			t.Errorf("takes the name %q", c.Unit.Name)
		}
	})
}
