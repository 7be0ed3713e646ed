package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// The linker sets no variable that is not there, and says nothing.
func TestWhatTheMakefileHasTheLinkerSetIsThere(t *testing.T) {
	text, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	set := regexp.MustCompile(`-X `+module+`/([a-z/]+)\.(\w+)=`).FindAllStringSubmatch(string(text), -1)
	if len(set) != 3 {
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
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
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
