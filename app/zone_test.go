package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"authenkiosk/storage"
	"authenkiosk/visit"
)

func TestTheZoneIsChangedInTheFileAndNothingElse(t *testing.T) {
	file, data := zoneConfig(t)
	text := "# our machine\n" + read(t, file) + "# the end\n"
	write(t, file, text)
	token := "00000000-0000-4000-8000-000000000099"

	steps := []struct {
		name, stdin string
		args        []string
		status      int
		words, zone string
	}{
		{"what is", "", []string{"zone", "show"}, exitOK, "test", "test"},
		{"production with the unit of the demo", "production\n", []string{"zone", "set", "production"}, exitError, "unit.hcode", "test"},
		{"the demo, not confirmed", "yes\n", []string{"zone", "set", "demo"}, exitError, "not confirmed", "test"},
		{"the demo, from no terminal", "", []string{"zone", "set", "demo"}, exitError, "not confirmed", "test"},
		{"the demo", "demo\n", []string{"zone", "set", "demo"}, exitOK, "systemctl restart", "demo"},
		{"the test zone without a token", "test\n", []string{"zone", "set", "test"}, exitError, "secret set nhso-token -zone test", "demo"},
		{"its token", token, []string{"secret", "set", "nhso-token", "-zone", "test"}, exitOK, "set for zone test", "demo"},
		{"the test zone whose services refuse the token", "", []string{"zone", "set", "test", "-check", "-yes"}, exitError, "does not answer", "demo"},
		{"the test zone, by a script", "", []string{"zone", "set", "test", "-yes"}, exitOK, "is test now", "test"},
		{"the same again", "", []string{"zone", "set", "test", "-yes"}, exitOK, "already", "test"},
	}
	for _, s := range steps {
		got := call(t, false, s.stdin, append(s.args, "-config", file, "-data", data)...)
		if got.status != s.status || !strings.Contains(got.out+got.err, s.words) {
			t.Fatalf("%s: status %d, %q %q; want %d with %q", s.name, got.status, got.out, got.err, s.status, s.words)
		}
		if now := strings.Replace(text, `zone = "test"`, `zone = "`+s.zone+`"`, 1); read(t, file) != now {
			t.Fatalf("%s: the file is\n%s", s.name, read(t, file))
		}
		if strings.Contains(got.out+got.err, token) {
			t.Fatalf("%s shows the token", s.name)
		}
	}
}

func TestTheServicesOfAZoneAreAskedBeforeTheChange(t *testing.T) {
	file, data := zoneConfig(t)
	write(t, file, strings.Replace(read(t, file), `"test"`, `"demo"`, 1))
	if err := storage.OpenSecrets(filepath.Join(data, "test")).Set(visit.ZoneTest, tokenName, (&Demo{}).mustToken()); err != nil {
		t.Fatal(err)
	}
	if got := call(t, false, "", "zone", "set", "test", "-check", "-yes", "-config", file, "-data", data); got.status != exitOK || !strings.Contains(got.out, "zone test answers") {
		t.Errorf("%+v", got)
	}
}

func (d *Demo) mustToken() string {
	token, _ := d.token()
	return token
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
