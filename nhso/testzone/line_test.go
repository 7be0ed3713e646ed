package testzone_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"authenkiosk/nhso/testzone"
	"authenkiosk/visit"
)

// phoneAsks fills the form of the phone and returns the page that comes back.
func phoneAsks(t *testing.T, base, unit, pid, phone string) (status int, page string) {
	t.Helper()
	resp, err := http.PostForm(base+testzone.LinePath+"?unit="+unit, url.Values{"pid": {pid}, "phone": {phone}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestThePhonePageGivesOneCodeAndRefusesWhatNHSOWould(t *testing.T) {
	morning := time.Date(2025, 11, 7, 9, 0, 0, 0, visit.Bangkok) // far from midnight
	z, err := testzone.New(testzone.Options{Now: func() time.Time { return morning }})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(z)
	defer server.Close()
	var someone, foreign testzone.Person
	for _, p := range z.Persons() {
		if p.DoneToday.HCode == "" && p.DeathDate == "" && len(p.ClaimTypes) > 0 {
			someone = p
		}
		if p.DeathDate != "" {
			foreign = p
		}
	}
	for _, c := range []struct{ name, unit, pid, phone, want string }{
		{"a wrong number", "99999", someone.PID[:12] + string('0'+(someone.PID[12]-'0'+1)%10), "0800001234", "เลขประจำตัวประชาชนไม่ถูกต้อง"},
		{"no phone", "99999", someone.PID, "", "หมายเลขโทรศัพท์ไม่ถูกต้อง"},
		{"an invented phone", "99999", someone.PID, "0800000000", "หมายเลขโทรศัพท์ไม่ถูกต้อง"},
		{"nobody", "99999", "9999999999994", "0800001234", "ไม่พบข้อมูลบุคคล"},
		{"somebody who has died", "99999", foreign.PID, "0800001234", "โปรดติดต่อเจ้าหน้าที่"},
		{"a first request", "99999", someone.PID, "0800001234", "ได้รับรหัสแล้ว"},
		{"a second one", "99999", someone.PID, "0800001234", "วันนี้มีรหัสแล้ว"},
	} {
		if status, page := phoneAsks(t, server.URL, c.unit, c.pid, c.phone); status != http.StatusOK || !strings.Contains(page, c.want) {
			t.Errorf("%s: %d, without %q", c.name, status, c.want)
		}
	}
	if status, _ := phoneAsks(t, server.URL, "", someone.PID, "0800001234"); status != http.StatusBadRequest {
		t.Errorf("a QR code without a unit gives %d", status)
	}
	codes := z.Codes()
	if last := codes[len(codes)-1]; last.PID != someone.PID || last.Channel != "LINE" || last.Hospital.HCode != "99999" {
		t.Errorf("the last code is %v", last)
	}
}
