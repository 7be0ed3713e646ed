package kioskcmd

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"authenkiosk/app/config"
	"authenkiosk/app/kiosk"
	"authenkiosk/cli"
	"authenkiosk/storage"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

func TestMain(m *testing.M) {
	storage.CheckMain() // it ends the process where it was started to check a file
	// The test program is its own crash monitor, as the real program is.
	if len(os.Args) > 1 && os.Args[1] == "crash-monitor" {
		p := cli.Program{Name: "test", Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
		os.Exit(p.Main(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// What the program ends with.
const (
	exitOK    = 0
	exitError = 1
)

// called is what a command line printed and how it ended.
type called struct {
	status   int
	out, err string
}

func call(t *testing.T, args ...string) called {
	t.Helper()
	var out, errs bytes.Buffer
	p := cli.Program{
		Name: "authenkiosk", Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Checks: Checks,
		Commands: Commands(Faces{
			Kiosk: func(_ context.Context, o Opening) error {
				k, err := o.Try()
				if err == nil {
					k.Close()
				}
				return err
			},
			Station: func(_ context.Context, o StationOpening) error {
				s, err := o.Try()
				if err == nil {
					s.Close()
				}
				return err
			},
			Draw: func(*kiosk.Kiosk, flow.Model, int, int) (image.Image, error) {
				return image.NewGray(image.Rect(0, 0, 1, 1)), nil
			},
		}),
	}
	return called{p.Main(args), out.String(), errs.String()}
}

func TestACommandLineThatMakesNoSenseIsExplained(t *testing.T) {
	for _, c := range []struct {
		name  string
		args  []string
		words string
	}{
		{"a station of a wrong size", []string{"station", "-size", "big"}, "WIDTHxHEIGHT"},
		{"a demo without a place", []string{"demo"}, "-out DIR"},
		{"a demo of a wrong size", []string{"demo", "-out", "x", "-size", "big"}, "WIDTHxHEIGHT"},
		{"a configuration that is not there", []string{"-config", "none.toml"}, "none.toml"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := call(t, c.args...); got.status != exitError || !strings.Contains(got.err, c.words) {
				t.Errorf("status %d, %q; want %q in it", got.status, got.err, c.words)
			}
		})
	}
}

// TestDoctorLooksAtTheDevicesOfAKiosk keeps their place in the report, too.
func TestDoctorLooksAtTheDevicesOfAKiosk(t *testing.T) {
	got := call(t, "doctor", "-json", "-data", t.TempDir())
	var report struct{ Findings []struct{ Check string } }
	if err := json.Unmarshal([]byte(got.out), &report); err != nil {
		t.Fatalf("%v: %+v", err, got)
	}
	var names []string
	for _, f := range report.Findings {
		names = append(names, f.Check)
	}
	if all := strings.Join(names, " "); !strings.Contains(all, "visits printer slips camera line token") {
		t.Errorf("doctor looks at %s", all)
	}
}

func TestWrongConfigurationStopsTheProgramWithTheLine(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kiosk.toml")
	if err := os.WriteFile(file, []byte("[nhso]\nzone = \"prod\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := call(t, "kiosk", "-config", file)
	if got.status != exitError || !strings.Contains(got.err, "kiosk.toml:2") || !strings.Contains(got.err, "nhso.zone") {
		t.Errorf("%+v", got)
	}
}

func TestADeviceThatCanNeverWorkStopsTheStart(t *testing.T) {
	for setting, words := range map[string]string{
		"[printer]\nkind = \"escpos-serial\"\naddress = \"/dev/ttyUSB0?baud=7\"\n": "[printer]",
	} {
		file := filepath.Join(t.TempDir(), "kiosk.toml")
		if err := os.WriteFile(file, []byte(setting), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := call(t, "kiosk", "-config", file, "-data", t.TempDir()); got.status != exitError || !strings.Contains(got.err, words) {
			t.Errorf("%q: %+v", setting, got)
		}
	}
}

// TestACrashReportOfAKioskLiesWithItsData: also where the command line does not say where
// the data are.
func TestACrashReportOfAKioskLiesWithItsData(t *testing.T) {
	child := exec.Command(os.Args[0], "-test.run", "^TestCrashingKiosk$")
	child.Dir = t.TempDir()
	home := t.TempDir()
	child.Env = append(os.Environ(), crashing+"=1", "HOME="+home, "XDG_CONFIG_HOME="+home, "ProgramData="+home)
	done, err := child.StderrPipe() // the monitor has it, too, and ends after its report
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	said, _ := io.ReadAll(done)
	if err := child.Wait(); err == nil {
		t.Fatal("the child did not crash")
	}
	var reports []string
	for _, folder := range []string{home, child.Dir} {
		_ = filepath.WalkDir(folder, func(path string, _ fs.DirEntry, _ error) error {
			if strings.HasPrefix(filepath.Base(path), "crash-") {
				reports = append(reports, path)
			}
			return nil
		})
	}
	if len(reports) != 1 || !strings.Contains(strings.ToLower(reports[0]), filepath.Join("authenkiosk", "crashes")) {
		t.Errorf("the reports are %q; it said %s", reports, said)
	}
}

const crashing = "AUTHENKIOSK_TEST_CRASH"

func TestCrashingKiosk(*testing.T) {
	if os.Getenv(crashing) == "" {
		return // nobody has started it as a child
	}
	p := cli.Program{Name: "authenkiosk", Stdout: io.Discard, Stderr: os.Stderr, Commands: Commands(Faces{
		Kiosk: func(context.Context, Opening) error {
			done := make(chan struct{})
			go func() { panic("on purpose") }()
			<-done
			return nil
		},
	})}
	p.Main([]string{"kiosk"})
}

func TestDoctorSaysThatPhonesMayNotKnowAQRCodeOfOurOwn(t *testing.T) {
	c := config.Default()
	c.NHSO.Zone, c.Unit.HCode = visit.ZoneProduction, "99999"
	for _, want := range []struct {
		qr      string
		methods []visit.Method
		state   string
	}{
		{"", []visit.Method{visit.MethodCard, visit.MethodLine}, cli.FindingWarning},
		{"https://line.example/99999", []visit.Method{visit.MethodLine}, cli.FindingOK},
		{"", []visit.Method{visit.MethodCard}, cli.FindingSkipped},
	} {
		c.Line.QR, c.Kiosk.Methods = want.qr, want.methods
		if state, detail := lineFinding(c); state != want.state || state == cli.FindingWarning && !strings.Contains(detail, "line.qr") {
			t.Errorf("%s: %s", state, detail)
		}
	}
}
