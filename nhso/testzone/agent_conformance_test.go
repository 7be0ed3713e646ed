package testzone

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"
)

// agentServers serve a zone and its agent until the test ends.
func agentServers(t *testing.T, o Options) (z *Zone, agent, control string) {
	t.Helper()
	z, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	a, c := httptest.NewServer(z.Agent(nil)), httptest.NewServer(z)
	t.Cleanup(func() { a.Close(); c.Close(); _ = z.Close() })
	return z, a.URL, c.URL
}

// TestTheAgentOfTheZoneConforms runs the suite of agent/agenttest in a process of
// its own, because this room does not import that one.
func TestTheAgentOfTheZoneConforms(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		if os.Getenv("AUTHENKIOSK_REQUIRE_TOOLS") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	_, agent, control := agentServers(t, Options{})
	cmd := exec.CommandContext(t.Context(), "go", "test", "-trimpath", "-buildvcs=false", "-count=1",
		"-run", "TestARunningAgentConforms", "authenkiosk/agent/agenttest")
	cmd.Env = append(os.Environ(), "AUTHENKIOSK_AGENT_URL="+agent, "AUTHENKIOSK_ZONE_URL="+control)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
