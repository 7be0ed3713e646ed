package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The linker sets no variable that is not there, and says nothing.
func TestWhatTheMakefileHasTheLinkerSetIsThere(t *testing.T) {
	text, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	set := regexp.MustCompile(`-X `+module+`/([a-z/]+)\.(\w+)=`).FindAllStringSubmatch(string(text), -1)
	if len(set) != 4 {
		t.Fatalf("the Makefile has %q", set)
	}
	for _, x := range set {
		if names := variablesOf(t, x[1]); !slices.Contains(names, x[2]) {
			t.Errorf("the linker sets %s of %s, which has the variables %q", x[2], x[1], names)
		}
	}
}

// variablesOf are the variables of a package, of those files that are no tests.
func variablesOf(t *testing.T, dir string) (names []string) {
	t.Helper()
	for _, f := range filesOf(t, dir) {
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.VAR {
				continue
			}
			for _, s := range g.Specs {
				for _, n := range s.(*ast.ValueSpec).Names {
					names = append(names, n.Name)
				}
			}
		}
	}
	return names
}

// filesOf reads the files of a package that are no tests.
func filesOf(t *testing.T, dir string) map[string]*ast.File {
	t.Helper()
	return parsed(t, dir, func(path string) bool { return !strings.HasSuffix(path, "_test.go") })
}

// parsed reads those files of a package that are wanted.
func parsed(t *testing.T, dir string, wanted func(path string) bool) map[string]*ast.File {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]*ast.File{}
	for _, path := range paths {
		if !wanted(path) {
			continue
		}
		if files[path], err = parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// What is given out is made in one place, whole, so that a release by hand and that of the
// workflow are the same. Trying the packages of Linux builds nothing for Windows.
func TestAReleaseIsMadeWholeInOnePlace(t *testing.T) {
	read := func(name string) string {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	makefile, workflow := read("Makefile"), read(".github/workflows/release.yml")
	for _, c := range []struct{ target, needs, does string }{
		{"release", "committed deps-packages packages msi", `sh packaging/release.sh "$(VERSION)" linux windows`},
		{"release-linux", "deps-packages packages", `sh packaging/release.sh "$(VERSION)" linux`},
		{"test-packages", "release-linux", "sh packaging/deps.sh testpackages"},
	} {
		if !strings.Contains(makefile, "\n"+c.target+": "+c.needs+"\n\t@"+c.does+"\n") {
			t.Errorf("%s is no more made of %s by: %s", c.target, c.needs, c.does)
		}
	}
	if !strings.Contains(makefile, "\nrelease: export WINDOWS_SIGN ?= none\n") {
		t.Error("the installer of a release is signed by a key that nobody trusts")
	}
	if !strings.Contains(read("packaging/testpackages.sh"), "make release-linux)") {
		t.Error("the second build is another than the first")
	}
	if !strings.Contains(workflow, "run: make release UPDATE_KEY=") || strings.Contains(workflow, "make msi") {
		t.Error("the workflow gives out something else than make release")
	}
}

// Of some packages make test runs again only what it has shortened: each test of theirs that
// looks at -short is among these.
func TestWhatIsShortenedIsRunInFull(t *testing.T) {
	text, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	valueOf := func(name string) string {
		v := regexp.MustCompile(`(?m)^` + name + ` = (.+)$`).FindSubmatch(text)
		if v == nil {
			t.Fatalf("the Makefile has no %s", name)
		}
		return string(v[1])
	}
	named, found := regexp.MustCompile(valueOf("EXPERIMENTS")), 0
	for _, dir := range strings.Fields(valueOf("SINGLY")) {
		for path, f := range parsed(t, dir, func(path string) bool { return strings.HasSuffix(path, "_test.go") }) {
			for _, d := range f.Decls {
				ast.Inspect(d, func(n ast.Node) bool {
					if x, ok := n.(*ast.SelectorExpr); ok && x.Sel.Name == "Short" {
						found++
						if fn, is := d.(*ast.FuncDecl); !is || !named.MatchString(fn.Name.Name) {
							t.Errorf("%s looks at -short outside of what make whole runs again", path)
						}
					}
					return true
				})
			}
		}
	}
	if found == 0 {
		t.Error("nothing is shortened: the test does not look where it is")
	}
}

// What the race detector does not watch shares nothing between goroutines.
func TestNothingThatSharesIsHiddenFromTheRaceDetector(t *testing.T) {
	text, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	own := regexp.MustCompile(`\b` + module + `/([a-z/]+)`)
	for _, name := range []string{"UNWATCHED", "UNSHARED"} {
		list := regexp.MustCompile(`(?m)^` + name + ` = (?:.*\\\n)*.*$`).FindString(string(text))
		packages := own.FindAllStringSubmatch(list, -1)
		if len(packages) == 0 {
			t.Errorf("%s names no package of ours", name)
		}
		for _, p := range packages {
			for _, shared := range sharedIn(t, p[1]) {
				t.Errorf("%s is in %s, and %s", p[1], name, shared)
			}
		}
	}
}

// sharedIn says what files of a package that are no tests do with goroutines.
func sharedIn(t *testing.T, dir string) (found []string) {
	t.Helper()
	files := filesOf(t, dir)
	if len(files) == 0 {
		t.Errorf("there is no package %s", dir)
	}
	for path, f := range files {
		for _, i := range f.Imports {
			if i.Path.Value == `"sync"` || i.Path.Value == `"sync/atomic"` {
				found = append(found, path+" imports "+i.Path.Value)
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if _, starts := n.(*ast.GoStmt); starts {
				found = append(found, path+" starts a goroutine")
			}
			return true
		})
	}
	return found
}
