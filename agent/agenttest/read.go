package agenttest

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"authenkiosk/visit"
)

func (s *suite) testTerminals(t *testing.T) {
	list := s.terminals(t)
	if list[0].TerminalName == "" || list[0].IsPresent {
		t.Errorf("without a card: %+v", list)
	}
	s.insert(t, Adult)
	var raw []map[string]any
	for _, path := range []string{terminalsPath, terminalsPath + "/"} {
		s.get(t, path).good(t, &raw)
		if len(raw) == 0 || len(raw[0]) != 2 || raw[0]["terminalName"] == nil || raw[0]["isPresent"] == nil {
			t.Errorf("%s: %v", path, raw)
		}
	}
}

func (s *suite) testNoReader(t *testing.T) {
	s.Control.Readers(t, false)
	s.until(t, "no reader", func() bool { return len(s.terminals(t)) == 0 })
	if got := strings.TrimSpace(string(s.get(t, terminalsPath).body)); got != "[]" {
		t.Errorf("terminals: %s", got)
	}
	for _, path := range []string{readPath, cardPath} {
		if e := s.get(t, path).bad(t, http.StatusTeapot); e.Message == "" {
			t.Errorf("%s: no message", path)
		}
	}
}

func (s *suite) testNoCard(t *testing.T) {
	for _, path := range []string{readPath, readPath + "?readImageFlag=true", cardPath, readPath + "/", cardPath + "/"} {
		if e := s.get(t, path).bad(t, http.StatusInternalServerError); e.Message == "" {
			t.Errorf("%s: no message", path)
		}
	}
}

func (s *suite) testUnreadable(t *testing.T) {
	s.Control.InsertUnreadable(t)
	s.present(t, true)
	for _, path := range []string{readPath, cardPath} {
		s.get(t, path).bad(t, http.StatusInternalServerError)
	}
	s.insert(t, Adult) // the next card is read without ado
	s.get(t, cardPath).good(t, &readAnswer{})
}

func (s *suite) testNHSODown(t *testing.T) {
	s.Control.NHSO(t, NHSODown)
	s.insert(t, Elder)
	s.get(t, readPath).bad(t, http.StatusInternalServerError)
	s.get(t, cardPath).good(t, &readAnswer{})
	if s.get(t, latestPath+Elder.PID()).status == http.StatusOK {
		t.Error("latest answers although NHSO cannot be asked")
	}
	s.Control.NHSO(t, NHSOUp)
	s.get(t, readPath).good(t, &readAnswer{})
}

// personFields are the fields of read in the order of a raw sample.
var personFields = []string{
	"pid", "titleName", "fname", "lname", "nation", "birthDate", "sex", "transDate", "mainInscl", "subInscl", "age", "checkDate",
	"claimTypes", "image", "correlationId", "hospSub", "hospMainOp", "hospMain", "paidModel", "startDateTime", "expireDateTime",
}

func (s *suite) testRead(t *testing.T) {
	for _, p := range []Person{Adult, Pensioner, Insured, Local} {
		s.insert(t, p)
		a := s.get(t, readPath)
		var r readAnswer
		a.good(t, &r)
		inOrder(t, a.body, personFields, "pid", "titleName", "fname", "lname", "nation", "birthDate", "sex",
			"mainInscl", "subInscl", "age", "checkDate", "claimTypes", "correlationId")
		want := fmt.Sprintf("%s %s %s %s 099 %s (%s) %s (%s) %s %s", p.PID(), p.TitleCode, p.First, p.Last, buddhist(p.Birth),
			p.Right.Main.ID, p.Right.Main.Name, p.Right.Sub.ID, p.Right.Sub.Name, p.PaidModel)
		got := strings.Join([]string{r.PID, r.TitleName, r.Fname, r.Lname, r.Nation, r.BirthDate, r.MainInscl, r.SubInscl, r.PaidModel}, " ")
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if (p.Sex == visit.SexMale) != (r.Sex == "ชาย") || (p.Sex == visit.SexFemale) != (r.Sex == "หญิง") {
			t.Errorf("sex %q", r.Sex)
		}
		aMoment(t, "checkDate", r.CheckDate)
		var types []string
		for _, c := range r.ClaimTypes {
			types = append(types, c.ClaimType)
			if c.ClaimTypeName == "" {
				t.Errorf("%s has no name", c.ClaimType)
			}
		}
		open := p.ClaimTypes
		if s.ClaimTypes != nil {
			open = s.ClaimTypes
		}
		if strings.Join(types, " ") != strings.Join(open, " ") {
			t.Errorf("claim types %q", types)
		}
		if !strings.Contains(r.Age, " ปี ") || !strings.HasSuffix(r.Age, " วัน") {
			t.Errorf("age %q", r.Age)
		}
		if r.Image != "" || len(r.CorrelationID) != 36 {
			t.Errorf("image %d, correlation %q", len(r.Image), r.CorrelationID)
		}
	}
}

func buddhist(d visit.PartialDate) string {
	return fmt.Sprintf("%04d%02d%02d", d.Year+visit.BuddhistEraOffset, d.Month, d.Day)
}

func (s *suite) testAbsentFields(t *testing.T) {
	for _, c := range []struct {
		person  Person
		present []string
	}{
		{Adult, []string{"hospSub", "hospMainOp", "hospMain", "paidModel"}},
		{Pensioner, nil},
		{Insured, []string{"hospMain"}},
	} {
		s.insert(t, c.person)
		var raw map[string]any
		s.get(t, readPath).good(t, &raw)
		for _, field := range []string{"hospSub", "hospMainOp", "hospMain", "paidModel"} {
			_, there := raw[field]
			if want := strings.Contains(strings.Join(c.present, " ")+" ", field+" "); there != want {
				t.Errorf("%s of %s: there %v, want %v", field, c.person.Right.Main.ID, there, want)
			}
		}
		for field, value := range raw {
			if value == nil {
				t.Errorf("%s is null; it has to be absent", field)
			}
		}
	}
	var r readAnswer
	s.get(t, readPath).good(t, &r)
	if r.HospMain == nil || r.HospMain.Hcode != Here.HCode || r.HospMain.Hname != Here.Name {
		t.Errorf("hospMain %+v", r.HospMain)
	}
}

func (s *suite) testPartialBirth(t *testing.T) {
	if r := s.read(t, Elder); r.BirthDate != "24900000" || strings.Contains(r.Age, "เดือน") {
		t.Errorf("born %q, age %q", r.BirthDate, r.Age)
	}
}

func (s *suite) testNoRight(t *testing.T) {
	r := s.read(t, WithoutRight)
	if r.PID != WithoutRight.PID() || r.MainInscl != "" || len(r.ClaimTypes) != 0 {
		t.Errorf("got %+v", r)
	}
	s.confirm(t, request(WithoutRight, r.CorrelationID)).invalid(t)
	if codes := s.codes(t, WithoutRight); len(codes) != 0 {
		t.Errorf("codes %q", codes)
	}
}

func (s *suite) testImage(t *testing.T) {
	s.insert(t, Adult)
	for _, path := range []string{readPath, cardPath} {
		for query, want := range map[string]bool{
			"": false, "?readImageFlag=false": false, "?readImageFlag=False": false, "?readImageFlag=": false,
			"?readImageFlag=true": true, "?readImageFlag=True": true, "?readImageFlag=1": true,
		} {
			var r readAnswer
			s.get(t, path+query).good(t, &r)
			photo, err := base64.StdEncoding.DecodeString(r.Image)
			if err != nil || (len(photo) > 0) != want {
				t.Errorf("%s%s: %d bytes, %v", path, query, len(photo), err)
			}
			if want && !strings.HasPrefix(string(photo), "\xff\xd8\xff") {
				t.Errorf("%s%s: not a JPEG", path, query)
			}
		}
		s.get(t, path+"?readImageFlag=maybe").invalid(t)
	}
}

func (s *suite) testCardOnly(t *testing.T) {
	s.insert(t, Adult)
	a := s.get(t, cardPath+"?readImageFlag=false")
	var r readAnswer
	a.good(t, &r)
	inOrder(t, a.body, []string{"pid", "titleName", "fname", "lname", "nation", "birthDate", "sex"}, "pid", "titleName", "fname", "lname", "birthDate", "sex")
	if r.PID != Adult.PID() || r.TitleName != Adult.Title || r.Fname != Adult.First || r.Lname != Adult.Last || r.BirthDate != "25480320" || r.Sex != "ชาย" {
		t.Errorf("got %+v", r)
	}
}

func (s *suite) testCorrelations(t *testing.T) {
	s.insert(t, Adult)
	seen := map[string]bool{}
	for range 5 {
		var r readAnswer
		s.get(t, readPath).good(t, &r)
		seen[r.CorrelationID] = true
	}
	if len(seen) != 5 {
		t.Errorf("%d correlations of 5 reads", len(seen))
	}
}

func (s *suite) testGone(t *testing.T) {
	s.read(t, Adult)
	s.remove(t)
	for _, path := range []string{readPath, cardPath} {
		a := s.get(t, path)
		a.bad(t, http.StatusInternalServerError)
		if strings.Contains(string(a.body), Adult.PID()) {
			t.Errorf("%s: still knows the card", path)
		}
	}
	if r := s.read(t, Pensioner); r.PID != Pensioner.PID() {
		t.Error("the card before is given for the one inside")
	}
}

func (s *suite) testPollers(t *testing.T) {
	s.insert(t, Adult)
	const pollers, rounds = 8, 3
	failed := make(chan string, pollers*rounds)
	var running sync.WaitGroup
	for range pollers {
		running.Go(func() {
			for range rounds {
				a, err := s.try(t, http.MethodGet, cardPath, nil)
				if err != nil || a.status != http.StatusOK || !strings.Contains(string(a.body), Adult.PID()) {
					failed <- fmt.Sprintf("%v %d %s", err, a.status, a.body)
				}
				time.Sleep(pollEvery)
			}
		})
	}
	running.Wait()
	close(failed)
	for f := range failed {
		t.Error(f)
	}
}

func (s *suite) testProbe(t *testing.T) {
	a := s.get(t, probePath+Adult.PID())
	var r readAnswer
	a.good(t, &r)
	if r.PID != Adult.PID() || !strings.HasPrefix(r.MainInscl, "(UCS)") || r.Image != "" {
		t.Errorf("got %+v", r)
	}
	if r.CorrelationID != "" {
		s.confirm(t, request(Adult, r.CorrelationID)).invalid(t) // nobody is here
	}
	s.get(t, probePath+"9000000000001").invalid(t)
}
