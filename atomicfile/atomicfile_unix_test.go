//go:build unix

package atomicfile_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"authenkiosk/atomicfile"
)

func TestAFileThatTheAdministratorWritesBelongsToTheOwnerOfTheOneBeforeOrOfTheDirectory(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only the administrator can give files away")
	}
	dir := t.TempDir()
	must(t, os.Chown(dir, 1001, 1002))
	path := filepath.Join(dir, "file")
	must(t, atomicfile.Write(path, nil, 0o600))
	belongsTo(t, path, 1001, 1002)
	must(t, os.Chown(path, 2001, 2002))
	must(t, atomicfile.Write(path, nil, 0o600))
	belongsTo(t, path, 2001, 2002)
}

func belongsTo(t *testing.T, path string, user, group uint32) {
	t.Helper()
	if s := stat(t, path).Sys().(*syscall.Stat_t); s.Uid != user || s.Gid != group {
		t.Errorf("it belongs to %d:%d, want %d:%d", s.Uid, s.Gid, user, group)
	}
}
