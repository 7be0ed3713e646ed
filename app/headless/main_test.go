package headless

import (
	"os"
	"testing"

	"authenkiosk/storage"
	"authenkiosk/storage/storagetest"
)

func TestMain(m *testing.M) {
	storage.CheckMain() // it ends the process where it was started to check a file
	storagetest.CheapPINs()
	os.Exit(m.Run())
}
