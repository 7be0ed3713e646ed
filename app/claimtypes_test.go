package app

import (
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"authenkiosk/app/config"
	"authenkiosk/nhso/testzone"
	"authenkiosk/visit"
)

const (
	general      = "PG0060001"
	haemodialys  = "PG0130001"
	unknownClaim = "PG0990001"
	everyday     = "PG0060001, PG0130001, PG0150001"
	allKnown     = "PG0060001, PG0110001, PG0120001, PG0130001, PG0140001, PG0150001, PG0180001"
)

func TestWhoIsOfferedWhichClaimTypes(t *testing.T) {
	for _, c := range []struct {
		name               string
		zone               visit.Zone
		way                config.Upstream
		set                []string
		standard           string
		patients, programs string
	}{
		{"nothing set, by the server API", visit.ZoneTest, config.UpstreamEndpoint, nil, general, general, allKnown},
		{"production is no other case", visit.ZoneProduction, config.UpstreamEndpoint, nil, general, general, allKnown},
		{
			"another default stands first", visit.ZoneTest, config.UpstreamEndpoint, nil, haemodialys, haemodialys,
			"PG0130001, PG0060001, PG0110001, PG0120001, PG0140001, PG0150001, PG0180001",
		},
		{"a default that is new", visit.ZoneTest, config.UpstreamEndpoint, nil, unknownClaim, unknownClaim, unknownClaim + ", " + allKnown},
		{
			"what the unit has set is what everybody gets", visit.ZoneTest, config.UpstreamEndpoint,
			[]string{haemodialys, general},
			general,
			"PG0130001, PG0060001", "PG0130001, PG0060001",
		},
		{"by an installed agent", visit.ZoneTest, config.UpstreamAgent, nil, general, everyday, allKnown},
		{"the demo", visit.ZoneDemo, config.UpstreamEndpoint, nil, general, everyday, allKnown},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := config.Default()
			set.NHSO.Zone, set.NHSO.Upstream, set.Kiosk.ClaimTypes, set.Kiosk.DefaultClaimType = c.zone, c.way, c.set, c.standard
			patients, err := PatientTypes(set)
			if err != nil || codesOfTypes(patients) != c.patients {
				t.Errorf("patients: %s, %v", codesOfTypes(patients), err)
			}
			programs, err := ProgramTypes(set)
			if err != nil || codesOfTypes(programs) != c.programs {
				t.Errorf("programs: %s, %v", codesOfTypes(programs), err)
			}
			for _, p := range append(patients, programs...) {
				if p.Name == "" || p.Code == general && p.Name == general {
					t.Errorf("%s has the name %q", p.Code, p.Name)
				}
			}
		})
	}
}

// TestAProgramIsOfferedEveryKnownClaimTypeByTheServerAPI is a dialysis unit that has
// configured no claim types.
func TestAProgramIsOfferedEveryKnownClaimTypeByTheServerAPI(t *testing.T) {
	zone, err := testzone.New(testzone.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(zone)
	defer server.Close()
	c := config.Default()
	c.NHSO.Zone, c.NHSO.EndpointURL, c.NHSO.StatusURL, c.Agent.Enabled = visit.ZoneTest, server.URL, server.URL, true
	h, err := New(Options{Config: c, Data: t.TempDir(), Log: slog.New(slog.DiscardHandler)}, NoScreen())
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	if got := codesOfTypes(h.offered); got != allKnown {
		t.Errorf("programs are offered %s", got)
	}
}

// codesOfTypes are the codes of claim types, in their order.
func codesOfTypes(types []visit.ClaimType) string {
	var codes []string
	for _, t := range types {
		codes = append(codes, t.Code)
	}
	return strings.Join(codes, ", ")
}
