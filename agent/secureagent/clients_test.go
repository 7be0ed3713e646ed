package secureagent

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"authenkiosk/agent/agenttest"
)

// TestProgramsOfTheFieldGetTheirCode runs the example clients against the
// handler, on a good day and when NHSO's answer never comes: then the code is
// found by latest.
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
		for name, nhso := range map[string]agenttest.NHSO{"a good day": agenttest.NHSOUp, "an answer that never came": agenttest.NHSOForgetful} {
			t.Run(client.script+", "+name, func(t *testing.T) {
				t.Parallel()
				w := newWorld()
				w.nhso = nhso
				h, polled := w.handler(t, nil), make(chan struct{})
				first := sync.OnceFunc(func() { close(polled) })
				server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
					h.ServeHTTP(rw, r)
					first()
				}))
				defer server.Close()
				cmd := exec.CommandContext(t.Context(), tool, "../agenttest/clients/"+client.script, server.URL, "0800001234")
				var out, wrong bytes.Buffer
				cmd.Stdout, cmd.Stderr = &out, &wrong
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				ended := make(chan error, 1)
				go func() { ended <- cmd.Wait() }()
				select {
				case <-polled: // an empty reader
				case err := <-ended:
					t.Fatalf("it has not even asked: %v\n%s%s", err, &out, &wrong)
				}
				w.insert(agenttest.Adult.PID())
				if err := <-ended; err != nil {
					t.Fatalf("%v\n%s%s", err, &out, &wrong)
				}
				lines, codes := strings.Fields(out.String()), w.given[agenttest.Adult.PID()]
				if len(codes) != 1 || lines[len(lines)-1] != string(codes[0].Code) || len(w.orders) != 1 {
					t.Errorf("%d codes of %d orders, it prints\n%s", len(codes), len(w.orders), &out)
				}
			})
		}
	}
}
