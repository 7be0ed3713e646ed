package atomicfile

import (
	"path/filepath"
	"testing"
)

func TestATemporaryFileNamesTheOneThatItWasToBecome(t *testing.T) {
	temp := ""
	file := filepath.Join(t.TempDir(), "slip-1-2.png")
	err := put(file, nil, 0o600, func(name, _ string) error {
		temp = filepath.Base(name)
		return nil
	})
	if of, ok := TempOf(temp); err != nil || !ok || of != "slip-1-2.png" {
		t.Errorf("%q is of %q: %v", temp, of, err)
	}
	for _, name := range []string{"slip-1-2.png", TempPrefix, TempPrefix + "123", TempPrefix + "-123", TempPrefix + "file", TempPrefix + "file-", TempPrefix + "file-x"} {
		if of, ok := TempOf(name); ok {
			t.Errorf("%q is taken for one of %q", name, of)
		}
	}
}
