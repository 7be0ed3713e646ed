package cli

import (
	"strings"
	"testing"

	"authenkiosk/app/config"
	"authenkiosk/visit"
)

func TestTheDoctorSaysWhoIsOfferedWhichClaimTypes(t *testing.T) {
	const general, haemodialysis = "PG0060001", "PG0130001"
	for _, c := range []struct {
		name     string
		zone     visit.Zone
		way      config.Upstream
		set      []string
		standard string
		words    string
	}{
		{"nothing set, by the server API", visit.ZoneTest, config.UpstreamEndpoint, nil, general, "NHSO's service names none, and kiosk.claim_types is empty"},
		{"production is no other case", visit.ZoneProduction, config.UpstreamEndpoint, nil, general, "patients are offered PG0060001, programs PG0060001, PG0110001"},
		{"another default stands first", visit.ZoneTest, config.UpstreamEndpoint, nil, haemodialysis, "patients are offered PG0130001"},
		{"a default that is new", visit.ZoneTest, config.UpstreamEndpoint, nil, "PG0990001", "patients are offered PG0990001"},
		{
			"what the unit has set is what everybody gets", visit.ZoneTest, config.UpstreamEndpoint,
			[]string{haemodialysis, general},
			general,
			"those of kiosk.claim_types are offered: PG0130001, PG0060001",
		},
		{"by an installed agent", visit.ZoneTest, config.UpstreamAgent, nil, general, "the installed agent names those of each person"},
		{"the demo", visit.ZoneDemo, config.UpstreamEndpoint, nil, general, "claim_types is empty"},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := config.Default()
			set.NHSO.Zone, set.NHSO.Upstream, set.Kiosk.ClaimTypes, set.Kiosk.DefaultClaimType = c.zone, c.way, c.set, c.standard
			if f := claimTypeFinding(set); f.State != FindingOK || !strings.Contains(f.Detail, c.words) {
				t.Errorf("%+v", f)
			}
		})
	}
}
