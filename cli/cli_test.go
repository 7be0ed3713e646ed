package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"authenkiosk/app/hospital"
	"authenkiosk/app/upstream"
	"authenkiosk/nhso/testzone"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// called is what a command line printed and how it ended.
type called struct {
	status   int
	out, err string
}

// without is all that the command wrote, without the path of the data folder: a
// test's folder has a random number in its name, which can hold any few digits.
func (c called) without(data string) string {
	return strings.ReplaceAll(c.out+c.err, data, "DATA")
}

func call(t *testing.T, stdin string, args ...string) called {
	t.Helper()
	var out, errs bytes.Buffer
	p := Program{Name: "authenkiosk", Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: &errs}
	return called{p.Main(args), out.String(), errs.String()}
}

func TestACommandLineThatMakesNoSenseIsExplained(t *testing.T) {
	for _, c := range []struct {
		name   string
		args   []string
		status int
		words  string
	}{
		{"an unknown command", []string{"fly"}, exitUsage, `no command "fly"`},
		{"a word too much", []string{"version", "now"}, exitUsage, `"now" is too much`},
		{"an unknown flag", []string{"version", "-x"}, exitUsage, "flag provided but not defined"},
		{"a screen without a screen", []string{"kiosk"}, exitUsage, `no command "kiosk"`},
		{"a client without a verb", []string{"client"}, exitError, "client add NAME"},
		{"an operator without a verb", []string{"operator"}, exitError, "operator add NAME"},
		{"a zone that does not exist", []string{"zone", "set", "live", "-config", "x.toml"}, exitError, "x.toml"},
		{"a secret that cannot be made", []string{"secret", "new", "nhso-token"}, exitError, "webhook-NAME"},
		{"flags without a command", []string{"-config", "x.toml"}, exitUsage, "say which command"},
		{"help of no command", []string{"help", "fly"}, exitUsage, `no command "fly"`},
		{"a PID as a word", []string{"erase", somePID}, exitError, "from standard input"},
		{"half a secret", []string{"secret", "set"}, exitError, "secret set NAME"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := call(t, "", c.args...)
			if got.status != c.status || !strings.Contains(got.err, c.words) {
				t.Errorf("status %d, %q; want %d with %q", got.status, got.err, c.status, c.words)
			}
		})
	}
}

func TestWhoeverAsksForHelpHasItWithoutAnError(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "help COMMAND"},
		{[]string{"help"}, "help COMMAND"},
		{[]string{"-h"}, "help COMMAND"},
		{[]string{"--help"}, "help COMMAND"},
		{[]string{"help", "work"}, "-month"},
		{[]string{"work", "-h"}, "-month"},
		{[]string{"work", "list", "--help"}, "-month"},
	} {
		if got := call(t, "", c.args...); got.status != exitOK || !strings.Contains(got.out+got.err, c.want) {
			t.Errorf("%q: %+v", c.args, got)
		}
	}
	for _, args := range [][]string{{"erase", somePID}, {"version", somePID}} {
		if got := call(t, "", args...); strings.Contains(got.out+got.err, somePID) {
			t.Errorf("%q is said again: %+v", args, got)
		}
	}
}

func TestTheReadmeListsEveryCommand(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range (&Program{}).Table() {
		if !strings.Contains(string(readme), "\nauthenkiosk "+c.Name+" ") {
			t.Errorf("%s is not in the list of README.md", c.Name)
		}
	}
}

// hook is a writer that does something whenever it is written to.
type hook func()

func (h hook) Write(p []byte) (int, error) { h(); return len(p), nil }

func TestWhatLibrariesLogByThemselvesPassesTheFilter(t *testing.T) {
	const pid = "9-0000-00000-00-4"
	for name, write := range map[string]func(){
		"package log, as Fyne does": func() { log.Println("Fyne error: ", "cannot draw "+pid) },
		"package log, formatted":    func() { log.Printf("http: panic serving: %s", pid) },
		"the default of slog":       func() { slog.Error("odd answer", "of", pid) },
	} {
		t.Run(name, func(t *testing.T) {
			var errs bytes.Buffer
			p := Program{Name: "authenkiosk", Stdin: strings.NewReader(""), Stdout: hook(write), Stderr: &errs}
			if status := p.Main([]string{"version"}); status != exitOK {
				t.Fatalf("status %d", status)
			}
			if strings.Contains(errs.String(), pid) || !strings.Contains(errs.String(), "[pid]") {
				t.Errorf("the log has %q", errs.String())
			}
		})
	}
}

func TestANewSecretIsShownOnlyOnceItIsSealed(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	if err := os.WriteFile(data, nil, 0o600); err != nil { // where a directory must be
		t.Fatal(err)
	}
	got := call(t, "", "secret", "new", "webhook-his", "-data", data)
	if got.status != exitError || got.out != "" {
		t.Errorf("status %d, and %q was printed", got.status, got.out)
	}
	got = call(t, "", "secret", "new", "webhook-his", "-data", t.TempDir())
	if got.status != exitOK || !strings.Contains(got.out, "whsec_") {
		t.Errorf("%+v", got)
	}
}

func TestTheVersionIsPrinted(t *testing.T) {
	if got := call(t, "", "version"); got.status != exitOK || !regexp.MustCompile(`^authenkiosk \S+, built \S+, commit \S+\n$`).MatchString(got.out) {
		t.Errorf("%+v", got)
	}
}

func TestVersionPrintsTheLicencesOfWhatIsBuiltIn(t *testing.T) {
	got := call(t, "", "version", "-licences")
	for _, part := range []string{"AuthenKiosk", "Apache License", "go.etcd.io/bbolt v", "SIL OPEN FONT LICENSE", "pigo, facefinder"} {
		if !strings.Contains(got.out, part) {
			t.Errorf("there is no %q", part)
		}
	}
}

// zoneConfig writes a configuration for a test zone that is served until the end
// of the test.
func zoneConfig(t *testing.T) (file, data string) {
	t.Helper()
	zone, err := testzone.New(testzone.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- zone.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	file = filepath.Join(t.TempDir(), "kiosk.toml")
	url := "http://" + l.Addr().String()
	text := "[nhso]\nzone = \"test\"\nendpoint_url = \"" + url + "\"\nstatus_url = \"" + url + "\"\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, t.TempDir()
}

func TestDoctorTellsWhatIsWrongAndKeepsTheTokenToItself(t *testing.T) {
	file, data := zoneConfig(t)
	states := func() (map[string]string, called) {
		got := call(t, "", "doctor", "-json", "-config", file, "-data", data)
		var report struct{ Findings []finding }
		if err := json.Unmarshal([]byte(got.out), &report); err != nil {
			t.Fatalf("%v: %+v", err, got)
		}
		byName := map[string]string{}
		for _, f := range report.Findings {
			byName[f.Check] = f.State
		}
		return byName, got
	}
	before, got := states()
	if before["token"] != FindingFailed || before["NHSO"] != FindingFailed || got.status != exitError {
		t.Errorf("without a token: %v, status %d", before, got.status)
	}
	set := call(t, testzone.DefaultToken+"\n", "secret", "set", upstream.TokenName, "-config", file, "-data", data)
	if set.status != exitOK {
		t.Fatalf("set the token: %+v", set)
	}
	after, got := states()
	if after["token"] == FindingFailed || after["NHSO"] != FindingOK || after["clock"] != FindingOK || after["visits"] != FindingOK {
		t.Errorf("with the token: %v", after)
	}
	for _, text := range []string{got.out, got.err, set.out, set.err} {
		if strings.Contains(text, testzone.DefaultToken) {
			t.Errorf("the token is in %q", text)
		}
	}
}

func TestAnErrorOnTheCommandLineHoldsNoPersonalData(t *testing.T) {
	got := call(t, "", "doctor", "-config", "9000000000004.toml")
	if strings.Contains(got.err, "9000000000004") {
		t.Errorf("printed %q", got.err)
	}
}

func TestEveryCommandOnDataNamesTheZoneAndTheFile(t *testing.T) {
	file, data := zoneConfig(t)
	for _, c := range []struct {
		stdin string
		args  []string
	}{
		{"", []string{"client", "add", "his"}},
		{"", []string{"client", "list"}},
		{"", []string{"client", "remove", "his"}},
		{testzone.DefaultToken, []string{"secret", "set", upstream.TokenName}},
		{"", []string{"secret", "new", "webhook-his"}},
		{"", []string{"zone", "show"}},
		{"", []string{"audit", "verify"}},
		{"", []string{"audit", "export"}},
		{"9000000000004", []string{"erase"}},
		{"", []string{"undelivered", "list"}},
		{"", []string{"work", "list"}},
		{"804725", []string{"operator", "add", "somebody"}},
		{"", []string{"operator", "list"}},
	} {
		with := call(t, c.stdin, append(c.args, "-config", file, "-data", data)...)
		if with.status != exitOK || !strings.HasPrefix(with.err, "zone test; configuration "+file+"; data in "+filepath.Join(data, "test")+"\n") {
			t.Errorf("%v: %+v", c.args, with)
		}
		without := call(t, c.stdin, append(c.args, "-data", data)...)
		if without.status != exitOK || !strings.HasPrefix(without.err, "zone demo; NO CONFIGURATION (-config FILE)") {
			t.Errorf("%v without a configuration: %+v", c.args, without)
		}
	}
	if got := call(t, testzone.DefaultToken, "secret", "set", upstream.TokenName, "-zone", "production", "-config", file, "-data", data); !strings.HasPrefix(got.err, "zone production; ") {
		t.Errorf("the secret of another zone: %+v", got)
	}
	if got := call(t, "", "doctor", "-data", data); !strings.Contains(got.out, "NO CONFIGURATION") {
		t.Errorf("doctor: %+v", got)
	}
}

func TestASecretThatNothingReadsIsRefusedWithTheNamesThatThereAre(t *testing.T) {
	data := t.TempDir()
	got := call(t, "a-password-of-the-test", "secret", "set", "nhso-tokn", "-data", data)
	if got.status != exitError || !strings.Contains(got.err, upstream.TokenName) {
		t.Errorf("%+v", got)
	}
	if _, err := storage.OpenSecrets(filepath.Join(data, "demo")).Get(visit.ZoneDemo, "nhso-tokn"); !errors.Is(err, storage.ErrNoSecret) {
		t.Errorf("it is kept: %v", err)
	}
}

func TestASecretIsTakenFromWhateverShellWithoutItsMarks(t *testing.T) {
	const secret = "a-password-of-the-test"
	for name, c := range map[string]struct {
		stdin string
		good  bool
	}{
		"a line":               {secret + "\r\n", true},
		"a byte order mark":    {"\uFEFF" + secret + "\n", true},
		"a blank nobody sees":  {"\u00A0" + secret + "\u200B", true},
		"UTF-16 of PowerShell": {"\uFEFF" + strings.Join(strings.Split(secret, ""), "\x00"), false},
	} {
		data := t.TempDir()
		got := call(t, c.stdin, "secret", "set", hospital.MQTTPassword, "-data", data)
		kept, err := storage.OpenSecrets(filepath.Join(data, "demo")).Get(visit.ZoneDemo, hospital.MQTTPassword)
		if (got.status == exitOK) != c.good || c.good && (err != nil || kept != secret) || !c.good && err == nil {
			t.Errorf("%s: %+v, kept %v", name, got, err)
		}
	}
}
