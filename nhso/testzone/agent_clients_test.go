package testzone

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestProgramsOfTheFieldGetTheirCode runs the example clients against the
// simulated agent: a good day, somebody who has a code already, and an answer that
// never comes. Each has to end with the one code that NHSO has.
func TestProgramsOfTheFieldGetTheirCode(t *testing.T) {
	for _, client := range []struct{ tool, script string }{{"python3", "poll.py"}, {"node", "poll.mjs"}, {"sh", "poll.sh"}} {
		tool, err := exec.LookPath(client.tool)
		if client.tool == "sh" && err == nil {
			_, err = exec.LookPath("curl")
		}
		if err != nil {
			if os.Getenv("AUTHENKIOSK_REQUIRE_TOOLS") == "1" {
				t.Fatal(err)
			}
			t.Logf("%s is not run: %v", client.script, err)
			continue
		}
		for name, c := range map[string]struct {
			serial string
			fault  Fault
		}{
			"a good day":                {Adult, Fault{}},
			"already today":             {DoneHere, Fault{}},
			"an answer that never came": {Insured, Fault{Path: SubmitPath, Kind: FaultCut, Count: 1}},
			"a cut connection":          {Elder, Fault{Path: AgentConfirmPath, Kind: FaultCut, Count: 1}},
		} {
			t.Run(client.script+", "+name, func(t *testing.T) {
				t.Parallel()
				z, agent, _ := agentServers(t, Options{})
				if c.fault.Kind != "" {
					if err := z.SetFault(c.fault); err != nil {
						t.Fatal(err)
					}
				}
				cmd := exec.CommandContext(t.Context(), tool, "../../agent/agenttest/clients/"+client.script, agent, "0800001234")
				var out, wrong bytes.Buffer
				cmd.Stdout, cmd.Stderr = &out, &wrong
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				for end := time.Now().Add(2 * time.Minute); len(z.Requests()) == 0; time.Sleep(10 * time.Millisecond) {
					if time.Now().After(end) {
						t.Fatal("it does not poll the empty reader")
					}
				}
				if err := z.Desk().Insert(PID(c.serial).Digits()); err != nil {
					t.Fatal(err)
				}
				if err := cmd.Wait(); err != nil {
					t.Fatalf("%v\n%s%s", err, &out, &wrong)
				}
				lines := strings.Fields(out.String())
				codes, posts := 0, 0
				for _, made := range z.Codes() {
					if made.PID == PID(c.serial).Digits() {
						codes++
						if got := lines[len(lines)-1]; got != string(made.Code) {
							t.Errorf("it prints %q, the code is %s", got, made.Code)
						}
					}
				}
				for _, r := range z.Requests() {
					if r.Path == AgentConfirmPath {
						posts++
					}
				}
				if codes != 1 || posts > 1 {
					t.Errorf("%d codes of %d submissions", codes, posts)
				}
			})
		}
	}
}
