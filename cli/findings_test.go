package cli

import (
	"slices"
	"testing"

	"authenkiosk/app/config"
	"authenkiosk/desk"
)

func TestDesksSeeWhatDoctorFindsWhileTheProgramRuns(t *testing.T) {
	h := newClinic(t, nil)
	c := config.Default()
	c.Agent.Enabled, c.Agent.Listen = true, "127.0.0.1:1"
	list := (&Program{Name: "authenkiosk"}).Findings(c, &Settings{Data: h.data})(t.Context())
	for _, want := range []string{"configuration", "card reader", "disk", "visits", "NHSO", "agent"} {
		if !slices.ContainsFunc(list, func(f desk.Finding) bool { return f.Check == want && f.State != "" && f.Detail != "" }) {
			t.Errorf("%s is missing in %+v", want, list)
		}
	}
}
