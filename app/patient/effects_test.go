package patient

import (
	"bytes"
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"authenkiosk/visit/flow"
)

// burst is more than anybody would give room for.
const burst = 5000

func TestARunnerNeverWaitsForItself(t *testing.T) {
	for name, do := range map[string]func(r *Runner[flow.Model]){
		// A kiosk without a camera tells itself so.
		"an event of its own behind many others": func(r *Runner[flow.Model]) {
			for range burst {
				r.Send(flow.Touched{})
			}
			r.do(t.Context(), flow.StartCamera{Number: 1})
		},
		// The writer is busy, and sends an event for each piece of work.
		"work for a writer that is behind": func(r *Runner[flow.Model]) {
			for range burst {
				r.do(t.Context(), flow.SaveVisit{})
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // it fails when everybody waits
				b := &bench{}
				r := NewRunner(Options[flow.Model]{
					Ports: Ports{Card: b, NHSO: b, Store: b, Keep: ByPatient(b)}, Step: flow.Step, Way: wayOf, Show: func(flow.Model) {}, Log: slog.New(slog.DiscardHandler),
				})
				do(r)
			})
		})
	}
}

// TestEveryEffectOfTheFlowIsDone compares the effects that the flow declares with
// those that the runner does: one that was forgotten would pass in silence.
func TestEveryEffectOfTheFlowIsDone(t *testing.T) {
	declared := map[string]bool{}
	files, err := filepath.Glob("../../visit/flow/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		for _, d := range parsed(t, path).Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil && f.Name.Name == "effect" {
				declared[f.Recv.List[0].Type.(*ast.Ident).Name] = true
			}
		}
	}
	delete(declared, "Entered") // these two a way tells its host; they do not leave flow.Step
	delete(declared, "NeedsTime")
	done := map[string]bool{}
	ast.Inspect(parsed(t, "runner.go"), func(n ast.Node) bool {
		if c, ok := n.(*ast.CaseClause); ok {
			for _, e := range c.List {
				if s, ok := e.(*ast.SelectorExpr); ok {
					done[s.Sel.Name] = true
				}
			}
		}
		return true
	})
	if len(declared) < 15 {
		t.Fatalf("only %d effects were found: the test does not look where they are", len(declared))
	}
	for name := range declared {
		if !done[name] {
			t.Errorf("the runner does not know flow.%s", name)
		}
	}
}

func TestAnEffectThatNobodyKnowsIsLogged(t *testing.T) {
	var log bytes.Buffer
	r := NewRunner(Options[flow.Model]{Step: flow.Step, Way: wayOf, Log: slog.New(slog.NewTextHandler(&log, nil))})
	r.do(context.Background(), strange{})
	if !strings.Contains(log.String(), "strange") {
		t.Errorf("the log has %q", log.String())
	}
}

func parsed(t *testing.T, path string) *ast.File {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// strange is an effect that nobody knows.
type strange struct{ flow.Effect }
