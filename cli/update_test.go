package cli

import (
	"archive/tar"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"aead.dev/minisign"

	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/app/control"
	"authenkiosk/update"
	"authenkiosk/visit"
)

// updateWorld is a machine with version 1.0.0 of the program, and a folder with a newer
// one.
type updateWorld struct {
	t       *testing.T
	root    update.Root
	dir     string
	data    string
	source  string
	conf    string
	public  minisign.PublicKey
	private minisign.PrivateKey
	running string
	wait    time.Duration
	// packaged is where a package of the system has put its programs, of version brings.
	packaged, brings string
	comes            bool // somebody comes after the program was asked, and before it is told to end
}

func script(version string) string { return "#!/bin/sh\necho authenkiosk " + version + "\n" }

func newUpdateWorld(t *testing.T) *updateWorld {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the MSI updates there")
	}
	public, private, err := minisign.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	w := &updateWorld{t: t, dir: t.TempDir(), data: t.TempDir(), source: t.TempDir(), public: public, private: private, running: "1.0.0"}
	w.root = update.RootAt(w.dir)
	w.conf = filepath.Join(t.TempDir(), "site.toml")
	w.window(around(0))
	old := filepath.Join(w.dir, "versions", "1.0.0")
	for _, err := range []error{
		os.MkdirAll(old, 0o755), os.WriteFile(filepath.Join(old, "authenkiosk"), []byte(script("1.0.0")), 0o755),
		os.Symlink("versions/1.0.0", filepath.Join(w.dir, "current")), os.MkdirAll(filepath.Join(w.data, string(visit.ZoneDemo)), 0o700),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	w.offer("1.1.0", script("1.1.0"))
	return w
}

// window sets when updates are put in place.
func (w *updateWorld) window(text string) {
	write(w.t, w.conf, fmt.Sprintf("[update]\nsource = %q\nwindow = %q\n", w.source, text))
}

// around is a window of two hours around a moment that far from now.
func around(away time.Duration) string {
	at := time.Now().In(visit.Bangkok).Add(away)
	return at.Add(-time.Hour).Format("15:04") + "-" + at.Add(time.Hour).Format("15:04")
}

// offer puts the package of a version into the folder.
func (w *updateWorld) offer(version, program string) {
	w.t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	a := tar.NewWriter(z)
	about, _ := json.Marshal(map[string]string{"version": version, "os": runtime.GOOS, "arch": runtime.GOARCH})
	for _, f := range []struct{ name, content string }{{"update.json", string(about)}, {"authenkiosk", program}} {
		if err := errors.Join(a.WriteHeader(&tar.Header{Name: f.name, Typeflag: tar.TypeReg, Mode: 0o755, Size: int64(len(f.content))}), second(io.WriteString(a, f.content))); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := errors.Join(a.Close(), z.Close()); err != nil {
		w.t.Fatal(err)
	}
	signed := minisign.NewReader(bytes.NewReader(b.Bytes()))
	_, _ = io.Copy(io.Discard, signed)
	write(w.t, filepath.Join(w.source, update.FileName(version)), b.String())
	write(w.t, filepath.Join(w.source, update.FileName(version)+".minisig"), string(signed.Sign(w.private)))
}

func second[T any](_ T, err error) error { return err }

func (w *updateWorld) call(args ...string) called {
	w.t.Helper()
	var out, errs bytes.Buffer
	p := Program{
		Name: "authenkiosk", Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, patience: w.wait,
		installed: func() (update.Root, string, error) { return w.root, w.running, nil },
		updateKey: func() (update.PublicKey, error) { return w.public, nil },
		packaged:  func() (string, string, error) { return w.packaged, w.brings, nil },
	}
	return called{p.Main(append(args, "-config", w.conf, "-data", w.data)), out.String(), errs.String()}
}

func (w *updateWorld) current() string {
	w.t.Helper()
	v, err := w.root.Current()
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

// startsNew is what a new version does that works.
func (w *updateWorld) startsNew() {
	if trial, on := w.root.Trial(); !on || !trial.Healthy || w.current() != "1.1.0" {
		w.t.Errorf("when it is started again %s is in use, %+v", w.current(), trial)
	}
	if err := update.Keep(w.data, "1.1.0"); err != nil {
		w.t.Error(err)
	}
}

// runs plays the program that runs, until the end of the test; ended hears that another
// version is to be started.
func (w *updateWorld) runs(now app.Standing, refused error, ended func()) {
	w.t.Helper()
	l, err := control.Listen(filepath.Join(w.data, string(visit.ZoneDemo)))
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var served sync.WaitGroup
	served.Go(func() {
		control.Serve(ctx, l, func(_ context.Context, words []string, _ io.Reader, output io.Writer) error {
			if refused != nil || w.comes && len(words) == 1 {
				return cmp.Or(refused, errors.New("somebody stands before the screen"))
			}
			if len(words) == 1 {
				ended()
			}
			return json.NewEncoder(output).Encode(now)
		}, slog.New(slog.DiscardHandler))
	})
	w.t.Cleanup(func() { stop(); served.Wait() })
}

func TestANewVersionIsPutInPlaceAndStaysWhenItSaysSo(t *testing.T) {
	w := newUpdateWorld(t)
	write(t, config.SettingsFile(w.data), "[unit]\nname = \"โรงพยาบาลตัวอย่าง\"\n")
	if got := w.call("update", "check"); got.status != exitOK || !strings.Contains(got.out, "1.1.0 can be had") || w.current() != "1.0.0" {
		t.Errorf("%+v", got)
	}
	var once sync.Once
	w.runs(app.Standing{Served: true, Healthy: true}, nil, func() { once.Do(w.startsNew) })
	if got := w.call("update", "apply"); got.status != exitOK || !strings.Contains(got.out, "1.1.0 is in place") || w.current() != "1.1.0" {
		t.Fatalf("%+v", got)
	}
	if _, on := w.root.Trial(); on {
		t.Error("it is still on trial")
	}
	for _, copied := range []string{"1.0.0-site.toml", "1.0.0-settings.toml"} {
		if _, err := os.Stat(filepath.Join(w.dir, "configuration", copied)); err != nil {
			t.Error(err)
		}
	}
	w.running = "1.1.0"
	if got := w.call("update", "apply"); got.status != exitOK || !strings.Contains(got.out, "the newest there is 1.1.0") {
		t.Errorf("once more: %+v", got)
	}
	if got := w.call("update", "rollback"); got.status != exitOK || w.current() != "1.0.0" {
		t.Errorf("%+v", got)
	}
}

func TestANewVersionThatCannotServePeopleGoesBack(t *testing.T) {
	w := newUpdateWorld(t)
	w.wait = time.Nanosecond
	times := 0
	w.runs(app.Standing{}, nil, func() { times++ })
	got := w.call("update", "apply")
	if got.status != exitError || !strings.Contains(got.err, "in place again") || w.current() != "1.0.0" || times != 2 {
		t.Errorf("%+v, %s, started again %d times", got, w.current(), times)
	}
	w = newUpdateWorld(t) // it is started again and again
	times = 0
	w.runs(app.Standing{}, nil, func() {
		for times++; ; {
			if back, err := w.root.Settle(func() bool { return false }); back || err != nil {
				return
			}
		}
	})
	if got := w.call("update", "apply"); got.status != exitError || !strings.Contains(got.err, "in place again") || w.current() != "1.0.0" || times != 1 {
		t.Errorf("%+v, %s, told %d times to end", got, w.current(), times)
	}
	// Without a program that runs nobody waits: its starts are counted.
	w = newUpdateWorld(t)
	if got := w.call("update", "apply"); got.status != exitOK || !strings.Contains(got.out, "next start") || w.current() != "1.1.0" {
		t.Fatalf("%+v", got)
	}
	s := &Settings{Data: w.data, Log: slog.New(slog.DiscardHandler)}
	for start := 1; start <= 4; start++ {
		trial, err := s.trialOf(func() (update.Root, string, error) { return w.root, "1.1.0", nil })
		if back := start == 4; errors.Is(err, errWentBack) != back || (trial == nil) != back {
			t.Errorf("start %d: %v, %v", start, trial, err)
		}
	}
	if w.current() != "1.0.0" {
		t.Errorf("in use is %s", w.current())
	}
}

func TestAVersionIsChangedNeitherInASessionNorByDay(t *testing.T) {
	for _, c := range []struct {
		name, window string
		now          app.Standing
		refused      error
		words        string // of the refusal; empty: it is changed
	}{
		{"somebody stands there", around(0), app.Standing{}, errors.New("somebody stands before the screen"), "somebody stands"},
		{"by day, after patients", around(12 * time.Hour), app.Standing{Served: true}, nil, "before the first patient"},
		{"by day, before the first patient", around(12 * time.Hour), app.Standing{}, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newUpdateWorld(t)
			w.window(c.window)
			w.runs(c.now, c.refused, func() {
				if err := update.Keep(w.data, w.current()); err != nil {
					t.Error(err)
				}
			})
			got := w.call("update", "apply")
			if c.words == "" {
				if got.status != exitOK || w.current() != "1.1.0" {
					t.Errorf("%+v", got)
				}
				return
			}
			if got.status != exitError || !strings.Contains(got.err, c.words) || w.current() != "1.0.0" {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestASecondUpdateWaitsOrIsRefusedWhileOneIsUnderWay gives commands while a new version is
// waited for.
func TestASecondUpdateWaitsOrIsRefusedWhileOneIsUnderWay(t *testing.T) {
	w := newUpdateWorld(t)
	w.bring("1.1.0")
	installed := make(chan called, 1)
	asked := 0
	w.runs(app.Standing{Version: "1.0.0"}, nil, func() {
		if asked++; asked > 1 {
			return
		}
		for _, verb := range []string{"apply", "rollback"} {
			if got := w.call("update", verb); got.status != exitError || !strings.Contains(got.err, "another update is under way") {
				t.Errorf("%s: %+v", verb, got)
			}
		}
		if got := w.call("update", "auto"); got.status != exitOK || !strings.Contains(got.out, "Nothing is changed now") {
			t.Errorf("the timer: %+v", got)
		}
		go func() { installed <- w.call("update", "install", w.dir) }()
		if err := update.Keep(w.data, "1.1.0"); err != nil {
			t.Error(err)
		}
	})
	if got := w.call("update", "apply"); got.status != exitOK || w.current() != "1.1.0" {
		t.Errorf("%+v, in use is %s", got, w.current())
	}
	if got := <-installed; got.status != exitOK {
		t.Errorf("the package of the system: %+v", got)
	}
	if v, err := w.root.Previous(); err != nil || v != "1.0.0" || asked != 1 {
		t.Errorf("the version before is %q, %v; told %d times to end", v, err, asked)
	}
	w.running = "1.0.0" // the timer began before the change
	if got := w.call("update", "apply"); got.status != exitError || !strings.Contains(got.err, "meanwhile") || w.current() != "1.1.0" {
		t.Errorf("one that began before: %+v, in use is %s", got, w.current())
	}
}

// TestAtAStationNoVersionIsOnTrial updates a program that people start themselves: nobody
// counts its starts, and it tells the administrator nothing.
func TestAtAStationNoVersionIsOnTrial(t *testing.T) {
	w := newUpdateWorld(t)
	write(t, filepath.Join(filepath.Dir(w.conf), "face"), "station\n")
	got := w.call("update", "apply")
	if _, on := w.root.Trial(); got.status != exitOK || on || w.current() != "1.1.0" || strings.Contains(got.out, "by itself") || !strings.Contains(got.out, "update rollback") {
		t.Fatalf("%+v, on trial %v", got, on)
	}
	w.bring("1.2.0")
	if got := w.call("update", "install", w.dir); got.status != exitOK || w.current() != "1.2.0" {
		t.Fatalf("%+v", got)
	}
	w.running = "1.2.0"
	if got := w.call("update", "rollback"); got.status != exitOK || w.current() != "1.1.0" {
		t.Errorf("%+v; in use is %s, where 1.1.0 was before", got, w.current())
	}
}

func TestAVersionThatSavesItsVisitAfterItWentBackIsInUseAgain(t *testing.T) {
	w := newUpdateWorld(t)
	w.goesBack("1.1.0")
	if w.current() != "1.0.0" {
		t.Fatal(w.current())
	}
	if err := update.Keep(w.data, "1.1.0"); err != nil { // it runs on until the patient has gone
		t.Fatal(err)
	}
	if got := w.call("update", "settle", w.dir); got.status != exitOK || w.current() != "1.1.0" || w.root.Refused() != "" {
		t.Errorf("%+v; in use is %s, refused %q", got, w.current(), w.root.Refused())
	}
}

func TestAPackageThatThisMachineCannotUseChangesNothing(t *testing.T) {
	for name, change := range map[string]func(w *updateWorld){
		"another key":              func(w *updateWorld) { w.public, _, _ = minisign.GenerateKey(nil) },
		"it does not start":        func(w *updateWorld) { w.offer("1.1.0", "#!/bin/sh\nexit 1\n") },
		"it is another version":    func(w *updateWorld) { w.offer("1.1.0", script("0.9.0")) },
		"the signature is missing": func(w *updateWorld) { _ = os.Remove(filepath.Join(w.source, update.FileName("1.1.0")+".minisig")) },
		"its name hides another": func(w *updateWorld) {
			w.offer("1.2.0", script("1.2.0"))
			for _, ending := range []string{"", ".minisig"} {
				if err := os.Rename(filepath.Join(w.source, update.FileName("1.2.0")+ending), filepath.Join(w.source, update.FileName("1.3.0")+ending)); err != nil {
					w.t.Fatal(err)
				}
			}
		},
		"another program is missing": func(w *updateWorld) { write(w.t, w.root.Program("1.0.0", "authenagent"), script("1.0.0")) },
		"nothing is there":           func(w *updateWorld) { w.source = filepath.Join(w.source, "none"); w.window(around(0)) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newUpdateWorld(t)
			change(w)
			if got := w.call("update", "apply"); got.status != exitError || w.current() != "1.0.0" {
				t.Errorf("%+v, %s", got, w.current())
			}
		})
	}
	if got := call(t, "", "update", "apply", t.TempDir()); got.status != exitError || !strings.Contains(got.err, ".deb") {
		t.Errorf("a program that was installed otherwise: %+v", got)
	}
}

// bring has a package of the system bring a version.
func (w *updateWorld) bring(version string) {
	w.t.Helper()
	w.packaged, w.brings = w.t.TempDir(), version
	if err := os.WriteFile(filepath.Join(w.packaged, "authenkiosk"), []byte(script(version)), 0o755); err != nil {
		w.t.Fatal(err)
	}
}

// TestAPackageOfTheSystemPutsItsVersionBesideTheOthers plays what .deb and .rpm do.
func TestAPackageOfTheSystemPutsItsVersionBesideTheOthers(t *testing.T) {
	away := errors.New("somebody stands before the screen")
	for _, c := range []struct {
		name    string
		version string
		runs    bool
		refused error // by the program that runs
		stays   bool  // the new version says that it stays
		words   string
		now     string
		trial   bool
	}{
		{"nothing runs", "1.1.0", false, nil, false, "1.1.0 is in place", "1.1.0", true},
		{"a program runs", "1.1.0", true, nil, true, "1.1.0 is in place", "1.1.0", false},
		{"somebody stands there", "1.1.0", true, away, false, "for the next start; now 1.0.0 goes on", "1.1.0", true},
		{"it cannot serve people", "1.1.0", true, nil, false, "is started", "1.0.0", false},
		{"the same version again", "1.0.0", true, away, false, "", "1.0.0", false},
		{"an older version", "0.9.0", true, nil, false, "1.0.0 stays in use", "1.0.0", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newUpdateWorld(t)
			if !c.stays {
				w.wait = time.Nanosecond
			}
			w.bring(c.version)
			if c.runs {
				w.runs(app.Standing{Version: "1.0.0"}, c.refused, func() {
					if c.stays {
						if err := update.Keep(w.data, c.version); err != nil {
							t.Error(err)
						}
					}
				})
			}
			got := w.call("update", "install", w.dir)
			_, on := w.root.Trial()
			if got.status != exitOK || !strings.Contains(got.out, c.words) || w.current() != c.now || on != c.trial {
				t.Errorf("%+v; in use is %s, on trial %v", got, w.current(), on)
			}
			program, err := os.ReadFile(w.root.Program(w.current(), "authenkiosk"))
			if err != nil || string(program) != script(c.now) {
				t.Errorf("%q, %v", program, err)
			}
			if _, err := os.Stat(filepath.Join(w.dir, "configuration", "1.0.0-site.toml")); (err == nil) != (c.version == "1.1.0") {
				t.Errorf("the copy of the configuration: %v", err)
			}
		})
	}
	w := newUpdateWorld(t)
	w.dir = filepath.Join(t.TempDir(), "opt")
	w.root = update.RootAt(w.dir)
	w.bring("1.0.0")
	if got := w.call("update", "install", w.dir); got.status != exitOK || w.current() != "1.0.0" {
		t.Errorf("the first one: %+v", got)
	}
	w = newUpdateWorld(t) // what was in use was deleted by hand
	if err := os.RemoveAll(filepath.Join(w.dir, "versions")); err != nil {
		t.Fatal(err)
	}
	w.bring("0.9.0")
	got := w.call("update", "install", w.dir)
	if _, on := w.root.Trial(); got.status != exitOK || w.current() != "0.9.0" || on {
		t.Errorf("after a loss: %+v; in use is %s, on trial %v", got, w.current(), on)
	}
}

// TestTheTimerDisturbsNobodyAndTriesNothingTwice calls what the timer calls.
func TestTheTimerDisturbsNobodyAndTriesNothingTwice(t *testing.T) {
	fresh := app.Standing{Version: "1.0.0"}
	for _, c := range []struct {
		name, window string
		now          app.Standing
		refused      error
		prepare      func(w *updateWorld)
		want         string // the version in use
		restarts     int
	}{
		{"at night", around(0), app.Standing{Version: "1.0.0", Served: true}, nil, nil, "1.1.0", 1},
		{"by day, before the first patient", around(12 * time.Hour), fresh, nil, nil, "1.1.0", 1},
		{"by day", around(12 * time.Hour), app.Standing{Version: "1.0.0", Served: true}, nil, nil, "1.0.0", 0},
		{"in a session", around(0), fresh, errors.New("somebody stands before the screen"), nil, "1.0.0", 0},
		{"no source", around(0), fresh, nil, func(w *updateWorld) { w.source = ""; w.window(around(0)) }, "1.0.0", 0},
		{"a version that went back", around(0), fresh, nil, func(w *updateWorld) { w.goesBack("1.1.0") }, "1.0.0", 0},
		{"a newer one than that which went back", around(0), fresh, nil, func(w *updateWorld) {
			w.goesBack("1.1.0")
			w.offer("1.2.0", script("1.2.0"))
		}, "1.2.0", 1},
		{"one lies ready since somebody stood there", around(0), fresh, nil, func(w *updateWorld) {
			w.bring("1.1.0")
			w.call("update", "install", w.dir)
			w.running = "1.1.0"
		}, "1.1.0", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newUpdateWorld(t)
			w.window(c.window)
			if c.prepare != nil {
				c.prepare(w)
			}
			restarts := 0
			w.runs(c.now, c.refused, func() {
				restarts++
				if err := update.Keep(w.data, w.current()); err != nil {
					t.Error(err)
				}
			})
			got := w.call("update", "auto")
			if _, on := w.root.Trial(); got.status != exitOK || w.current() != c.want || restarts != c.restarts || on {
				t.Errorf("%+v; in use is %s after %d restarts, on trial %v", got, w.current(), restarts, on)
			}
		})
	}
}

func TestAVersionWaitsForWhoeverComesAtTheLastMoment(t *testing.T) {
	w := newUpdateWorld(t)
	w.comes = true
	ended := 0
	w.runs(app.Standing{Version: "1.0.0"}, nil, func() {
		ended++
		if err := update.Keep(w.data, w.current()); err != nil {
			t.Error(err)
		}
	})
	w.bring("1.1.0")
	if got := w.call("update", "install", w.dir); got.status != exitOK || !strings.Contains(got.err, "next start") || w.current() != "1.1.0" || ended != 0 {
		t.Fatalf("%+v; in use is %s, ended %d times", got, w.current(), ended)
	}
	w.comes, w.running = false, "1.1.0"
	got := w.call("update", "auto")
	if _, on := w.root.Trial(); got.status != exitOK || w.current() != "1.1.0" || ended != 1 || on {
		t.Errorf("%+v; in use is %s, ended %d times, on trial %v", got, w.current(), ended, on)
	}
}

// goesBack has a version tried and taken back.
func (w *updateWorld) goesBack(version string) {
	w.t.Helper()
	w.bring(version)
	w.call("update", "install", w.dir)
	t, on := w.root.Trial()
	if !on {
		w.t.Fatal("there is no trial")
	}
	if _, err := w.root.Back(t, func() bool { return false }); err != nil {
		w.t.Fatal(err)
	}
}

func TestStartsAreCountedWhateverTheNewVersionMakesOfTheConfiguration(t *testing.T) {
	w := newUpdateWorld(t)
	w.bring("1.1.0")
	w.call("update", "install", w.dir)
	w.running = "1.1.0"
	write(t, w.conf, "this is none")
	for start := 1; start <= 4; start++ {
		if got := w.call("update", "settle", w.dir); (got.status == exitError) != (start == 4) {
			t.Errorf("start %d: %+v", start, got)
		}
	}
	if w.current() != "1.0.0" {
		t.Errorf("in use is %s", w.current())
	}
}

func TestAProgramWithoutAKeySaysThatItTakesNoUpdatesByFile(t *testing.T) {
	w := newUpdateWorld(t)
	var errs bytes.Buffer
	p := Program{
		Name: "authenkiosk", Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: &errs,
		installed: func() (update.Root, string, error) { return w.root, w.running, nil },
	}
	for _, verb := range []string{"check", "apply"} {
		errs.Reset()
		if status := p.Main([]string{"update", verb, w.source, "-data", w.data}); status != exitError || !strings.Contains(errs.String(), "updates by file are off") {
			t.Errorf("%s: %d, %s", verb, status, &errs)
		}
	}
}

func TestDoctorTellsWhetherNewerVersionsCome(t *testing.T) {
	c := config.Update{Source: "/media/updates", Window: config.Window{From: 18 * 60, To: 6 * 60}}
	key := func(w *updateWorld) func() (update.PublicKey, error) {
		return func() (update.PublicKey, error) { return w.public, nil }
	}
	for _, k := range []struct {
		name    string
		prepare func(w *updateWorld)
		key     func(w *updateWorld) func() (update.PublicKey, error)
		state   string
		words   string
	}{
		{"all is well", func(*updateWorld) {}, key, FindingOK, "from /media/updates, between 18:00-06:00"},
		{"no key", func(*updateWorld) {}, func(*updateWorld) func() (update.PublicKey, error) { return nil }, FindingWarning, "updates by file are off"},
		{"on trial", func(w *updateWorld) { w.bring("1.1.0"); w.call("update", "install", w.dir) }, key, FindingWarning, "1.1.0 has not shown yet"},
		{"went back", func(w *updateWorld) { w.goesBack("1.1.0") }, key, FindingWarning, "1.1.0 went back to 1.0.0"},
		{"a newer one since", func(w *updateWorld) { w.goesBack("1.1.0"); w.running = "1.2.0" }, key, FindingOK, "from /media/updates"},
	} {
		t.Run(k.name, func(t *testing.T) {
			w := newUpdateWorld(t)
			k.prepare(w)
			p := Program{Name: "authenkiosk", installed: func() (update.Root, string, error) { return w.root, w.running, nil }, updateKey: k.key(w)}
			if got := p.updatesFinding(c); got.State != k.state || !strings.Contains(got.Detail, k.words) {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestTheNextVersionIsTriedThoughNobodyHasLookedAtTheOneBefore has a version say that it
// stays where nobody waits for that: it was started with the machine, or had gone back
// already and ran on. What is noted of it is noted when the next one comes.
func TestTheNextVersionIsTriedThoughNobodyHasLookedAtTheOneBefore(t *testing.T) {
	for before, prepare := range map[string]func(w *updateWorld){
		"it was started with the machine": func(w *updateWorld) {
			if got := w.call("update", "apply"); got.status != exitOK {
				t.Fatalf("%+v", got)
			}
			w.running = "1.1.0"
		},
		"it had gone back, and ran on": func(w *updateWorld) { w.goesBack("1.1.0") },
	} {
		for next, put := range map[string]func(w *updateWorld, version string) called{
			"by file": func(w *updateWorld, version string) called {
				w.offer(version, script(version))
				return w.call("update", "apply")
			},
			"by a package of the system": func(w *updateWorld, version string) called {
				w.bring(version)
				return w.call("update", "install", w.dir)
			},
		} {
			t.Run(before+", "+next, func(t *testing.T) {
				w := newUpdateWorld(t)
				prepare(w)
				if err := update.Keep(w.data, "1.1.0"); err != nil {
					t.Fatal(err)
				}
				got := put(w, "1.2.0")
				trial, on := w.root.Trial()
				if got.status != exitOK || w.current() != "1.2.0" || !on || trial.From != "1.1.0" {
					t.Errorf("%+v; in use is %s, on trial %v, from %s", got, w.current(), on, trial.From)
				}
				if _, err := os.Stat(w.root.Program("1.1.0", "authenkiosk")); err != nil {
					t.Errorf("the version whose data they are: %v", err)
				}
			})
		}
	}
}

// TestNoOlderVersionFollowsOneThatSavesItsVisitAfterItWentBack brings a version between the
// one in use and the one that ran on.
func TestNoOlderVersionFollowsOneThatSavesItsVisitAfterItWentBack(t *testing.T) {
	for _, version := range []string{"1.0.5", "1.1.0"} {
		w := newUpdateWorld(t)
		w.goesBack("1.1.0")
		if err := update.Keep(w.data, "1.1.0"); err != nil {
			t.Fatal(err)
		}
		w.bring(version)
		got := w.call("update", "install", w.dir)
		if _, on := w.root.Trial(); got.status != exitOK || !strings.Contains(got.out, "in use again") || w.current() != "1.1.0" || on {
			t.Errorf("%s: %+v; in use is %s, on trial %v", version, got, w.current(), on)
		}
		if v, err := w.root.Previous(); err != nil || v != "1.0.0" {
			t.Errorf("%s: the version before is %q, %v", version, v, err)
		}
	}
}
