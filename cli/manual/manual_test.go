package manual

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"authenkiosk/cli"
	"authenkiosk/cli/kioskcmd"
)

func program() *cli.Program {
	return &cli.Program{Name: "authenkiosk", Commands: kioskcmd.Commands(kioskcmd.Faces{})}
}

// needs leaves a test out where a tool is missing, but not where all tools have to be there.
func needs(t *testing.T, tool string) {
	t.Helper()
	if _, err := exec.LookPath(tool); err != nil {
		if os.Getenv("AUTHENKIOSK_REQUIRE_TOOLS") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

func TestThePageHasEveryCommandAndEveryFlag(t *testing.T) {
	var page bytes.Buffer
	if err := Page(&page, program(), "0.1.0", time.Unix(1_800_000_000, 0), "a test"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		".TH AUTHENKIOSK 1 2027-01-15", "\n.B kiosk\n", "\n.B client add|list|remove\n", `.BI \-size " WIDTHxHEIGHT"`, `.BI \-config " file"`, "\n.B \\-yes\n",
	} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("%q is not in the page", want)
		}
	}
	for _, c := range program().Table() {
		if !strings.Contains(page.String(), "\n.B "+c.Name) {
			t.Errorf("%s is not in the page", c.Name)
		}
	}
	if n := strings.Count(page.String(), `.BI \-config`); n != 1 {
		t.Errorf("a flag of every command stands %d times", n)
	}
	needs(t, "man")
	man := exec.Command("man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", "-")
	man.Env = append(os.Environ(), "LC_ALL=C.UTF-8") // another one may not be there, of which man complains
	man.Stdin = &page
	var said bytes.Buffer
	man.Stderr = &said
	if err := man.Run(); err != nil || said.Len() > 0 {
		t.Errorf("man: %v: %s", err, &said)
	}
}

// Bash completes what it was given by Completion.
func TestBashCompletesCommandsVerbsAndFlags(t *testing.T) {
	needs(t, "bash")
	var script bytes.Buffer
	if err := Completion(&script, program()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		words string
		want  string
	}{
		{"commands", "authenkiosk do", "doctor"},
		{"verbs", "authenkiosk client re", "remove"},
		{"flags", "authenkiosk doctor -js", "-json"},
		{"flags of every command", "authenkiosk zone -con", "-config"},
		{"commands that one wants help for", "authenkiosk help undel", "undelivered"},
		{"nothing where a file is meant", "authenkiosk replay cra", ""},
		{"verbs that may be left out", "authenkiosk setup k", "kiosk"},
		{"the last of them", "authenkiosk setup st", "station"},
		{"nothing where the verbs are not all named", "authenkiosk operator ...", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			// The variables and the call are those of bash's programmable completion.
			bash := exec.Command("bash", "--norc", "-c", script.String()+
				"\nCOMP_WORDS=($0); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _authenkiosk; echo \"${COMPREPLY[*]}\"", c.words)
			got, err := bash.CombinedOutput()
			if err != nil || strings.TrimSpace(string(got)) != c.want {
				t.Errorf("%v: %q instead of %q", err, got, c.want)
			}
		})
	}
}

// What is completed is what a person would type, and no sign of how commands are described.
func TestEveryWordThatIsCompletedIsAWord(t *testing.T) {
	word := regexp.MustCompile(`^[a-z]+$`)
	for _, p := range []*cli.Program{program(), {Name: "authenagent"}} {
		seen := 0
		for _, c := range p.Table() {
			for _, v := range verbs(c) {
				seen++
				if !word.MatchString(v) {
					t.Errorf("%s %s completes %q", p.Name, c.Name, v)
				}
			}
		}
		if seen < 20 {
			t.Errorf("of %s only %d words are seen", p.Name, seen)
		}
	}
}
