// Package packaging has the tests of what packages are made of. What is installed and
// used is tested by make test-packages.
package packaging

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"authenkiosk/app/config"
	"authenkiosk/cli"
	"authenkiosk/cli/kioskcmd"
)

const root = ".." // of the source

// programs are those that packages have, with their commands.
func programs() map[string]*cli.Program {
	return map[string]*cli.Program{
		"authenkiosk": {Name: "authenkiosk", Commands: kioskcmd.Commands(kioskcmd.Faces{})},
		"authenagent": {Name: "authenagent"},
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var (
	content = regexp.MustCompile(`src: ([^,}]+), dst: ([^,}]+)(, type: symlink)?`)
	script  = regexp.MustCompile(`(?m)^\s+\w+: ((?:packaging/linux/(?:deb|rpm)|out/packages/made)/[\w.]+)$`)
)

// A package brings its programs where only it writes; from there they are given their
// place among the versions (docs/updates.md), one of which is in use.
const (
	brought       = "/usr/lib/authenkiosk/programs/"
	versionsInUse = "/opt/authenkiosk/current/"
)

// descriptions are the files that nfpm reads.
func descriptions(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(root, "packaging/linux/*.yaml"))
	if err != nil || len(names) != 2 {
		t.Fatalf("%q, %v", names, err)
	}
	for i := range names {
		names[i] = strings.TrimPrefix(filepath.ToSlash(names[i]), root+"/")
	}
	return names
}

// made are the files that packages.sh and make put into out.
func made(name string) bool {
	return slices.Contains([]string{
		"out/authenkiosk", "out/authenagent", "out/packages/arm64/authenagent", "out/packages/made/changelog.gz",
		"out/packages/made/authenkiosk.1.gz", "out/packages/made/authenagent.1.gz",
		"out/packages/made/agent.templates", "out/packages/made/manual",
		"out/packages/made/authenkiosk.bash", "out/packages/made/authenagent.bash",
	}, name)
}

func TestEveryFileThatAPackageNamesIsThereAndNoneIsForgotten(t *testing.T) {
	named := map[string]bool{}
	for _, description := range descriptions(t) {
		named[description] = true
		text := read(t, description)
		sources := content.FindAllStringSubmatch(text, -1)
		if len(sources) != strings.Count(text, "src:") {
			t.Errorf("%s: %d of %d files are understood", description, len(sources), strings.Count(text, "src:"))
		}
		// Those of the source depend on who has checked it out.
		if modes := strings.Count(text, "mode: 0644") + strings.Count(text, "mode: 0755") + strings.Count(text, "type: symlink") + strings.Count(text, "type: tree"); modes != len(sources) {
			t.Errorf("%s: of %d files %d have rights of their own", description, len(sources), modes)
		}
		for _, s := range append(sources, script.FindAllStringSubmatch(text, -1)...) {
			named[s[1]] = true
			if link := len(s) > 3 && s[3] != ""; link {
				if strings.HasPrefix(s[1], versionsInUse) && !strings.Contains(text, "dst: "+brought+filepath.Base(s[1])+",") {
					t.Errorf("%s links to %s, which nothing brings", description, s[1])
				}
				continue
			}
			if found, _ := filepath.Glob(filepath.Join(root, s[1])); len(found) == 0 && !made(s[1]) {
				t.Errorf("%s names %s, which is not there", description, s[1])
			}
		}
	}
	err := filepath.WalkDir(filepath.Join(root, "packaging/linux"), func(path string, d os.DirEntry, err error) error {
		name := strings.TrimPrefix(filepath.ToSlash(path), root+"/")
		if err == nil && !d.IsDir() && !named[name] && filepath.Base(name) != "lintian" {
			t.Errorf("%s is in no package", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// installed says where a file of the package of everything is on the machine.
func installed(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, c := range content.FindAllStringSubmatch(read(t, "packaging/linux/authenkiosk.yaml"), -1) {
		files[c[2]] = c[1]
	}
	return files
}

// commandFault says what is wrong with a command line of one of the programs; "": nothing.
func commandFault(words []string) string {
	p := programs()[filepath.Base(words[0])]
	if p == nil || len(words) < 2 {
		return ""
	}
	for _, c := range p.Table() {
		if c.Name != words[1] {
			continue
		}
		set := c.FlagSet(p.Name, &cli.Settings{})
		for _, w := range words[2:] {
			if strings.HasPrefix(w, "-") && set.Lookup(strings.TrimLeft(w, "-")) == nil {
				return c.Name + " has no flag " + w
			}
		}
		return ""
	}
	return "there is no command " + words[1]
}

func TestUnitsAndMenusNameCommandsFlagsAndFilesThatAreThere(t *testing.T) {
	files := installed(t)
	start := regexp.MustCompile(`(?m)^Exec(?:Start|StartPre|StartPost)?=[-+]*(.*)$`)
	ofSystem := []string{"/usr/bin/openbox"}
	seen := 0
	for _, source := range files {
		if !strings.HasSuffix(source, ".service") && !strings.HasSuffix(source, ".desktop") {
			continue
		}
		for _, line := range start.FindAllStringSubmatch(read(t, source), -1) {
			seen++
			words := strings.Fields(line[1])
			program := words[0]
			if !strings.HasPrefix(program, "/") {
				program = "/usr/bin/" + program
			}
			if name, ok := strings.CutPrefix(program, versionsInUse); ok {
				program = brought + name
			}
			if files[program] == "" && !slices.Contains(ofSystem, program) {
				t.Errorf("%s starts %s, which no package has", source, program)
			}
			if fault := commandFault(words); fault != "" {
				t.Errorf("%s: %s", source, fault)
			}
			for _, w := range words[1:] {
				if strings.HasPrefix(w, "/usr/") && files[w] == "" {
					t.Errorf("%s names %s, which no package has", source, w)
				}
			}
			face := len(words) > 1 && slices.Contains([]string{"kiosk", "station", "agent"}, words[1])
			if face && !slices.Contains(words, "-demo") && !strings.Contains(line[1], " -config /etc/authenkiosk/authenkiosk.toml") {
				t.Errorf("%s: it works without what the installer and the administrator have said", line[1])
			}
		}
	}
	if seen != 10 {
		t.Errorf("%d command lines are seen", seen)
	}
}

// TestTheDocumentsNameCommandsAndFilesThatAreThere holds every block of commands against
// the programs; make test-packages runs those for the shell.
func TestTheDocumentsNameCommandsAndFilesThatAreThere(t *testing.T) {
	t.Run("docs/install-linux.md", func(t *testing.T) { holdCommands(t, "docs/install-linux.md", 15) })
	for _, name := range manual {
		if name == "windows" {
			continue // TestTheDocumentsOfWindows...
		}
		path := "docs/manual/en/" + name + ".md"
		t.Run(path, func(t *testing.T) {
			holdCommands(t, path, map[string]int{"it": 18, "developer": 4, "privacy": 1}[name])
		})
	}
}

// blocks are the parts of a document that are in a language.
func blocks(text, language string) (found []string) {
	for _, m := range regexp.MustCompile("(?s)```(?:"+language+")\n(.*?)```").FindAllStringSubmatch(text, -1) {
		found = append(found, m[1])
	}
	return found
}

func holdCommands(t *testing.T, document string, atLeast int) {
	t.Helper()
	files := installed(t)
	seen := 0
	for _, block := range blocks(read(t, document), "sh|console") {
		for line := range strings.Lines(block) {
			seen++
			words := strings.Fields(line)
			if words[0] == "sudo" {
				words = words[1:]
			}
			if words[0] == "-u" {
				words = words[2:]
			}
			if fault := commandFault(words); fault != "" {
				t.Errorf("%q: %s", line, fault)
			}
			for _, w := range words {
				if strings.HasPrefix(w, "/usr/") && files[w] == "" {
					t.Errorf("%q names a file that no package has", line)
				}
				if words[0] == "systemctl" && strings.HasPrefix(w, "authen") && files["/usr/lib/systemd/system/"+w+".service"] == "" {
					t.Errorf("%q names a unit that no package has", line)
				}
			}
		}
	}
	if seen < atLeast {
		t.Errorf("only %d commands are seen", seen)
	}
}

// TestTheDocumentsOfWindowsNameCommandsAndPropertiesThatAreThere does the same for
// Windows; make test-windows gives the installer's on wine.
func TestTheDocumentsOfWindowsNameCommandsAndPropertiesThatAreThere(t *testing.T) {
	for document, atLeast := range map[string][2]int{"docs/install-windows.md": {7, 6}, "docs/manual/en/windows.md": {7, 15}} {
		installers, programs := 0, 0
		for _, block := range blocks(read(t, document), "console") {
			for line := range strings.Lines(block) {
				is, fault := windowsCommandFault(t, strings.TrimSpace(line))
				if fault != "" {
					t.Errorf("%s: %q: %s", document, line, fault)
				}
				switch is {
				case "installer":
					installers++
				case "program":
					programs++
				}
			}
		}
		if installers < atLeast[0] || programs < atLeast[1] {
			t.Errorf("%s: only %d and %d commands are seen", document, installers, programs)
		}
	}
}

// windowsCommandFault says what a command of Windows is, and what is wrong with it.
func windowsCommandFault(t *testing.T, line string) (is, fault string) {
	t.Helper()
	const folder = `"C:\Program Files\AuthenKiosk\`
	line = strings.TrimPrefix(line, "start /wait ") // the prompt waits for no program with a window
	words := strings.Fields(strings.TrimPrefix(line, folder))
	switch {
	case words[0] == "msiexec":
		script, description := read(t, "packaging/windows/msi.sh"), read(t, "packaging/windows/authenkiosk.wxs")
		for _, w := range words {
			if name, _, is := strings.Cut(w, "="); is && name == strings.ToUpper(name) && !strings.HasPrefix(name, "REINSTALL") &&
				(!strings.Contains(script, ";"+name) || !strings.Contains(description, name)) {
				return "installer", "the installer has no " + name
			}
		}
		return "installer", ""
	case !strings.HasPrefix(line, folder):
		return "", ""
	}
	program, ending, _ := strings.Cut(words[0], ".")
	if ending != `exe"` {
		return "program", "it is no program"
	}
	if words[0] = program; words[1] != "face" {
		return "program", commandFault(words)
	}
	// Of the program of Windows alone.
	usage := regexp.MustCompile(`(?s)errFaceUsage = errors.New\((.*?)\)\n`).FindStringSubmatch(read(t, "cmd/authenagent/face_windows.go"))
	if usage == nil {
		return "program", "what is there is not seen"
	}
	if !strings.Contains(usage[1], "face "+words[2]) {
		return "program", "there is no face " + words[2]
	}
	for _, w := range words[3:] {
		if strings.HasPrefix(w, "-") && !strings.Contains(usage[1], w+" ") && !strings.Contains(usage[1], w+"]") {
			return "program", "there is no " + w
		}
	}
	return "program", ""
}

func TestScriptsAreShellAndUnitsAreUnderstoodBySystemd(t *testing.T) {
	machine := t.TempDir()
	put := func(path, text string, mode os.FileMode) {
		path = filepath.Join(machine, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	scripts, _ := filepath.Glob("*.sh")
	for _, pattern := range []string{"linux/deb/*", "linux/rpm/*", "linux/face", "linux/screen", "linux/*.sh", "windows/*.sh"} {
		found, _ := filepath.Glob(pattern)
		scripts = append(scripts, found...)
	}
	for _, name := range scripts {
		if strings.HasSuffix(name, "templates") {
			continue
		}
		if said, err := exec.Command("sh", "-n", name).CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", name, err, said)
		}
	}
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("there is no systemd-analyze on this machine")
	}
	var units []string
	for target, source := range installed(t) {
		switch {
		case strings.HasSuffix(target, ".service"), strings.HasSuffix(target, ".timer"):
			put(target, read(t, source), 0o644)
			units = append(units, filepath.Base(target))
		case strings.HasPrefix(target, "/usr/bin/"):
			put(source, "#!/bin/sh\n", 0o755) // what the link leads to
		case strings.HasPrefix(target, "/usr/lib/authenkiosk/"):
			put(target, "#!/bin/sh\n", 0o755)
		}
	}
	put("/usr/bin/openbox", "#!/bin/sh\n", 0o755)
	for _, target := range []string{"sysinit", "basic", "shutdown", "multi-user", "timers", "network-online", "time-sync"} {
		put("/usr/lib/systemd/system/"+target+".target", "[Unit]\nDescription=of the system\n", 0o644)
	}
	put("/usr/lib/systemd/system/pcscd.socket", "[Socket]\nListenStream=/run/pcscd.comm\nAccept=yes\n", 0o644)
	put("/usr/lib/systemd/system/pcscd@.service", "[Service]\nExecStart=/usr/bin/openbox\n", 0o644)
	slices.Sort(units)
	said, err := exec.Command(analyze, append([]string{"verify", "--man=no", "--root=" + machine}, units...)...).CombinedOutput()
	if err != nil || strings.Contains(string(said), "authen") {
		t.Errorf("%v: %s", err, said)
	}
}

// machine is a system on which nothing can happen: what would be asked of it is written
// down.
func machine(t *testing.T) (env []string, asked func() string, etc string) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"systemctl", "deb-systemd-invoke"} {
		body := "#!/bin/sh\necho " + name + " \"$@\" >>" + filepath.Join(dir, "asked") + "\ncase $* in *is-active*) exit 3 ;; esac\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "AUTHENKIOSK_CONFIG="+filepath.Join(dir, "etc", "authenkiosk.toml"),
		"AUTHENKIOSK_UNITS=linux", "AUTHENKIOSK_XORG="+dir, "AUTHENKIOSK_SLEEP="+filepath.Join(dir, "sleep", "kiosk.conf"), "AUTHENKIOSK_SYS="+dir)
	return env, func() string {
		text, _ := os.ReadFile(filepath.Join(dir, "asked"))
		return string(text)
	}, dir
}

func TestEachFaceHasItsServiceAndAConfigurationThatIsUnderstood(t *testing.T) {
	for _, c := range []struct {
		name             string
		words            []string
		enabled          string
		upstream, listen string
	}{
		{"kiosk", []string{"kiosk"}, "authenkiosk.service", "endpoint", "127.0.0.1:8189"},
		{"station", []string{"station"}, "", "endpoint", "127.0.0.1:8189"},
		{"agent", []string{"agent"}, "authenagent.service", "endpoint", "127.0.0.1:8189"},
		{"agent that uses NHSO's", []string{"agent", "use"}, "authenagent.service", "agent", "127.0.0.1:8190"},
		{"kiosk in the place of NHSO's agent", []string{"kiosk", "replace"}, "authenkiosk.service", "endpoint", "127.0.0.1:8189"},
	} {
		t.Run(c.name, func(t *testing.T) {
			env, asked, dir := machine(t)
			set := func(words ...string) {
				t.Helper()
				cmd := exec.Command("sh", append([]string{"linux/face", "set"}, words...)...)
				cmd.Env = env
				if said, err := cmd.CombinedOutput(); err != nil {
					t.Fatalf("%v: %s", err, said)
				}
			}
			set(c.words...)
			file := filepath.Join(dir, "etc", "authenkiosk.toml")
			got, err := config.LoadOver(file, dir)
			if err != nil {
				t.Fatal(err)
			}
			if got.IsSetUp() {
				t.Error("no wizard begins, though nobody has said which unit it is")
			}
			// The installer for Windows writes the same (cmd/authenagent).
			first := filepath.Join(dir, "first.toml")
			if err := os.WriteFile(first, config.First{Upstream: got.NHSO.Upstream, Listen: c.listen}.Text(), 0o600); err != nil {
				t.Fatal(err)
			}
			if windows, err := config.Load(first); err != nil || !reflect.DeepEqual(windows, got.Config) {
				t.Errorf("on Windows it is %+v, %v; here %+v", windows, err, got.Config)
			}
			if string(got.NHSO.Upstream) != c.upstream || got.Agent.Listen != c.listen || string(got.NHSO.Zone) != "test" || !got.Agent.Enabled {
				t.Errorf("%+v %+v", got.NHSO, got.Agent)
			}
			if c.enabled != "" && !strings.Contains(asked(), "systemctl --quiet enable "+c.enabled) || c.enabled == "" && strings.Contains(asked(), "enable a") {
				t.Errorf("asked of the system: %s", asked())
			}
			if replaced := strings.Contains(asked(), "disable --now secureagent.service"); replaced != slices.Contains(c.words, "replace") {
				t.Errorf("NHSO's service is stopped: %v", replaced)
			}
			sleep := filepath.Join(dir, "sleep", "kiosk.conf")
			if _, err := os.Stat(sleep); (err == nil) != (c.words[0] == "kiosk") {
				t.Errorf("the machine may not sleep: %v", err == nil)
			}
			if err := os.WriteFile(file, []byte("# mine\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			set("station")
			if _, err := os.Stat(sleep); err == nil {
				t.Error("a station may not sleep")
			}
			if text, _ := os.ReadFile(file); string(text) != "# mine\n" {
				t.Errorf("the administrator's configuration has become %s", text)
			}
		})
	}
}

// TestAFaceThatIsCutOffIsSetAgain has the system refuse in the middle: what the machine is for
// is not known then, and the script of the package sets it once more.
func TestAFaceThatIsCutOffIsSetAgain(t *testing.T) {
	env, _, dir := machine(t)
	set := func() ([]byte, error) {
		cmd := exec.Command("sh", "linux/face", "set", "kiosk")
		cmd.Env = env
		return cmd.CombinedOutput()
	}
	kept := filepath.Join(dir, "etc", "face")
	if err := os.MkdirAll(filepath.Dir(kept), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(kept, []byte("agent\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	systemctl := filepath.Join(dir, "systemctl")
	works, err := os.ReadFile(systemctl)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(systemctl, []byte("#!/bin/sh\ncase $* in *enable*) exit 1 ;; esac\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	said, err := set()
	if face, there := os.ReadFile(kept); err == nil || there == nil {
		t.Errorf("it is %q: %v, %s", face, err, said)
	}
	if err := os.WriteFile(systemctl, works, 0o755); err != nil {
		t.Fatal(err)
	}
	said, err = set()
	if face, there := os.ReadFile(kept); err != nil || there != nil || string(face) != "kiosk\n" {
		t.Errorf("then it is %q: %v, %s", face, err, said)
	}
}

func TestTheAgentAloneIsNeitherKioskNorStation(t *testing.T) {
	for _, face := range []string{"kiosk", "station"} {
		env, asked, dir := machine(t)
		cmd := exec.Command("sh", "linux/face", "set", face)
		cmd.Env = append(env, "AUTHENKIOSK_UNITS="+dir)
		said, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(said), "needs the package authenkiosk") || asked() != "" {
			t.Errorf("%s: %v, %s; asked of the system: %s", face, err, said, asked())
		}
		if _, err := os.Stat(filepath.Join(dir, "etc")); err == nil {
			t.Errorf("%s: something was written", face)
		}
	}
	if !strings.Contains(read(t, "packaging/linux/deb/templates"), "\nChoices: kiosk, station, agent\n") ||
		!strings.Contains(read(t, "packaging/packages.sh"), "Choices: kiosk, station, agent$") {
		t.Error("packages.sh does not find the answers of the question")
	}
}

// TestTouchesTurnWithThePicture follows a finger that lies a quarter from the left and a
// tenth from the top edge of the panel as it was built.
func TestTouchesTurnWithThePicture(t *testing.T) {
	for _, c := range []struct {
		name  string
		flags []string
		want  string
	}{
		{"as it was built", nil, "1 0 0 0 1 0 0 0 1"},
		{"left", []string{"-rotate", "left"}, "0 -1 1 1 0 0 0 0 1"},
		{"right", []string{"-rotate", "right"}, "0 1 0 -1 0 1 0 0 1"},
		{"upside down", []string{"-rotate", "inverted"}, "-1 0 1 0 -1 1 0 0 1"},
		{"a panel whose edges are off", []string{"-touched", "20,10,60,90"}, "2 0 -0.3 0 1 0 0 0 1"},
		{"the same one, turned", []string{"-rotate", "left", "-touched", "20,10,60,90"}, "0 -1 1 2 0 -0.3 0 0 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			env, _, dir := machine(t)
			if err := os.MkdirAll(filepath.Join(dir, "class/drm/card0-HDMI-A-1"), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "class/drm/card0-HDMI-A-1/status"), []byte("connected\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("sh", append([]string{"linux/screen", "setup"}, c.flags...)...)
			cmd.Env = env
			if said, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, said)
			}
			text, err := os.ReadFile(filepath.Join(dir, "50-screen.conf"))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(text), `"CalibrationMatrix" "`+c.want+`"`) || !strings.Contains(string(text), `Identifier "HDMI-1"`) {
				t.Errorf("%s", text)
			}
		})
	}
}

func TestTwoTouchesMendThePanel(t *testing.T) {
	const first, near, second = "-event7   TOUCH_DOWN              +1.203s\t0 (0) 20.00/10.00 (68.20/19.10mm)", "-event7   TOUCH_DOWN   +1.9s\t0 (0) 21.00/10.50 (70.20/20.10mm)", " event7   TOUCH_DOWN              +4.567s\t0 (0) 60.00/90.00 (204.60/171.90mm)"
	for _, c := range []struct {
		name, said string
		want       string // the matrix; empty: nothing is written
	}{
		{"two touches", first + "\n-event7   TOUCH_UP                +1.301s\t0 (0)\n" + second + "\n", "0 -1 1 2 0 -0.3 0 0 1"},
		{"the same finger twice", first + "\n" + near + "\n" + second + "\n", "0 -1 1 2 0 -0.3 0 0 1"},
		{"with a count of events and a narrow number", "-event7   TOUCH_DOWN                3  +1.203s\t0 (0) 20.00/ 9.00 (68.20/17.10mm)\n" + strings.Replace(second, "90.00", "89.00", 1) + "\n", "0 -1 0.99 2 0 -0.3 0 0 1"},
		{"one touch", first + "\n", ""},
		{"none", "-event3   DEVICE_ADDED  Power Button  seat0 default group1  cap:k\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			env, _, dir := machine(t)
			if err := os.WriteFile(filepath.Join(dir, "events"), []byte(c.said), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "libinput"), []byte("#!/bin/sh\ncat "+filepath.Join(dir, "events")+"\n"), 0o755); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("sh", "linux/screen", "calibrate", "-output", "HDMI-1", "-rotate", "left")
			cmd.Env = env
			said, err := cmd.CombinedOutput()
			text, _ := os.ReadFile(filepath.Join(dir, "50-screen.conf"))
			if (err == nil) != (c.want != "") || !strings.Contains(string(text), c.want) || c.want == "" && len(text) > 0 {
				t.Errorf("%v, %s: %s", err, said, text)
			}
		})
	}
}

func TestAScreenThatIsSetUpWrongIsSaid(t *testing.T) {
	for _, words := range [][]string{
		{"setup", "-rotate", "up"}, {"setup", "-touched", "1,2,1,4", "-output", "A"}, {"setup", "-touched", "a;b", "-output", "A"}, {"setup"}, {"fly"},
	} {
		env, _, dir := machine(t)
		cmd := exec.Command("sh", append([]string{"linux/screen"}, words...)...)
		cmd.Env = env
		var said bytes.Buffer
		cmd.Stderr = &said
		if err := cmd.Run(); err == nil || said.Len() == 0 {
			t.Errorf("%q: %v, %q", words, err, &said)
		}
		if _, err := os.Stat(filepath.Join(dir, "50-screen.conf")); err == nil {
			t.Errorf("%q: something was written", words)
		}
	}
}

func TestReleaseNotesAreThePartOfTheVersion(t *testing.T) {
	file := filepath.Join(t.TempDir(), "CHANGELOG.md")
	log := "# Changelog\n\n## [Unreleased]\n\n- to come\n\n## [1.2.0] - 2026-12-01\n\n### Added\n\n- this\n\n## [1.2.0-rc1]\n\n- that\n"
	if err := os.WriteFile(file, []byte(log), 0o600); err != nil {
		t.Fatal(err)
	}
	for version, want := range map[string]string{
		"1.2.0": "# AuthenKiosk 1.2.0\n\n### Added\n\n- this\n", "1.2.0-rc1": "# AuthenKiosk 1.2.0-rc1\n\n- that\n", "2.0.0": "# AuthenKiosk 2.0.0\n\n- to come\n",
	} {
		cmd := exec.Command("sh", "releasenotes.sh", version)
		cmd.Env = append(os.Environ(), "CHANGELOG="+file)
		said, err := cmd.Output()
		if err != nil || string(said) != want {
			t.Errorf("%s: %v, %q", version, err, said)
		}
	}
}

// TestNoReleaseIsToldThatThereIsNone reads the notes of the version that would be released now.
func TestNoReleaseIsToldThatThereIsNone(t *testing.T) {
	if !strings.Contains(read(t, "CHANGELOG.md"), "\n## [") { // which the script reads
		t.Fatal("the changelog has no versions")
	}
	version := regexp.MustCompile(`(?m)^Version *= *"(.*)"`).FindStringSubmatch(read(t, "FyneApp.toml"))
	if version == nil {
		t.Fatal("the version is not seen")
	}
	said, err := exec.Command("sh", "releasenotes.sh", version[1]).Output()
	if err != nil {
		t.Fatal(err)
	}
	notes := string(said)
	if !strings.HasPrefix(notes, "# AuthenKiosk "+version[1]+"\n\n") || !strings.Contains(notes, "\n### Added\n") {
		t.Errorf("the notes begin with %.80q", notes)
	}
	if found := regexp.MustCompile(`(?i)no release|unreleased|FyneApp`).FindString(notes); found != "" {
		t.Errorf("the notes say %q", found)
	}
}

// TestCommandsThatTextsNameAreThere holds what stands in the middle of sentences against the
// programs, in every document that a package has and in those who read the source.
func TestCommandsThatTextsNameAreThere(t *testing.T) {
	named := regexp.MustCompile("`(authenkiosk|authenagent)(?:\\.exe)? ([a-z]+[^`\n]*)`")
	ofWindows := []string{"service", "face"}
	seen := 0
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/manual/*/*.md", "packaging/*/README.md", "app/config/example.toml"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %q, %v", pattern, found, err)
		}
		for _, path := range found {
			name, err := filepath.Rel(root, path)
			if err != nil {
				t.Fatal(err)
			}
			if name == "CONTRIBUTING.md" {
				continue // it shows how a command is added that is not there
			}
			for _, m := range named.FindAllStringSubmatch(read(t, name), -1) {
				seen++
				words := append([]string{m[1]}, strings.Fields(m[2])...)
				if m[1] == "authenagent" && slices.Contains(ofWindows, words[1]) {
					continue
				}
				if fault := commandFault(words); fault != "" {
					t.Errorf("%s: %s: %s", name, m[0], fault)
				}
			}
		}
	}
	if seen < 35 {
		t.Errorf("only %d are seen", seen)
	}
}
