package station

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"authenkiosk/desk"
	"authenkiosk/storage"
	"authenkiosk/ui/draw"
	"authenkiosk/ui/draw/drawtest"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// keysOf are all words whose keys begin like that, one for each member of a list.
func keysOf[T ~string](prefix string, all ...T) (keys []string) {
	for _, one := range all {
		keys = append(keys, prefix+string(one))
	}
	return keys
}

func TestEveryMemberOfEachListHasWords(t *testing.T) {
	th := drawtest.Catalogue(t, "th")
	open := slices.DeleteFunc(rules.Kinds(), func(k rules.Kind) bool { return !k.Open() })
	for _, key := range slices.Concat(
		keysOf("station.role.", rules.Roles()...), keysOf("station.operators.role.", rules.Roles()...), keysOf("station.kind.", open...), keysOf("station.reason.", rules.Reasons()...),
		keysOf("station.state.", visit.States()...), keysOf("station.method.", visit.Methods()...), keysOf("station.page.", "counter", "today", "new", "work", "numbers", "devices", "operators", "settings"),
		keysOf("station.void.", rules.VoidReasons()...), keysOf("station.second.", rules.SecondReasons()...), keysOf("station.open.", rules.OpenReasons()...), keysOf("station.finding.", "ok", "warning", "failed", "skipped"),
		keysOf("station.error.", slices.DeleteFunc(desk.Codes(), func(c desk.Code) bool { return c == desk.WrongPIN || c == desk.Locked })...),
	) {
		if th[key] == nil {
			t.Errorf("%s is missing", key)
		}
	}
}

// TestEveryWordIsSaidAndEveryWordThatIsSaidIsThere looks for words in the code: they are said by their keys, or by the
// beginning of those of a list.
func TestEveryWordIsSaidAndEveryWordThatIsSaidIsThere(t *testing.T) {
	code := literals(t)
	th := drawtest.Catalogue(t, "th")
	for key := range th {
		if !strings.HasPrefix(key, "station.") {
			continue
		}
		if slices.Contains(code, key) {
			continue
		}
		if !slices.ContainsFunc(code, func(s string) bool { return strings.HasSuffix(s, ".") && strings.HasPrefix(key, s) && s != "station." }) {
			t.Errorf("%s is never said", key)
		}
	}
	for _, s := range code {
		if strings.HasPrefix(s, "station.") && !strings.HasSuffix(s, ".") && th[s] == nil {
			t.Errorf("%s is said but not there", s)
		}
	}
}

// TestEverythingThatMayBeInTheHistoryOfAVisitHasWords looks for the names in the code of those who
// write them into the audit.
func TestEverythingThatMayBeInTheHistoryOfAVisitHasWords(t *testing.T) {
	names := keysOf("slip-", slices.DeleteFunc(storage.JobStates(), func(s storage.JobState) bool { return s == storage.JobSending })...)
	name := regexp.MustCompile(`"((?:visit|slip|photo|names|pid|nhso|code|second|delivery|desk)-[a-z-]*[a-z])"`)
	for _, folder := range []string{"../../storage", "../../desk/local"} {
		files, err := filepath.Glob(folder + "/*.go")
		if err != nil || len(files) == 0 {
			t.Fatalf("%d files, %v", len(files), err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			code, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, found := range name.FindAllStringSubmatch(string(code), -1) {
				names = append(names, found[1])
			}
		}
	}
	th := drawtest.Catalogue(t, "th")
	for _, name := range names {
		if gone := name == "visit-erased" || name == "visit-expired"; !gone && th["station.event."+name] == nil {
			t.Errorf("nothing says what %s is", name)
		}
	}
	if len(names) < 25 {
		t.Errorf("%d names were found", len(names))
	}
}

// TestNothingForPatientsIsSaidToTheStaff holds that what a record or a machine has is worded for
// those who work at the desk: "you" is somebody else there, and this is no kiosk.
func TestNothingForPatientsIsSaidToTheStaff(t *testing.T) {
	words, err := draw.LoadWords()
	if err != nil {
		t.Fatal(err)
	}
	patient := regexp.MustCompile(`(?i)\b(your?|kiosk|see the staff|start again)\b`)
	for _, p := range visit.Problems() {
		say := draw.Speaker{Words: words, Lang: "en"}
		if text := say.Say(problemKey(say, p)); patient.MatchString(text) {
			t.Errorf("%s is called %q", p, text)
		}
	}
}

// literals are the texts in the code of this package.
func literals(t *testing.T) (all []string) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
				if text, err := strconv.Unquote(l.Value); err == nil {
					all = append(all, text)
				}
			}
			return true
		})
	}
	return all
}
