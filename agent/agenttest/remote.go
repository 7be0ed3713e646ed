package agenttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
)

// Zone is the Control of an agent that the test zone plays, or that stands on the
// test zone, through the zone's control API at that address.
func Zone(address string) Control {
	z := zone{address: address, client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: answerLimit}}
	return Control{
		Insert: func(t *testing.T, pid string) {
			z.do(t, http.MethodPut, "/testzone/agent/card", map[string]any{"pid": pid})
		},
		InsertUnreadable: func(t *testing.T) {
			z.do(t, http.MethodPut, "/testzone/agent/card", map[string]any{"unreadable": true})
		},
		Remove: func(t *testing.T) { z.do(t, http.MethodDelete, "/testzone/agent/card", nil) },
		Readers: func(t *testing.T, there bool) {
			if there {
				z.do(t, http.MethodPut, "/testzone/agent/readers", map[string]any{"readers": []string{"Feitian SCR301 0"}})
			} else {
				z.do(t, http.MethodDelete, "/testzone/agent/readers", nil)
			}
		},
		NHSO:  z.nhso,
		Codes: z.codes,
	}
}

type zone struct {
	address string
	client  *http.Client
}

func (z zone) do(t *testing.T, method, path string, body any) []byte {
	t.Helper()
	var data []byte
	if body != nil {
		data = encode(t, body)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, z.address+path, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := z.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		t.Fatal(fmt.Errorf("%s %s: %d %s %w", method, path, resp.StatusCode, answer, err))
	}
	return answer
}

// nhso sets faults of NHSO's services; those of the agent itself stay as they are.
func (z zone) nhso(t *testing.T, s NHSO) {
	z.do(t, http.MethodDelete, "/testzone/faults", nil)
	switch s {
	case NHSODown:
		for _, path := range []string{"/nhsoendpoint", "/authencodestatus", "/authencodeapi"} {
			z.do(t, http.MethodPost, "/testzone/faults", map[string]any{"path": path, "kind": "down"})
		}
	case NHSOForgetful:
		z.do(t, http.MethodPost, "/testzone/faults", map[string]any{"path": "/nhsoendpoint/api/AuthenCode", "kind": "cut", "count": 1})
	}
}

func (z zone) codes(t *testing.T, pid string) []string {
	var all []struct{ Code, PID string }
	if err := json.Unmarshal(z.do(t, http.MethodGet, "/testzone/codes", nil), &all); err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, c := range all {
		if c.PID == pid {
			found = append(found, c.Code)
		}
	}
	return found
}
