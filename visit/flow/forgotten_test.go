package flow

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"authenkiosk/visit"
)

func TestNoStateIsForgottenWhereItMustBeNamed(t *testing.T) {
	names := map[string]bool{}
	for _, s := range States() {
		if s.String() == "" || names[s.String()] {
			t.Errorf("state %d has no name of its own", s)
		}
		names[s.String()] = true
		if whenCardIsOut[s] == unsaid {
			t.Errorf("%v: whenCardIsOut does not say what becomes of a session whose card is taken out", s)
		}
	}
}

// checkCardOut holds what whenCardIsOut says against what becomes of the session.
func checkCardOut(before *Model, e Event, after *Model) string {
	out, ok := e.(CardRemoved)
	if !ok || !before.Session.restsOn(out.Role) {
		return ""
	}
	vouched := before.Session.Method == visit.MethodCertifier
	good := false
	switch whenCardIsOut[before.State] {
	case asksAgain:
		good = after.State == CardFault && !vouched || vouched && (after.State == CertifierCard || after.State == PIDEntry)
	case finishes:
		good = after.State == Sending || after.State == CardFault && before.Session.Phase == Saving
	case stays:
		good = after.State == before.State || after.State == Welcome && before.Session.Print == Printed
	case lasts:
		good = after.State == Welcome && !before.noSlip() || after.State == before.State && before.noSlip()
	case ends:
		good = after.State == Welcome
	case unsaid, restsNot:
	}
	if good {
		return ""
	}
	return "a session in " + before.State.String() + " goes to " + after.State.String() + " without its card"
}

// TestEverySwitchOverStatesNamesThemAll holds the switches that are marked for the
// exhaustive linter against the states, so that the tests alone notice a new one.
func TestEverySwitchOverStatesNamesThemAll(t *testing.T) {
	var consts []string
	marked := 0
	each(t, func(f *ast.File, files *token.FileSet) {
		ast.Inspect(f, func(n ast.Node) bool {
			if d, ok := n.(*ast.GenDecl); ok && d.Tok == token.CONST && strings.HasPrefix(d.Doc.Text(), "The states.") {
				for _, spec := range d.Specs {
					if name := spec.(*ast.ValueSpec).Names[0].Name; name != "stateCount" {
						consts = append(consts, name)
					}
				}
				return false
			}
			return true
		})
	})
	if len(consts) != int(stateCount) {
		t.Fatalf("%d states were found, and there are %d", len(consts), stateCount)
	}
	each(t, func(f *ast.File, files *token.FileSet) {
		enforced := map[int]bool{} // the line after the mark
		for _, group := range f.Comments {
			for _, c := range group.List {
				if c.Text == "//exhaustive:enforce" {
					enforced[files.Position(c.Pos()).Line+1] = true
				}
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			sw, ok := n.(*ast.SwitchStmt)
			if !ok || !enforced[files.Position(sw.Pos()).Line] {
				return true
			}
			marked++
			named := map[string]bool{}
			for _, c := range sw.Body.List {
				for _, e := range c.(*ast.CaseClause).List {
					named[e.(*ast.Ident).Name] = true
				}
			}
			for _, name := range consts {
				if !named[name] {
					t.Errorf("%v: state %s is forgotten", files.Position(sw.Pos()), name)
				}
			}
			return true
		})
	})
	if marked < 5 {
		t.Errorf("only %d switches over all states were found: the test does not look where they are", marked)
	}
}

// An event that no machine takes by name would be taken for a tap, and pass in silence.
func TestEveryEventIsTakenByName(t *testing.T) {
	declared, taken := map[string]bool{}, map[string]int{}
	each(t, func(f *ast.File, _ *token.FileSet) {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if fn.Recv != nil && fn.Name.Name == "event" {
				declared[fn.Recv.List[0].Type.(*ast.Ident).Name] = true
				continue
			}
			ast.Inspect(fn, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CaseClause:
					for _, e := range n.List {
						if id, ok := e.(*ast.Ident); ok {
							taken[id.Name]++
						}
					}
				case *ast.TypeAssertExpr:
					if id, ok := n.Type.(*ast.Ident); ok {
						taken[id.Name]++
					}
				}
				return true
			})
		}
	})
	if len(declared) < 40 {
		t.Fatalf("only %d events were found: the test does not look where they are", len(declared))
	}
	one := regexp.MustCompile("^(Tap|Touched|SignedIn$|SignedOut$|OperatorChanges$|PageShown$|HelpComing$)")
	for name := range declared {
		// Way, kiosk and station all name what is no touch and nothing of one host alone, and whoever does something about it.
		if want := map[bool]int{true: 1, false: 3}[one.MatchString(name)]; taken[name] < want {
			t.Errorf("%s is taken by name %d times, want %d and more", name, taken[name], want)
		}
	}
}

// each reads the files of the package but its tests.
func each(t *testing.T, see func(*ast.File, *token.FileSet)) {
	t.Helper()
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		files := token.NewFileSet()
		f, err := parser.ParseFile(files, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		see(f, files)
	}
}
