//go:build field

package fieldtest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"authenkiosk/cmd/authenagent/builttest"
)

// TestADeskInEveryLanguageGetsItsCodeWhenTheCardWasHandedBack has the card read, given
// back, another patient's put in, and then the code asked for.
func TestADeskInEveryLanguageGetsItsCodeWhenTheCardWasHandedBack(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, tool string
		args       []string
		more       []string // behind base and phone
		plain      bool
	}{
		{"Python", "python3", []string{"python/desk.py"}, nil, false},
		{"Java's own client, which offers HTTP/2", "java", []string{"-XX:TieredStopAtLevel=1", "java/Desk.java"}, nil, false},
		{"PHP", "php", []string{"php/desk.php"}, nil, false},
		{"PHP that speaks HTTP/1.0", "php", []string{"php/desk.php"}, []string{"", "1.0"}, false},
		{"PHP on a server of the hospital, by plain HTTP", "php", []string{"php/desk.php"}, []string{"127.0.0.3"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			section := "compat = true\n"
			if c.plain {
				section = "plain_http_listen = \"127.0.0.2:0\"\nplain_http_from = [\"127.0.0.3\"]\n"
			}
			a := start(t, section)
			base := a.url
			if c.plain {
				base = a.plain
			}
			p := run(t, c.tool, append(append(c.args, base, phone), c.more...)...)
			p.says("WAITING")
			a.insert(builttest.Adult)
			p.says("READ " + builttest.Adult)
			a.remove()
			a.insert(builttest.Other)
			p.goOn()
			a.has(builttest.Adult, p.last())
		})
	}
}

// TestAProgramThatWaitsTwoSecondsGetsItsCodeFromASlowNHSO has every look-up take two
// and a half.
func TestAProgramThatWaitsTwoSecondsGetsItsCodeFromASlowNHSO(t *testing.T) {
	t.Parallel()
	for name, more := range map[string][]string{"it reads the card anew": nil, "it sends the same": {"again"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := start(t, "compat = true\n")
			a.slow(2500 * time.Millisecond)
			a.insert(builttest.Adult)
			code := run(t, "python3", append([]string{"python/hurry.py", a.url, phone}, more...)...).last()
			a.has(builttest.Adult, code)
			if n := a.looks(); n > 2 {
				t.Errorf("%d look-ups for one code", n)
			}
		})
	}
}

// TestANoisyProgramAndASlowNHSODoNotDisturbAQuietOne runs both for some seconds.
func TestANoisyProgramAndASlowNHSODoNotDisturbAQuietOne(t *testing.T) {
	t.Parallel()
	a := start(t, "compat = true\n")
	a.insert(builttest.Adult)
	a.slow(1500 * time.Millisecond)
	noisy := run(t, "python3", "python/noisy.py", a.url, "8")
	quiet := run(t, "python3", "python/quiet.py", a.url, "7")
	t.Logf("the quiet one got %s", quiet.last())
	t.Logf("the noisy one asked %s times", noisy.last())
}

// TestTenProgramsAtOnceGetTheOneCode has ten of the same program ask for one patient.
func TestTenProgramsAtOnceGetTheOneCode(t *testing.T) {
	t.Parallel()
	a := start(t, "compat = true\n")
	a.insert(builttest.Adult)
	var programs []*program
	for range 10 {
		programs = append(programs, run(t, "python3", "python/hurry.py", a.url, phone))
	}
	for _, p := range programs {
		a.has(builttest.Adult, p.last())
	}
}

// TestAPageInARealBrowserGetsItsCode opens a page of a listed origin, and one in a
// file, as programs made with Electron are.
func TestAPageInARealBrowserGetsItsCode(t *testing.T) {
	t.Parallel()
	browser := openBrowser(t)
	for _, c := range []struct {
		name, section string
		file, token   bool
		steps         string // with the code, or the error
		fails         bool
	}{
		{"a listed page", "compat = true\nallowed_origins = [%q]\n", false, false, "read picture refused", false},
		{"a listed page with a token", "allowed_origins = [%q]\n", false, true, "read picture refused", false},
		{"a page in a file with a token", "allowed_origins = [\"null\"]\n", true, true, "read picture refused", false},
		{"a page in a file without a token", "compat = true\nallowed_origins = [\"null\"]\n", true, false, "", true},
		{"a page that is not listed", "compat = true\nallowed_origins = [\"https://his.example\"]\n", false, false, "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			site := newSite(t)
			section := c.section
			if strings.Contains(section, "%q") {
				section = fmt.Sprintf(section, site.url)
			}
			a := start(t, section)
			token := ""
			if c.token {
				token = a.token()
			}
			a.insert(builttest.Adult)
			got := site.show(browser, a.url, token, c.file)
			if (got.Error != "") != c.fails || strings.Join(got.Steps, " ") != c.steps {
				t.Fatalf("%+v", got)
			}
			if c.fails {
				if n := len(a.codes(builttest.Adult)); n != 0 {
					t.Errorf("%d codes", n)
				}
				return
			}
			a.has(builttest.Adult, got.Code)
		})
	}
}
