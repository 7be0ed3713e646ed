package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"authenkiosk/visit"
)

// TestEachListOfTheDomainStandsOnce looks for a place that counts the members of a
// list up again, where a new member would be forgotten. Tables and switches, which
// say something of each member, are meant for the exhaustive linter.
func TestEachListOfTheDomainStandsOnce(t *testing.T) {
	lists := map[string][]string{ // by the function of visit that has it
		"Zones":        {"ZoneDemo", "ZoneTest", "ZoneProduction"},
		"Methods":      {"MethodCard", "MethodPhoto", "MethodCertifier", "MethodLine"},
		"Relations":    {"RelationParent", "RelationGuardian", "RelationCaregiver", "RelationOfficer"},
		"PrinterKinds": {"PrinterNone", "PrinterTCP", "PrinterFile", "PrinterSerial", "PrinterIPP", "PrinterWindows", "PrinterImage"},
		"Orientations": {"OrientationAuto", "OrientationPortrait", "OrientationLandscape"},
		"OnCards":      {"OnCardPage", "OnCardNotice", "OnCardOff"},
	}
	for name, size := range map[string]int{
		"Zones": len(visit.Zones()), "Methods": len(visit.Methods()), "Relations": len(visit.Relations()),
		"PrinterKinds": len(visit.PrinterKinds()), "Orientations": len(visit.Orientations()), "OnCards": len(visit.OnCards()),
	} {
		if len(lists[name]) != size {
			t.Errorf("visit.%s has %d members, and this test knows %d of them", name, size, len(lists[name]))
		}
	}
	if got := countedUp(t, "x.go", `package x; var a, b = f(visit.ZoneTest, visit.ZoneDemo, visit.ZoneProduction), g([]string{"demo", "test", "production"})`, lists); len(got) != 2 {
		t.Errorf("a second list is not found: %q", got)
	}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "out" || d.Name() == "testdata") {
			return fs.SkipDir
		}
		if strings.HasSuffix(path, ".go") && filepath.ToSlash(filepath.Dir(path)) != "visit" && path != "lists_test.go" {
			for _, fault := range countedUp(t, path, nil, lists) {
				t.Error(fault)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// countedUp finds the lists and calls of a file that name all members of a list, by
// their constants or by their texts.
func countedUp(t *testing.T, path string, source any, lists map[string][]string) (found []string) {
	t.Helper()
	files := token.NewFileSet()
	f, err := parser.ParseFile(files, path, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string][]string{
		"Zones": textsOf(visit.Zones()), "Methods": textsOf(visit.Methods()), "Relations": textsOf(visit.Relations()),
		"PrinterKinds": textsOf(visit.PrinterKinds()), "Orientations": textsOf(visit.Orientations()), "OnCards": textsOf(visit.OnCards()),
	}
	ast.Inspect(f, func(n ast.Node) bool {
		var among []ast.Expr
		switch n := n.(type) {
		case *ast.CompositeLit:
			among = n.Elts
		case *ast.CallExpr:
			among = n.Args
		}
		var names []string
		for _, e := range among {
			switch e := e.(type) {
			case *ast.SelectorExpr:
				names = append(names, e.Sel.Name)
			case *ast.BasicLit:
				names = append(names, strings.Trim(e.Value, `"`))
			}
		}
		for list, members := range lists {
			if holdsAll(names, members) || holdsAll(names, texts[list]) {
				found = append(found, fmt.Sprintf("%v: the list of visit.%s stands here again: read that", files.Position(n.Pos()), list))
			}
		}
		return true
	})
	return found
}

func holdsAll(names, members []string) bool {
	return !slices.ContainsFunc(members, func(m string) bool { return !slices.Contains(names, m) })
}

func textsOf[T ~string](list []T) []string {
	texts := make([]string, len(list))
	for i, m := range list {
		texts[i] = string(m)
	}
	return texts
}
