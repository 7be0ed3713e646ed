package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "authenkiosk"

// room is one package: which packages of the house it may import, its tests besides,
// and why it may import no other. Names are those of directories; "." is the program
// with a window.
type room struct {
	knows   []string
	tests   []string
	because string
}

// house has every package. What is not in a list is forbidden, in both directions;
// what is in a list must be in use.
var house = map[string]room{
	".": {
		[]string{"app", "app/config", "app/demo", "app/kiosk", "app/setup", "app/station", "atomicfile", "cli", "cli/kioskcmd", "desk", "desk/session", "ui/dock", "ui/draw", "ui/fyneenv", "ui/kiosk", "ui/setup", "ui/station", "visit", "visit/desk", "visit/flow"},
		[]string{"cardreader/virtualcard", "nhso/testzone", "printer", "printer/template"},
		"it joins the face to the program; devices and NHSO are the program's. Its benchmarks play patients",
	},
	"cmd/authenagent":           {[]string{"app/config", "app/control", "atomicfile", "cli", "visit"}, []string{"cmd/authenagent/builttest", "storage"}, "it is the command line without a face, and what sets a machine of Windows up: whatever it imported besides would be in no other program"},
	"cmd/authenagent/builttest": {nil, nil, "it has the go command build the program, and links nothing of it"},

	"packaging":          {nil, []string{"app/config", "app/setup", "cli", "cli/kioskcmd", "visit"}, "it is files; its tests hold them against the programs"},
	"packaging/licences": {nil, []string{"assets"}, "it asks the go command what the programs are made of, and is in none"},
	"packaging/site":     {nil, nil, "it makes pages of documents, and knows no program"},
	"packaging/macos":    {[]string{"assets"}, nil, "it packs programs, and links none"},
	"packaging/manual":   {[]string{"cli", "cli/kioskcmd", "cli/manual"}, nil, "it writes down what both programs say of themselves, and is in neither"},

	"e2e": {
		nil,
		[]string{"camera/mjpegtest", "camera/scene", "cardreader/pcscdtest", "cardreader/virtualcard", "printer", "printer/sink", "storage", "visit"},
		"it knows the built program by its window, its files and its ports, and plays the world around it",
	},

	"cli": {
		[]string{
			"agent/feed", "agent/webhook", "app", "app/config", "app/control", "app/demo", "app/headless", "app/hospital", "app/pairings", "app/privatelog", "app/recorder", "app/records",
			"app/upstream", "app/wait", "assets", "atomicfile", "cardreader", "cardreader/pcsc", "desk", "desk/local", "nhso", "nhso/testzone", "storage", "update", "visit", "visit/desk",
			"visit/flow", "visit/flow/record",
		},
		[]string{"agent", "app/kiosk", "cardreader/virtualcard", "certtest", "logtest", "storage/storagetest"},
		"commands that every program has: what belongs to a camera, a printer or a screen is handed in, and nothing beneath may print to people",
	},
	"cli/manual": {[]string{"cli"}, []string{"cli/kioskcmd"}, "it tells what the table of commands has, and knows no command of its own"},
	"cli/kioskcmd": {
		[]string{
			"app", "app/config", "app/demo", "app/kiosk", "app/patient", "app/photo", "app/setup", "app/setup/live", "app/slips", "app/station", "camera", "cli", "printer", "printer/template",
			"storage", "visit", "visit/desk", "visit/flow",
		},
		[]string{"printer/sink"},
		"commands of the program with a screen, which is handed in: they can be tested without Fyne",
	},

	"app": {
		[]string{
			"agent", "agent/secureagent", "app/cards", "app/config", "app/control", "app/demo", "app/hospital", "app/records", "app/upstream", "app/wait",
			"assets", "cardreader", "cardreader/pcsc", "desk", "desk/local", "nhso", "outbox", "storage", "visit", "visit/flow",
		},
		[]string{"nhso/testzone", "storage/storagetest", "visit/desk"},
		"every face stands on it, so that it holds what all of them need, and knows none of them",
	},
	"app/headless": {
		[]string{"app"},
		[]string{
			"agent", "agent/agenttest", "agent/webhook", "app/config", "app/control", "app/demo", "app/hospital", "app/kiosk", "app/pairings", "app/privatelog", "app/records",
			"app/station", "app/wait", "cardreader",
			"cardreader/pcsc", "cardreader/pcscdtest", "cardreader/virtualcard", "certtest", "desk", "desk/remote", "logtest", "nhso", "nhso/testzone", "outbox",
			"storage", "storage/storagetest", "visit", "visit/desk", "visit/flow",
		},
		"a face knows no other one. Its tests hold the agent of a kiosk against the same, and let stations end its visits",
	},
	"app/kiosk": {
		[]string{"app", "app/demo", "app/patient", "app/recorder", "app/wait", "camera/scene", "nhso/testzone", "outbox", "printer/sink", "visit", "visit/flow"},
		[]string{"app/config", "app/privatelog", "cardreader/virtualcard", "desk", "nhso", "printer", "storage", "visit/desk", "visit/flow/record"},
		"a face knows no other one, and its screen is handed in",
	},
	"app/patient": {
		[]string{
			"app", "app/cards", "app/config", "app/demo", "app/machine", "app/photo", "app/slips", "app/upstream", "camera/scene", "nhso/testzone", "outbox",
			"printer", "printer/sink", "visit", "visit/flow",
		},
		[]string{"app/wait"},
		"it serves patients at whatever face, and knows none: the host of the way is handed in",
	},
	"app/station": {
		[]string{
			"app", "app/pairings", "app/patient", "app/records", "desk", "desk/local", "desk/session", "desk/sheet", "outbox", "printer", "storage", "visit", "visit/desk", "visit/flow",
		},
		[]string{"app/config", "app/demo", "app/headless", "cardreader/virtualcard", "desk/remote", "nhso/testzone", "printer/sink", "storage/storagetest"},
		"a face knows no other one, and its screen is handed in. Its tests let the desk of another machine be asked",
	},
	"app/cards":   {[]string{"app/config", "cardreader", "visit", "visit/flow"}, []string{"app/demo", "cardreader/virtualcard"}, "whose card it is is told; what is done with it is the flow's, and of programs"},
	"app/config":  {[]string{"atomicfile", "visit"}, nil, "a configuration is read, checked and written without opening anything that it names"},
	"app/control": {[]string{"neterror"}, nil, "it carries words between two processes; what they mean is the caller's"},
	"app/demo":    {[]string{"app/wait", "assets", "cardreader/virtualcard", "nhso/testzone"}, nil, "it is the world around a program, whatever its face is"},
	"app/hospital": {
		[]string{
			"agent", "agent/feed", "agent/mqtt", "agent/secureagent", "agent/webhook", "app/config", "app/privatelog", "app/wait", "assets", "atomicfile",
			"desk", "desk/remote", "desk/session", "neterror", "outbox", "storage", "visit", "visit/desk",
		},
		[]string{"storage/storagetest"},
		"it serves programs of the hospital; cards and the way to NHSO are handed in, so that a station has the same",
	},
	"app/machine":    {nil, nil, "it runs any pure step: whose, and what its effects do, is the caller's"},
	"app/pairings":   {[]string{"agent", "app/privatelog", "desk/remote", "storage", "visit"}, []string{"certtest", "desk", "logtest", "visit/desk"}, "it keeps who has let this machine in; what is asked over there is the desk's"},
	"app/photo":      {[]string{"app/config", "app/wait", "camera", "camera/gate", "camera/scene", "visit", "visit/flow"}, nil, "a photo belongs to a session and leaves it by the store alone"},
	"app/privatelog": {[]string{"visit"}, nil, "the last filter must not depend on what it filters"},
	"app/recorder":   {[]string{"visit/flow", "visit/flow/record"}, []string{"app/privatelog", "visit"}, "it takes the steps of a flow and knows no device: what a dying program still holds is told by it alone"},
	"app/records":    {[]string{"agent", "agent/feed", "assets/slipwords", "desk", "storage", "visit", "visit/desk"}, nil, "it works on a store, whoever has opened it"},
	"app/setup":      {[]string{"app/config", "visit", "visit/desk"}, nil, "what is asked, and when one may go on, is walked without a device; what it asks for is done elsewhere"},
	"app/setup/live": {
		[]string{
			"app/config", "app/hospital", "app/photo", "app/privatelog", "app/setup", "app/slips", "app/upstream", "camera", "cardreader", "cardreader/pcsc", "printer", "storage", "visit", "visit/desk",
		},
		[]string{"cardreader/virtualcard", "nhso/testzone"},
		"it tries each device for the setting up, and decides nothing",
	},
	"app/slips":       {[]string{"app/config", "app/slips/spool", "app/wait", "atomicfile", "printer", "printer/template", "storage", "visit", "visit/flow"}, []string{"printer/sink"}, "it words slips and brings them to the printer; who stands there is told by a function"},
	"app/slips/spool": {[]string{"printer", "storage", "visit"}, nil, "slips wait in the store and go to the printer; whether a patient is there is told by a function"},
	"app/upstream":    {[]string{"app/config", "app/privatelog", "app/wait", "nhso", "outbox", "storage", "visit", "visit/flow"}, nil, "it asks NHSO; whose card is inside is told through an interface of its own"},
	"app/wait":        {nil, nil, "it waits"},

	"neterror":   {nil, nil, "it reads numbers of the system, whoever was connected"},
	"update":     {[]string{"atomicfile"}, nil, "it changes programs, and knows neither what they do nor what they keep"},
	"atomicfile": {nil, nil, "it writes files, whatever is in them"},
	"outbox":     {[]string{"nhso", "visit"}, nil, "it decides when something is sent; the store and NHSO are behind its own interfaces, so that time and faults can be played, and every machine that sends uses it"},

	"desk":          {[]string{"visit", "visit/desk"}, nil, "every face asks by it, and where the visits are is the matter of whoever answers"},
	"desk/desktest": {[]string{"desk", "storage", "visit", "visit/desk"}, nil, "the suite looks into the store of the owner, and asks by the interface alone"},
	"desk/local":    {[]string{"desk", "storage", "visit", "visit/desk"}, []string{"desk/desktest"}, "it asks NHSO through an interface of its own, so that the outbox alone knows what may be sent"},
	"desk/remote":   {[]string{"desk", "desk/session", "visit", "visit/desk"}, []string{"desk/desktest", "desk/local", "storage"}, "it carries calls between an owner and a station, and a station has nothing of the owner's store"},
	"desk/session":  {[]string{"visit/desk"}, []string{"visit"}, "a session is in memory: who they are and what their PIN is worth is told through an interface of its own"},

	"desk/sheet": {nil, nil, "it makes files of texts, whosever they are"},

	"certtest": {nil, nil, "it makes certificates, whoever shows them"},
	"logtest":  {nil, nil, "it holds what was written, by whomever"},

	"fieldtest": {nil, []string{"cmd/authenagent/builttest"}, "programs of hospitals know the agent by its address alone"},

	"visit":             {nil, nil, "the domain knows nobody"},
	"visit/desk":        {[]string{"visit"}, nil, "who may do what, and what solves an item, are tables that every face of the desk shares"},
	"visit/flow":        {[]string{"visit"}, []string{"visit/flow/record"}, "every reachable model is walked; a clock or a device in it could not be"},
	"visit/flow/record": {[]string{"visit", "visit/flow"}, nil, "a record is replayed by the flow alone: what a device did is in its events"},

	"cardreader":             {[]string{"visit"}, []string{"cardreader/pcsc", "cardreader/pcscdtest", "cardreader/virtualcard"}, "the card is a device: what is done with its data is decided elsewhere"},
	"cardreader/pcsc":        {[]string{"cardreader"}, nil, "it keeps clear of the traps of the binding, and knows no Thai card"},
	"cardreader/pcscdtest":   {[]string{"cardreader/pcsc"}, nil, "it runs the card service of the machine for tests, and knows no card"},
	"cardreader/virtualcard": {[]string{"cardreader", "visit"}, nil, "it is a card and not a program: nothing that reads cards may be in it"},

	"camera":           {[]string{"camera/gate", "camera/scene", "neterror"}, []string{"camera/mjpegtest"}, "a picture is a picture, whoever stands there"},
	"camera/cascade":   {nil, nil, "it is data"},
	"camera/gate":      {[]string{"camera/cascade"}, []string{"camera/scene"}, "it judges a picture without knowing where that comes from"},
	"camera/mjpegtest": {[]string{"camera/scene"}, nil, "it is a camera of its own, for tests"},
	"camera/scene":     {nil, nil, "it draws made-up people and knows no camera"},

	"nhso":          {[]string{"neterror", "visit"}, []string{"nhso/testzone"}, "a client that knew the store could send by itself"},
	"nhso/testzone": {[]string{"visit"}, nil, "the simulator must not share the client's mistakes"},

	"storage":                  {[]string{"atomicfile", "storage/internal/pincost", "visit", "visit/desk"}, []string{"storage/internal/madeup"}, "the store keeps; it neither sends nor shows"},
	"storage/internal/pincost": {nil, nil, "it is a number, which nothing but tests may make smaller"},
	"storage/internal/madeup":  {[]string{"visit"}, nil, "it makes records up for the tests of the store"},
	"storage/storagetest":      {[]string{"storage", "storage/internal/pincost", "visit"}, nil, "it uses a store as everybody does"},
	"storage/powercut":         {nil, []string{"storage", "storage/internal/madeup", "visit"}, "the file system under test must not know whose files it loses"},

	"printer": {
		[]string{"assets", "assets/slipwords", "atomicfile", "printer/device", "printer/document", "printer/escpos", "printer/ipp", "printer/spooler", "printer/template", "visit"},
		[]string{"printer/sink"},
		"a slip is drawn from what it is given; whether it may be printed is decided elsewhere",
	},
	"printer/device":   {nil, nil, "it is what all ways to a printer have in common"},
	"printer/document": {[]string{"printer/device"}, nil, "it wraps dots, and never learns whose slip that is"},
	"printer/escpos":   {[]string{"printer/device"}, []string{"printer/sink"}, "a way to a printer carries dots and knows no visit"},
	"printer/ipp":      {[]string{"printer/device", "printer/document", "printer/escpos"}, []string{"printer", "printer/sink", "printer/template", "visit"}, "a way to a printer carries dots and knows no visit"},
	"printer/sink":     {[]string{"printer/device"}, nil, "the made-up printer reads by the manual, not by the encoder that it checks"},
	"printer/spooler":  {[]string{"printer/device", "printer/escpos"}, nil, "a way to a printer carries dots and knows no visit"},
	"printer/template": {[]string{"assets/slipwords"}, nil, "a hospital's file is read without a printer"},

	"agent":               {[]string{"agent/openapi", "visit"}, []string{"certtest"}, "the HTTP face asks the core by interfaces of its own: a way around the guard would be a way into the store"},
	"agent/agenttest":     {[]string{"visit"}, nil, "the suite runs against any program by HTTP alone"},
	"agent/feed":          {[]string{"agent"}, nil, "it follows visits for those who are told, whoever they are"},
	"agent/feed/feedtest": {[]string{"agent", "visit"}, nil, "it has the ports of a receiver in memory, whoever that is"},
	"agent/mqtt":          {[]string{"agent", "agent/feed"}, []string{"agent/feed/feedtest"}, "a receiver is told what the feed has, and asks nobody else"},
	"agent/openapi":       {nil, []string{"agent/secureagent"}, "it is the description, and comes before the code"},
	"agent/secureagent":   {[]string{"visit"}, []string{"agent/agenttest"}, "it speaks as NHSO's agent does; cards, rights and codes are behind its interfaces"},
	"agent/webhook":       {[]string{"agent", "agent/feed"}, []string{"agent/feed/feedtest"}, "a receiver is told what the feed has, and asks nobody else"},

	"ui/dock":          {[]string{"ui/draw"}, nil, "it is the test bench beside the kiosk, and does not know its screens"},
	"ui/draw":          {[]string{"assets"}, []string{"ui/draw/drawtest"}, "what screens are made of serves every face, and knows the way of none"},
	"ui/draw/drawtest": {[]string{"assets"}, nil, "it measures what is drawn, and must not use what draws"},
	"ui/kiosk":         {[]string{"ui/draw", "visit", "visit/flow"}, []string{"ui/dock", "ui/draw/drawtest"}, "screens draw a model and send taps; one that asked a device would show what the flow has not decided"},
	"ui/setup":         {[]string{"app/setup", "ui/draw", "visit"}, []string{"app/config", "ui/draw/drawtest"}, "it draws a model and sends what people do; one that asked a device could go around what was checked"},
	"ui/station": {
		[]string{"app/setup", "desk", "desk/session", "desk/sheet", "ui/draw", "ui/setup", "visit", "visit/desk", "visit/flow"},
		[]string{"desk/desktest", "desk/local", "storage", "storage/storagetest", "ui/draw/drawtest"},
		"it shows and does what a desk answers, wherever the visits are; one that knew a store or a device could go around it",
	},
	"ui/fyneenv": {nil, nil, "it must run before all of Fyne"},

	"assets":             {nil, nil, "they are files"},
	"assets/slipwords":   {nil, []string{"visit"}, "they are words"},
	"assets/fonts/widen": {nil, nil, "it makes a file of assets and is in no program"},
}

// place says in which packages a module, or a part of one, may be imported, and why
// nowhere else. Packages beneath are not meant. Nobody: it is forbidden everywhere.
type place struct {
	in      []string
	tests   []string
	because string
}

// libraries has every module that go.mod names. A longer path is a rule of its own
// for a part.
var libraries = map[string]place{
	"fyne.io/fyne/v2":        {[]string{".", "ui/dock", "ui/draw", "ui/draw/drawtest", "ui/kiosk", "ui/setup", "ui/station"}, nil, "all else runs without a screen"},
	"fyne.io/fyne/v2/app":    {[]string{"."}, nil, "one window, one application"},
	"fyne.io/fyne/v2/test":   {[]string{"ui/kiosk"}, []string{".", "ui/draw", "ui/kiosk", "ui/setup", "ui/station"}, "it draws without a display"},
	"fyne.io/fyne/v2/dialog": {nil, nil, "stock dialogs are not for patients: too small, in English, and open after the session"},
	"fyne.io/fyne/v2/widget": {[]string{"ui/setup", "ui/station"}, nil, "the staff have a keyboard and sit before it; screens of patients are drawn of shapes of our own: sizes, contrast and Thai line breaks of widgets are not ours to set"},

	"github.com/ebfe/scard":         {[]string{"cardreader/pcsc"}, nil, "its traps are kept in one place, and a program without CGO has none"},
	"go.etcd.io/bbolt":              {[]string{"storage"}, []string{"storage", "storage/powercut"}, "what is on the disk passes the store"},
	"github.com/go-resty/resty/v2":  {[]string{"nhso"}, nil, "its retry repeats POSTs, and is switched off there"},
	"github.com/google/go-tpm":      {[]string{"storage"}, []string{"storage"}, "keys are the store's"},
	"github.com/zalando/go-keyring": {[]string{"storage"}, nil, "keys are the store's"},
	"filippo.io/age":                {[]string{"storage"}, nil, "one place seals"},
	"aead.dev/minisign":             {[]string{"update"}, []string{"cli", "update"}, "one place tells a real package"},
	"github.com/yuin/goldmark":      {[]string{"packaging/site"}, nil, "documents become pages there, and in no program"},
	"golang.org/x/mod":              {[]string{"update"}, nil, "versions are compared there"},
	"golang.org/x/crypto":           {[]string{"storage"}, nil, "one place seals"},

	"github.com/pelletier/go-toml/v2":  {[]string{"app/config", "printer/template"}, nil, "files of people are read there"},
	"github.com/nicksnyder/go-i18n/v2": {[]string{"ui/draw"}, nil, "words are the screens'"},
	"github.com/go-text/typesetting":   {[]string{"assets/fonts/widen", "printer"}, []string{"assets"}, "Fyne shapes the words of screens by itself"},
	"github.com/fyne-io/oksvg":         {[]string{"ui/draw"}, nil, "icons are the screens'"},
	"github.com/srwiley/rasterx":       {[]string{"ui/draw"}, nil, "icons are the screens'"},
	"github.com/skip2/go-qrcode":       {[]string{"printer", "ui/draw"}, []string{"."}, "who shows a code draws it"},
	"github.com/google/uuid":           {[]string{".", "agent/secureagent", "app/cards", "app/slips", "app/slips/spool", "nhso/testzone"}, []string{"app", "app/kiosk"}, "the domain checks ids and makes none"},
	"github.com/xuri/excelize/v2":      {[]string{"desk/sheet"}, []string{"desk/sheet"}, "workbooks are made in one place, which no program without a screen links"},
	"github.com/esimov/pigo":           {[]string{"camera/gate"}, nil, "faces are looked for in one place"},
	"github.com/gen2brain/jpegn":       {[]string{"camera"}, nil, "pictures of cameras are decoded in one place"},
	"github.com/icholy/digest":         {[]string{"camera"}, nil, "cameras in the network ask for their passwords; nothing else of ours does"},
	"github.com/pion/mediadevices":     {[]string{"camera"}, nil, "cameras are the camera's"},
	"github.com/OpenPrinting/goipp":    {[]string{"printer/ipp"}, []string{"printer/ipp"}, "it is one way to a printer"},
	"go.bug.st/serial":                 {[]string{"printer/escpos"}, nil, "it is one way to a printer"},
	"github.com/coder/websocket":       {[]string{"agent"}, []string{"agent"}, "events of programs leave there"},
	"github.com/eclipse/paho.golang":   {[]string{"agent/mqtt"}, nil, "it is one receiver"},
	"golang.org/x/term":                {[]string{"cli"}, nil, "a terminal is the command line's"},
	"golang.org/x/time":                {[]string{"agent"}, nil, "limits are the guard's"},
	"golang.org/x/image":               {[]string{"assets/fonts/widen", "camera", "printer", "printer/template", "ui/kiosk"}, []string{"assets", "printer"}, "who draws"},
	"golang.org/x/text":                {[]string{"cardreader", "cardreader/virtualcard", "ui/draw"}, nil, "the card's letters, and names of languages"},
	"golang.org/x/sys":                 {[]string{"app/control", "atomicfile", "camera", "cli/kioskcmd", "cmd/authenagent", "printer/escpos", "printer/spooler", "storage", "update"}, nil, "calls of the system belong to what is a device or a file"},
	"github.com/getkin/kin-openapi":    {nil, []string{"agent/openapi"}, "no program checks its own description"},
	"github.com/hanwen/go-fuse/v2":     {[]string{"storage/powercut"}, nil, "no program mounts anything"},
	"github.com/mochi-mqtt/server/v2":  {nil, []string{"agent/mqtt", "app/headless"}, "no program is a broker"},
	"go.uber.org/goleak":               {nil, nil, ""}, // of every test (anyTest)
}

// anyTest are libraries that every test may import.
var anyTest = []string{"go.uber.org/goleak"}

// pure is all of the standard library that the domain may use: nothing of it touches
// a file, the network or a goroutine. That no clock is read is looked for by name.
var pure = map[string][]string{
	"visit":      {"errors", "fmt", "io", "log/slog", "regexp", "strings", "time", "unicode", "unicode/utf8"},
	"visit/desk": {"errors", "fmt", "io", "log/slog", "regexp", "slices", "strings", "time", "unicode"},
	"visit/flow": {"slices", "time"},

	"visit/flow/record": {"bytes", "encoding/json", "errors", "fmt", "maps", "reflect", "regexp", "slices", "strconv", "strings", "time"},
}

// imports are what the files of a package import, and its tests besides.
type imports struct{ code, tests []string }

func TestImportsKeepTheDirectionsOfTheHouse(t *testing.T) {
	seen := readHouse(t)
	if len(seen) < 40 {
		t.Errorf("only %d packages were seen: the test does not look where the code is", len(seen))
	}
	for _, fault := range faults(seen, house, libraries) {
		t.Error(fault)
	}
}

// readHouse reads the imports of every package, whatever system its files are for.
func readHouse(t *testing.T) map[string]imports {
	t.Helper()
	seen := map[string]imports{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		// The go command builds nothing in testdata as part of the house.
		if d.IsDir() && path != "." && strings.HasPrefix(d.Name(), ".") || d.Name() == "out" || d.Name() == "testdata" {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		dir := filepath.ToSlash(filepath.Dir(path))
		p := seen[dir]
		for _, spec := range f.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if strings.HasSuffix(path, "_test.go") {
				p.tests = append(p.tests, name)
			} else {
				p.code = append(p.code, name)
			}
		}
		seen[dir] = p
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return seen
}

// faults compares what is imported with what may be, both ways: what is forbidden
// and what is allowed to no purpose.
func faults(seen map[string]imports, house map[string]room, libraries map[string]place) []string {
	var found []string
	say := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	for dir := range house {
		if _, ok := seen[dir]; !ok {
			say("there is no package %s: take its rule away", dir)
		}
		if house[dir].because == "" {
			say("the rule of %s has no reason", dir)
		}
	}
	used := map[string]bool{} // "dir kind what"
	for dir, p := range seen {
		r, ok := house[dir]
		if !ok {
			say("%s has no rule: say in house what it may import, and why nothing else", dir)
			continue
		}
		for _, inTest := range []bool{false, true} {
			list, who := p.code, dir
			if inTest {
				list, who = p.tests, "a test of "+dir
			}
			for _, name := range list {
				inside, isOurs := strings.CutPrefix(name, module+"/")
				switch {
				case isOurs && inside == dir: // a test from outside
				case isOurs && slices.Contains(r.knows, inside):
					if !inTest {
						used[dir+" code "+inside] = true
					}
				case isOurs && inTest && slices.Contains(r.tests, inside):
					used[dir+" tests "+inside] = true
				case isOurs:
					say("%s imports %s, and may not: %s", who, inside, r.because)
				case isStandard(name):
					if allowed, ok := pure[dir]; ok && !inTest && !slices.Contains(allowed, name) {
						say("%s imports %s, and may not: %s", who, name, r.because)
					}
				default:
					rule := ruleOf(name, libraries)
					l, ok := libraries[rule]
					switch {
					case !ok:
						say("%s imports %s, which has no place in libraries", who, name)
					case !inTest && slices.Contains(l.in, dir):
						used[rule+" in "+dir] = true
					case inTest && slices.Contains(l.tests, dir):
						used[rule+" tests "+dir] = true
					case inTest && (slices.Contains(anyTest, rule) || slices.Contains(l.in, dir)):
					default:
						say("%s imports %s, and may not: %s", who, name, l.because)
					}
				}
			}
		}
	}
	for dir, r := range house {
		for _, name := range r.knows {
			if !used[dir+" code "+name] {
				say("%s does not import %s: take it out of its rule", dir, name)
			}
		}
		for _, name := range r.tests {
			if !used[dir+" tests "+name] {
				say("no test of %s imports %s: take it out of its rule", dir, name)
			}
		}
	}
	for name, l := range libraries {
		for _, dir := range l.in {
			if !used[name+" in "+dir] {
				say("%s does not import %s: take it out of the places", dir, name)
			}
		}
		for _, dir := range l.tests {
			if !used[name+" tests "+dir] {
				say("no test of %s imports %s: take it out of the places", dir, name)
			}
		}
	}
	slices.Sort(found)
	return found
}

func isStandard(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return !strings.Contains(first, ".")
}

// ruleOf returns the longest rule for a package of a library.
func ruleOf(name string, libraries map[string]place) string {
	longest := ""
	for rule := range libraries {
		if (name == rule || strings.HasPrefix(name, rule+"/")) && len(rule) > len(longest) {
			longest = rule
		}
	}
	return longest
}

func TestTheDirectionsRefuseWhatTheyShould(t *testing.T) {
	rooms := map[string]room{
		"visit": {nil, nil, "the domain"}, "store": {[]string{"visit"}, []string{"fake"}, "it keeps"}, "fake": {nil, nil, "it is made up"},
	}
	places := map[string]place{
		"go.etcd.io/bbolt": {[]string{"store"}, nil, "one store"}, "fyne.io/fyne/v2": {[]string{"fake"}, nil, "screens"}, "fyne.io/fyne/v2/dialog": {nil, nil, "not for patients"},
	}
	right := func() map[string]imports {
		return map[string]imports{
			"visit": {code: []string{"strings"}},
			"store": {code: []string{"authenkiosk/visit", "go.etcd.io/bbolt", "os"}, tests: []string{"authenkiosk/fake", "authenkiosk/store", "authenkiosk/visit", "go.etcd.io/bbolt", "testing"}},
			"fake":  {code: []string{"fyne.io/fyne/v2/canvas"}},
		}
	}
	for _, c := range []struct {
		name   string
		change func(seen map[string]imports)
		want   string // part of the only fault; empty: none
	}{
		{"all is right", func(map[string]imports) {}, ""},
		{"a direction that is not allowed", func(s map[string]imports) {
			s["visit"] = imports{code: []string{"authenkiosk/fake"}}
		}, "visit imports fake, and may not: the domain"},
		{"what a test may, in the code", func(s map[string]imports) {
			p := s["store"]
			p.code = append(p.code, "authenkiosk/fake")
			s["store"] = p
		}, "store imports fake, and may not: it keeps"},
		{"a package within one that may", func(s map[string]imports) {
			p := s["store"]
			p.code = append(p.code, "authenkiosk/visit/flow")
			s["store"] = p
		}, "store imports visit/flow, and may not"},
		{"a file in the domain", func(s map[string]imports) {
			s["visit"] = imports{code: []string{"os"}}
		}, "visit imports os, and may not"},
		{"a package without a rule", func(s map[string]imports) { s["new"] = imports{} }, "new has no rule"},
		{"a rule for a package that is gone", func(s map[string]imports) { delete(s, "fake") }, "there is no package fake"},
		{"a permission that nobody needs", func(s map[string]imports) {
			p := s["store"]
			p.code = slices.DeleteFunc(p.code, func(n string) bool { return n == "authenkiosk/visit" })
			s["store"] = p
		}, "store does not import visit"},
		{"a library in another place", func(s map[string]imports) {
			s["fake"] = imports{code: []string{"fyne.io/fyne/v2/canvas", "go.etcd.io/bbolt"}}
		}, "fake imports go.etcd.io/bbolt, and may not: one store"},
		{"a part of a library that nobody may", func(s map[string]imports) {
			s["fake"] = imports{code: []string{"fyne.io/fyne/v2/canvas", "fyne.io/fyne/v2/dialog"}}
		}, "dialog, and may not: not for patients"},
		{"a library without a place", func(s map[string]imports) {
			s["visit"] = imports{code: []string{"github.com/google/uuid"}}
		}, "github.com/google/uuid, which has no place"},
	} {
		t.Run(c.name, func(t *testing.T) {
			seen := right()
			c.change(seen)
			got := faults(seen, rooms, places)
			if c.want == "" && len(got) > 0 || c.want != "" && !slices.ContainsFunc(got, func(f string) bool { return strings.Contains(f, c.want) }) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// TestImportsOfEveryModuleHaveARuleAndEveryRuleExists compares the rules with go.mod,
// and asks the go command for parts of modules that have a rule of their own.
func TestImportsOfEveryModuleHaveARuleAndEveryRuleExists(t *testing.T) {
	file := readGoMod(t, "go.mod")
	var modules []string
	for _, r := range file.Require {
		if !r.Indirect {
			modules = append(modules, r.Path)
		}
	}
	if len(modules) < 20 {
		t.Fatalf("go.mod has %q", modules)
	}
	for _, m := range modules {
		if _, ok := libraries[m]; !ok {
			t.Errorf("%s is in go.mod and has no place in libraries", m)
		}
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(libraries)) {
		if libraries[name].because == "" && !slices.Contains(anyTest, name) {
			t.Errorf("the rule of %s has no reason", name)
		}
		if !slices.Contains(modules, name) {
			parts = append(parts, name)
		}
	}
	for _, name := range parts {
		if out, err := exec.Command("go", "list", "-find", name).CombinedOutput(); err != nil {
			t.Errorf("there is a rule for %s, which does not exist: %s", name, out)
		}
	}
}

// goMod is what the tests read of a go.mod.
type goMod struct {
	Require []requirement
	Tool    []struct{ Path string }
}

type requirement struct {
	Path     string
	Indirect bool
}

func readGoMod(t *testing.T, path string) (file goMod) {
	t.Helper()
	out, err := exec.Command("go", "mod", "edit", "-json", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &file); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestEveryToolIsRunByTheMakefileAndIsImportedNowhere is why tools, and what only they
// need, have no place in libraries: the go command calls their modules indirect for as
// long as no package of the house imports one.
func TestEveryToolIsRunByTheMakefileAndIsImportedNowhere(t *testing.T) {
	var run, have []string
	for _, path := range []string{"Makefile", "packaging/packages.sh", "packaging/release.sh", "packaging/windows/build.sh"} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`go tool (?:-modfile=(\S+) )?([\w-]+)`).FindAllStringSubmatch(string(text), -1) {
			run = append(run, cmp.Or(m[1], "go.mod")+" "+m[2])
		}
	}
	for _, path := range []string{"go.mod", "tools/go.mod", "tools/packaging/go.mod"} {
		file := readGoMod(t, path)
		for _, tool := range file.Tool {
			have = append(have, path+" "+filepath.Base(tool.Path))
			if !slices.ContainsFunc(file.Require, func(r requirement) bool {
				return r.Indirect && strings.HasPrefix(tool.Path+"/", r.Path+"/")
			}) {
				t.Errorf("%s: the module of %s is imported, or is not there", path, tool.Path)
			}
		}
	}
	slices.Sort(run)
	slices.Sort(have)
	if run = slices.Compact(run); len(have) < 3 || !slices.Equal(run, have) {
		t.Errorf("the Makefile and the scripts of packaging run %q, the files go.mod have %q", run, have)
	}
}

func TestTheImportsOfTheDomainReadNoClock(t *testing.T) {
	for dir := range pure {
		files, err := filepath.Glob(dir + "/*.go")
		if err != nil || len(files) < 3 {
			t.Fatalf("%s has %q, %v", dir, files, err)
		}
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			for _, call := range callsOf(t, path, "time") {
				switch call {
				case "Now", "Since", "Until", "Sleep", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick":
					t.Errorf("%s calls time.%s: the domain is told the time", path, call)
				}
			}
		}
	}
}

// unlinked are what the program without a screen must not hold, whoever would import it,
// with the packages beneath each, and why.
var unlinked = map[string]string{
	module + "/ui":               "it has no screen",
	module + "/app/kiosk":        "no patient stands before it: the flow runs where there is a screen",
	module + "/app/machine":      "it runs the flow of a screen",
	module + "/app/patient":      "the same",
	module + "/app/photo":        "it has no camera",
	module + "/app/slips":        "it has no printer",
	module + "/camera":           "it has no camera, and looks for no face",
	module + "/cli/kioskcmd":     "they are commands of the program with a screen",
	module + "/printer":          "it has no printer, and draws no slip",
	"fyne.io":                    "it has no screen",
	"github.com/go-gl":           "it has no screen",
	"github.com/OpenPrinting":    "it has no printer",
	"github.com/esimov":          "it looks for no face",
	"github.com/gen2brain":       "it has no camera",
	"github.com/go-text":         "it draws nothing",
	"github.com/icholy/digest":   "it has no camera",
	"github.com/pion":            "it has no camera",
	"github.com/skip2/go-qrcode": "it draws nothing",
	"go.bug.st/serial":           "it has no printer",
	"golang.org/x/image":         "it draws nothing",
	"image/draw":                 "it draws nothing",
	"image/png":                  "it draws nothing",
}

func TestTheHeadlessProgramLinksNothingOfAScreenACameraOrAPrinter(t *testing.T) {
	for _, system := range []string{"linux", "windows"} {
		list := exec.Command("go", "list", "-deps", "./cmd/authenagent")
		list.Env = append(list.Environ(), "GOOS="+system)
		out, err := list.Output()
		if err != nil {
			t.Fatal(err)
		}
		packages := strings.Fields(string(out))
		if len(packages) < 50 {
			t.Fatalf("only %d packages: the list is not what it should be", len(packages))
		}
		for _, p := range packages {
			for name, because := range unlinked {
				if p == name || strings.HasPrefix(p, name+"/") {
					t.Errorf("on %s authenagent holds %s, and may not: %s", system, p, because)
				}
			}
		}
	}
}
