package testzone

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"authenkiosk/visit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is a clock that tests move by hand.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

func morning() *clock { return &clock{time.Date(2025, 11, 7, 9, 0, 0, 0, visit.Bangkok)} }

func zoneAt(t *testing.T, c *clock, o Options) *Zone {
	t.Helper()
	o.Now = c.now
	z, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = z.Close() })
	return z
}

// call sends a request with the right token and decodes a JSON answer.
func call(t *testing.T, z *Zone, method, target, body string) (*httptest.ResponseRecorder, map[string]any) {
	t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+DefaultToken)
	w := httptest.NewRecorder()
	z.ServeHTTP(w, r)
	var v map[string]any
	_ = json.Unmarshal(w.Body.Bytes(), &v)
	if w.Header().Get("X-Simulator") != "nhso-test" {
		t.Error("the answer does not say that it is simulated")
	}
	return w, v
}

func submitBody(change func(map[string]any)) string {
	v := map[string]any{
		"sourceId": "KIOSK", "transId": "t1", "pid": PID(Adult).Digits(), "phone": []string{"0800000000"},
		"hcode": "99999", "serviceCode": "PG0060001", "recorderPid": PID(Officer).Digits(),
	}
	change(v)
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func set(key string, value any) func(map[string]any) {
	return func(v map[string]any) { v[key] = value }
}

func TestThePopulationIsMadeUpAndValid(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range Population() {
		if err := p.Validate(); err != nil || seen[p.PID] {
			t.Errorf("%s: %v", p.Note, err)
		}
		seen[p.PID] = true
	}
	if got := PID(Adult).Digits() + " " + PID(Pensioner).Digits(); got != "9000000000004 9000000000012" {
		t.Errorf("got %s", got)
	}
	if len(seen) != 13 {
		t.Errorf("%d persons", len(seen))
	}
}

func TestSubmissionsAreCheckedInOrder(t *testing.T) {
	z := zoneAt(t, morning(), Options{})
	for _, c := range []struct {
		name, body string
		status     int
		contains   string
	}{
		{"no JSON", "{", 400, "JSON"},
		{"a missing field before a wrong PID", submitBody(func(v map[string]any) { v["hcode"], v["pid"] = "", "1" }), 400, "hcode"},
		{"no phone", submitBody(set("phone", nil)), 400, "phone"},
		{"a wrong PID before a wrong phone", submitBody(func(v map[string]any) { v["pid"], v["phone"] = "9000000000001", []string{"1"} }), 400, "เลขประจำตัวประชาชน"},
		{"a wrong recorder", submitBody(set("recorderPid", "1")), 400, "ผู้บันทึก"},
		{"a wrong phone", submitBody(set("phone", []string{"1800000000"})), 400, "โทรศัพท์"},
		{"an unknown claim type", submitBody(set("serviceCode", "PG9999999")), 400, "ประเภทบริการ"},
		{"nobody", submitBody(set("pid", PID("999999999999").Digits())), 400, "ไม่พบ"},
		{"the deceased", submitBody(set("pid", PID(Late).Digits())), 400, "เสียชีวิต"},
		{"no right", submitBody(set("pid", PID(WithoutAny).Digits())), 400, "ไม่มีสิทธิ"},
		{"a claim type of another right", submitBody(func(v map[string]any) { v["pid"], v["serviceCode"] = PID(Insured).Digits(), "PG0110001" }), 400, "ไม่มีสิทธิ"},
		{"a good one", submitBody(set("transId", "t9")), 200, "PP1200000"},
		{"the same again", submitBody(set("transId", "t10")), 400, "ซ้ำ"},
		{"another claim type", submitBody(set("serviceCode", "PG0130001")), 200, "PP1200000"},
		{"another unit", submitBody(set("hcode", "99998")), 200, "PP1200000"},
		{"too long", strings.Repeat(" ", maxBodyBytes+1), 413, "ยาวเกินไป"},
	} {
		w, _ := call(t, z, "POST", SubmitPath, c.body)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.contains) {
			t.Errorf("%s: got %d %s", c.name, w.Code, w.Body)
		}
	}
}

func TestTheStrictRuleAllowsOneCodeADay(t *testing.T) {
	c := morning()
	z := zoneAt(t, c, Options{Strict: true, OldShape: true})
	if _, v := call(t, z, "POST", OldSubmitPath, submitBody(set("transId", "a"))); v["AUTHEN_CODE"] == nil || v["Data_Error"] != nil {
		t.Fatalf("got %v", v)
	}
	if w, v := call(t, z, "POST", OldSubmitPath, submitBody(set("hcode", "99998"))); w.Code != 200 || v["AUTHEN_CODE"] != nil || v["Data_Error"] == nil {
		t.Errorf("another unit: got %d %v", w.Code, v)
	}
	c.t = c.t.Add(24 * time.Hour)
	if _, v := call(t, z, "POST", OldSubmitPath, submitBody(set("transId", "b"))); v["AUTHEN_CODE"] == nil {
		t.Errorf("the next day: got %v", v)
	}
}

func TestAlreadyTodayComesAnewEachDay(t *testing.T) {
	c := morning()
	z := zoneAt(t, c, Options{})
	for range 3 {
		day := visit.ServiceDateOf(c.t)
		for serial, unit := range map[string]visit.Hospital{DoneHere: Here, DoneThere: Elsewhere} {
			got := z.codesOf(PID(serial).Digits(), day)
			if len(got) != 1 || got[0].Hospital != unit || got[0].At.After(c.t) {
				t.Errorf("%s: got %+v", day, got)
			}
		}
		c.t = c.t.Add(20 * time.Hour)
	}
}

func TestTokensAreChecked(t *testing.T) {
	z := zoneAt(t, morning(), Options{})
	for header, want := range map[string]int{"": 401, "Bearer x": 401, DefaultToken: 401, "Bearer " + ExpiredToken: 200, "Bearer " + DefaultToken: 400} {
		r := httptest.NewRequest("GET", StatusPath, nil)
		r.Header.Set("Authorization", header)
		w := httptest.NewRecorder()
		z.ServeHTTP(w, r)
		if w.Code != want || (header == "Bearer "+ExpiredToken) != (w.Body.Len() == 0) {
			t.Errorf("%q: got %d %s", header, w.Code, w.Body)
		}
	}
}

func TestQuestionsAreAnsweredAsDocumented(t *testing.T) {
	z := zoneAt(t, morning(), Options{})
	_, v := call(t, z, "GET", RightPath+"?pid="+PID(Insured).Digits()+"&checkDate=2025-11-07T00:00:00", "")
	fund := v["funds"].([]any)[0].(map[string]any)
	if fund["mainInscl"].(map[string]any)["id"] != "SSS" || fund["hospSub"] != nil || fund["paidModel"] != nil || v["deathDate"] != nil {
		t.Errorf("right: got %v", v)
	}
	for _, q := range []string{
		RightPath + "?pid=1&checkDate=2025-11-07", RightPath + "?pid=" + PID(Adult).Digits() + "&checkDate=x",
		StatusPath + "?personalId=1&serviceDate=2025-11-07", StatusPath + "?personalId=" + PID(Adult).Digits(),
	} {
		if w, v := call(t, z, "GET", q, ""); w.Code != 400 || v["errors"] == nil {
			t.Errorf("%s: got %d %v", q, w.Code, v)
		}
	}
	q := StatusPath + "?serviceDate=2025-11-07&personalId=" + PID(DoneHere).Digits()
	if _, v := call(t, z, "GET", q, ""); v["statusAuthen"] != true || v["fullName"] != "ซ้ำ ที่นี่" {
		t.Errorf("status: got %v", v)
	}
	if _, v := call(t, z, "GET", q+"&serviceCode=PG0130001", ""); v["statusAuthen"] != false {
		t.Errorf("status of another claim type: got %v", v)
	}
	if w, _ := call(t, z, "GET", SubmitPath, ""); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("GET of a submission: got %d", w.Code)
	}
}

func TestPersonsCanBeAddedButOnlyMadeUpOnes(t *testing.T) {
	z := zoneAt(t, morning(), Options{})
	pid := PID("912345678901").Digits()
	for _, c := range []struct {
		name, pid, body string
		status          int
		contains        string
	}{
		{"a good one", pid, `{"firstName":"ใหม่","main":{"id":"UCS"},"claimTypes":["PG0060001"],"doneToday":{"hcode":"99998"}}`, 200, pid},
		{"a wrong check digit", "9123456789011", `{}`, 400, "check digit"},
		{"a PID in civil use", "1" + fmt.Sprintf("%011d%c", 0, visit.PIDCheckDigit("100000000000")), `{}`, 400, "begin with 9"},
		{"another PID in the body", pid, `{"pid":"` + PID(Adult).Digits() + `"}`, 400, "path"},
		{"an unknown field", pid, `{"x":1}`, 400, `unknown field`},
		{"an unknown claim type", pid, `{"claimTypes":["x"]}`, 400, "claimTypes"},
		{"a wrong sex and birth", pid, `{"sex":"M","birth":"2548-01-01"}`, 400, "birth"},
		{"a wrong date of death", pid, `{"deathDate":"x"}`, 400, "deathDate"},
		{"a text without end", pid, `{"note":"` + strings.Repeat("x", 201) + `"}`, 400, "longer"},
		{"something behind", pid, `{} {}`, 400, "follows"},
		{"a body without end", pid, `{"note":"` + strings.Repeat("x", maxBodyBytes) + `"}`, 413, "longer"},
	} {
		w, _ := call(t, z, "PUT", "/testzone/persons/"+c.pid, c.body)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.contains) {
			t.Errorf("%s: got %d %s", c.name, w.Code, w.Body)
		}
	}
	if w, _ := call(t, z, "GET", "/testzone/persons", ""); !bytes.Contains(w.Body.Bytes(), []byte("ใหม่")) {
		t.Error("the new person is not in the list")
	}
	if got := z.codesOf(pid, visit.Date{Year: 2025, Month: 11, Day: 7}); len(got) != 1 || got[0].Hospital.HCode != "99998" {
		t.Errorf("already today: got %+v", got)
	}
}

func TestThePageShowsEverything(t *testing.T) {
	z := zoneAt(t, morning(), Options{})
	_, _ = call(t, z, "POST", SubmitPath, submitBody(set("transId", "<script>")))
	_ = z.SetFault(Fault{Path: StatusPath, Kind: FaultSlow, DelayMS: 1234})
	w, _ := call(t, z, "GET", "/", "")
	for _, want := range []string{"TEST ZONE / ฐานข้อมูลประชากรทดสอบ", "บุญมี", "PP12000000", "1234 ms", StatusPath, "&lt;script&gt;", "http-equiv=\"refresh\" content=\"5\""} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(w.Body.String(), "<script") || w.Header().Get("Content-Security-Policy") == "" {
		t.Error("the page runs or may run scripts")
	}
	if w, _ := call(t, z, "GET", "/nothing", ""); w.Code != 404 {
		t.Errorf("an unknown path: got %d", w.Code)
	}
}
