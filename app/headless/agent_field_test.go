package headless

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"authenkiosk/agent"
	"authenkiosk/app/config"
	"authenkiosk/nhso/testzone"
	"authenkiosk/visit"
)

// withoutTokens lets old programs ask.
func withoutTokens(c *config.Config, _ *clinic) { c.Agent.Compat = true }

// TestProgramsOfTheFieldGetTheirCodeFromTheWholeProgram runs programs that were
// written for NHSO's agent, and know no token.
func TestProgramsOfTheFieldGetTheirCodeFromTheWholeProgram(t *testing.T) {
	for _, client := range []struct{ tool, needs, script string }{
		{"python3", "python3", "poll.py"}, {"node", "node", "poll.mjs"}, {"sh", "curl", "poll.sh"},
	} {
		t.Run(client.script, func(t *testing.T) {
			t.Parallel()
			for _, tool := range []string{client.tool, client.needs} {
				if _, err := exec.LookPath(tool); err != nil {
					if os.Getenv("AUTHENKIOSK_REQUIRE_TOOLS") == "1" {
						t.Fatal(err)
					}
					t.Skip(err)
				}
			}
			h := newHospital(t, false, slog.New(slog.DiscardHandler), withoutTokens)
			cmd := exec.CommandContext(t.Context(), client.tool, "../../agent/agenttest/clients/"+client.script, h.url, "0800001234")
			var out, wrong bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &wrong
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			h.insert(adultPID)
			if err := cmd.Wait(); err != nil {
				t.Fatalf("%v\n%s%s", err, &out, &wrong)
			}
			lines := strings.Fields(out.String())
			found, err := h.core.Store.FindCode(codeOf(lines[len(lines)-1]))
			if err != nil || found.Visit.PID != mustPID(t, adultPID) {
				t.Errorf("it prints\n%s, which the store does not know: %v", &out, err)
			}
		})
	}
}

// dotNet speaks as HttpWebRequest and HttpClient of .NET do: one connection that
// is kept, no User-Agent, a dummy Authorization, headers in their order, and a
// body that is sent only after "100 Continue", with the mark that StreamWriter puts
// before it.
type dotNet struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
	host string
}

func (d *dotNet) ask(request string, body []byte) (int, []byte) {
	d.t.Helper()
	method, path, _ := strings.Cut(request, " ")
	head := request + " HTTP/1.1\r\nAccept: application/json\r\nAuthorization: 1234567890\r\n"
	if body != nil {
		head += fmt.Sprintf("Content-Type: application/json; charset=utf-8\r\nHost: %s\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", d.host, len(body))
	} else {
		head += "Content-Type: application/json\r\nHost: " + d.host + "\r\n\r\n"
	}
	_ = d.conn.SetDeadline(time.Now().Add(longest))
	if _, err := io.WriteString(d.conn, head); err != nil {
		d.t.Fatal(err)
	}
	if body != nil {
		line, err := d.in.ReadString('\n')
		if err != nil || !strings.Contains(line, "100 Continue") {
			d.t.Fatalf("%s: before the body: %q %v", path, line, err)
		}
		if _, err := d.in.ReadString('\n'); err != nil {
			d.t.Fatal(err)
		}
		if _, err := d.conn.Write(body); err != nil {
			d.t.Fatal(err)
		}
	}
	resp, err := http.ReadResponse(d.in, &http.Request{Method: method})
	if err != nil {
		d.t.Fatalf("%s: %v", path, err)
	}
	data, err := io.ReadAll(resp.Body)
	if err != nil || resp.Close {
		d.t.Fatalf("%s: the connection is not kept, %v", path, err)
	}
	return resp.StatusCode, data
}

func TestAProgramInTheStyleOfDotNetGetsItsCode(t *testing.T) {
	h := newHospital(t, false, slog.New(slog.DiscardHandler), withoutTokens)
	host := strings.TrimPrefix(h.url, "http://")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	d := &dotNet{t: t, conn: conn, in: bufio.NewReader(conn), host: strings.Replace(host, "127.0.0.1", "localhost", 1)}
	present := func() bool {
		var list []struct {
			TerminalName string
			IsPresent    bool
		}
		status, data := d.ask("GET /api/smartcard/terminals", nil)
		if status != http.StatusOK || json.Unmarshal(data, &list) != nil || len(list) == 0 {
			t.Fatalf("%d %s", status, data)
		}
		return list[0].IsPresent
	}
	if present() {
		t.Fatal("a card before there is one")
	}
	h.insert(adultPID)
	eventually(t, present)
	var card struct {
		PID, CorrelationID string
		ClaimTypes         []struct{ ClaimType string }
	}
	if status, data := d.ask("GET /api/smartcard/read?readImageFlag=true", nil); status != http.StatusOK || json.Unmarshal(data, &card) != nil || len(card.ClaimTypes) == 0 {
		t.Fatalf("%d %s", status, data)
	}
	body := fmt.Appendf([]byte("\xef\xbb\xbf"), `{"pid":%q,"claimType":%q,"mobile":"0800001234","correlationId":%q,"hn":"","hcode":null}`,
		card.PID, card.ClaimTypes[0].ClaimType, card.CorrelationID)
	var saved struct{ ClaimCode, CreatedDate, CorrelationID string }
	if status, data := d.ask("POST /api/nhso-service/confirm-save/", body); status != http.StatusOK || json.Unmarshal(data, &saved) != nil || saved.ClaimCode == "" || saved.CorrelationID != card.CorrelationID {
		t.Fatalf("%d %s", status, data)
	}
	again := saved
	if status, data := d.ask("POST /api/nhso-service/confirm-save", body); status != http.StatusOK || json.Unmarshal(data, &again) != nil || again != saved {
		t.Fatalf("the same a second time: %d %s", status, data)
	}
	if status, data := d.ask("GET /api/smartcard/read", nil); status != http.StatusOK || json.Unmarshal(data, &card) != nil {
		t.Fatalf("%d %s", status, data)
	}
	var refused struct {
		Status int
		Errors []struct{ DefaultMessage, Code string }
	}
	status, data := d.ask("POST /api/nhso-service/confirm-save", bytes.ReplaceAll(body, []byte(saved.CorrelationID), []byte(card.CorrelationID)))
	if status != http.StatusBadRequest || json.Unmarshal(data, &refused) != nil || len(refused.Errors) == 0 || refused.Errors[0].DefaultMessage == "" {
		t.Fatalf("a second time: %d %s", status, data)
	}
	var latest struct{ ClaimCode string }
	if status, data := d.ask("GET /api/nhso-service/latest-authen-code/"+card.PID, nil); status != http.StatusOK || json.Unmarshal(data, &latest) != nil || latest.ClaimCode != saved.ClaimCode {
		t.Fatalf("%d %s", status, data)
	}
}

// confirmWith asks for a code with a correlation that was read before.
func (h *clinic) confirmWith(token string, correlation any) (int, map[string]any) {
	h.t.Helper()
	return h.ask(token, http.MethodPost, "/api/nhso-service/confirm-save",
		fmt.Sprintf(`{"pid":%q,"claimType":"PG0060001","mobile":"0800001234","correlationId":%q}`, adultPID, correlation))
}

// visitsOfAdult counts the visits that were saved for the person of these tests.
func (h *clinic) visitsOfAdult() int {
	h.t.Helper()
	same, err := h.core.Store.Find(mustPID(h.t, adultPID), today())
	if err != nil {
		h.t.Fatal(err)
	}
	return len(same)
}

// TestACorrelationEndsWithItsCardWherePatientsStand keeps the correlation of one
// insertion from being used for the next, of the same card or another. What has ended
// is answered as of an agent without a card: programs take a 400 for a duplicate, and
// the patient would go without a code.
func TestACorrelationEndsWithItsCardWherePatientsStand(t *testing.T) {
	h := newHospital(t, true, slog.New(slog.DiscardHandler), nil)
	h.insert(adultPID)
	_, card := h.ask(h.token, http.MethodGet, "/api/smartcard/read", "")
	h.remove()
	for _, again := range []func(){func() {}, func() { h.insert("9000000000012") }, func() { h.remove(); h.insert(adultPID) }} {
		again()
		status, got := h.confirmWith(h.token, card["correlationId"])
		if status != http.StatusInternalServerError || got["message"] != "No smart card present" || !strings.Contains(fmt.Sprint(got["errors"]), "CorrelationId") {
			t.Errorf("%d %v", status, got)
		}
	}
	if n := h.visitsOfAdult(); n != 0 {
		t.Errorf("%d visits were saved", n)
	}
}

// TestACardThatWasHandedBackStillGetsItsCode is the desk that reads the card, gives it
// back and then types the phone: the program that has read it gets the code, once, and
// no other program does. The next patient's card makes no difference.
func TestACardThatWasHandedBackStillGetsItsCode(t *testing.T) {
	h := newHospital(t, false, slog.New(slog.DiscardHandler), nil)
	other := h.client("other", agent.Scopes())
	h.insert(adultPID)
	_, card := h.ask(h.token, http.MethodGet, "/api/smartcard/read", "")
	h.remove()
	h.insert("9000000000012")
	if status, got := h.confirmWith(other, card["correlationId"]); status != http.StatusInternalServerError || !strings.Contains(fmt.Sprint(got["errors"]), "CorrelationId") {
		t.Errorf("another program: %d %v", status, got)
	}
	status, saved := h.confirmWith(h.token, card["correlationId"])
	if status != http.StatusOK || saved["claimCode"] == "" {
		t.Fatalf("%d %v", status, saved)
	}
	if status, again := h.confirmWith(h.token, card["correlationId"]); status != http.StatusOK || again["claimCode"] != saved["claimCode"] {
		t.Errorf("the same again: %d %v", status, again)
	}
	if n := h.visitsOfAdult(); n != 1 || h.posts() != 1 {
		t.Errorf("%d visits were saved, %d sent", n, h.posts())
	}
}

// TestACorrelationEndsWithItsCardWhereTheConfigurationSaysSo has no minutes for
// cards that have left.
func TestACorrelationEndsWithItsCardWhereTheConfigurationSaysSo(t *testing.T) {
	h := newHospital(t, false, slog.New(slog.DiscardHandler), func(c *config.Config, _ *clinic) { c.Agent.CorrelationMinutes = 0 })
	h.insert(adultPID)
	_, card := h.ask(h.token, http.MethodGet, "/api/smartcard/read", "")
	h.remove()
	if status, got := h.confirmWith(h.token, card["correlationId"]); status != http.StatusInternalServerError || h.visitsOfAdult() != 0 {
		t.Errorf("%d %v", status, got)
	}
}

// TestACodeOfTheKioskIsADuplicateForAProgram has the kiosk get a code, and a
// program ask for the same: nothing is posted, and latest has the kiosk's code.
func TestACodeOfTheKioskIsADuplicateForAProgram(t *testing.T) {
	h := newHospital(t, true, slog.New(slog.DiscardHandler), nil)
	l := h.listen(h.token)
	h.insert(adultPID)
	h.visit()
	eventually(t, func() bool { return l.of(agent.CodeIssued) != nil })
	posts := h.posts()
	status, got := h.confirm(adultPID, "0800001234")
	if status != http.StatusBadRequest || !strings.Contains(fmt.Sprint(got), "Duplicate") || h.posts() != posts {
		t.Errorf("%d %v, %d posts after %d", status, got, h.posts(), posts)
	}
	_, latest := h.ask(h.token, http.MethodGet, "/api/nhso-service/latest-authen-code/"+adultPID, "")
	if latest["claimCode"] != l.of(agent.CodeIssued)["code"] {
		t.Errorf("the latest code is %v", latest["claimCode"])
	}
}

// TestATimeOutOfAProgramsSubmissionIsNotPostedAgainWhenTheCodeIsThere has NHSO make
// a code whose answer never comes; the program asks again and again.
func TestATimeOutOfAProgramsSubmissionIsNotPostedAgainWhenTheCodeIsThere(t *testing.T) {
	h := newHospital(t, false, slog.New(slog.DiscardHandler), nil)
	h.insert(adultPID)
	h.lose()
	if status, got := h.confirm(adultPID, "0800001234"); status == http.StatusOK && got["claimCode"] == "" {
		t.Fatalf("%d %v", status, got)
	}
	eventually(t, func() bool {
		_, got := h.ask(h.token, http.MethodGet, "/api/nhso-service/latest-authen-code/"+adultPID, "")
		code, _ := got["claimCode"].(string)
		return code != ""
	})
	for range 3 {
		if status, got := h.confirm(adultPID, "0800001234"); status == http.StatusOK {
			t.Errorf("a second code: %v", got)
		}
	}
	if n := h.posts(); n != 1 {
		t.Errorf("%d posts", n)
	}
}

// posts counts the submissions that reached NHSO.
func (h *clinic) posts() (n int) {
	for _, r := range h.zone.Requests() {
		if strings.HasSuffix(r.Path, submitPath) {
			n++
		}
	}
	return n
}

// lose has NHSO make the next code and cut its answer.
func (h *clinic) lose() {
	h.t.Helper()
	if err := h.zone.SetFault(testzone.Fault{Path: submitPath, Kind: "cut", Count: 1}); err != nil {
		h.t.Fatal(err)
	}
}

func codeOf(text string) visit.AuthenCode { return visit.AuthenCode(text) }

func today() visit.Date { return visit.ServiceDateOf(time.Now()) }

// TestWithoutACardServiceProgramsAreToldAsDocumented stops the card service, at the
// start or later, with a card inside or without.
func TestWithoutACardServiceProgramsAreToldAsDocumented(t *testing.T) {
	h := newHospital(t, false, slog.New(slog.DiscardHandler), nil)
	h.insert(adultPID)
	for _, when := range []string{"with a card inside", "once more"} {
		h.demo.Readers.Stop()
		eventually(t, func() bool { return h.readerIs(visit.DeviceDown) })
		for path, want := range map[string]int{
			"/api/smartcard/terminals": http.StatusInternalServerError, "/api/smartcard/read": http.StatusTeapot, "/api/smartcard/read-card-only": http.StatusTeapot,
			"/api/preference": http.StatusOK,
		} {
			if status, got := h.ask(h.token, http.MethodGet, path, ""); status != want || status >= 400 && fmt.Sprint(got["errors"]) == "<nil>" {
				t.Errorf("%s, %s: %d %v", when, path, status, got)
			}
		}
		h.demo.Readers.Start()
		eventually(t, func() bool { return h.readerIs(visit.DeviceReady) })
		if status, got := h.ask(h.token, http.MethodGet, "/api/preference", ""); status != http.StatusOK || got["defaultTerminal"] == "" {
			t.Errorf("%s: %d %v", when, status, got)
		}
	}
}

// TestTheTimeOfACodeIsTheSameEverywhere has NHSO's clock differ from ours.
func TestTheTimeOfACodeIsTheSameEverywhere(t *testing.T) {
	late := testzone.Options{Now: func() time.Time { return time.Now().Add(-7 * time.Second) }}
	h := newHospitalWith(t, late, false, slog.New(slog.DiscardHandler), nil)
	h.insert(adultPID)
	status, saved := h.confirm(adultPID, "0800001234")
	if status != http.StatusOK {
		t.Fatalf("%d %v", status, saved)
	}
	_, latest := h.ask(h.token, http.MethodGet, "/api/nhso-service/latest-authen-code/"+adultPID, "")
	if latest["claimCode"] != saved["claimCode"] || latest["claimDateTime"] != saved["createdDate"] {
		t.Errorf("createdDate %v, claimDateTime %v", saved["createdDate"], latest["claimDateTime"])
	}
}
