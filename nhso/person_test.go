package nhso_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"authenkiosk/nhso"
	"authenkiosk/nhso/testzone"
	"authenkiosk/visit"
)

// saying answers every request with the same words.
type saying struct {
	status int
	body   string
}

// RoundTrip implements http.RoundTripper.
func (s saying) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: s.status, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Request: r,
		Body: io.NopCloser(strings.NewReader(s.body)), ContentLength: int64(len(s.body)),
	}, nil
}

// Whoever asks about many people goes on after an answer of which only the record of
// one person is wrong, and stops when the service is.
func TestAnAnswerThatIsWrongForOnePersonIsToldFromOneThatIsWrongForAll(t *testing.T) {
	const gate = `{"code":"PP1200000001"}`
	entry := func(fields string) string {
		return `{"personalId":"` + testPID.Digits() + `","statusAuthen":true,"serviceHistories":[{"claimCode":"PP1200000001",` + fields + `}]}`
	}
	today := visit.ServiceDateOf(time.Now())
	for _, c := range []struct {
		name     string
		status   int
		endpoint string
		agent    string // another answer of an agent; empty: the same
		one      bool
	}{
		{"a code without its histories", 200, `{"statusAuthen":true,"serviceHistories":[]}`, `[{"claimCode":"PP1200000001"}]`, true},
		{"no claim type", 200, entry(`"hospital":{"hcode":"99999"}`), `[{"claimCode":"PP1200000001","hcode":"99999"}]`, true},
		{"no unit", 200, entry(`"service":{"code":"PG0060001"}`), `[{"claimCode":"PP1200000001","claimType":"PG0060001"}]`, true},
		{"a time that cannot be read", 200, entry(`"serviceDateTime":"7 พ.ย. 68"`), `[{"claimCode":"PP1200000001","claimDateTime":"7 พ.ย. 68"}]`, true},
		{"a code of another form", 200, `{"statusAuthen":true,"serviceHistories":[{"claimCode":"<b>"}]}`, `[{"claimCode":"<b>"}]`, true},
		{"histories of words", 200, `{"statusAuthen":true,"serviceHistories":["x"]}`, `[{"claimCode":"x"}]`, true},
		{"a flag without a value, for that person", 200, `{"personalId":"` + testPID.Digits() + `","statusAuthen":null}`, `[{"claimCode":"x"}]`, true},
		{"about another person", 200, `{"statusAuthen":false,"personalId":"` + testzone.PID(testzone.Child).Digits() + `"}`, `[{"claimCode":"x"}]`, true},
		{"a no", 400, `{"message":"ไม่พบข้อมูล"}`, "", true},
		{"nobody of that number", 404, `{"status":404}`, "", true},
		{"a bad request without a reason", 400, `{}`, "", true},
		{"the JSON of a gateway", 200, gate, `{"status":"UP","error":"x"}`, false},
		{"an object of nothing", 200, `{}`, `"x"`, false},
		{"a flag without a value", 200, `{"statusAuthen":null}`, `null`, false},
		{"empty", 200, "", "", false},
		{"a page", 200, "<html>", "", false},
		{"cut JSON", 200, `{"statusAuthen":`, `[{"claimCode":`, false},
		{"a page for a path that is gone", 404, "<html>", "", false},
		{"nothing for a bad request", 400, "", "", false},
		{"a redirect", 302, `{}`, "", false},
		{"the token is not taken", 401, `{"message":"x"}`, "", false},
		{"forbidden", 403, `{"message":"x"}`, "", false},
		{"a proxy wants a password", 407, `{"message":"x"}`, "", false},
		{"too slow", 408, `{"message":"x"}`, "", false},
		{"too many", 429, `{"message":"x"}`, "", false},
		{"an error of the server", 500, `{"message":"x"}`, "", false},
		{"the server is away", 503, `{"message":"x"}`, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			endpoint, err := nhso.NewEndpoint(nhso.Options{
				Zone: visit.ZoneDemo, RoundTripper: saying{c.status, c.endpoint}, Token: fixed(testzone.DefaultToken),
			})
			if err != nil {
				t.Fatal(err)
			}
			words := c.endpoint
			if c.agent != "" {
				words = c.agent
			}
			agent, err := nhso.NewAgent(nhso.AgentOptions{RoundTripper: saying{c.status, words}})
			if err != nil {
				t.Fatal(err)
			}
			for name, up := range map[string]nhso.Upstream{"endpoint": endpoint, "agent": agent} {
				codes, err := up.Status(t.Context(), testPID, today)
				if err == nil || codes != nil || nhso.OfOnePerson(err) != c.one {
					t.Errorf("%s: %v %v, of one person %v", name, codes, err, nhso.OfOnePerson(err))
				}
			}
		})
	}
}

func TestARightThatCannotBeReadConcernsOnePerson(t *testing.T) {
	for body, one := range map[string]bool{
		`{"funds":"UCS"}`: true,
		`{"pid":"` + testzone.PID(testzone.Child).Digits() + `","funds":[]}`: true,
		`{}`: false, `<html>`: false,
	} {
		up, err := nhso.NewEndpoint(nhso.Options{Zone: visit.ZoneDemo, RoundTripper: saying{200, body}, Token: fixed(testzone.DefaultToken)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := up.Right(t.Context(), testPID, visit.ServiceDateOf(time.Now())); err == nil || nhso.OfOnePerson(err) != one {
			t.Errorf("%s: %v", body, err)
		}
	}
}
