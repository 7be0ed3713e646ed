package main

import (
	"testing"

	"authenkiosk/assets"
)

// Whoever takes a module in, or a newer one, runs make licences.
func TestThePageOfLicencesIsThatOfWhatIsBuiltIn(t *testing.T) {
	want, err := write("../..")
	if err != nil {
		t.Fatal(err)
	}
	if want != assets.Licences {
		t.Error("assets/licences/LICENCES.txt is of other modules or texts: run make licences")
	}
}
