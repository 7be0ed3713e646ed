package nhso

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"authenkiosk/nhso/testzone"
	"authenkiosk/visit"
)

var (
	adult = testzone.PID(testzone.Adult)
	other = testzone.PID(testzone.Child)
	today = visit.Date{Year: 2025, Month: time.November, Day: 7}
)

func TestRightSearchIsReadInEveryDocumentedForm(t *testing.T) {
	ucs := visit.Coded{ID: "UCS", Name: "สิทธิหลักประกันสุขภาพแห่งชาติ"}
	for _, c := range []struct {
		name, body string
		want       RightAnswer
	}{
		{
			"a complete answer", `{"pid":"9000000000004","tname":"นาย","fname":"ทดสอบ","lname":"ระบบ","birthDateNew":{"year":2005,"month":3,"day":20},
			"sex":{"id":"1","name":"ชาย"},"nation":{"id":"099","name":"ไทย"},"deathDate":null,"funds":[{"mainInscl":{"id":"UCS","name":"สิทธิหลักประกันสุขภาพแห่งชาติ"},
			"subInscl":{"id":"89","name":"ช่วงอายุ 12-59 ปี"},"paidModel":"1","hospMainOp":{"hcode":"99001","hname":"รพ.สต.ทดสอบ"},"hospMain":{"hcode":"99999","hname":"รพ.ทดสอบ"}}]}`,
			RightAnswer{Sex: "1", Birth: visit.PartialDate{Year: 2005, Month: 3, Day: 20}, PaidModel: "1", Right: visit.Right{
				Main: ucs, Sub: visit.Coded{ID: "89", Name: "ช่วงอายุ 12-59 ปี"}, NationID: "099",
				HospMainOp: visit.Hospital{HCode: "99001", Name: "รพ.สต.ทดสอบ"}, HospMain: visit.Hospital{HCode: "99999", Name: "รพ.ทดสอบ"},
				Holder: visit.Name{Prefix: "นาย", First: "ทดสอบ", Last: "ระบบ"},
			}},
		},
		{"nobody or no right", `{"checkDate":"2025-11-07T00:00:00","nation":{},"sex":{},"funds":[]}`, RightAnswer{}},
		{"funds are null", `{"funds":null}`, RightAnswer{}},
		{"one fund instead of a list", `{"funds":{"mainInscl":"SSS"}}`, RightAnswer{Right: visit.Right{Main: visit.Coded{ID: "SSS"}}}},
		{
			"the first fund has no main inscl", `{"funds":[{"mainInscl":null},{"mainInscl":{"id":"OFC"}}]}`,
			RightAnswer{Right: visit.Right{Main: visit.Coded{ID: "OFC"}}},
		},
		{
			"numbers instead of texts", `{"funds":[{"mainInscl":{"id":"UCS"},"subInscl":{"id":89},"paidModel":1}]}`,
			RightAnswer{PaidModel: "1", Right: visit.Right{Main: visit.Coded{ID: "UCS"}, Sub: visit.Coded{ID: "89"}}},
		},
		{"Buddhist-era birth year", `{"birthDateNew":{"year":2548,"month":3,"day":20},"funds":[]}`, RightAnswer{Birth: visit.PartialDate{Year: 2005, Month: 3, Day: 20}}},
		{"birth as eight digits with unknown day", `{"birthDate":"25480300","funds":[]}`, RightAnswer{Birth: visit.PartialDate{Year: 2005, Month: 3}}},
		{"birth with a time", `{"birthDate":"2005-03-20T00:00:00","funds":[]}`, RightAnswer{Birth: visit.PartialDate{Year: 2005, Month: 3, Day: 20}}},
		{"a date of death", `{"deathDate":"2024-01-31","funds":[]}`, RightAnswer{Right: visit.Right{Deceased: true}}},
		{"a byte order mark", "\xef\xbb\xbf{\"funds\":[]}", RightAnswer{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := parseRight([]byte(c.body), adult)
			if err != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %#v, %v", got.Right, err)
			}
		})
	}
}

func TestWhatIsNoAnswerToRightSearchIsRefused(t *testing.T) {
	for _, c := range []struct {
		name, body string
		want       error
	}{
		{"empty", "", ErrEmpty},
		{"blanks", " \r\n", ErrEmpty},
		{"a web page", "\n<!DOCTYPE html>", ErrHTML},
		{"null", "null", ErrJSON},
		{"a list", "[]", ErrJSON},
		{"no funds at all", `{}`, ErrJSON},
		{"cut JSON", `{"funds":[`, ErrJSON},
		{"something behind", `{"funds":[]}x`, ErrJSON},
		{"funds is a word", `{"funds":"UCS"}`, ErrJSON},
		{"another person", `{"pid":"` + other.Digits() + `","funds":[]}`, ErrOtherPerson},
	} {
		if _, err := parseRight([]byte(c.body), adult); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
}

func history1(fields string) string {
	return `{"statusAuthen":"TRUE","serviceHistories":[{"claimCode":"PP1200000001",` + fields + `}]}`
}

// whole is history1 of a unit and for a claim type, as every documented entry is.
func whole(fields string) string {
	return history1(`"hospital":{"hcode":"99999"},"service":{"code":"PG0060001"},` + fields)
}

func TestCodesOfTheDayAreFoundInEveryDocumentedForm(t *testing.T) {
	for _, c := range []struct {
		name, body string
		want       int
	}{
		{"none", `{"statusAuthen":false,"serviceHistories":[]}`, 0},
		{"none, and null histories", `{"statusAuthen":"false","serviceHistories":null}`, 0},
		{"false wins over what the histories hold", `{"statusAuthen":false,"serviceHistories":[{"claimCode":"PP1200000001","serviceDateTime":"2025-11-07T17:27:03"}]}`, 0},
		{"a local time", whole(`"serviceDateTime":"2025-11-07T17:27:03"`), 1},
		{"a fraction of a second", whole(`"serviceDateTime":"2025-11-07T17:27:03.123456"`), 1},
		{"a zone", whole(`"serviceDateTime":"2025-11-07T10:27:03.000+00:00"`), 1},
		{"a zone without colon", whole(`"serviceDateTime":"2025-11-07T10:27:03.000+0000"`), 1},
		{"UTC that is already tomorrow in Bangkok", whole(`"serviceDateTime":"2025-11-07T17:27:03Z"`), 0},
		{"UTC of yesterday that is today in Bangkok", whole(`"serviceDateTime":"2025-11-06T17:27:03Z"`), 1},
		{"the Buddhist era", whole(`"serviceDateTime":"2568-11-07T17:27:03"`), 1},
		{"milliseconds", whole(`"serviceDateTime":1762511223000`), 1},
		{"yesterday", whole(`"serviceDateTime":"2025-11-06T23:59:59"`), 0},
		{"tomorrow", whole(`"serviceDateTime":"2025-11-08T00:00:00"`), 0},
		{"no time: the question named the day", whole(`"serviceDateTime":null`), 1},
		{"version 1", `{"statusAuthen":true,"serviceHistories":[{"hcode":"99999","hname":"รพ.ทดสอบ","serviceDate":"2025-11-07","claimCode":"PP1200000001","serviceCode":"PG0060001"}]}`, 1},
		{"a cancelled code", whole(`"claimStatus":"C"`), 0},
		{"an entry of another day without a code", `{"statusAuthen":true,"serviceHistories":[{"claimCode":null,"serviceDateTime":"2025-11-06T17:27:03"}]}`, 0},
		{"a cancelled entry without a code", `{"statusAuthen":true,"serviceHistories":[{"claimStatus":"C"}]}`, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := parseStatus([]byte(c.body), adult, today)
			if err != nil || len(got) != c.want {
				t.Fatalf("got %v, %v", got, err)
			}
			if c.want == 1 && got[0].Code != "PP1200000001" {
				t.Errorf("got code %q", got[0].Code)
			}
		})
	}
}

func TestAnEntryIsReadWithUnitAndClaimType(t *testing.T) {
	want := visit.Authentication{
		Code: "PP1200000001", ClaimType: visit.ClaimType{Code: "PG0060001", Name: "ทั่วไป"},
		Hospital: visit.Hospital{HCode: "99999", Name: "รพ.ทดสอบ"},
		At:       time.Date(2025, 11, 7, 17, 27, 3, 0, visit.Bangkok),
	}
	for name, fields := range map[string]string{
		"new form":  `"hospital":{"hcode":"99999","hname":"รพ.ทดสอบ"},"service":{"code":"PG0060001","name":"ทั่วไป"},"serviceDateTime":"2025-11-07T17:27:03","sourceChannel":"API"`,
		"version 1": `"hcode":"99999","hname":"รพ.ทดสอบ","serviceCode":"PG0060001","serviceName":"ทั่วไป","serviceDate":"2025-11-07T17:27:03","sourceChannel":"API"`,
	} {
		got, err := parseStatus([]byte(history1(fields)), adult, today)
		if err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
}

func TestACodeOfWhichNHSOTellsTheDayAloneHasNoTime(t *testing.T) {
	for when, known := range map[string]bool{
		`"2025-11-07"`: false, `"20251107"`: false, `"2568-11-07"`: false, `null`: false,
		`"2025-11-07T00:00:00"`: false, `"2025-11-06T17:00:00Z"`: false, fmt.Sprint(time.Date(2025, 11, 7, 0, 0, 0, 0, visit.Bangkok).UnixMilli()): false,
		`"2025-11-07T00:00:01"`: true, `"2025-11-07T17:27"`: true,
	} {
		got, err := parseStatus([]byte(whole(`"serviceDateTime":`+when)), adult, today)
		if err != nil || len(got) != 1 || got[0].At.IsZero() == known {
			t.Errorf("%s: got %v, %v", when, got, err)
		}
	}
}

func TestWhatIsNoAnswerToTheStatusIsRefused(t *testing.T) {
	for _, c := range []struct {
		name, body string
		want       error
	}{
		{"empty", "", ErrEmpty},
		{"a web page", "<html>PP1200000001</html>", ErrHTML},
		{"no flag", `{"serviceHistories":[]}`, ErrJSON},
		{"an unknown flag", `{"statusAuthen":"yes","serviceHistories":[]}`, ErrJSON},
		{"true and nothing", `{"statusAuthen":true,"serviceHistories":[]}`, ErrNoCode},
		{"an unreadable time", whole(`"serviceDateTime":"7 พ.ย. 68"`), ErrJSON},
		{"a wrong code", `{"statusAuthen":true,"serviceHistories":[{"claimCode":"<b>PP1</b>"}]}`, ErrCode},
		{"another person", `{"statusAuthen":true,"personalId":"` + other.Digits() + `"}`, ErrOtherPerson},
		{"another person, of whom there is none", `{"statusAuthen":false,"personalId":"` + other.Digits() + `"}`, ErrOtherPerson},
		{"an entry without a code", `{"statusAuthen":true,"serviceHistories":[{"claimCode":null,"serviceDateTime":"2025-11-07T17:27:03"}]}`, ErrNoCode},
		{"an entry of null", `{"statusAuthen":true,"serviceHistories":[null]}`, ErrNoCode},
		{"yes and no", `{"statusAuthen":true,"serviceHistories":[],"statusauthen":false}`, ErrJSON},
		{"two lists", `{"statusAuthen":true,"serviceHistories":[{"claimStatus":"C"}],"serviceHistories":[{"claimCode":"PP1200000001"}]}`, ErrJSON},
		{"two codes of one entry", whole(`"claimCode":"PP1200000002"`), ErrJSON},
		{"histories of words", `{"statusAuthen":true,"serviceHistories":["x"]}`, ErrJSON},
	} {
		if _, err := parseStatus([]byte(c.body), adult, today); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
}

// The outbox looks for the code of its unit and claim type. Were a code that names
// neither passed over, the visit would be sent a second time.
func TestACodeThatDoesNotSayWhoseItIsIsNoAnswer(t *testing.T) {
	const unit, kind, at = `"hospital":{"hcode":"99999","hname":"x"}`, `"service":{"code":"PG0060001","name":"x"}`, `,"serviceDateTime":"2025-11-07T17:27:03"`
	for _, c := range []struct{ name, fields, missing string }{
		{"no unit", kind + at, "hcode"},
		{"a unit with a name only", `"hospital":{"hname":"x"},` + kind + at, "hcode"},
		{"a unit of null", `"hospital":null,` + kind + at, "hcode"},
		{"a unit of no visible character", `"hcode":"\u0001",` + kind + at, "hcode"},
		{"no claim type", unit + at, "claim type"},
		{"a claim type with a name only", `"service":{"name":"x"},` + unit + at, "claim type"},
		{"neither, and no time", `"sourceChannel":"API"`, "hcode"},
		{"version 1 without a unit", `"hname":"x","serviceCode":"PG0060001","serviceDate":"2025-11-07"`, "hcode"},
		{"version 1 without a claim type", `"hcode":"99999","serviceName":"x","serviceDate":"2025-11-07"`, "claim type"},
	} {
		got, err := parseStatus([]byte(history1(c.fields)), adult, today)
		if !errors.Is(err, ErrJSON) || got != nil {
			t.Errorf("%s: got %v, %v", c.name, got, err)
			continue
		}
		if says := err.Error(); !strings.Contains(says, c.missing) || !strings.Contains(says, "serviceHistories[0]") || strings.Contains(says, "PP12") {
			t.Errorf("%s: %s", c.name, says)
		}
	}
	for name, fields := range map[string]string{
		"of another day": `"serviceDateTime":"2025-11-06T17:27:03"`, "cancelled": `"claimStatus":"C"`,
	} {
		if got, err := parseStatus([]byte(history1(fields)), adult, today); err != nil || got != nil {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
	second := strings.Replace(whole(`"sourceChannel":"API"`), "}]}", `},{"claimCode":"PP1200000002",`+kind+`}]}`, 1)
	if _, err := parseStatus([]byte(second), adult, today); err == nil || !strings.Contains(err.Error(), "serviceHistories[1]") {
		t.Errorf("the second entry: %v", err)
	}
}

func TestWhatIsSaidTwiceIsNoticedAnywhere(t *testing.T) {
	for body, want := range map[string]bool{
		`{"a":1,"b":{"a":[{"a":1},{"a":2}]},"c":"a","d":["a","a"]}`: false,
		`{"a":1e999,"b":[[],{}],"c":{}}`:                            false,
		`{"a":1,"A":2}`:                                             true,
		`{"a":{},"b":[{"c":1},{"c":1,"d":{},"c":2}]}`:               true,
		`{"a":[],"a":[]}`:                                           true,
	} {
		if got := saysTwice([]byte(body)); got != want {
			t.Errorf("%s: %t", body, got)
		}
	}
}

func TestReceiptIsACodeARefusalOrNothing(t *testing.T) {
	for _, c := range []struct {
		name, body string
		code       visit.AuthenCode
		message    string
		duplicate  bool
		err        error
	}{
		{name: "new form", body: `{"authenCode":"PP1200000001"}`, code: "PP1200000001"},
		{name: "old form", body: `{"AUTHEN_CODE":"PP1200000001","Data_Error":null}`, code: "PP1200000001"},
		{name: "new refusal", body: `{"dataError":"ไม่มีสิทธิ"}`, message: "ไม่มีสิทธิ"},
		{name: "old refusal", body: `{"AUTHEN_CODE":null,"Data_Error":"ไม่มีสิทธิ"}`, message: "ไม่มีสิทธิ"},
		{name: "a duplicate", body: `{"dataError":"ไม่สามารถขอ Authen ซ้ำในวันเดียวกันได้"}`, message: "ไม่สามารถขอ Authen ซ้ำในวันเดียวกันได้", duplicate: true},
		{name: "code and complaint", body: `{"authenCode":"PP1200000001","dataError":"x"}`, err: ErrJSON},
		{name: "two different codes", body: `{"authenCode":"PP1200000001","AUTHEN_CODE":"PP1200000002"}`, err: ErrJSON},
		{name: "two codes of one name", body: `{"authenCode":"PP1200000001","authenCode":"PP1200000002"}`, err: ErrJSON},
		{name: "a wrong code", body: `{"authenCode":"OK"}`, err: ErrCode},
		{name: "nothing in it", body: `{"authenCode":null}`, err: ErrNoCode},
		{name: "empty", body: "", err: ErrEmpty},
		{name: "a web page", body: "<html>", err: ErrHTML},
		{name: "a mere word", body: `"PP1200000001"`, err: ErrJSON},
	} {
		code, no, err := parseReceipt([]byte(c.body))
		if code != c.code || !errors.Is(err, c.err) || (no != nil) != (c.message != "") {
			t.Errorf("%s: got %q, %v, %v", c.name, code, no, err)
			continue
		}
		if no != nil && (no.message != c.message || no.duplicate != c.duplicate) {
			t.Errorf("%s: got %+v", c.name, *no)
		}
	}
}

func TestNHSOsReasonIsFoundInEveryDocumentedForm(t *testing.T) {
	for _, c := range []struct {
		name, body, want string
		duplicate        bool
	}{
		{"errors", `{"message":"Validation failed","errors":[{"defaultMessage":"เบอร์ผิด"}]}`, "เบอร์ผิด", false},
		{"error as a list", `{"error":[{"defaultMessage":"เบอร์ผิด"}]}`, "เบอร์ผิด", false},
		{"errors as words", `{"errors":["เบอร์ผิด"]}`, "เบอร์ผิด", false},
		{"the second has the words", `{"errors":[{},{"defaultMessage":"เบอร์ผิด"}]}`, "เบอร์ผิด", false},
		{"message before error", `{"error":"Bad Request","message":"เบอร์ผิด"}`, "เบอร์ผิด", false},
		{"problem+json", `{"title":"Bad","detail":"เบอร์ผิด","status":400}`, "เบอร์ผิด", false},
		{"Spring's code for a duplicate", `{"errors":[{"codes":["Duplicate.confirmSaveRequest","Duplicate"],"defaultMessage":"มีรหัส"}]}`, "มีรหัส", true},
		{"said in words", `{"message":"วันนี้คุณขอ AuthenCode แล้ว"}`, "วันนี้คุณขอ AuthenCode แล้ว", true},
		{"nothing", `{"errors":[]}`, "", false},
		{"a web page", `<html>400</html>`, "", false},
	} {
		got, ok := parseRefusal([]byte(c.body))
		if ok != (c.want != "") || got.message != c.want || got.duplicate != c.duplicate {
			t.Errorf("%s: got %+v, %v", c.name, got, ok)
		}
	}
}

func TestMessagesLoseNumbersOfPersonsAndControlCharacters(t *testing.T) {
	for in, want := range map[string]string{
		"  พบ 9000000000004 แล้ว\n": "พบ … แล้ว",
		"พบ 9-0000-00000-00-4 แล้ว": "พบ … แล้ว",
		"พบ ๙๐๐๐๐๐๐๐๐๐๐๐๔":          "พบ …",
		"ดัง9000000000004นี้":       "ดัง…นี้",
		"โทร 0800001234 ซ้ำ":        "โทร … ซ้ำ",
		"080-000-1234, 020001234":   "…, …",
		"123 9000000000004 4567890": "…",
		"รหัส PP0800001234":         "รหัส PP0800001234",
		"a\x00b\x1b[31m\u202ec\xff": "ab[31mc",
		"99999 2568 12":             "99999 2568 12",
	} {
		if got := cleanMessage(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	long := make([]rune, 1000)
	for i := range long {
		long[i] = 'ก'
	}
	if got := []rune(cleanMessage(string(long))); len(got) != maxMessageRunes {
		t.Errorf("a long message has %d runes left", len(got))
	}
}

func TestRetryAfterIsSecondsOrADateAndBounded(t *testing.T) {
	now := time.Date(2025, 11, 7, 3, 0, 0, 0, time.UTC)
	for in, want := range map[string]time.Duration{
		"": 0, "x": 0, "-3": 0, "30": 30 * time.Second, " 5 ": 5 * time.Second, "999999999999": maxRetryAfter,
		"Fri, 07 Nov 2025 03:00:10 GMT": 10 * time.Second, "Fri, 07 Nov 2025 02:00:00 GMT": 0,
		"Sat, 08 Nov 2025 02:00:00 GMT": maxRetryAfter,
	} {
		if got := retryAfter(in, now); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}
