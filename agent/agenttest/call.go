package agenttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// suite is a running suite.
type suite struct {
	Target
	client *http.Client
}

// answered is what came back.
type answered struct {
	status int
	header http.Header
	body   []byte
}

// Person, confirmation, code and failure are what programs read of answers.
type (
	readAnswer struct {
		PID, TitleName, Fname, Lname, Nation, BirthDate, Sex string
		MainInscl, SubInscl, Age, CheckDate, PaidModel       string
		StartDateTime, ExpireDateTime, TransDate, Image      string
		CorrelationID                                        string `json:"correlationId"`
		ClaimTypes                                           []struct{ ClaimType, ClaimTypeName string }
		HospSub, HospMainOp, HospMain                        *struct{ Hcode, Hname string }
	}
	confirmAnswer struct{ PID, ClaimType, CorrelationID, CreatedDate, ClaimCode string }
	codeAnswer    struct{ ClaimType, ClaimCode, Hcode, ClaimDateTime, CheckDate string }
	errorAnswer   struct {
		Timestamp, Error, Message, Path string
		Status                          int
		Errors                          []struct {
			Codes                            []string
			DefaultMessage, ObjectName, Code string
		}
	}
)

// ask sends one request; a nil body is a GET unless the method says otherwise.
func (s *suite) ask(t *testing.T, method, path string, body []byte, header ...string) answered {
	t.Helper()
	a, err := s.try(t, method, path, body, header...)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

// try is ask for goroutines and for requests that may fail. An agent may limit the
// rate at which it is asked (429): then the suite waits, as a program should.
func (s *suite) try(t *testing.T, method, path string, body []byte, header ...string) (answered, error) {
	for end := time.Now().Add(answerLimit); ; time.Sleep(rateRest) {
		a, err := s.once(t, method, path, body, header...)
		if err != nil || a.status != http.StatusTooManyRequests || time.Now().After(end) {
			return a, err
		}
	}
}

func (s *suite) once(t *testing.T, method, path string, body []byte, header ...string) (answered, error) {
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, bytes.NewReader(body))
	if err != nil {
		return answered{}, err
	}
	for k, v := range s.Header {
		req.Header[k] = v
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return answered{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	return answered{resp.StatusCode, resp.Header, data}, err
}

func (s *suite) get(t *testing.T, path string) answered {
	t.Helper()
	return s.ask(t, http.MethodGet, path, nil)
}

// good demands 200 and JSON, and decodes it.
func (a answered) good(t *testing.T, into any) {
	t.Helper()
	if a.status != http.StatusOK || !strings.HasPrefix(a.header.Get("Content-Type"), "application/json") {
		t.Fatalf("got %d %q %s", a.status, a.header.Get("Content-Type"), a.body)
	}
	if err := json.Unmarshal(a.body, into); err != nil {
		t.Fatalf("%s: %v", a.body, err)
	}
}

// bad demands an error body of that status, and returns it.
func (a answered) bad(t *testing.T, status int) errorAnswer {
	t.Helper()
	var e errorAnswer
	if a.status != status {
		t.Fatalf("got %d %s, want %d", a.status, a.body, status)
	}
	if err := json.Unmarshal(a.body, &e); err != nil || e.Status != status || e.Error == "" {
		t.Fatalf("error body %s: %v", a.body, err)
	}
	inOrder(t, a.body, []string{"timestamp", "status", "error", "message", "errors", "path"}, "timestamp", "status", "error", "message")
	if _, err := time.Parse("2006-01-02T15:04:05.000-07:00", e.Timestamp); err != nil {
		t.Errorf("timestamp: %v", err)
	}
	return e
}

// over demands that a reading serves no confirm-save any more: 500 as of an agent
// without a card, or 400, each with its reason.
func (a answered) over(t *testing.T) {
	t.Helper()
	status := http.StatusBadRequest
	if a.status == http.StatusInternalServerError {
		status = a.status
	}
	if e := a.bad(t, status); len(e.Errors) == 0 || e.Errors[0].DefaultMessage == "" {
		t.Fatalf("no reason: %s", a.body)
	}
}

// invalid demands a 400 whose errors[0].defaultMessage can be shown.
func (a answered) invalid(t *testing.T) errorAnswer {
	t.Helper()
	e := a.bad(t, http.StatusBadRequest)
	if len(e.Errors) == 0 || e.Errors[0].DefaultMessage == "" {
		t.Fatalf("no errors[0].defaultMessage in %s", a.body)
	}
	return e
}

// inOrder demands that an object has the keys that must be there, none that is
// not known, and all in the known order.
func inOrder(t *testing.T, object []byte, known []string, must ...string) {
	t.Helper()
	keys, err := keysOf(object)
	if err != nil {
		t.Fatalf("%s: %v", object, err)
	}
	last := -1
	for _, k := range keys {
		at := slices.Index(known, k)
		if at <= last {
			t.Errorf("field %q is unknown or out of order in %q", k, keys)
		}
		last = max(last, at)
	}
	for _, k := range must {
		if !slices.Contains(keys, k) {
			t.Errorf("field %q is missing in %q", k, keys)
		}
	}
}

// keysOf returns the keys of an object in their order.
func keysOf(object []byte) ([]string, error) {
	d := json.NewDecoder(bytes.NewReader(object))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, fmt.Errorf("not an object: %w", err)
	}
	var keys []string
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		keys = append(keys, key.(string))
		var skipped json.RawMessage
		if err := d.Decode(&skipped); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// until looks again and again until a condition holds.
func (s *suite) until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(s.wait()); ; time.Sleep(lookEvery) {
		if holds() {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%s: not within %s", what, s.wait())
		}
	}
}

const (
	terminalsPath = "/api/smartcard/terminals"
	readPath      = "/api/smartcard/read"
	cardPath      = "/api/smartcard/read-card-only"
	probePath     = "/api/smartcard/probe/"
	confirmPath   = "/api/nhso-service/confirm-save"
	draftPath     = "/api/nhso-service/save-as-draft"
	latestPath    = "/api/nhso-service/latest-authen-code/"
	latest5Path   = "/api/nhso-service/latest-5-authen-code-all-hospital/"
)

// terminals returns the readers by the agent's word.
func (s *suite) terminals(t *testing.T) (list []struct {
	TerminalName string
	IsPresent    bool
},
) {
	t.Helper()
	s.get(t, terminalsPath).good(t, &list)
	return list
}

// insert puts a card in and waits until the agent knows.
func (s *suite) insert(t *testing.T, p Person) {
	t.Helper()
	s.remove(t)
	s.Control.Insert(t, p.PID())
	s.present(t, true)
}

func (s *suite) remove(t *testing.T) {
	t.Helper()
	s.Control.Remove(t)
	s.present(t, false)
}

func (s *suite) present(t *testing.T, want bool) {
	t.Helper()
	s.until(t, fmt.Sprintf("card present: %v", want), func() bool {
		for _, r := range s.terminals(t) {
			if r.IsPresent {
				return want
			}
		}
		return !want
	})
}

// read inserts a card and reads it.
func (s *suite) read(t *testing.T, p Person) readAnswer {
	t.Helper()
	s.insert(t, p)
	var r readAnswer
	s.get(t, readPath+"?readImageFlag=false").good(t, &r)
	return r
}

// request is the body of a good confirm-save.
func request(p Person, correlation string) map[string]any {
	return map[string]any{"pid": p.PID(), "claimType": general, "mobile": "0800001234", "correlationId": correlation, "hn": "000012345"}
}

func (s *suite) confirm(t *testing.T, body map[string]any) answered {
	t.Helper()
	return s.ask(t, http.MethodPost, confirmPath, encode(t, body))
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// codes are those of today by NHSO's word.
func (s *suite) codes(t *testing.T, p Person) []string {
	t.Helper()
	return s.Control.Codes(t, p.PID())
}

// aMoment demands a time without a zone or fraction.
func aMoment(t *testing.T, what, value string) {
	t.Helper()
	if _, err := time.Parse("2006-01-02T15:04:05", value); err != nil || len(value) != 19 {
		t.Errorf("%s: %q is no local time", what, value)
	}
}
