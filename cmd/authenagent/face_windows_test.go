package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
	"golang.org/x/sys/windows/svc/mgr"

	"authenkiosk/app/config"
	"authenkiosk/cli"
)

func TestTheFirstConfigurationIsUnderstood(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "ที่ เก็บ")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	handed := filepath.Join(dir, "handed.toml")
	if err := os.WriteFile(handed, []byte("\xEF\xBB\xBF[unit]\r\nhcode = \"12345\"\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name                  string
		f                     first
		handed                string
		taken                 bool
		hcode, zone, upstream string // zone empty: it is refused
		listen                string
		setUp                 bool // somebody has said which unit it is: no wizard begins
	}{
		{"nothing is said", first{}, "", false, "99999", "test", "endpoint", "127.0.0.1:8189", false},
		{"the code is said", first{hcode: "12345"}, "", false, "12345", "test", "endpoint", "127.0.0.1:8189", true},
		{"the name is said", first{name: "คลินิก"}, "", false, "99999", "test", "endpoint", "127.0.0.1:8189", false},
		{"the zone of the demo", first{zone: "demo"}, "", false, "99999", "demo", "endpoint", "127.0.0.1:8189", true},
		{"production without a code", first{zone: "production"}, "", false, "", "", "", "", false},
		{"all is said", first{hcode: "12345", name: `โรงพยาบาล "ตัวอย่าง" \1`, zone: "production"}, "", false, "12345", "production", "endpoint", "127.0.0.1:8189", true},
		{"NHSO's agent is used", first{nhso: "use"}, "", true, "99999", "test", "agent", "127.0.0.1:8190", false},
		{"NHSO's agent is replaced", first{nhso: "replace"}, "", true, "99999", "test", "endpoint", "127.0.0.1:8189", false},
		{"nobody says what is done with NHSO's agent", first{}, "", true, "", "", "", "", false},
		{"another word", first{nhso: "ask"}, "", false, "", "", "", "", false},
		{"a code that is none", first{hcode: "1"}, "", false, "", "", "", "", false},
		{"a zone that is none", first{zone: "trial"}, "", false, "", "", "", "", false},
		{"a file", first{hcode: "54321"}, handed, true, "12345", "demo", "endpoint", "127.0.0.1:8189", true},
		{"a file that is not there", first{}, handed + "x", false, "", "", "", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(dir, strings.ReplaceAll(c.name, "'", "")+".toml")
			err := c.f.configure(path, c.handed, func() bool { return c.taken })
			if c.zone == "" {
				if _, there := os.Stat(path); err == nil || there == nil {
					t.Errorf("it is taken: %v", err)
				}
				return
			}
			got, loaded := config.LoadOver(path, dir)
			if err != nil || loaded != nil {
				t.Fatal(err, loaded)
			}
			if got.Unit.HCode != c.hcode || string(got.NHSO.Zone) != c.zone || string(got.NHSO.Upstream) != c.upstream || got.Agent.Listen != c.listen {
				t.Errorf("%+v %+v %+v", got.Unit, got.NHSO, got.Agent)
			}
			if got.IsSetUp() != c.setUp {
				t.Errorf("a wizard begins: %v", !got.IsSetUp())
			}
			if c.f.name != "" && got.Unit.Name != c.f.name {
				t.Errorf("the name is %q", got.Unit.Name)
			}
		})
	}
}

func TestAConfigurationThatIsThereIsTheAdministrators(t *testing.T) {
	dir := t.TempDir()
	path, handed := filepath.Join(dir, "authenkiosk.toml"), filepath.Join(dir, "handed.toml")
	for name, text := range map[string]string{path: "# mine\n", handed: "[unit]\nhcode = \"12345\"\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	holds := func(name, want string) {
		t.Helper()
		if text, err := os.ReadFile(name); err != nil || string(text) != want {
			t.Errorf("%s has %q, %v", name, text, err)
		}
	}
	nobody := func() bool { return false }
	if err := (first{hcode: "54321"}).configure(path, "", nobody); err != nil {
		t.Fatal(err)
	}
	holds(path, "# mine\n")
	if err := (first{}).configure(path, handed, nobody); err != nil {
		t.Fatal(err)
	}
	holds(path, "[unit]\nhcode = \"12345\"\n")
	holds(path+".before", "# mine\n")
}

// TestAWishThatIsRefusedStopsNothing wishes for NHSO's agent to be replaced, with a
// configuration that is not there.
func TestAWishThatIsRefusedStopsNothing(t *testing.T) {
	m, err := mgr.Connect()
	if err != nil {
		t.Skip("this needs an administrator: ", err)
	}
	defer func() { _ = m.Disconnect() }()
	s, err := m.CreateService(nhsoService, `C:\none.exe`, mgr.Config{StartType: mgr.StartManual})
	if err != nil {
		t.Skip("it is there, or this needs an administrator: ", err)
	}
	defer func() { _ = s.Close() }()
	defer func() { _ = s.Delete() }()
	t.Setenv("ProgramData", t.TempDir())
	w := wish{face: faceAgent, first: first{nhso: "replace"}, config: filepath.Join(t.TempDir(), "none.toml")}
	if err := w.set(&cli.Program{Name: "authenagent", Stderr: io.Discard}); err == nil || !strings.Contains(err.Error(), "handed in") {
		t.Errorf("it is taken: %v", err)
	}
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, `SYSTEM\CurrentControlSet\Services\`+nhsoService, registry.QUERY_VALUE)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = k.Close() }()
	if start, _, err := k.GetIntegerValue("Start"); err != nil || start != mgr.StartManual {
		t.Errorf("NHSO's service starts by %d, %v", start, err)
	}
}

func TestARemovalKeepsWhatTheMachineWasForUnlessAllIsErased(t *testing.T) {
	if _, err := keptWish(); err == nil {
		t.Skip("AuthenKiosk is installed here")
	}
	if err := (wish{face: faceKiosk, account: "kiosk"}).keep(); err != nil {
		t.Skip("this needs an administrator: ", err)
	}
	defer func() { _ = registry.DeleteKey(registry.LOCAL_MACHINE, keptIn) }()
	base := t.TempDir()
	t.Setenv("ProgramData", base)
	data := filepath.Join(base, "AuthenKiosk")
	for _, erase := range []bool{false, true} {
		if err := os.MkdirAll(filepath.Join(data, "test"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := (wish{erase: erase}).clear(); err != nil {
			t.Fatal(err)
		}
		kept, _ := keptWish()
		_, there := os.Stat(data)
		if (kept.face == faceKiosk && kept.account == "kiosk") == erase || (there == nil) == erase {
			t.Errorf("erase %v: it was for %q of %q, data %v", erase, kept.face, kept.account, there)
		}
	}
}

func TestAFaceNeedsAnAccountThatIsThere(t *testing.T) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		t.Fatal(err)
	}
	me, _, _, err := user.User.Sid.LookupAccount("")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		face, account string
		fault         string // empty: none
	}{
		{faceAgent, "", ""},
		{faceKiosk, me, ""},
		{faceStation, me, ""},
		{faceKiosk, "", "ACCOUNT=NAME"},
		{faceStation, "", "ACCOUNT=NAME"},
		{faceKiosk, "nobody of that name", "find the account"},
		{faceKiosk, `NT AUTHORITY\SYSTEM`, "nobody can sign in"},
		{"hub", "", "write: face"},
	} {
		entry, sid, err := wish{face: c.face, account: c.account}.access()
		if (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%s %q: %v", c.face, c.account, err)
		}
		if err == nil && c.account != "" && (sid != user.User.Sid.String() || !strings.Contains(entry, sid)) {
			t.Errorf("%s %q: %q, %q", c.face, c.account, entry, sid)
		}
	}
}

func TestWordsThatMakeNoSenseAreRefused(t *testing.T) {
	for _, args := range [][]string{nil, {"get"}, {"set", "kiosk", "station"}, {"set", "-x"}, {"stop", "kiosk"}, {"show", "kiosk"}} {
		if err := face(&cli.Program{}, args); err == nil || !strings.Contains(err.Error(), "write: face") {
			t.Errorf("%q: %v", args, err)
		}
	}
}

func TestATaskNamesProgramsWhateverTheirPathsHave(t *testing.T) {
	got := task(`C:\R&D\authenkiosk.exe`, `C:\ที่ <เก็บ>\authenkiosk.toml`, "S-1-5-21-1")
	for _, want := range []string{
		`<Command>C:\R&amp;D\authenkiosk.exe</Command>`, `-config "C:\ที่ &lt;เก็บ&gt;\authenkiosk.toml"`, "<UserId>S-1-5-21-1</UserId>",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	if b := inUTF16("ก"); string(b) != "\xFF\xFE\x01\x0E" {
		t.Errorf("% x", b)
	}
}

// TestWhatTheInstallerHandsInIsTakenAsItWasWritten has properties with signs that mean
// something to a command line.
func TestWhatTheInstallerHandsInIsTakenAsItWasWritten(t *testing.T) {
	const program = `"C:\Program Files\AuthenKiosk\authenagent.exe" face installer |`
	for _, c := range []struct {
		name, line string
		want       wish
	}{
		{"nothing", program + "||||||", wish{}},
		{
			"all", program + `kiosk|UNIT\kiosk|12345|test|use|C:\ที่ เก็บ\site.toml|โรงพยาบาล ตัวอย่าง`,
			wish{face: "kiosk", account: `UNIT\kiosk`, config: `C:\ที่ เก็บ\site.toml`, first: first{hcode: "12345", name: "โรงพยาบาล ตัวอย่าง", zone: "test", nhso: "use"}},
		},
		{"a name in quotation marks", program + `agent||12345||||รพ.สต. "บ้าน" -zone production`, wish{face: "agent", first: first{hcode: "12345", name: `รพ.สต. "บ้าน" -zone production`}}},
		{"a name with all signs", program + `||||||"|\`, wish{first: first{name: `"|\`}}},
		{"a path that ends with a backslash", program + `|||||C:\site\|"`, wish{config: `C:\site\`, first: first{name: `"`}}},
	} {
		if got, err := wishOf(c.line); err != nil || got != c.want {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
	}
	for _, line := range []string{program + "|||||", `authenagent.exe face installer`, ""} {
		if got, err := wishOf(line); err == nil {
			t.Errorf("%q: %+v", line, got)
		}
	}
}
