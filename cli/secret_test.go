package cli

import (
	"strings"
	"testing"

	"authenkiosk/app/hospital"
	"authenkiosk/app/privatelog"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

func TestASecretThatIsSetIsHiddenInTheLog(t *testing.T) {
	if err := setSecret(t.Context(), t.TempDir(), storage.KeyOptions{}, visit.ZoneTest, hospital.MQTTPassword, strings.NewReader("canary-of-the-broker\n")); err != nil {
		t.Fatal(err)
	}
	if got := privatelog.Clean("wrong password: canary-of-the-broker"); strings.Contains(got, "canary") {
		t.Errorf("the log: %s", got)
	}
}
