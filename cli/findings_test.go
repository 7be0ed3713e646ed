package cli

import (
	"context"
	"slices"
	"testing"

	"authenkiosk/app/config"
	"authenkiosk/desk"
)

func TestDesksSeeWhatDoctorFindsWhileTheProgramRuns(t *testing.T) {
	h := newClinic(t, nil)
	c := config.Default()
	c.Agent.Enabled, c.Agent.Listen = true, "127.0.0.1:1"
	p := &Program{Name: "authenkiosk", Checks: func(config.Config, func(context.Context) (bool, error)) []Check {
		return []Check{{Name: "camera", Look: func(context.Context) (string, string) {
			t.Error("the camera is opened while a patient may stand before it")
			return FindingOK, ""
		}}}
	}}
	list := p.Findings(c, &Settings{Data: h.data}, true)(t.Context())
	for _, want := range []string{"configuration", "card reader", "disk", "visits", "NHSO", "agent"} {
		if !slices.ContainsFunc(list, func(f desk.Finding) bool { return f.Check == want && f.State != "" && f.Detail != "" }) {
			t.Errorf("%s is missing in %+v", want, list)
		}
	}
}

func TestADeskThatNobodyStandsBeforeSeesCameraAndPrinterToo(t *testing.T) {
	h := newClinic(t, nil)
	p := &Program{Name: "authenkiosk", Checks: func(config.Config, func(context.Context) (bool, error)) []Check {
		return []Check{{Name: "camera", Look: func(context.Context) (string, string) { return FindingOK, "1280 x 720" }}}
	}}
	list := p.Findings(config.Default(), &Settings{Data: h.data}, false)(t.Context())
	if !slices.Contains(list, desk.Finding{Check: "camera", State: FindingOK, Detail: "1280 x 720"}) {
		t.Errorf("%+v", list)
	}
}
