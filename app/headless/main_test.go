package headless

import (
	"os"
	"testing"

	"authenkiosk/storage"
)

func TestMain(m *testing.M) {
	storage.CheckMain() // it ends the process where it was started to check a file
	os.Exit(m.Run())
}
