package cli

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"authenkiosk/app/config"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

var codeForm = regexp.MustCompile(`[0-9A-Z]{4}(-[0-9A-Z]{4}){7}`)

// withRecovery gives the data of a zone a recovery code.
func withRecovery(t *testing.T, dir string) (code string) {
	t.Helper()
	code = storage.NewRecoveryCode()
	if err := storage.AddRecovery(dir, storage.KeyOptions{}, code); err != nil {
		t.Fatal(err)
	}
	return code
}

func TestABackupIsMadeWhileTheProgramRunsAndRestoredElsewhere(t *testing.T) {
	h := newClinic(t, nil)
	visits := staffWork(t, h.store, time.Now())
	data := filepath.Join(h.data, string(visit.ZoneDemo))
	file := filepath.Join(t.TempDir(), "backup")
	if got := call(t, "\n", "backup", file, "-data", h.data); got.status != exitError || !codeForm.MatchString(got.out) || !strings.Contains(got.err, "nothing was done") {
		t.Errorf("a code that nobody has written down: %+v", got)
	}
	code := withRecovery(t, data)
	conf := filepath.Join(t.TempDir(), "site.toml")
	write(t, conf, "[unit]\nhcode = \"99999\"\nname = \"คลินิก\"\n")
	if _, err := config.Change(conf, h.data, map[string]string{"unit.phone": "1330"}); err != nil {
		t.Fatal(err)
	}
	got := call(t, "", "backup", file, "-data", h.data, "-config", conf)
	if got.status != exitOK || !strings.Contains(got.out, "2 visits, 2 of them open") || !strings.Contains(got.out, "whole") {
		t.Fatalf("%+v", got)
	}
	if got := call(t, "", "backup", file, "-data", h.data); got.status != exitError || !strings.Contains(got.err, "exists") {
		t.Errorf("over another file: %+v", got)
	}
	if got := call(t, "", "backup", "-move", file+"2", "-data", h.data); got.status != exitError || !strings.Contains(got.err, "end the program first") {
		t.Errorf("a move while it runs: %+v", got)
	}
	if got := call(t, "", "restore", file, "-data", h.data); got.status != exitError || !strings.Contains(got.err, "end the program first") {
		t.Errorf("a restore while it runs: %+v", got)
	}
	h.end()
	elsewhere, there := t.TempDir(), filepath.Join(t.TempDir(), "new.toml")
	if got := call(t, "wrong\n", "restore", file, "-data", elsewhere); got.status != exitError || !strings.Contains(got.err, "8 groups") {
		t.Errorf("without the code: %+v", got)
	}
	got = call(t, code+"\n", "restore", file, "-data", elsewhere, "-config", there)
	for _, want := range []string{"2 visits of zone demo", "1 are held", "NOWHERE", "client list", "operator list", "Set again", there} {
		if got.status != exitOK || !strings.Contains(got.out, want) {
			t.Errorf("%q is missing in %+v", want, got)
		}
	}
	if c, err := config.Load(there); err != nil || c.Unit.Name != "คลินิก" {
		t.Errorf("the configuration: %v, %v", c.Unit, err)
	}
	if l, err := config.LoadOver(there, elsewhere); err != nil || l.From("unit.phone") != config.SettingsFile(elsewhere) || l.Value("unit.phone") != "1330" {
		t.Errorf("what the program itself has kept: %q, %v", l.Value("unit.phone"), err)
	}
	if got := call(t, "", "work", "show", string(visits[1].ID), "-data", elsewhere); got.status != exitOK || !strings.Contains(got.out, "desk-1/somebody") {
		t.Errorf("the work there: %+v", got)
	}
	other := filepath.Join(t.TempDir(), "other.toml")
	write(t, other, "[unit]\nhcode = \"99998\"\n")
	if got := call(t, code+"\n", "restore", file, "-data", t.TempDir(), "-config", other); got.status != exitError || !strings.Contains(got.err, "of unit 99999") || !strings.Contains(got.err, `hcode = "99999"`) {
		t.Errorf("on a machine of another unit: %+v", got)
	}
	kept := t.TempDir()
	if got := call(t, code+"\n", "restore", file, "-data", kept, "-config", filepath.Join(kept, "no", "new.toml")); got.status != exitOK || !strings.Contains(got.out, filepath.Join(kept, "restored-configuration", configName)) {
		t.Errorf("for a configuration in a directory that is not there: %+v", got)
	}
	same := t.TempDir()
	if got := call(t, code+"\n", "restore", file, "-data", same, "-config", conf); got.status != exitOK || !strings.Contains(got.out, filepath.Join(same, "restored-configuration", configName)) {
		t.Errorf("beside a configuration that is there: %+v", got)
	}
}

func TestDataThatMoveAreClosedAndSaySo(t *testing.T) {
	data := t.TempDir()
	dir := filepath.Join(data, string(visit.ZoneDemo))
	file := filepath.Join(t.TempDir(), "backup")
	if got := call(t, "", "backup", file, "-data", data); got.status != exitError || !strings.Contains(got.err, errNothingHere.Error()) {
		t.Errorf("nothing: %+v", got)
	}
	code := withRecovery(t, dir)
	s, err := storage.Open(dir, storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	staffWork(t, s, time.Now())
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	nowhere := filepath.Join(t.TempDir(), "no", "backup")
	if got := call(t, "", "backup", "-move", nowhere, "-data", data); got.status != exitError {
		t.Errorf("into a directory that is not there: %+v", got)
	}
	if got := call(t, "", "work", "list", "-data", data); got.status != exitOK {
		t.Errorf("after a move that could not be written: %+v", got)
	}
	if got := call(t, "", "backup", "-move", file, "-data", data); got.status != exitOK || !strings.Contains(got.out, "CLOSED FOR GOOD") {
		t.Fatalf("%+v", got)
	}
	for _, args := range [][]string{{"work", "list"}, {"backup", file + "2"}, {"agent"}} {
		if got := call(t, "", append(args, "-data", data)...); got.status != exitError || !strings.Contains(got.err, "closed for good") {
			t.Errorf("%q: %+v", args, got)
		}
	}
	if got := call(t, "", "backup", "-move", file+"2", "-data", data); got.status != exitOK { // the first one was lost
		t.Errorf("once more: %+v", got)
	}
	elsewhere := t.TempDir()
	if got := call(t, code+"\n", "restore", file, "-data", elsewhere); got.status != exitOK || strings.Contains(got.out, "NOWHERE") {
		t.Errorf("%+v", got)
	}
	names, err := os.ReadDir(filepath.Join(elsewhere, string(visit.ZoneDemo)))
	if err != nil || slices.ContainsFunc(names, func(e os.DirEntry) bool {
		return strings.HasPrefix(e.Name(), "restore") || strings.HasSuffix(e.Name(), ".moved")
	}) {
		t.Errorf("there are %v: %v", names, err)
	}
}

// typist types the end of the code that was shown, and meanwhile does something else.
type typist struct {
	shown     *bytes.Buffer
	meanwhile func()
}

func (t typist) Read(b []byte) (int, error) {
	t.meanwhile()
	code := codeForm.FindString(t.shown.String())
	return copy(b, code[len(code)-4:]+"\n"), nil
}

func TestAMoveWhoseNameWasTakenMeanwhileLeavesTheDataOpen(t *testing.T) {
	data, file := t.TempDir(), filepath.Join(t.TempDir(), "backup")
	s, err := storage.Open(filepath.Join(data, string(visit.ZoneDemo)), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	staffWork(t, s, time.Now())
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	p := Program{Name: "authenkiosk", Stdout: &out, Stderr: &errs, Stdin: typist{&out, func() { write(t, file, "theirs") }}}
	if status := p.Main([]string{"backup", "-move", file, "-data", data}); status != exitError || !strings.Contains(errs.String(), "exists") {
		t.Errorf("status %d, %q", status, errs.String())
	}
	if got := call(t, "", "work", "list", "-data", data); got.status != exitOK {
		t.Errorf("after it: %+v", got)
	}
}

// TestAMoveThatCannotBeReadAgainSaysWhatIsLeft has nobody listen at its end: what is said of
// the backup comes to nothing, and the data are closed by then.
func TestAMoveThatCannotBeReadAgainSaysWhatIsLeft(t *testing.T) {
	data := t.TempDir()
	dir := filepath.Join(data, string(visit.ZoneDemo))
	withRecovery(t, dir)
	s, err := storage.Open(dir, storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	heard, unheard, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(heard.Close(), unheard.Close()); err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	p := Program{Name: "authenkiosk", Stdout: unheard, Stderr: &errs, Stdin: strings.NewReader("")}
	file := filepath.Join(t.TempDir(), "backup")
	if status := p.Main([]string{"backup", "-move", file, "-data", data}); status != exitError || !strings.Contains(errs.String(), "closed for good, and whole: give the command again") {
		t.Errorf("status %d, %q", status, &errs)
	}
	if got := call(t, "", "backup", "-move", file+"2", "-data", data); got.status != exitOK {
		t.Errorf("given again: %+v", got)
	}
}

// TestAMoveThatWasCutOffCanBeGivenAgainOrTakenBack has the power go when the data are closed
// and no file is there.
func TestAMoveThatWasCutOffCanBeGivenAgainOrTakenBack(t *testing.T) {
	data := t.TempDir()
	dir := filepath.Join(data, string(visit.ZoneDemo))
	withRecovery(t, dir)
	s, err := storage.Open(dir, storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	staffWork(t, s, time.Now())
	if _, err := s.CloseForGood(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got := call(t, "", "work", "list", "-data", data); got.status != exitError || !strings.Contains(got.err, "make it again by backup -move") {
		t.Errorf("nobody hears what to do: %+v", got)
	}
	file := filepath.Join(t.TempDir(), "backup")
	if got := call(t, "", "backup", "-move", file, "-data", data); got.status != exitOK || !strings.Contains(got.out, "CLOSED FOR GOOD") {
		t.Fatalf("given again: %+v", got)
	}
	if got := call(t, "", "restore", file, "-data", data); got.status != exitOK {
		t.Fatalf("taken back where it was: %+v", got)
	}
	if got := call(t, "", "work", "list", "-data", data); got.status != exitOK {
		t.Errorf("it works again: %+v", got)
	}
}
