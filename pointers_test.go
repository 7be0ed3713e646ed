package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// TestAPointerBecomesANumberInTheSystemCallItselfOnly keeps the one rule of package
// unsafe (its fourth pattern) that neither the compiler nor go vet checks: the
// stack of a goroutine may move whenever a function is called, and a number does
// not move with it. Only a call that the compiler knows keeps the pointer.
func TestAPointerBecomesANumberInTheSystemCallItselfOnly(t *testing.T) {
	found := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." && strings.HasPrefix(d.Name(), ".") || d.Name() == "out" {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		files := token.NewFileSet()
		f, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		right, wrong := pointersAsNumbers(f)
		found += right + len(wrong)
		for _, at := range wrong {
			t.Errorf("%s: the pointer is a number before the system call begins", files.Position(at))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 10 {
		t.Errorf("only %d conversions were seen: the test does not look where the code is", found)
	}
}

// pointersAsNumbers counts the uintptr(unsafe.Pointer(x)) that are arguments of a
// system call, and returns where the others stand.
func pointersAsNumbers(f *ast.File) (right int, wrong []token.Pos) {
	inCall := map[ast.Expr]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if isSystemCall(call.Fun) {
			for _, a := range call.Args {
				inCall[a] = true
			}
		}
		if name, ok := call.Fun.(*ast.Ident); !ok || name.Name != "uintptr" || len(call.Args) != 1 || !isUnsafePointer(call.Args[0]) {
			return true
		}
		if inCall[call] {
			right++
		} else {
			wrong = append(wrong, call.Pos())
		}
		return true
	})
	return right, wrong
}

// isSystemCall reports whether a function is one for which the compiler keeps
// pointers: Syscall, Syscall6, SyscallN and the like of syscall, unix and windows,
// and Call of a procedure of a DLL, which is marked go:uintptrescapes.
func isSystemCall(fun ast.Expr) bool {
	s, ok := fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	in, ok := s.X.(*ast.Ident)
	if !ok {
		return false
	}
	of := in.Name == "syscall" || in.Name == "unix" || in.Name == "windows"
	return of && strings.Contains(s.Sel.Name, "Syscall") || strings.HasPrefix(in.Name, "proc") && s.Sel.Name == "Call"
}

func isUnsafePointer(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	s, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	in, ok := s.X.(*ast.Ident)
	return ok && in.Name == "unsafe" && s.Sel.Name == "Pointer"
}

func TestTheRuleOfPointersRefusesWhatItShould(t *testing.T) {
	for statement, allowed := range map[string]bool{
		`procOpen.Call(uintptr(unsafe.Pointer(&x)))`:                          true,
		`unix.Syscall(1, 2, uintptr(unsafe.Pointer(&x)), 0)`:                  true,
		`syscall.SyscallN(p.Addr(), uintptr(unsafe.Pointer(&x)))`:             true,
		`call(procOpen, uintptr(unsafe.Pointer(&x)))`:                         false,
		`n := uintptr(unsafe.Pointer(&x)); procOpen.Call(n)`:                  false,
		`procOpen.Call(twice(uintptr(unsafe.Pointer(&x))))`:                   false,
		`ask(uintptr(unsafe.Pointer(&x)), 0)`:                                 false,
		`n := uint64(uintptr(unsafe.Pointer(&x))); procOpen.Call(uintptr(n))`: false,
	} {
		f, err := parser.ParseFile(token.NewFileSet(), "", "package p\nfunc f() { "+statement+" }", 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, wrong := pointersAsNumbers(f); (len(wrong) == 0) != allowed {
			t.Errorf("%s: allowed %v, want %v", statement, !allowed, allowed)
		}
	}
}

// callsOf returns the names that a file selects from a package of the standard
// library, for example Now of time.
func callsOf(t *testing.T, path, of string) (names []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if in, ok := s.X.(*ast.Ident); ok && in.Name == of {
				names = append(names, s.Sel.Name)
			}
		}
		return true
	})
	return names
}
