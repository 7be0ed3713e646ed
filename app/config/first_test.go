package config

import (
	"path/filepath"
	"testing"
)

// TestAWizardBeginsWhereNobodyHasSaidWhichUnitItIs holds the first configuration of an
// installation, on every system.
func TestAWizardBeginsWhereNobodyHasSaidWhichUnitItIs(t *testing.T) {
	for _, c := range []struct {
		name  string
		first First
		setUp bool
	}{
		{"nothing is said", First{}, false},
		{"the name alone", First{Name: `โรงพยาบาล "ตัวอย่าง" \1`}, false},
		{"the code", First{HCode: "12345"}, true},
		{"the code of the demo, said by somebody", First{HCode: "99999"}, true},
		{"the demo", First{Zone: "demo"}, true},
		{"all", First{HCode: "12345", Name: "คลินิก", Zone: "production"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.first.Upstream, c.first.Listen = UpstreamAgent, "127.0.0.1:8190"
			dir := t.TempDir()
			file := filepath.Join(dir, "authenkiosk.toml")
			write(t, file, string(c.first.Text()))
			l, err := LoadOver(file, dir)
			if err != nil {
				t.Fatal(err)
			}
			if l.IsSetUp() != c.setUp {
				t.Errorf("a wizard begins: %v", !l.IsSetUp())
			}
			if c.first.HCode != "" && l.Unit.HCode != c.first.HCode || c.first.Name != "" && l.Unit.Name != c.first.Name ||
				l.NHSO.Upstream != UpstreamAgent || l.Agent.Listen != "127.0.0.1:8190" || !l.Agent.Enabled {
				t.Errorf("%+v %+v %+v", l.Unit, l.NHSO, l.Agent)
			}
		})
	}
}
