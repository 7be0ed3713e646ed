// Package builttest builds authenagent as it is shipped, once for all tests of a
// package.
package builttest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// Persons of the test zone.
const (
	Adult = "9000000000004"
	Other = "9000000000012"
)

// dir is where the program is; empty until a test has asked for it.
var dir string

var build = sync.OnceValues(func() (path string, err error) {
	if dir, err = os.MkdirTemp("", "authenagent-test-"); err != nil {
		return "", err
	}
	path = filepath.Join(dir, "authenagent")
	out, err := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", path, "authenkiosk/cmd/authenagent").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return path, nil
})

// Program returns the file of the program.
func Program(t testing.TB) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Main runs the tests of a package and then takes the program away. It is for TestMain.
func Main(m *testing.M) {
	status := m.Run()
	if dir != "" {
		_ = os.RemoveAll(dir)
	}
	os.Exit(status)
}
