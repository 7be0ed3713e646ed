package cli

import (
	"testing"

	"authenkiosk/app/config"
)

func TestDoctorTellsWhichReaderIsThePatients(t *testing.T) {
	const icc, hello = "ACS ACR39U ICC Reader 1", "Windows Hello for Business 1"
	for _, c := range []struct {
		name    string
		config  config.CardReader
		readers []string
		ok      bool
		text    string
	}{
		{"one for cards and Windows Hello", config.CardReader{}, []string{hello, icc}, true, `"` + icc + `"; "` + hello + `" is left out (virtual)`},
		{"renamed", config.CardReader{Patient: "ACS ACR39U ICC Reader 0"}, []string{icc}, true, `"` + icc + `"`},
		{"two", config.CardReader{}, []string{icc, "Alcor Micro AU9540 00 00"}, true, `"` + icc + `", "Alcor Micro AU9540 00 00"`},
		{"the certifier's", config.CardReader{Certifier: "AU9540"}, []string{icc, "Alcor Micro AU9540 00 00"}, true, `"` + icc + `"; "Alcor Micro AU9540 00 00" is the certifier's`},
		{"Windows Hello only", config.CardReader{}, []string{hello}, false, `no reader for ID cards; "` + hello + `" is left out (virtual)`},
		{"another", config.CardReader{Patient: "OMNIKEY"}, []string{icc}, false, `no reader named "OMNIKEY"; "` + icc + `" is not named`},
		{"none", config.CardReader{}, nil, false, "no reader is plugged in"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := patientsReader(c.readers, c.config)
			if (got.State == FindingOK) != c.ok || got.Detail != c.text {
				t.Errorf("%+v, want %q", got, c.text)
			}
		})
	}
}
