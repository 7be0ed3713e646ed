//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/visit"
)

// confirmPath is where an NHSO agent submits a visit.
const confirmPath = "/api/nhso-service/confirm-save"

// onInstalledAgent is a stage whose kiosk gets its codes from an NHSO agent that
// is installed beside it, played by a program of its own, which is returned, too.
func onInstalledAgent(t *testing.T) (*stage, *process) {
	t.Helper()
	s := newStage(t, binary)
	world := startProcess(t, nil, binary, "testzone", "-listen", "127.0.0.1:0", "-agent", "127.0.0.1:0")
	var found [][]string
	eventually(t, "test zone with an agent", func() bool {
		found = regexp.MustCompile(`on (http://127\.0\.0\.1:[0-9]+)/`).FindAllStringSubmatch(world.out.String(), -1)
		return len(found) == 2
	})
	s.zone = found[0][1]
	s.configure("[nhso]\n", fmt.Sprintf("[nhso]\nupstream = \"agent\"\nagent_url = %q\n", found[1][1]))
	return s, world
}

// agentCard puts a card where the agent sees it, or takes it out. It is the same
// card as the kiosk's: they share the reader.
func (s *stage) agentCard(method, body string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.zone+"/testzone/agent/card", strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode >= 300 {
		s.t.Fatalf("%s the agent's card: status %d", method, resp.StatusCode)
	}
}

// confirmation brings a patient as far as the confirmation.
func (s *stage) confirmation(p virtualcard.Person) (remove func()) {
	s.t.Helper()
	s.agentCard(http.MethodPut, fmt.Sprintf(`{"pid":%q}`, p.PID.Digits()))
	remove = s.insert(newCard(s.t, p))
	s.screen("phone")
	s.typePhone()
	s.screen("confirm")
	return remove
}

// posts counts the requests of confirm-save that reached the agent.
func (s *stage) posts() (n int) {
	for _, r := range get[[]zoneRequest](s, s.zone+"/testzone/requests") {
		if r.Path == confirmPath {
			n++
		}
	}
	return n
}

func TestE2EVisitsOnTopOfAnInstalledAgent(t *testing.T) {
	t.Parallel()
	s, agent := onInstalledAgent(t)
	s.open()
	for i, c := range []struct{ name, fault string }{
		{"it answers", ""},
		{"its answer is lost after NHSO made the code", `{"path":"` + confirmPath + `","kind":"cut","count":1}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			person := virtualcard.Population()[i]
			remove := s.confirmation(person)
			if c.fault != "" {
				s.fault(c.fault)
			}
			s.click("confirm")
			s.screen("result")
			made := slices.DeleteFunc(get[[]zoneCode](s, s.zone+"/testzone/codes"), func(z zoneCode) bool { return z.PID != person.PID.Digits() })
			if len(made) != 1 || s.posts() != i+1 {
				t.Fatalf("%d codes of %d posts", len(made), s.posts())
			}
			s.shows(visit.AuthenCode(made[0].Code).Grouped())
			s.agentCard(http.MethodDelete, "")
			remove()
			s.screen("welcome")
		})
	}

	// Without the card nothing can be sent later: what was surely not processed is
	// the staff's at once.
	remove := s.confirmation(virtualcard.Population()[2])
	agent.kill()
	s.click("confirm")
	s.eventually("screen that ends the visit", func() bool { return slices.Contains([]string{"queued", "desk"}, s.layout().Screen) })
	s.picture("agent-gone")
	remove()
	eventually(t, "work for the staff", func() bool { return s.localStatus().Outbox.Staff == 1 })
	s.screen("welcome")
	s.kiosk.end(t)
}
