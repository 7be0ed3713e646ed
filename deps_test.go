package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "authenkiosk"

// mayImport says, for each room, which other rooms of the house it may import.
// Tests of a room may import what the room itself may, and the fakes beside it.
var mayImport = map[string][]string{
	"":    {"app", "ui", "ui/fyneenv", "assets", "visit", "visit/flow"},
	"cmd": {"app"},

	// What plays the world around a running program: cards, and a look at its store.
	"tests of the whole": {"agent", "camera", "cardreader", "nhso", "printer", "storage", "ui", "visit"},

	"app":        {"app", "visit", "cardreader", "camera", "printer", "nhso", "storage", "agent", "assets"},
	"ui":         {"ui", "visit", "assets"},
	"visit":      {"visit"},
	"cardreader": {"cardreader", "visit"},
	"camera":     {"camera", "visit"},
	"printer":    {"printer", "visit", "assets"},
	"nhso":       {"nhso", "visit"},
	"storage":    {"storage", "visit"},
	"agent":      {"agent", "visit"},
	"assets":     {"assets"},
}

// onlyIn says where a library may be imported at all.
var onlyIn = map[string][]string{
	"github.com/ebfe/scard":         {"cardreader/pcsc"},
	"go.etcd.io/bbolt":              {"storage"},
	"github.com/go-resty/resty":     {"nhso"},
	"fyne.io/fyne/v2":               {"ui", "", "testdata/barewindow"},
	"fyne.io/fyne/v2/app":           {"", "testdata/barewindow"},
	"github.com/fyne-io":            {"ui"},
	"github.com/srwiley":            {"ui"},
	"fyne.io/fyne/v2/driver/gl":     {},
	"fyne.io/fyne/v2/dialog":        {}, // stock dialogs are not for patients
	"github.com/pelletier":          {"app/config", "printer/template"},
	"github.com/esimov/pigo":        {"camera/gate"},
	"github.com/gen2brain/jpegn":    {"camera"},
	"github.com/pion":               {"camera"},
	"github.com/OpenPrinting":       {"printer/ipp"},
	"github.com/zalando/go-keyring": {"storage"},
	"go.bug.st/serial":              {"printer/escpos"},
	"github.com/coder/websocket":    {"agent"},
	"github.com/eclipse":            {"agent/mqtt"},
	"github.com/go-text":            {"printer", "assets", "ui"},
	"github.com/nicksnyder":         {"assets", "ui"},
	"authenkiosk/nhso/testzone":     {"app", "nhso"},
	"authenkiosk/cardreader/pcsc":   {"app", "cardreader"},
}

func TestImportsKeepTheDirectionsOfTheHouse(t *testing.T) {
	files := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." && strings.HasPrefix(d.Name(), ".") || d.Name() == "out" {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		files++
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			checkImport(t, filepath.ToSlash(path), imported)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 50 {
		t.Errorf("only %d files were seen: the test does not look where the code is", files)
	}
}

func checkImport(t *testing.T, path, imported string) {
	t.Helper()
	dir := filepath.ToSlash(filepath.Dir(path))
	if dir == "." {
		dir = ""
	}
	room, _, _ := strings.Cut(dir, "/")
	if dir == "" && strings.HasSuffix(path, "_test.go") {
		room = "tests of the whole"
	}
	if inside, ok := strings.CutPrefix(imported, module+"/"); ok {
		if !within(inside, mayImport[room]) {
			t.Errorf("%s imports %s, which %q may not", path, imported, room)
		}
	} else if room == "visit" && strings.Contains(strings.SplitN(imported, "/", 2)[0], ".") {
		t.Errorf("%s imports %s: the domain knows the standard library only", path, imported)
	}
	for library, places := range onlyIn {
		if !under(imported, library) {
			continue
		}
		ok := false
		for _, place := range places {
			ok = ok || dir == place || place != "" && under(dir, place)
		}
		// A narrower rule for a part of a library stands beside the wider one.
		if !ok && !narrower(imported, library) {
			t.Errorf("%s imports %s, which belongs to %q only", path, imported, places)
		}
	}
}

// narrower tells whether another rule speaks about a longer prefix of the path.
func narrower(imported, library string) bool {
	for other := range onlyIn {
		if len(other) > len(library) && under(imported, other) && under(other, library) {
			return true
		}
	}
	return false
}

func within(path string, allowed []string) bool {
	for _, a := range allowed {
		if under(path, a) {
			return true
		}
	}
	return false
}

func under(path, prefix string) bool { return path == prefix || strings.HasPrefix(path, prefix+"/") }

func TestTheRulesRefuseWhatTheyShould(t *testing.T) {
	for _, c := range []struct {
		path, imported string
		want           bool
	}{
		{"ui/screen.go", "authenkiosk/storage", false},
		{"ui/screen.go", "authenkiosk/visit/flow", true},
		{"visit/pid.go", "github.com/google/uuid", false},
		{"nhso/endpoint.go", "authenkiosk/storage", false},
		{"app/system.go", "authenkiosk/ui", false},
		{"app/system.go", "fyne.io/fyne/v2", false},
		{"ui/screen.go", "fyne.io/fyne/v2/canvas", true},
		{"ui/screen.go", "fyne.io/fyne/v2/app", false},
		{"main.go", "fyne.io/fyne/v2/app", true},
		{"cmd/authenagent/main.go", "fyne.io/fyne/v2", false},
		{"storage/open.go", "go.etcd.io/bbolt", true},
		{"app/outbox/outbox.go", "go.etcd.io/bbolt", false},
	} {
		probe := &testing.T{}
		checkImport(probe, c.path, c.imported)
		if got := !probe.Failed(); got != c.want {
			t.Errorf("%s importing %s: allowed %v, want %v", c.path, c.imported, got, c.want)
		}
	}
}

func TestTheHeadlessProgramHasNoWindowAndNoOpenGL(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "./cmd/authenagent").Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := strings.Fields(string(out))
	if len(packages) < 50 {
		t.Fatalf("only %d packages: the list is not what it should be", len(packages))
	}
	for _, p := range packages {
		if strings.HasPrefix(p, "fyne.io/") || strings.HasPrefix(p, "github.com/go-gl/") || strings.HasPrefix(p, module+"/ui") {
			t.Errorf("authenagent depends on %s", p)
		}
	}
}
