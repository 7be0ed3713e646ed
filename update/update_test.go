package update

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"aead.dev/minisign"
)

var (
	mutations = flag.Int("mutations", 1000, "how many changed packages are tried")
	kills     = flag.Int("kills", 100, "how often an update is killed")
)

const childVariable = "AUTHENKIOSK_UPDATE_TEST_CHILD"

func TestMain(m *testing.M) {
	if task := os.Getenv(childVariable); task != "" {
		os.Exit(runChild(task))
	}
	flag.Parse()
	if testing.Short() {
		*mutations, *kills = *mutations/4, *kills/4
	}
	os.Exit(m.Run())
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// entry is a file of an archive.
type entry struct {
	name, content string
	kind          byte
}

// programOf is what stands for the program of a version.
func programOf(version string) string { return "#!/bin/sh\necho authenkiosk " + version + "\n" }

func packageOf(t testing.TB, m manifest, more ...entry) []byte {
	t.Helper()
	about, err := json.Marshal(m)
	must(t, err)
	return archiveOf(t, append([]entry{{manifestName, string(about), tar.TypeReg}, {"authenkiosk", programOf(m.Version), tar.TypeReg}}, more...)...)
}

func archiveOf(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, e := range entries {
		must(t, w.WriteHeader(&tar.Header{Name: e.name, Typeflag: e.kind, Size: int64(len(e.content)), Mode: 0o755, Linkname: map[bool]string{true: "/etc/passwd"}[e.kind == tar.TypeSymlink]}))
		_, err := io.WriteString(w, e.content)
		must(t, err)
	}
	must(t, errors.Join(w.Close(), z.Close()))
	return b.Bytes()
}

func here(version string) manifest { return manifest{version, runtime.GOOS, runtime.GOARCH} }

// maker signs packages.
type maker struct {
	public  minisign.PublicKey
	private minisign.PrivateKey
}

func newMaker(t testing.TB) maker {
	t.Helper()
	public, private, err := minisign.GenerateKey(nil)
	must(t, err)
	return maker{public, private}
}

func (m maker) sign(archive []byte) []byte {
	r := minisign.NewReader(bytes.NewReader(archive))
	_, _ = io.Copy(io.Discard, r)
	return r.Sign(m.private)
}

// newRoot makes a root in which version 1.0.0 is installed.
func newRoot(t testing.TB) Root {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the MSI updates there")
	}
	r := RootAt(t.TempDir())
	must(t, os.MkdirAll(r.path(versionsName, "1.0.0"), 0o755))
	must(t, os.WriteFile(r.Program("1.0.0", "authenkiosk"), []byte(programOf("1.0.0")), 0o755))
	must(t, r.flip("1.0.0"))
	return r
}

// below is all that is in a directory.
func below(t testing.TB, dir string) string {
	t.Helper()
	var b strings.Builder
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%s %s", path, d.Type())
		switch {
		case d.Type()&fs.ModeSymlink != 0:
			to, err := os.Readlink(path)
			fmt.Fprintf(&b, " -> %s %v", to, err)
		case !d.IsDir():
			content, err := os.ReadFile(path)
			fmt.Fprintf(&b, " %q %v", content, err)
		}
		b.WriteByte('\n')
		return nil
	}))
	return b.String()
}

func TestAPackageIsPutBesideTheVersionInUse(t *testing.T) {
	r, m := newRoot(t), newMaker(t)
	archive := packageOf(t, here("1.1.0"), entry{"authenagent", "agent", tar.TypeReg})
	v, err := r.Stage(m.public, bytes.NewReader(archive), m.sign(archive), "1.0.0")
	if err != nil || v != "1.1.0" {
		t.Fatalf("%q, %v", v, err)
	}
	if now, err := r.Current(); err != nil || now != "1.0.0" {
		t.Errorf("in use is %q, %v", now, err)
	}
	if out, err := exec.Command(r.Program(v, "authenkiosk"), "version").Output(); err != nil || string(out) != "authenkiosk 1.1.0\n" {
		t.Errorf("it says %q, %v", out, err)
	}
	if info, err := os.Stat(r.path(versionsName, v)); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("others cannot start it: %v", info.Mode())
	}
	if names, _ := filepath.Glob(r.path(incoming)); len(names) > 0 {
		t.Errorf("left are %q", names)
	}
	if v, err := r.Stage(m.public, bytes.NewReader(archive), m.sign(archive), "1.0.0"); err != nil || v != "1.1.0" {
		t.Errorf("once more: %q, %v", v, err)
	}
}

func TestWhatIsNoPackageForThisMachineIsRefusedAndNothingIsTouched(t *testing.T) {
	r, m := newRoot(t), newMaker(t)
	before := below(t, r.dir)
	about := func(m manifest) entry {
		b, _ := json.Marshal(m)
		return entry{manifestName, string(b), tar.TypeReg}
	}
	for name, c := range map[string]struct {
		archive []byte
		want    error
	}{
		"the same version":         {packageOf(t, here("1.0.0")), ErrOlder},
		"an older version":         {packageOf(t, here("0.9.12")), ErrOlder},
		"a version before it":      {packageOf(t, here("1.0.0-rc.1")), ErrOlder},
		"another system":           {packageOf(t, manifest{"1.1.0", "plan9", runtime.GOARCH}), ErrPackage},
		"another processor":        {packageOf(t, manifest{"1.1.0", runtime.GOOS, "mips"}), ErrPackage},
		"a version that is a path": {packageOf(t, here("../1.1.0")), ErrPackage},
		"a path upwards":           {packageOf(t, here("1.1.0"), entry{"../authenagent", "", tar.TypeReg}), ErrPackage},
		"a link":                   {packageOf(t, here("1.1.0"), entry{"authenagent", "", tar.TypeSymlink}), ErrPackage},
		"a directory":              {packageOf(t, here("1.1.0"), entry{"bin", "", tar.TypeDir}), ErrPackage},
		"no archive":               {[]byte("text"), ErrPackage},
		"no manifest":              {archiveOf(t, entry{"authenkiosk", "x", tar.TypeReg}), ErrPackage},
		"too many files":           {archiveOf(t, append([]entry{about(here("1.1.0"))}, make101()...)...), ErrPackage},
	} {
		if _, err := r.Stage(m.public, bytes.NewReader(c.archive), m.sign(c.archive), "1.0.0"); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	good := packageOf(t, here("1.1.0"))
	if _, err := r.Stage(m.public, bytes.NewReader(good), newMaker(t).sign(good), "1.0.0"); !errors.Is(err, ErrSignature) {
		t.Errorf("signed by somebody else: %v", err)
	}
	if after := below(t, r.dir); after != before {
		t.Errorf("it was\n%s\nand is\n%s", before, after)
	}
}

func make101() (entries []entry) {
	for i := range maxFiles + 1 {
		entries = append(entries, entry{fmt.Sprint("f", i), "", tar.TypeReg})
	}
	return entries
}

func TestEveryChangedPackageIsRefused(t *testing.T) {
	r, m := newRoot(t), newMaker(t)
	archive := packageOf(t, here("1.1.0"))
	signature := m.sign(archive)
	start := bytes.IndexByte(signature, '\n') + 1 // the first line is a comment that is not signed
	before := below(t, r.dir)
	random := rand.New(rand.NewPCG(1, 7))
	for n := range *mutations {
		a, s := bytes.Clone(archive), bytes.Clone(signature)
		which := "archive"
		switch n % 5 {
		case 0:
			a = a[:random.IntN(len(a))]
		case 1:
			a = append(a, byte(random.IntN(256)))
		case 2:
			which = "signature"
			at := start + random.IntN(len(s)-start)
			if s[at] == '\n' || s[at] == '=' || at+1 < len(s) && s[at+1] == '=' || at == len(s)-1 {
				at = start + 1
			}
			s[at] ^= 1 << random.IntN(5)
		default:
			a[random.IntN(len(a))] ^= 1 << random.IntN(8)
		}
		if _, err := r.Stage(m.public, bytes.NewReader(a), s, "1.0.0"); !errors.Is(err, ErrSignature) {
			t.Errorf("change %d of the %s: %v", n, which, err)
		}
	}
	if after := below(t, r.dir); after != before {
		t.Errorf("it was\n%s\nand is\n%s", before, after)
	}
}

func TestAVersionOnTrialStaysWhenItSaysSoAndGoesBackWhenItDoesNot(t *testing.T) {
	type step func(t *testing.T, r Root, data string)
	settle := func(wantBack bool) step {
		return func(t *testing.T, r Root, data string) {
			t.Helper()
			if back, err := r.Settle(func() bool { return Kept(data, "1.1.0") }); err != nil || back != wantBack {
				t.Errorf("back %v, want %v: %v", back, wantBack, err)
			}
		}
	}
	keep := func(t *testing.T, _ Root, data string) { t.Helper(); must(t, Keep(data, "1.1.0")) }
	giveUp := func(t *testing.T, r Root, data string) {
		t.Helper()
		trial, on := r.Trial()
		if !on {
			t.Fatal("there is no trial")
		}
		_, err := r.Back(trial, func() bool { return Kept(data, "1.1.0") })
		must(t, err)
	}
	// saves says so between the look and the change.
	saves := func(t *testing.T, r Root, data string) {
		t.Helper()
		trial, _ := r.Trial()
		asked := 0
		back, err := r.Back(trial, func() bool {
			if asked++; asked == 2 {
				must(t, Keep(data, "1.1.0"))
			}
			return Kept(data, "1.1.0")
		})
		if err != nil || back {
			t.Errorf("back %v, %v", back, err)
		}
	}
	for _, c := range []struct {
		name  string
		steps []step
		now   string
		trial bool
	}{
		{"just changed", nil, "1.1.0", true},
		{"it stays", []step{settle(false), keep, settle(false)}, "1.1.0", false},
		{"it starts three times and never stays", []step{settle(false), settle(false), settle(false), settle(true)}, "1.0.0", false},
		{"it stays at the third start", []step{settle(false), settle(false), settle(false), keep, settle(false), settle(false)}, "1.1.0", false},
		{"somebody has waited long enough", []step{settle(false), giveUp}, "1.0.0", false},
		{"somebody has waited long enough, and it has saved a visit", []step{keep, giveUp}, "1.1.0", false},
		{"it saves a visit at that moment", []step{saves}, "1.1.0", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, m, data := newRoot(t), newMaker(t), t.TempDir()
			archive := packageOf(t, here("1.1.0"))
			_, err := r.Stage(m.public, bytes.NewReader(archive), m.sign(archive), "1.0.0")
			must(t, err)
			must(t, r.Try("1.1.0", true))
			for _, s := range c.steps {
				s(t, r, data)
			}
			now, err := r.Current()
			trial, on := r.Trial()
			if err != nil || now != c.now || on != c.trial || on && (trial.From != "1.0.0" || !trial.Healthy) {
				t.Errorf("in use is %s, on trial %v %+v: %v", now, on, trial, err)
			}
		})
	}
}

func TestAVersionNeverGoesBackToOneThatWasOnTrialItself(t *testing.T) {
	r := newRoot(t)
	for _, v := range []string{"1.1.0", "1.2.0"} {
		from := t.TempDir()
		must(t, os.WriteFile(filepath.Join(from, "authenkiosk"), []byte(programOf(v)), 0o700))
		must(t, r.Adopt(from, v))
		must(t, r.Try(v, false))
	}
	trial, on := r.Trial()
	if !on || trial.From != "1.0.0" || trial.To != "1.2.0" {
		t.Errorf("%v, %+v", on, trial)
	}
	back, err := r.Back(trial, func() bool { return false })
	now, err2 := r.Current()
	if !back || err != nil || err2 != nil || now != "1.0.0" || r.Refused() != "1.2.0" {
		t.Errorf("back %v, in use is %s, refused %q: %v, %v", back, now, r.Refused(), err, err2)
	}
	if info, err := os.Stat(r.Program("1.2.0", "authenkiosk")); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("%v, %v", info, err)
	}
}

// TestDataOfAVersionThatStaysAreLeftToNoOlderOne has versions save visits at bad moments.
func TestDataOfAVersionThatStaysAreLeftToNoOlderOne(t *testing.T) {
	never := func() bool { return false }
	try := func(t *testing.T, r Root, v string) {
		t.Helper()
		from := t.TempDir()
		must(t, os.WriteFile(filepath.Join(from, "authenkiosk"), []byte(programOf(v)), 0o700))
		must(t, r.Adopt(from, v))
		must(t, r.Try(v, false))
	}
	goBack := func(t *testing.T, r Root) {
		t.Helper()
		trial, _ := r.Trial()
		back, err := r.Back(trial, never)
		if must(t, err); !back {
			t.Error("it stays")
		}
	}
	for _, c := range []struct {
		name  string
		steps func(t *testing.T, r Root)
		now   string
		on    bool
	}{
		{"it saves a visit when the next one waits for it to end", func(t *testing.T, r Root) {
			try(t, r, "1.1.0")
			try(t, r, "1.2.0")
			must(t, r.Heed("1.1.0"))
			goBack(t, r)
		}, "1.1.0", false},
		{"the same, and it is not there any more", func(t *testing.T, r Root) {
			try(t, r, "1.1.0")
			try(t, r, "1.2.0")
			must(t, os.RemoveAll(r.path(versionsName, "1.1.0")))
			must(t, r.Heed("1.1.0"))
		}, "1.2.0", false},
		{"it went back in a session, and saves its visit", func(t *testing.T, r Root) {
			try(t, r, "1.1.0")
			goBack(t, r)
			must(t, r.Heed("1.1.0"))
			if r.Refused() != "" {
				t.Errorf("refused is %q", r.Refused())
			}
		}, "1.1.0", false},
		{"it went back in a session, and saves none", func(t *testing.T, r Root) {
			try(t, r, "1.1.0")
			goBack(t, r)
			must(t, r.Heed(""))
		}, "1.0.0", false},
		{"it went back in a session, and a package of the system comes before it saves its visit", func(t *testing.T, r Root) {
			try(t, r, "1.1.0")
			goBack(t, r)
			must(t, r.Adopt(t.TempDir(), "1.2.0"))
			must(t, r.Heed("1.1.0"))
		}, "1.1.0", false},
		{"somebody has taken it back, who may", func(t *testing.T, r Root) {
			try(t, r, "1.1.0")
			_, err := r.Rollback()
			must(t, err)
			must(t, r.Heed("1.1.0"))
		}, "1.0.0", false},
		{"it is started when the next one is about to be in use", func(t *testing.T, r Root) {
			must(t, os.Mkdir(r.path(versionsName, "1.1.0"), 0o755))
			must(t, r.note(Trial{From: "1.0.0", To: "1.1.0"}))
			must(t, r.Heed(""))
			must(t, r.flip("1.1.0"))
		}, "1.1.0", true},
		{"nothing was said", func(t *testing.T, r Root) { try(t, r, "1.1.0"); must(t, r.Heed("")) }, "1.1.0", true},
		{"what is said is old", func(t *testing.T, r Root) { try(t, r, "1.1.0"); must(t, r.Heed("1.0.0")) }, "1.1.0", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRoot(t)
			c.steps(t, r)
			now, err := r.Current()
			if _, on := r.Trial(); err != nil || now != c.now || on != c.on {
				t.Errorf("in use is %s, on trial %v: %v", now, on, err)
			}
		})
	}
}

func TestATrialWhoseVersionBeforeIsLostGoesNowhere(t *testing.T) {
	r := newRoot(t)
	must(t, r.note(Trial{From: "0.9.0", To: "1.0.0", Starts: maxStarts}))
	if back, err := r.Settle(func() bool { return false }); back || err != nil {
		t.Errorf("back %v, %v", back, err)
	}
	if now, err := r.Current(); err != nil || !r.has(now) {
		t.Errorf("in use is %s, which is not there: %v", now, err)
	}
}

func TestARollbackThatIsCutCanBeGivenAgain(t *testing.T) {
	r, from := newRoot(t), t.TempDir()
	must(t, os.WriteFile(filepath.Join(from, "authenkiosk"), []byte(programOf("1.1.0")), 0o700))
	must(t, r.Adopt(from, "1.1.0"))
	must(t, r.Try("1.1.0", false))
	way := r.path(".new-"+currentName, "in the way")
	must(t, os.MkdirAll(way, 0o755)) // so that it ends before the change
	if _, err := r.Rollback(); err == nil {
		t.Fatal("there is nothing in the way")
	}
	if trial, on := r.Trial(); !on || trial.From != "1.0.0" {
		t.Errorf("a version on trial would stay for good: %v %+v", on, trial)
	}
	must(t, os.RemoveAll(filepath.Dir(way)))
	if v, err := r.Rollback(); err != nil || v != "1.0.0" {
		t.Errorf("%s, %v", v, err)
	}
}

func TestOneAtATimeChangesVersions(t *testing.T) {
	r := newRoot(t)
	unlock, err := r.Lock()
	must(t, err)
	if _, err := r.Lock(); !errors.Is(err, ErrBusy) {
		t.Errorf("a second one: %v", err)
	}
	unlock()
	unlock, err = r.Lock()
	must(t, err)
	unlock()
	if info, err := os.Stat(r.path(lockName)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others could hold it: %v, %v", info.Mode(), err)
	}
}

func TestRollbackGoesToTheVersionBeforeAndBackAgain(t *testing.T) {
	r, m, data := newRoot(t), newMaker(t), t.TempDir()
	if _, err := r.Rollback(); !errors.Is(err, ErrNoVersion) {
		t.Errorf("without one: %v", err)
	}
	for _, v := range []string{"1.1.0", "1.2.0"} {
		archive := packageOf(t, here(v))
		now, err := r.Current()
		must(t, err)
		_, err = r.Stage(m.public, bytes.NewReader(archive), m.sign(archive), now)
		must(t, err)
		must(t, r.Try(v, false))
		must(t, Keep(data, v))
		_, err = r.Settle(func() bool { return Kept(data, v) })
		must(t, err)
	}
	if r.has("1.0.0") || !r.has("1.1.0") {
		t.Error("two versions are kept")
	}
	// A version that went back leaves the one before as it was.
	archive := packageOf(t, here("1.3.0"))
	_, err := r.Stage(m.public, bytes.NewReader(archive), m.sign(archive), "1.2.0")
	must(t, err)
	must(t, r.Try("1.3.0", false))
	trial, _ := r.Trial()
	_, err = r.Back(trial, func() bool { return false })
	must(t, err)
	for _, want := range []string{"1.1.0", "1.2.0"} {
		v, err := r.Rollback()
		now, err2 := r.Current()
		if err != nil || err2 != nil || v != want || now != want {
			t.Errorf("%s, in use %s, want %s: %v, %v", v, now, want, err, err2)
		}
	}
	must(t, Unkeep(data))
	if must(t, Unkeep(data)); Kept(data, "1.2.0") {
		t.Error("what was said is still said")
	}
}

func TestTheNewestPackageForThisSystemIsFoundInAFolderAndInTheWeb(t *testing.T) {
	m, dir, root := newMaker(t), t.TempDir(), newRoot(t)
	if _, err := Find(t.Context(), dir, nil); !errors.Is(err, ErrNothing) {
		t.Errorf("an empty folder: %v", err)
	}
	for _, v := range []string{"1.9.0", "1.10.0", "1.10.0-rc.1"} {
		archive := packageOf(t, here(v))
		must(t, os.WriteFile(filepath.Join(dir, FileName(v)), archive, 0o600))
		must(t, os.WriteFile(filepath.Join(dir, FileName(v)+signatureSuffix), m.sign(archive), 0o600))
	}
	for _, name := range []string{"authenkiosk-2.0.0-plan9-mips.tar.gz", "authenkiosk-x-" + platform + ".tar.gz", "photo.jpg"} {
		must(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	must(t, os.WriteFile(filepath.Join(dir, latestName), []byte("1.10.0\n"), 0o600))
	server := httptest.NewTLSServer(http.FileServer(http.Dir(dir)))
	defer server.Close()
	for _, source := range []string{dir, server.URL} {
		o, err := Find(t.Context(), source, server.Client())
		if err != nil || o.Version != "1.10.0" {
			t.Fatalf("%s: %q, %v", source, o.Version, err)
		}
		archive, err := o.Open(t.Context())
		must(t, err)
		signature, err := o.Signature(t.Context())
		must(t, err)
		if v, err := root.Stage(m.public, archive, signature, "1.0.0"); err != nil || v != "1.10.0" {
			t.Errorf("%s: %q, %v", source, v, err)
		}
		must(t, archive.Close())
	}
	away := httptest.NewTLSServer(http.RedirectHandler("http://127.0.0.1:1/", http.StatusFound))
	defer away.Close()
	for _, source := range []string{"http://updates.example", "ftp://updates.example", away.URL, server.URL + "/none", filepath.Join(dir, "none")} {
		if o, err := Find(t.Context(), source, away.Client()); err == nil {
			t.Errorf("%s: %q", source, o.Version)
		}
	}
}

func TestThePasswordAndTheKeyOfASourceAreNotTold(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	gone := httptest.NewTLSServer(http.NotFoundHandler())
	gone.Close() // nobody is at its address any more
	for _, c := range []struct{ name, source, says string }{
		{"a password", strings.Replace(server.URL, "https://", "https://kiosk:secret-word@", 1), "404"},
		{"a key", server.URL + "?key=secret-word", "404"},
		{"a key, and nobody answers", gone.URL + "?key=secret-word", "refused"},
		{"a password that cannot be read", "https://kiosk:secret-word%@updates.example/", "cannot be read"},
		{"a password that looks like a port", "https://kiosk:secret-word#1@updates.example/", "cannot be read"},
	} {
		_, err := Find(t.Context(), c.source, server.Client())
		if err == nil || strings.Contains(err.Error(), "secret-word") || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
		if got := Named(c.source); strings.Contains(got, "secret-word") || !strings.HasPrefix(got, "https://") {
			t.Errorf("%s: %s", c.name, got)
		}
	}
	if got := Named("/media/my stick"); got != "/media/my stick" {
		t.Error(got)
	}
}

func TestAProgramThatAPackageOfTheSystemHasInstalledUpdatesNothing(t *testing.T) {
	if _, _, err := Here(); !errors.Is(err, ErrByInstaller) {
		t.Error(err)
	}
	if _, err := Key(); !errors.Is(err, ErrNoKey) {
		t.Error(err)
	}
}

// again is what an administrator does where there is no version to go back to: the first
// one, which may have been removed since, is installed again.
func again(r Root) error {
	if err := r.Adopt(r.Dir("first"), "1.0.0"); err != nil {
		return err
	}
	return r.flip("1.0.0")
}

// runChild updates back and forth between versions for ever, telling each start.
func runChild(task string) int {
	dir, key, _ := strings.Cut(task, "|")
	r := RootAt(dir)
	var public minisign.PublicKey
	if err := public.UnmarshalText([]byte(key)); err != nil {
		return 1
	}
	fmt.Println("go")
	for n := 0; ; n++ {
		now, err := r.Current()
		if err != nil {
			fmt.Println("error", err)
			return 1
		}
		next := fmt.Sprintf("1.0.%d", n%7+1)
		err = func() error {
			if trial, on := r.Trial(); on && n%3 == 0 {
				_, err := r.Back(trial, func() bool { return false })
				return err
			} else if on && n%3 == 1 {
				return r.End(trial)
			}
			if n%5 == 4 {
				_, err := r.Rollback()
				if errors.Is(err, ErrNoVersion) {
					err = nil
				}
				return err
			}
			o, err := Find(context.Background(), filepath.Join(dir, "source"), nil)
			if err != nil {
				return err
			}
			o.Version = next
			archive, err := o.Open(context.Background())
			if err != nil {
				return err
			}
			defer func() { _ = archive.Close() }()
			signature, err := o.Signature(context.Background())
			if err != nil {
				return err
			}
			v, err := r.Stage(public, archive, signature, now)
			if errors.Is(err, ErrOlder) {
				_, err = r.Rollback()
				if errors.Is(err, ErrNoVersion) {
					return again(r)
				}
				return err
			}
			if err != nil {
				return err
			}
			return r.Try(v, true)
		}()
		if err != nil {
			fmt.Println("error", err)
			return 1
		}
	}
}

// TestAnUpdateThatIsKilledLeavesAVersionThatWorks kills a program that updates and goes
// back all the time.
func TestAnUpdateThatIsKilledLeavesAVersionThatWorks(t *testing.T) {
	r, m := newRoot(t), newMaker(t)
	source := r.Dir("source")
	must(t, os.Mkdir(source, 0o755))
	for n := range 8 {
		v := fmt.Sprintf("1.0.%d", n)
		archive := packageOf(t, here(v), entry{"authenagent", strings.Repeat(v, 50_000), tar.TypeReg})
		must(t, os.WriteFile(filepath.Join(source, FileName(v)), archive, 0o600))
		must(t, os.WriteFile(filepath.Join(source, FileName(v)+signatureSuffix), m.sign(archive), 0o600))
	}
	must(t, os.CopyFS(r.Dir("first"), os.DirFS(r.path(versionsName, "1.0.0"))))
	key, err := m.public.MarshalText()
	must(t, err)
	random := rand.New(rand.NewPCG(1, 8))
	versions := map[string]int{}
	for round := range *kills {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childVariable+"="+r.dir+"|"+string(key))
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		begun := make([]byte, 3)
		_, err = io.ReadFull(out, begun)
		must(t, err)
		time.Sleep(time.Duration(random.IntN(40_000)) * time.Microsecond) // whenever that is
		must(t, cmd.Process.Kill())
		rest, _ := io.ReadAll(out)
		_ = cmd.Wait()
		if len(rest) > 0 {
			t.Fatalf("round %d: the child said %q", round, rest)
		}
		v, err := r.Current()
		must(t, err)
		if got, err := exec.Command(r.path(currentName, "authenkiosk")).Output(); err != nil || string(got) != "authenkiosk "+v+"\n" {
			t.Fatalf("round %d: version %s says %q, %v", round, v, got, err)
		}
		agent, err := os.ReadFile(r.path(currentName, "authenagent"))
		if v != "1.0.0" && (err != nil || string(agent) != strings.Repeat(v, 50_000)) {
			t.Fatalf("round %d: version %s is not whole: %v", round, v, err)
		}
		versions[v]++
	}
	t.Logf("%d kills, in use afterwards: %v", *kills, versions)
}
