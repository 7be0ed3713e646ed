package nhso

import (
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"authenkiosk/visit"
)

const readSample = `{"pid":"9000000000004","titleName":"003","fname":"ทดสอบ","lname":"ระบบ","nation":"099","birthDate":"25480320","sex":"ชาย",
"transDate":"2021-03-16T13:11:56","mainInscl":"(UCS) สิทธิหลักประกันสุขภาพแห่งชาติ","subInscl":"(89) ช่วงอายุ 12-59 ปี","age":"20 ปี 7 เดือน 18 วัน",
"checkDate":"2025-11-07T17:26:31","claimTypes":[{"claimType":"PG0060001","claimTypeName":"เข้ารับบริการรักษาทั่วไป (OPD/ IPD/ PP)"}],
"correlationId":"00000000-1111-4222-8333-444444444444","hospSub":{"hcode":"99001","hname":"รพ.สต.ทดสอบ"},"hospMain":{"hcode":"99999","hname":"รพ.ทดสอบ"},
"paidModel":"1","startDateTime":"2017-03-20T00:00:00","expireDateTime":"2065-03-19T23:59:59"}`

func TestAReadingIsReadInEveryFormOfTheField(t *testing.T) {
	r, err := parseReading([]byte(readSample))
	if err != nil || r.PID != adult || r.Name != (visit.Name{Prefix: "นาย", First: "ทดสอบ", Last: "ระบบ"}) || r.Sex != visit.SexMale ||
		r.Birth != (visit.PartialDate{Year: 2005, Month: 3, Day: 20}) || r.Correlation != "00000000-1111-4222-8333-444444444444" {
		t.Fatalf("%+v %v", r.Birth, err)
	}
	a := r.Answer
	if a.Right.Main != (visit.Coded{ID: "UCS", Name: "สิทธิหลักประกันสุขภาพแห่งชาติ"}) || a.Right.Sub.ID != "89" || a.Right.HospSub.HCode != "99001" ||
		a.Right.HospMainOp.HCode != "" || a.PaidModel != "1" || len(a.ClaimTypes) != 1 || a.Expire.Year() != 2065 || a.Start.Hour() != 0 {
		t.Errorf("%+v", a.Right)
	}
	for name, c := range map[string]struct {
		body  string
		check func(Reading) bool
	}{
		"one claim type as an object": {`{"pid":"9000000000004","claimTypes":{"claimType":"PG0060001"}}`, func(r Reading) bool { return len(r.Answer.ClaimTypes) == 1 }},
		"no claim types":              {`{"pid":"9000000000004","claimTypes":null}`, func(r Reading) bool { return r.Answer.ClaimTypes != nil && len(r.Answer.ClaimTypes) == 0 }},
		"a number for the PID":        {`{"pid":9000000000004}`, func(r Reading) bool { return r.PID == adult }},
		"a title in words":            {`{"pid":"9000000000004","titleName":"นางสาว"}`, func(r Reading) bool { return r.Name.Prefix == "นางสาว" }},
		"an unknown title code":       {`{"pid":"9000000000004","titleName":"847"}`, func(r Reading) bool { return r.Name.Prefix == "" }},
		"an unknown birthday":         {`{"pid":"9000000000004","birthDate":"25500000"}`, func(r Reading) bool { return r.Birth == visit.PartialDate{Year: 2007} }},
		"a right without a name":      {`{"pid":"9000000000004","mainInscl":"SSS"}`, func(r Reading) bool { return r.Answer.Right.Main.ID == "SSS" }},
		"parentheses in the name":     {`{"pid":"9000000000004","mainInscl":"(WEL) ก (ข)"}`, func(r Reading) bool { return r.Answer.Right.Main == visit.Coded{ID: "WEL", Name: "ก (ข)"} }},
		"a byte order mark":           {"\xef\xbb\xbf" + `{"pid":"9000000000004","sex":"หญิง"}`, func(r Reading) bool { return r.Sex == visit.SexFemale }},
		"a photo":                     {`{"pid":"9000000000004","image":"` + base64.StdEncoding.EncodeToString([]byte("\xff\xd8\xff\xe0")) + `"}`, func(r Reading) bool { return len(r.Photo) == 4 }},
		"a photo as a data URL":       {`{"pid":"9000000000004","image":"data:image/jpeg;base64,` + base64.StdEncoding.EncodeToString([]byte("\xff\xd8\xff\xe0")) + `"}`, func(r Reading) bool { return len(r.Photo) == 4 }},
		"no photo":                    {`{"pid":"9000000000004","image":"PGh0bWw+"}`, func(r Reading) bool { return r.Photo == nil }},
		"a photo without end":         {`{"pid":"9000000000004","image":"` + strings.Repeat("/9j/", maxPhotoBytes/2) + `"}`, func(r Reading) bool { return r.Photo == nil }},
	} {
		if r, err := parseReading([]byte(c.body)); err != nil || !c.check(r) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, c := range map[string]struct {
		body string
		want error
	}{
		"nothing": {"", ErrEmpty}, "a page": {"<html>", ErrHTML}, "a list": {"[]", ErrJSON}, "no person": {"{}", ErrJSON}, "an error": {`{"status":500}`, ErrJSON},
		"a wrong check digit": {`{"pid":"9000000000001"}`, ErrJSON}, "claim types as text": {`{"pid":"9000000000004","claimTypes":"x"}`, ErrJSON},
		"a correlation without end": {`{"pid":"9000000000004","correlationId":"` + strings.Repeat("x", 65) + `"}`, ErrJSON},
	} {
		if _, err := parseReading([]byte(c.body)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTerminalsAreAListOrAnError(t *testing.T) {
	for body, want := range map[string]string{
		`[{"terminalName":"R 0","isPresent":true},{"terminalName":"R 1","isPresent":"false"}]`: "R 0*,R 1",
		`{"terminalName":"R 0","isPresent":"TRUE"}`:                                            "R 0*", `[]`: "", `[{"terminalName":"R 0"}]`: "R 0",
	} {
		list, err := parseTerminals([]byte(body))
		var got []string
		for _, r := range list {
			got = append(got, r.Name+strings.Repeat("*", map[bool]int{true: 1}[r.Present]))
		}
		if err != nil || strings.Join(got, ",") != want {
			t.Errorf("%s: %q %v", body, got, err)
		}
	}
	for body, want := range map[string]error{
		`{"status":500,"error":"x"}`: ErrNoReader, "": ErrEmpty, "null": ErrJSON, "<html>": ErrHTML, `[{}]`: ErrJSON, `[1]`: ErrJSON, `"x"`: ErrJSON, "[": ErrJSON,
	} {
		if _, err := parseTerminals([]byte(body)); !errors.Is(err, want) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestLatestCodesAreOneOrManyOrNone(t *testing.T) {
	one := `{"claimType":"PG0060001","claimCode":"PP1200000001","hcode":"99999","claimDateTime":"2025-11-07T17:27:03.123","checkDate":"x"}`
	for body, n := range map[string]int{one: 1, "[" + one + "," + one + "]": 2, "[]": 0, "{}": 0, `{"checkDate":"2025-11-07T17:40:10"}`: 0, `[{"claimCode":null},` + one + `]`: 1} {
		codes, err := parseLatest([]byte(body), visit.Date{})
		if err != nil || len(codes) != n {
			t.Errorf("%s: %+v %v", body, codes, err)
		}
		for _, c := range codes {
			if c.Code != "PP1200000001" || c.Hospital.HCode != "99999" || c.At.Minute() != 27 || c.ClaimType.Code != "PG0060001" {
				t.Errorf("%+v", c)
			}
		}
	}
	for body, want := range map[string]error{
		"": ErrEmpty, "null": ErrEmpty, "<html>": ErrHTML, `{"status":500}`: ErrJSON, `{"claimCode":"x"}`: ErrCode,
		`{"claimCode":"PP1200000001","claimDateTime":"yesterday"}`: ErrJSON, `[1]`: ErrJSON, `[[]]`: ErrJSON,
	} {
		if _, err := parseLatest([]byte(body), visit.Date{}); !errors.Is(err, want) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// NHSO has a code of the day then, or took something twice: whoever took that for "none" would
// send a second time.
func TestALatestCodeOfTheDayThatIsNotToldIsNoAnswer(t *testing.T) {
	day := visit.Date{Year: 2025, Month: time.November, Day: 7}
	const older = `{"claimType":"PG0060001","claimCode":"PP1190000007","hcode":"99999","claimDateTime":"2025-10-30T08:02:11"}`
	for _, c := range []struct {
		name, body string
		want       error
	}{
		{"null", `[` + older + `,{"claimType":"PG0060001","claimCode":null,"hcode":"99999","claimDateTime":"2025-11-07T17:27:03"}]`, ErrNoCode},
		{"left out", `{"claimType":"PG0060001","hcode":"99999","claimDateTime":"2025-11-07"}`, ErrNoCode},
		{"of a time that cannot be read", `[{"claimCode":"","claimDateTime":"just now"}]`, ErrJSON},
		{"said twice", `[{"claimType":"PG0060001","claimCode":"PP1200000001","claimCode":null,"hcode":"99999","claimDateTime":"2025-11-07T17:27:03"}]`, ErrJSON},
		{"left out the day before", `[{"claimType":"PG0060001","hcode":"99999","claimDateTime":"2025-11-06T17:27:03"},` + older + `]`, nil},
		{"left out, and no time", `[{"claimType":null,"hcode":"99999","checkDate":"2025-11-07T17:27:03"},` + older + `]`, nil},
	} {
		codes, err := parseLatest([]byte(c.body), day)
		if !errors.Is(err, c.want) || (err != nil) != isOdd(err) || (err == nil) != (len(codes) == 1) {
			t.Errorf("%s: %+v, %v", c.name, codes, err)
		}
	}
}

func TestALatestCodeThatDoesNotSayWhoseItIsIsNoAnswer(t *testing.T) {
	const whole = `{"claimType":"PG0060001","claimCode":"PP1200000001","hcode":"99999","claimDateTime":"2025-11-07T17:27:03"}`
	for _, c := range []struct{ name, body, missing, place string }{
		{"no unit", `{"claimType":"PG0060001","claimCode":"PP1200000001","claimDateTime":"2025-11-07T17:27:03"}`, "hcode", "code 0"},
		{"a unit of null", `[{"claimType":"PG0060001","claimCode":"PP1200000001","hcode":null,"claimDateTime":"2025-11-07T17:27:03"}]`, "hcode", "code 0"},
		{"no claim type", `[` + whole + `,{"claimCode":"PP1200000001","hcode":"99999","claimDateTime":"2025-11-07T17:27:03"}]`, "claim type", "code 1"},
	} {
		got, err := parseLatest([]byte(c.body), visit.Date{})
		if !errors.Is(err, ErrJSON) || got != nil {
			t.Errorf("%s: got %v, %v", c.name, got, err)
			continue
		}
		if says := err.Error(); !strings.Contains(says, c.missing) || !strings.Contains(says, c.place) || strings.Contains(says, "PP12") {
			t.Errorf("%s: %s", c.name, says)
		}
	}
}

func TestNoProxyAndNoPublicAddressIsEverAsked(t *testing.T) {
	rt, ok := AgentOptions{}.transport(Timeouts{Connect: time.Second}, false).(*http.Transport)
	if !ok || rt.Proxy != nil {
		t.Fatal("the transport may ask a proxy")
	}
	// The name of a host is checked when it is dialled, by the address it leads to.
	if _, err := rt.DialContext(t.Context(), "tcp", "192.0.2.1:8189"); !errors.Is(err, ErrPublic) {
		t.Errorf("got %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := rt.DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	_ = c.Close()
}

func agentSeeds(f *testing.F) {
	seeds(f)
	for _, s := range []string{
		readSample, `[{"terminalName":"R 0","isPresent":true}]`, `{"status":500,"error":"x"}`,
		`{"pid":"9000000000004","claimType":"PG0060001","correlationId":"c","createDate":"2025-11-07T17:27:03","claimCode":"PP1200000001"}`,
		`[{"claimType":"PG0060001","claimCode":"PP1200000001","hcode":"99999","claimDateTime":"25681107"}]`, `{"checkDate":"x"}`,
		`{"pid":9000000000004,"claimTypes":{"claimType":1},"image":"/9j/","titleName":"005","birthDate":"25500000","mainInscl":"(x"}`,
	} {
		f.Add([]byte(s))
	}
}

func FuzzAgentReading(f *testing.F) {
	agentSeeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := parseReading(body)
		switch {
		case err != nil && (!r.PID.IsZero() || r.Correlation != "" || r.Photo != nil):
			t.Error("a reading came with an error")
		case err == nil && (r.PID.IsZero() || r.Answer.ClaimTypes == nil || len(r.Answer.ClaimTypes) > maxClaimTypes ||
			len(r.Correlation) > maxCorrelationBytes || len(r.Photo) > maxPhotoBytes || len([]rune(r.Name.First)) > maxNameRunes):
			t.Error("a reading is not within its bounds")
		}
	})
}

func FuzzAgentTerminals(f *testing.F) {
	agentSeeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		list, err := parseTerminals(body)
		if err != nil && list != nil {
			t.Error("readers came with an error")
		}
	})
}

func FuzzAgentConfirmed(f *testing.F) {
	agentSeeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		code, err := parseConfirmed(body, Confirmation{PID: adult, ClaimType: "PG0060001", Correlation: "c"})
		if _, wrong := visit.ParseAuthenCode(string(code)); (err == nil) != (wrong == nil) {
			t.Errorf("code %q with %v", code, err)
		}
	})
}

func FuzzAgentLatest(f *testing.F) {
	agentSeeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		codes, err := parseLatest(body, visit.Date{Year: 2025, Month: time.November, Day: 7})
		if err != nil && codes != nil {
			t.Error("codes came with an error")
		}
		for _, c := range codes {
			if _, err := visit.ParseAuthenCode(string(c.Code)); err != nil {
				t.Errorf("code %q", c.Code)
			}
			if c.Hospital.HCode == "" || c.ClaimType.Code == "" {
				t.Errorf("code %q does not say whose it is", c.Code)
			}
		}
	})
}
