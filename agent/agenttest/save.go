package agenttest

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"authenkiosk/visit"
)

// code demands a success of confirm-save.
func (a answered) code(t *testing.T, p Person, correlation string) string {
	t.Helper()
	var c confirmAnswer
	a.good(t, &c)
	inOrder(t, a.body, []string{"pid", "claimType", "correlationId", "createdDate", "claimCode"},
		"pid", "claimType", "correlationId", "createdDate", "claimCode")
	if _, err := visit.ParseAuthenCode(c.ClaimCode); err != nil || c.PID != p.PID() || c.ClaimType != general || c.CorrelationID != correlation {
		t.Fatalf("got %+v, %v", c, err)
	}
	aMoment(t, "createdDate", c.CreatedDate)
	return c.ClaimCode
}

func (s *suite) testConfirm(t *testing.T) {
	r := s.read(t, Adult)
	code := s.confirm(t, request(Adult, r.CorrelationID)).code(t, Adult, r.CorrelationID)
	if codes := s.codes(t, Adult); !slices.Equal(codes, []string{code}) {
		t.Errorf("NHSO has %q, the agent said %q", codes, code)
	}
	s.found(t, Adult, code)
}

// found demands that both look-ups know a code of this unit.
func (s *suite) found(t *testing.T, p Person, code string) {
	t.Helper()
	fields := []string{"claimType", "claimCode", "hcode", "claimDateTime", "checkDate"}
	a := s.get(t, latestPath+p.PID())
	var one codeAnswer
	a.good(t, &one)
	inOrder(t, a.body, fields, fields...)
	var many []codeAnswer
	s.get(t, latest5Path+p.PID()+"/").good(t, &many)
	if len(many) == 0 || len(many) > 5 {
		t.Fatalf("%d codes", len(many))
	}
	for _, c := range []codeAnswer{one, many[0]} {
		if c.ClaimCode != code || c.ClaimType != general || c.Hcode != Here.HCode {
			t.Errorf("got %+v, want %s", c, code)
		}
		aMoment(t, "claimDateTime", c.ClaimDateTime)
		aMoment(t, "checkDate", c.CheckDate)
	}
}

func (s *suite) testInvalid(t *testing.T) {
	r := s.read(t, Elder)
	with := func(key string, value any) []byte {
		body := request(Elder, r.CorrelationID)
		body[key] = value
		return encode(t, body)
	}
	for _, c := range []struct {
		name string
		body []byte
		says string // part of errors[0].defaultMessage; empty: any
	}{
		{"no pid", with("pid", ""), "pid"},
		{"no claim type", with("claimType", ""), "claimType"},
		{"no mobile", with("mobile", ""), "mobile"},
		{"a null for the mobile", with("mobile", nil), "mobile"},
		{"no correlation", with("correlationId", ""), "correlationId"},
		{"a wrong check digit", with("pid", "9000000000001"), ""},
		{"a PID of twelve digits", with("pid", "900000000000"), ""},
		{"another person's PID", with("pid", Adult.PID()), ""},
		{"a short mobile", with("mobile", "08000"), ""},
		{"letters", with("mobile", "08oooo1234"), ""},
		{"a number without the zero", with("mobile", "8800001234"), ""},
		{"a claim type that is not offered", with("claimType", "PG9999999"), ""},
	} {
		e := s.ask(t, http.MethodPost, confirmPath, c.body).invalid(t)
		if !strings.Contains(e.Errors[0].DefaultMessage, c.says) {
			t.Errorf("%s: %q", c.name, e.Errors[0].DefaultMessage)
		}
	}
	s.ask(t, http.MethodPost, confirmPath, with("correlationId", "00000000-1111-4222-8333-444444444444")).over(t)
	for _, text := range []string{"", "{", "[]", `"x"`} {
		if a := s.ask(t, http.MethodPost, confirmPath, []byte(text)); a.status != http.StatusBadRequest {
			t.Errorf("%q: %d", text, a.status)
		}
	}
	if a := s.ask(t, http.MethodPost, confirmPath, with("hn", "1"), "Content-Type", "text/plain"); a.status != http.StatusUnsupportedMediaType {
		t.Errorf("text/plain: %d", a.status)
	}
	// An agent may end the connection before it has read all of this.
	if a, err := s.try(t, http.MethodPost, confirmPath, with("hn", strings.Repeat("x", 70000))); err == nil && (a.status < 400 || a.status >= 500) {
		t.Errorf("a long body: %d", a.status)
	}
	if codes := s.codes(t, Elder); len(codes) != 0 {
		t.Errorf("codes %q came of wrong requests", codes)
	}
	// A wrong request does not use the correlation up.
	s.ask(t, http.MethodPost, confirmPath+"/", with("hn", "")).code(t, Elder, r.CorrelationID)
}

func (s *suite) testCorrelationLife(t *testing.T) {
	r := s.read(t, Local)
	s.remove(t)
	if s.Outlives {
		s.confirm(t, request(Local, r.CorrelationID)).code(t, Local, r.CorrelationID)
	} else {
		s.confirm(t, request(Local, r.CorrelationID)).over(t)
		s.insert(t, Local) // the same card, but another insertion
		s.confirm(t, request(Local, r.CorrelationID)).over(t)
		s.insert(t, Pensioner)
		s.confirm(t, request(Local, r.CorrelationID)).over(t)
		if codes := s.codes(t, Local); len(codes) != 0 {
			t.Fatalf("codes %q", codes)
		}
		r = s.read(t, Local)
		s.confirm(t, request(Local, r.CorrelationID)).code(t, Local, r.CorrelationID)
	}
	again := request(Local, r.CorrelationID)
	again["claimType"] = "PG0130001"
	s.confirm(t, again).over(t)
	if codes := s.codes(t, Local); len(codes) != 1 {
		t.Errorf("codes %q of one correlation", codes)
	}
}

func (s *suite) testDuplicate(t *testing.T) {
	before := s.codes(t, DoneHere)
	if len(before) != 1 {
		t.Fatalf("codes %q before", before)
	}
	for range 2 {
		r := s.read(t, DoneHere)
		s.confirm(t, request(DoneHere, r.CorrelationID)).invalid(t)
	}
	s.found(t, DoneHere, before[0])
	if after := s.codes(t, DoneHere); !slices.Equal(before, after) {
		t.Errorf("codes %q after", after)
	}
}

func (s *suite) testRace(t *testing.T) {
	first := s.read(t, Officer)
	var second readAnswer
	s.get(t, readPath).good(t, &second)
	const each = 3
	answers := make(chan answered, 2*each)
	var running sync.WaitGroup
	for _, id := range []string{first.CorrelationID, second.CorrelationID} {
		body := encode(t, request(Officer, id))
		for range each {
			running.Go(func() {
				if a, err := s.try(t, http.MethodPost, confirmPath, body); err == nil {
					answers <- a
				}
			})
		}
	}
	running.Wait()
	close(answers)
	told := map[string]bool{}
	for a := range answers {
		if a.status == http.StatusOK {
			var c confirmAnswer
			a.good(t, &c)
			told[c.ClaimCode] = true
		}
	}
	if codes := s.codes(t, Officer); len(told) != 1 || len(codes) != 1 || !told[codes[0]] {
		t.Errorf("told %v, codes %q", told, codes)
	}
}

func (s *suite) testForgetful(t *testing.T) {
	r := s.read(t, Insured)
	s.Control.NHSO(t, NHSOForgetful)
	a := s.confirm(t, request(Insured, r.CorrelationID))
	if a.status == http.StatusOK {
		// The agent has asked NHSO meanwhile and found the code.
		a.code(t, Insured, r.CorrelationID)
	} else if e := a.bad(t, a.status); a.status < 500 || e.Message == "" {
		t.Errorf("got %d %s", a.status, a.body)
	}
	s.until(t, "latest knows the code", func() bool {
		var c codeAnswer
		a := s.get(t, latestPath+Insured.PID())
		if a.status == http.StatusOK {
			a.good(t, &c)
		}
		return c.ClaimCode != ""
	})
	r = s.read(t, Insured)
	s.confirm(t, request(Insured, r.CorrelationID)).invalid(t)
	codes := s.codes(t, Insured)
	if len(codes) != 1 {
		t.Fatalf("codes %q", codes)
	}
	s.found(t, Insured, codes[0])
}

func (s *suite) testDraft(t *testing.T) {
	r := s.read(t, DoneThere)
	before := s.codes(t, DoneThere)
	a := s.ask(t, http.MethodPost, draftPath, encode(t, request(DoneThere, r.CorrelationID)))
	if s.Drafts {
		var c confirmAnswer
		a.good(t, &c)
		inOrder(t, a.body, []string{"pid", "claimType", "correlationId", "createdDate"}, "pid", "claimType", "createdDate")
	} else {
		a.bad(t, http.StatusNotImplemented)
	}
	wrong := request(DoneThere, r.CorrelationID)
	wrong["mobile"] = "1"
	s.ask(t, http.MethodPost, draftPath, encode(t, wrong)).invalid(t)
	if after := s.codes(t, DoneThere); !slices.Equal(before, after) {
		t.Errorf("codes %q of a draft", after)
	}
}

func (s *suite) testLatest(t *testing.T) {
	var none map[string]any
	s.get(t, latestPath+Pensioner.PID()).good(t, &none)
	if _, there := none["claimCode"]; there {
		t.Errorf("got %v", none)
	}
	if got := strings.TrimSpace(string(s.get(t, latest5Path+Pensioner.PID()).body)); got != "[]" {
		t.Errorf("got %s", got)
	}
	var c codeAnswer
	s.get(t, latestPath+DoneThere.PID()).good(t, &c)
	if c.ClaimCode == "" || c.Hcode != Elsewhere.HCode {
		t.Errorf("got %+v", c)
	}
	for _, path := range []string{latestPath, latest5Path} {
		s.get(t, path+"9000000000001").invalid(t)
		s.get(t, path+"x").invalid(t)
	}
}

func (s *suite) testPreference(t *testing.T) {
	for _, path := range []string{"/api/preference", "/api/api/preference", "/api/preference/"} {
		a := s.get(t, path)
		var p struct{ DefaultTerminal, Token string }
		a.good(t, &p)
		inOrder(t, a.body, []string{"defaultTerminal", "token"}, "defaultTerminal", "token")
		if p.DefaultTerminal == "" {
			t.Error("no terminal")
		}
		if s.MaskedToken && strings.Trim(p.Token, "*-") != "" {
			t.Error("the token is not masked")
		}
	}
}

func (s *suite) testOthers(t *testing.T) {
	s.insert(t, Adult)
	for _, path := range []string{"/api/smartcard", "/api/smartcard/read/" + Adult.PID(), "/api/nhso-service/x", probePath, "/nothing"} {
		s.get(t, path).bad(t, http.StatusNotFound)
	}
	for path, method := range map[string]string{
		terminalsPath: http.MethodPost, readPath: http.MethodDelete, confirmPath: http.MethodGet, latestPath + Adult.PID(): http.MethodPut,
	} {
		a := s.ask(t, method, path, nil)
		a.bad(t, http.StatusMethodNotAllowed)
		if a.header.Get("Allow") == "" {
			t.Errorf("%s %s: no Allow", method, path)
		}
	}
	if a := s.get(t, "/"); a.status != http.StatusOK || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
		t.Errorf("/: %d %s", a.status, a.header.Get("Content-Type"))
	}
}
