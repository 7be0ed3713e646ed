package secureagent

import (
	"net/http/httptest"
	"testing"

	"authenkiosk/agent/agenttest"
)

func TestTheHandlerConforms(t *testing.T) {
	for name, drafts := range map[string]bool{"with drafts": true, "without drafts": false} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			server := httptest.NewServer(w.handler(t, func(o *Options) {
				if !drafts {
					o.Drafts = nil
				}
			}))
			defer server.Close()
			agenttest.Run(t, agenttest.Target{URL: server.URL, Drafts: drafts, MaskedToken: true, Control: w.control(t)})
		})
	}
}
