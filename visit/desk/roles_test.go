package desk

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

func TestEveryActionIsDecidedOnceForEveryRoleAndTheTableSaysWhy(t *testing.T) {
	declared := constantsOf(t, "roles.go", "Action")
	var inTable []string
	for _, row := range rights {
		inTable = append(inTable, string(row.action))
		if !row.staff && !row.lead && !row.administrator {
			t.Errorf("nobody may %s", row.action)
		}
		if row.staff && !row.lead {
			t.Errorf("whoever answers for the desk may not %s, and the staff may", row.action)
		}
	}
	slices.Sort(declared)
	slices.Sort(inTable)
	if !slices.Equal(declared, inTable) {
		t.Errorf("the actions are %q, and decided are %q", declared, inTable)
	}
	for _, line := range rowsWithoutReason(t) {
		t.Errorf("the row %s has no reason", line)
	}
}

func TestNobodyMayDoWhatIsInNoTable(t *testing.T) {
	for _, r := range append(Roles(), "", "owner") {
		if Allowed(r, "anything") || Allowed(r, "") {
			t.Errorf("%q may do what does not exist", r)
		}
	}
	for _, row := range rights {
		if Allowed("", row.action) || Allowed("owner", row.action) {
			t.Errorf("a role that does not exist may %s", row.action)
		}
	}
}

// Whoever looks after machines sees nobody, and whoever sees patients makes no operators:
// two people are needed to let a third one at the records unseen.
func TestNoRoleBothSeesPatientsAndMakesOperators(t *testing.T) {
	for _, r := range Roles() {
		if Allowed(r, ShowVisit) && Allowed(r, SetOperators) {
			t.Errorf("%s does both", r)
		}
		for _, a := range []Action{ShowVisit, ShowNames, ExportNames, CopyPID, Hold, Complete, Settle, GiveUp} {
			if r == Administrator && Allowed(r, a) {
				t.Errorf("%s may %s", r, a)
			}
		}
	}
	if Allowed(Staff, ReleaseOther) || !Allowed(Lead, ReleaseOther) {
		t.Error("what another holds is given back by whoever answers for the desk, and by nobody else")
	}
}

func TestOnlyTheNamesOfRolesAndReasonsAreRead(t *testing.T) {
	for _, r := range Roles() {
		if got, err := ParseRole(string(r)); got != r || err != nil {
			t.Errorf("%s: %q, %v", r, got, err)
		}
	}
	for _, r := range Reasons() {
		if got, err := ParseReason(string(r)); got != r || err != nil {
			t.Errorf("%s: %q, %v", r, got, err)
		}
		if want := map[bool]Action{true: CloseNotDue, false: GiveUp}[r.NotDue()]; r.Action() != want {
			t.Errorf("%s needs %s", r, r.Action())
		}
	}
	for _, s := range []string{"", "Staff", "staff ", "root"} {
		if _, err := ParseRole(s); err == nil {
			t.Errorf("%q is a role", s)
		}
		if _, err := ParseReason(s); err == nil {
			t.Errorf("%q is a reason", s)
		}
	}
}

// constantsOf returns the values of the constants of a type in a file of this package.
func constantsOf(t *testing.T, file, typ string) (values []string) {
	t.Helper()
	for _, d := range parse(t, file).Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, s := range g.Specs {
			v := s.(*ast.ValueSpec)
			if id, ok := v.Type.(*ast.Ident); ok && id.Name == typ {
				values = append(values, strings.Trim(v.Values[0].(*ast.BasicLit).Value, `"`))
			}
		}
	}
	if len(values) == 0 {
		t.Fatalf("%s has no constants of type %s", file, typ)
	}
	return values
}

// rowsWithoutReason names the rows of rights behind which no comment stands.
func rowsWithoutReason(t *testing.T) (rows []string) {
	t.Helper()
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, "roles.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	said := map[int]bool{}
	for _, c := range f.Comments {
		said[set.Position(c.Pos()).Line] = strings.Trim(c.Text(), "/ \n") != ""
	}
	ast.Inspect(f, func(n ast.Node) bool {
		row, ok := n.(*ast.CompositeLit)
		if ok && row.Type == nil && len(row.Elts) == 4 && !said[set.Position(row.End()).Line] {
			rows = append(rows, row.Elts[0].(*ast.Ident).Name)
		}
		return true
	})
	return rows
}

func parse(t *testing.T, file string) *ast.File {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
