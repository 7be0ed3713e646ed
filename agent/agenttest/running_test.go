package agenttest

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestARunningAgentConforms holds an agent that runs elsewhere against the suite:
// AUTHENKIOSK_AGENT_URL is its address, AUTHENKIOSK_ZONE_URL that of the test
// zone which plays it or stands behind it. AUTHENKIOSK_AGENT_TOKEN is the token of
// a program, if it wants one; AUTHENKIOSK_AGENT_DRAFTS=0 says that it keeps no
// drafts, AUTHENKIOSK_AGENT_MASKED=1 that it hides the unit's token,
// AUTHENKIOSK_AGENT_OUTLIVES=1 that a correlation may outlive its card, and
// AUTHENKIOSK_AGENT_CLAIM_TYPES lists what it offers to everybody. The tests of
// the test zone call it so.
func TestARunningAgentConforms(t *testing.T) {
	agent, zone := os.Getenv("AUTHENKIOSK_AGENT_URL"), os.Getenv("AUTHENKIOSK_ZONE_URL")
	if agent == "" || zone == "" {
		t.Skip("AUTHENKIOSK_AGENT_URL and AUTHENKIOSK_ZONE_URL name the agent to test")
	}
	var types []string
	if list := os.Getenv("AUTHENKIOSK_AGENT_CLAIM_TYPES"); list != "" {
		types = strings.Split(list, ",")
	}
	header := http.Header{}
	if token := os.Getenv("AUTHENKIOSK_AGENT_TOKEN"); token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	Run(t, Target{
		URL: agent, Header: header, Drafts: os.Getenv("AUTHENKIOSK_AGENT_DRAFTS") != "0",
		Outlives: os.Getenv("AUTHENKIOSK_AGENT_OUTLIVES") == "1", MaskedToken: os.Getenv("AUTHENKIOSK_AGENT_MASKED") == "1", ClaimTypes: types, Control: Zone(zone),
	})
}
