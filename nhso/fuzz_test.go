package nhso

import (
	"strings"
	"testing"
	"unicode/utf8"

	"authenkiosk/visit"
)

// seeds are answers of every form, right and wrong.
func seeds(f *testing.F) {
	for _, s := range []string{
		"", "null", "[]", "{}", "<html></html>", `{"funds":[]}`, `{"funds":[{"mainInscl":{"id":"UCS","name":"x"},"paidModel":1}]}`,
		`{"statusAuthen":true,"serviceHistories":[{"claimCode":"PP1200000001","serviceDateTime":"2025-11-07T17:27:03.5+07:00"}]}`,
		`{"statusAuthen":"TRUE","serviceHistories":{"claimCode":"PP1200000001","serviceDate":"25681107"}}`,
		`{"statusAuthen":true,"serviceHistories":[{"hospital":{"hcode":"99999"},"serviceDateTime":"2025-11-07T17:27:03","claimCode":"PP1200000001","service":{"code":"PG0060001"}}]}`,
		`{"authenCode":"PP1200000001"}`, `{"AUTHEN_CODE":null,"Data_Error":"x 9000000000004"}`,
		`{"errors":[{"codes":["Duplicate.x"],"defaultMessage":"y"}],"error":"z"}`, `{"birthDateNew":{"year":2548,"month":0,"day":0},"funds":null}`,
		"\xef\xbb\xbf{\"dataError\":\"\\u0000\\ud800\"}",
	} {
		f.Add([]byte(s))
	}
}

func FuzzRight(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := parseRight(body, adult)
		if err != nil && (!a.Right.IsZero() || a.Right.Deceased) {
			t.Error("an answer came with an error")
		}
		if b := a.Birth; b.Month < 0 || b.Month > 12 || b.Day < 0 || b.Day > 31 || b.Day > 0 && b.Month == 0 {
			t.Errorf("birth %+v", b)
		}
		if len(a.Right.Holder.First) > 4*maxNameRunes || !utf8.ValidString(a.Right.Holder.First) {
			t.Error("a name is too long or not UTF-8")
		}
	})
}

func FuzzStatus(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		codes, err := parseStatus(body, adult, today)
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
			if !c.At.IsZero() && visit.ServiceDateOf(c.At) != today {
				t.Errorf("a code of %s was taken for one of %s", c.At, today)
			}
		}
	})
}

func FuzzReceipt(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		code, no, err := parseReceipt(body)
		given := 0
		for _, b := range []bool{code != "", no != nil, err != nil} {
			if b {
				given++
			}
		}
		if given != 1 {
			t.Errorf("code %q, refusal %v, error %v", code, no, err)
		}
		if _, bad := visit.ParseAuthenCode(string(code)); code != "" && bad != nil {
			t.Errorf("code %q", code)
		}
	})
}

func FuzzRefusal(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		no, ok := parseRefusal(body)
		if ok != (no.message != "") {
			t.Errorf("%v with message %q", ok, no.message)
		}
		checkClean(t, no.message)
	})
}

func FuzzMessage(f *testing.F) {
	for _, s := range []string{"พบ 9000000000004 แล้ว", "9-0000-00000-00-4", "080-000-1234 080-000-1234", "\u202e\x00\xff", "๙๐๐๐๐๐๐๐๐๐๐๐๔"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkClean(t, cleanMessage(s)) })
}

func FuzzMoment(f *testing.F) {
	for _, s := range []string{"2025-11-07T17:27:03", "25681107", "1762511223000", "2568-02-29T00:00:00Z", "9999-99-99"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if at, ok := parseMoment(s); ok && at.Location() != visit.Bangkok {
			t.Errorf("%s is not a time of Bangkok", at)
		}
	})
}

func checkClean(t *testing.T, message string) {
	t.Helper()
	if !utf8.ValidString(message) || utf8.RuneCountInString(message) > maxMessageRunes {
		t.Errorf("%q is too long or not UTF-8", message)
	}
	if longNumber.MatchString(message) || phoneNumber.MatchString(message) || strings.ContainsAny(message, "\x00\n\r\x1b") {
		t.Errorf("%q still holds what it must not", message)
	}
}
