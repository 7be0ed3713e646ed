package headless

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"testing"

	"authenkiosk/agent"
	"authenkiosk/app/config"
	"authenkiosk/app/demo"
	"authenkiosk/cardreader"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/nhso/testzone"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

const officerPID = "9000000000012"

// plugOfficersReader attaches a reader for the officer's card.
func (h *clinic) plugOfficersReader() {
	h.t.Helper()
	h.demo.Readers.PlugReader(demo.CertifierReader)
	eventually(h.t, func() bool { return len(h.core.Cards.List()) == 2 })
}

// insertOfficer puts the officer's card into its reader and returns its insertion.
func (h *clinic) insertOfficer() (in cardreader.Inserted) {
	h.t.Helper()
	p := virtualcard.Adult()
	p.PID = mustPID(h.t, officerPID)
	card, err := virtualcard.New(p)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.demo.Readers.Insert(demo.CertifierReader, card); err != nil {
		h.t.Fatal(err)
	}
	eventually(h.t, func() bool {
		in = h.core.Cards.In(demo.CertifierReader)
		return in.Insertion != 0
	})
	return in
}

func TestAnOfficersCardThatComesAndGoesLeavesThePatientsReadable(t *testing.T) {
	h := newHospital(t, false, slog.New(slog.DiscardHandler), nil)
	h.plugOfficersReader()
	l := h.listen(h.token)
	h.insert(adultPID)
	status, card := h.ask(h.token, http.MethodGet, "/api/smartcard/read", "")
	if status != http.StatusOK {
		t.Fatal(status, card)
	}
	if in := h.insertOfficer(); in.Role != cardreader.RoleOfficer {
		t.Fatalf("the card is the %v's", in.Role)
	}
	if err := h.demo.Readers.Remove(demo.CertifierReader); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() bool { return l.of(agent.CardRemoved)["reader"] == demo.CertifierReader })
	if status, got := h.ask(h.token, http.MethodGet, "/api/smartcard/read", ""); status != http.StatusOK || got["pid"] != adultPID {
		t.Errorf("the patient's card is inside all the time: %d %v", status, got["message"])
	}
	status, got := h.ask(h.token, http.MethodPost, "/api/nhso-service/confirm-save",
		fmt.Sprintf(`{"pid":%q,"claimType":"PG0060001","mobile":"0800001234","correlationId":%q}`, adultPID, card["correlationId"]))
	if status != http.StatusOK {
		t.Errorf("the reading before it is worth nothing any more: %d %v", status, got)
	}
}

// TestTheNumberOfAnOfficerStaysFromPrograms reads the officer's card as the flow
// does when somebody vouches for a patient.
func TestTheNumberOfAnOfficerStaysFromPrograms(t *testing.T) {
	h := newHospital(t, false, slog.New(slog.DiscardHandler), nil)
	h.plugOfficersReader()
	l := h.listen(h.token)
	in := h.insertOfficer()
	if _, err := h.core.Cards.Read(t.Context(), in.Insertion, func(flow.Person) {}); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() bool { return l.of(agent.CardRead) != nil })
	if e := l.of(agent.CardRead); in.Role != cardreader.RoleOfficer || e["reader"] != demo.CertifierReader || e["pid"] != nil {
		t.Errorf("role %v, event of %v, PID there: %v", in.Role, e["reader"], e["pid"] != nil)
	}
	if status, got := h.ask(h.token, http.MethodGet, "/api/smartcard/read-card-only", ""); status == http.StatusOK {
		t.Errorf("the officer's card is read as a patient's: %v", got["pid"] != nil)
	}
	h.insert(adultPID)
	h.ask(h.token, http.MethodGet, "/api/smartcard/read-card-only", "")
	eventually(t, func() bool { return l.of(agent.CardRead)["pid"] == adultPID })
}

// withInstalledAgent has the codes come from an agent that is installed beside.
func withInstalledAgent(c *config.Config, h *clinic) {
	pipe := testzone.Pipe()
	h.demo.AgentURL, h.demo.AgentDial, h.demo.AgentListeners = demo.SimulatorURL, pipe.DialContext, []net.Listener{pipe}
	c.NHSO.Upstream = config.UpstreamAgent
}

func TestProbeOfSomebodyElseIsAnsweredByAnInstalledAgentWhileACardIsInside(t *testing.T) {
	h := newHospital(t, false, slog.New(slog.DiscardHandler), withInstalledAgent)
	h.insert(adultPID)
	for _, pid := range []string{officerPID, adultPID} {
		if status, got := h.ask(h.token, http.MethodGet, "/api/smartcard/probe/"+pid, ""); status != http.StatusOK || got["pid"] != pid {
			t.Errorf("%d %v", status, got["message"])
		}
	}
	for _, r := range h.zone.Requests() {
		if r.Path == testzone.AgentReadPath {
			t.Error("the card was read for it")
		}
	}
}

// TestAVisitThatNeedsTheCardAgainIsNotCalledNHSOsRefusal has the one reading of an
// installed agent used, and the next one fail.
func TestAVisitThatNeedsTheCardAgainIsNotCalledNHSOsRefusal(t *testing.T) {
	h := newHospital(t, false, slog.New(slog.DiscardHandler), withInstalledAgent)
	h.insert(adultPID)
	if status, got := h.confirm(adultPID, "0800001234"); status != http.StatusOK {
		t.Fatalf("%d %v", status, got)
	}
	_, card := h.ask(h.token, http.MethodGet, "/api/smartcard/read", "")
	if err := h.zone.SetFault(testzone.Fault{Path: testzone.AgentReadPath, Kind: "500"}); err != nil {
		t.Fatal(err)
	}
	status, got := h.ask(h.token, http.MethodPost, "/api/nhso-service/confirm-save",
		fmt.Sprintf(`{"pid":%q,"claimType":"PG0130001","mobile":"0800001234","correlationId":%q}`, adultPID, card["correlationId"]))
	first := map[string]any{}
	if list, _ := got["errors"].([]any); len(list) > 0 {
		first, _ = list[0].(map[string]any)
	}
	if status != http.StatusBadRequest || first["code"] != "CardNeeded" {
		t.Errorf("%d %v", status, got)
	}
	same, err := h.core.Store.Find(mustPID(t, adultPID), today())
	kept := 0
	for _, r := range same {
		if r.State == visit.StateStaff && r.Problem == visit.CardNeeded {
			kept++
		}
	}
	if err != nil || len(same) != 2 || kept != 1 {
		t.Errorf("%d visits, %d kept for the staff, %v", len(same), kept, err)
	}
}

// Many systems look for localhost at [::1] first.
func TestTheAgentAnswersAtBothAddressesOfLocalhost(t *testing.T) {
	if l, err := net.Listen("tcp6", "[::1]:0"); err != nil {
		t.Skipf("this machine has no IPv6: %v", err)
	} else if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	h := newHospital(t, false, slog.New(slog.DiscardHandler), nil)
	_, port, err := net.SplitHostPort(h.core.Agent.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"127.0.0.1", "[::1]"} {
		r, err := http.NewRequest(http.MethodGet, "http://"+host+":"+port+"/api/smartcard/terminals", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+h.token)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", host, answer.Status)
		}
	}
}
