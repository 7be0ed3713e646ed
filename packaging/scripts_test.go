package packaging

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// system is a folder that plays a machine for the scripts of the package for Debian.
type system struct {
	t   *testing.T
	dir string
	env []string
}

func newSystem(t *testing.T, face, enabled, erase string) system {
	t.Helper()
	env, _, dir := machine(t)
	s := system{t, dir, append(env, "ENABLED="+enabled)}
	s.put("usr/share/debconf/confmodule", `db_get() { case $1 in */face) RET=`+face+` ;; */nhso-agent) RET=later ;; */purge-data) RET=`+erase+` ;; esac; }
for word in set input go purge stop; do eval "db_$word() { :; }"; done
`)
	note := "#!/bin/sh\necho \"$(basename $0)\" \"$@\" >>" + filepath.Join(dir, "asked") + "\n"
	for _, name := range []string{"systemd-sysusers", "systemd-tmpfiles", "userdel", "groupdel", "usr/lib/authenkiosk/face", "usr/lib/authenkiosk/programs/authenagent"} {
		s.put(name, note)
	}
	s.put("systemctl", note+"case $* in *is-enabled*) case \" $ENABLED \" in *\" $3 \"*) ;; *) exit 1 ;; esac ;; esac\n")
	s.put("etc/authenkiosk/face", face+"\n")
	s.put("run/systemd/system/x", "")
	return s
}

func (s system) put(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		s.t.Fatal(err)
	}
}

func (s system) has(name string) bool {
	_, err := os.Lstat(filepath.Join(s.dir, name))
	return err == nil
}

var place = regexp.MustCompile(`(?m)(^|[^A-Za-z0-9._-])/(usr|etc|opt|var|run)/`)

// run runs a script as dpkg does, and returns what it has asked of the system.
func (s system) run(script string, args ...string) string {
	s.t.Helper()
	s.put("asked", "")
	text := place.ReplaceAllString(read(s.t, "packaging/linux/deb/"+script), "${1}"+s.dir+"/${2}/")
	name := filepath.Base(script)
	s.put(name, text)
	cmd := exec.Command("sh", append([]string{filepath.Join(s.dir, name)}, args...)...)
	cmd.Env = s.env
	if said, err := cmd.CombinedOutput(); err != nil {
		s.t.Fatalf("%s %q: %v: %s", script, args, err, said)
	}
	asked, err := os.ReadFile(filepath.Join(s.dir, "asked"))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(asked)
}

func TestAnUpgradeStartsWhatItHasReplacedAndNothingElse(t *testing.T) {
	for _, c := range []struct {
		name, face, enabled string
		before              string // the version before; empty: none
		beside              bool   // versions lie side by side
		faces, timer        bool
		restarted           string
	}{
		{"the first installation", "kiosk", "", "", false, true, false, ""},
		{"an upgrade", "kiosk", "authenkiosk.service", "0.9", true, false, false, ""},
		{"from a package that had its programs in /usr/bin", "kiosk", "authenkiosk.service", "0.9", false, false, true, "authenkiosk.service"},
		{"the same, of an agent", "agent", "authenagent.service", "0.9", false, false, true, "authenagent.service"},
		{"the same, and it is switched off", "agent", "", "0.9", false, false, false, ""},
		{"the same, of a station", "station", "", "0.9", false, false, false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSystem(t, c.face, c.enabled, "false")
			if c.before == "" {
				if err := os.Remove(filepath.Join(s.dir, "etc/authenkiosk/face")); err != nil {
					t.Fatal(err)
				}
			}
			if c.beside {
				s.put("opt/authenkiosk/current", "")
			}
			asked := s.run("postinst", "configure", c.before)
			if !strings.Contains(asked, "authenagent update install ") {
				t.Errorf("no version is put in place: %s", asked)
			}
			if got := strings.Contains(asked, "face set "+c.face); got != c.faces {
				t.Errorf("the face is set: %v", got)
			}
			if got := strings.Contains(asked, "enable authenkiosk-update.timer"); got != c.timer {
				t.Errorf("the timer is switched on: %v", got)
			}
			var restarted string
			for line := range strings.Lines(asked) {
				if _, unit, ok := strings.Cut(line, "try-restart "); ok {
					restarted += strings.TrimSpace(unit)
				}
			}
			if restarted != c.restarted {
				t.Errorf("restarted is %q: %s", restarted, asked)
			}
		})
	}
}

func TestARemovalAndAPurgeKeepAndEraseWhatTheySay(t *testing.T) {
	for _, c := range []struct {
		name, erase string
		words       []string
		stays, goes []string
	}{
		{"an upgrade", "true", []string{"upgrade"}, []string{"opt/authenkiosk/versions/1.0.0/authenkiosk", "etc/authenkiosk/authenkiosk.toml", "var/lib/authenkiosk/visits", "var/cache/authenkiosk/x"}, nil},
		{
			"a removal", "true",
			[]string{"remove"},
			[]string{"opt/authenkiosk/configuration/0.9.0-authenkiosk.toml", "etc/authenkiosk/authenkiosk.toml", "var/lib/authenkiosk/visits"},
			[]string{"opt/authenkiosk/versions", "opt/authenkiosk/current", "opt/authenkiosk/lock", "opt/authenkiosk/trial.json", "opt/authenkiosk/trial.lock", "opt/authenkiosk/trial.back", "opt/authenkiosk/trial.refused", "opt/authenkiosk/trial.over", "opt/authenkiosk/.new-current"},
		},
		{"a purge", "false", []string{"remove", "purge"}, []string{"var/lib/authenkiosk/visits", "etc/other"}, []string{"opt/authenkiosk", "etc/authenkiosk", "var/cache/authenkiosk"}},
		{"a purge that erases", "true", []string{"remove", "purge"}, []string{"etc/other"}, []string{"opt/authenkiosk", "etc/authenkiosk", "var/cache/authenkiosk", "var/lib/authenkiosk"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSystem(t, "kiosk", "", c.erase)
			for _, name := range []string{
				"opt/authenkiosk/versions/1.0.0/authenkiosk", "opt/authenkiosk/current", "opt/authenkiosk/lock", "opt/authenkiosk/trial.json",
				"opt/authenkiosk/trial.lock", "opt/authenkiosk/trial.back", "opt/authenkiosk/trial.refused", "opt/authenkiosk/trial.over", "opt/authenkiosk/.new-current",
				"opt/authenkiosk/configuration/0.9.0-authenkiosk.toml", "etc/authenkiosk/authenkiosk.toml", "etc/authenkiosk/authenkiosk.toml.before", "etc/authenkiosk/.new-authenkiosk.toml-1",
				"etc/other", "var/lib/authenkiosk/visits", "var/cache/authenkiosk/x",
			} {
				s.put(name, "")
			}
			for _, word := range c.words {
				s.run("postrm", word)
			}
			for _, name := range c.stays {
				if !s.has(name) {
					t.Errorf("%s is gone", name)
				}
			}
			for _, name := range c.goes {
				if s.has(name) {
					t.Errorf("%s is left", name)
				}
			}
		})
	}
}

func TestAMachineMaySleepAgainWithoutThePackage(t *testing.T) {
	const sleep = "etc/systemd/sleep.conf.d/50-authenkiosk.conf"
	for name, face := range map[string]bool{"a kiosk": true, "one that was cut off while it was set": false} {
		s := newSystem(t, "kiosk", "", "false")
		s.put(sleep, "")
		if !face {
			if err := os.Remove(filepath.Join(s.dir, "etc/authenkiosk/face")); err != nil {
				t.Fatal(err)
			}
		}
		if s.run("prerm", "upgrade"); !s.has(sleep) {
			t.Errorf("%s: an upgrade lets it sleep", name)
		}
		if s.run("prerm", "remove"); s.has(sleep) || s.has("etc/authenkiosk/face") {
			t.Errorf("%s: something is left", name)
		}
	}
}

func TestARemovalThatComesToNothingStartsAgainWhatItHasStopped(t *testing.T) {
	s := newSystem(t, "kiosk", "authenkiosk.service authenkiosk-update.timer", "false")
	asked := s.run("postinst", "abort-remove")
	for unit, want := range map[string]bool{"authenkiosk.service": true, "authenkiosk-update.timer": true, "authenagent.service": false} {
		if got := strings.Contains(asked, "deb-systemd-invoke start "+unit); got != want {
			t.Errorf("%s is started: %v; %s", unit, got, asked)
		}
	}
	if strings.Contains(asked, "face set") || strings.Contains(asked, "update install") {
		t.Errorf("something is configured: %s", asked)
	}
}

func TestARemovalEndsAnUpdateThatIsUnderWay(t *testing.T) {
	for script, word := range map[string]string{"prerm": "remove", "../rpm/preun": "0"} {
		s := newSystem(t, "kiosk", "", "false")
		if asked := s.run(script, word); !regexp.MustCompile(`stop .*authenkiosk-update\.service`).MatchString(asked) {
			t.Errorf("%s: %s", script, asked)
		}
	}
}

// TestAnswersThatAreGivenAnewBringNoVersion is dpkg-reconfigure behind an update rollback.
func TestAnswersThatAreGivenAnewBringNoVersion(t *testing.T) {
	for _, c := range []struct {
		name           string
		beside, brings bool
	}{
		{"a version is in place", true, false},
		{"none is", false, true},
	} {
		s := newSystem(t, "kiosk", "authenkiosk.service", "false")
		s.env = append(s.env, "DEBCONF_RECONFIGURE=1")
		s.put("etc/authenkiosk/face", "station\n")
		if c.beside {
			s.put("opt/authenkiosk/current", "")
		}
		asked := s.run("postinst", "configure", "1.0")
		if got := strings.Contains(asked, "update install"); got != c.brings {
			t.Errorf("%s: the version of the package is put in place: %v", c.name, got)
		}
		if !strings.Contains(asked, "face set kiosk") {
			t.Errorf("%s: the answer is not heeded: %s", c.name, asked)
		}
	}
}

// TestAPurgeErasesVisitsThatLieOnAnotherDisk has the directory of the data lead elsewhere.
func TestAPurgeErasesVisitsThatLieOnAnotherDisk(t *testing.T) {
	s := newSystem(t, "kiosk", "", "true")
	s.put("disk/test/visits", "")
	s.put("disk/.new-visits-1", "")
	s.put("var/lib/x", "")
	if err := os.Symlink(filepath.Join(s.dir, "disk"), filepath.Join(s.dir, "var/lib/authenkiosk")); err != nil {
		t.Fatal(err)
	}
	s.run("postrm", "purge")
	if left, err := filepath.Glob(filepath.Join(s.dir, "disk/*")); err != nil || len(left) > 0 || s.has("disk/.new-visits-1") {
		t.Errorf("erased is said, and there are %q, %v", left, err)
	}
	if s.has("var/lib/authenkiosk") || !s.has("var/lib/x") {
		t.Error("the link is left, or more is gone")
	}
}

func TestAPurgeErasesTheAccountOfThePackageAndNoPersons(t *testing.T) {
	for uid, erased := range map[string]bool{"997": true, "1000": false, "": false} {
		s := newSystem(t, "kiosk", "", "true")
		s.put("id", "#!/bin/sh\n[ -n \""+uid+"\" ] && echo "+uid+"\n")
		s.put("var/lib/authenkiosk/visits", "")
		if got := strings.Contains(s.run("postrm", "purge"), "userdel authenkiosk"); got != erased {
			t.Errorf("with the number %q it is erased: %v", uid, got)
		}
	}
}

// TestTheRPMKeepsWhatTheMachineWasForOverARemoval is what the .deb does by its questions.
func TestTheRPMKeepsWhatTheMachineWasForOverARemoval(t *testing.T) {
	for _, c := range []struct{ name, kept, said, want string }{
		{"the first installation", "", "", "agent"},
		{"the first installation of a kiosk", "", "kiosk", "kiosk"},
		{"after a removal", "kiosk", "", "kiosk"},
		{"after a removal, for something else", "kiosk", "station", "station"},
	} {
		s := newSystem(t, c.kept, "", "false")
		if c.kept == "" {
			if err := os.Remove(filepath.Join(s.dir, "etc/authenkiosk/face")); err != nil {
				t.Fatal(err)
			}
		}
		if c.said != "" {
			s.env = append(s.env, "AUTHENKIOSK_FACE="+c.said)
		}
		if asked := s.run("../rpm/post", "1"); !strings.Contains(asked, "face set "+c.want+"\n") {
			t.Errorf("%s: %s", c.name, asked)
		}
	}
	s := newSystem(t, "kiosk", "", "false")
	if asked := s.run("../rpm/post", "2"); strings.Contains(asked, "face set") {
		t.Errorf("an upgrade: %s", asked)
	}
}
