package testzone

import (
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"time"

	"github.com/google/uuid"

	"authenkiosk/visit"
)

// agentMobile is the number that confirm-save takes; the switch AgentLandlines
// lets landlines pass, too.
var agentMobile = regexp.MustCompile(`^0[0-9]{9}$`)

// confirmRequest is the body of confirm-save and of save-as-draft.
type confirmRequest struct {
	PID         string `json:"pid"`
	ClaimType   string `json:"claimType"`
	Mobile      string `json:"mobile"`
	Correlation string `json:"correlationId"`
	HN          string `json:"hn"`
	HCode       string `json:"hcode"`
}

// correlation is what a read leaves for confirm-save.
type correlation struct {
	pid       string
	insertion uint64
	issued    time.Time
	used      bool
}

// correlate makes the id of a read, and makes room for it.
func (a *agent) correlate(pid string, insertion uint64) string {
	id, now := uuid.NewString(), a.zone.options.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.correlations) >= maxCorrelations {
		maps.DeleteFunc(a.correlations, func(_ string, c correlation) bool { return now.Sub(c.issued) > correlationLife })
	}
	if len(a.correlations) >= maxCorrelations {
		clear(a.correlations) // thousands of reads in half an hour: whoever means it reads again
	}
	a.correlations[id] = correlation{pid: pid, insertion: insertion, issued: now}
	return id
}

// checked looks at a request as far as a draft goes: JSON, required fields, PID
// and card, phone, claim type, correlation. How the original treats an old or a
// used correlation is not known; this one is strict, and forgets it with the card.
func (a *agent) checked(r *http.Request, body []byte) (confirmRequest, *reply) {
	var q confirmRequest
	fail := func(field, code, message string) (confirmRequest, *reply) {
		out := a.bad(r, field, code, message)
		return confirmRequest{}, &out
	}
	if err := json.Unmarshal(body, &q); err != nil {
		out := a.fail(r, http.StatusBadRequest, "JSON parse error")
		return confirmRequest{}, &out
	}
	for _, f := range []struct{ name, value string }{
		{"pid", q.PID}, {"claimType", q.ClaimType}, {"mobile", q.Mobile}, {"correlationId", q.Correlation},
	} {
		if f.value == "" {
			return fail(f.name, "NotBlank", "กรุณาระบุ "+f.name)
		}
	}
	a.mu.Lock()
	c, known := a.correlations[q.Correlation]
	a.mu.Unlock()
	if _, err := visit.ParsePID(q.PID); err != nil {
		return fail("pid", "Pid", "เลขประจำตัวประชาชนไม่ถูกต้อง")
	}
	if known && c.pid != q.PID {
		return fail("pid", "Pid", "เลขประจำตัวประชาชนไม่ตรงกับบัตร")
	}
	if !agentMobile.MatchString(q.Mobile) && (!a.zone.options.AgentLandlines || !phoneForm.MatchString(q.Mobile)) {
		return fail("mobile", "Pattern", "หมายเลขโทรศัพท์ไม่ถูกต้อง")
	}
	p, _ := a.zone.person(q.PID)
	fresh := known && !c.used && a.zone.options.Now().Sub(c.issued) <= correlationLife && a.cards.Slot().Insertion == c.insertion
	switch {
	case !p.offers(q.ClaimType):
		return fail("claimType", "ClaimType", "ผู้รับบริการไม่มีสิทธิตามประเภทบริการที่ขอ")
	case !fresh:
		return fail("correlationId", "CorrelationId", "correlationId ไม่ถูกต้องหรือหมดอายุ กรุณาอ่านบัตรใหม่")
	}
	return q, nil
}

// confirm answers confirm-save: everything of checked, then the duplicate, then a
// code of the unit Here.
func (a *agent) confirm(r *http.Request, body []byte) reply {
	q, no := a.checked(r, body)
	if no != nil {
		return *no
	}
	processed, answered := a.behind(r.Context(), SubmitPath)
	if !processed {
		return a.unreachable(r)
	}
	if !a.use(q.Correlation) {
		return a.bad(r, "correlationId", "CorrelationId", "correlationId ถูกใช้แล้ว")
	}
	c, given, err := a.zone.give(submitRequest{PID: q.PID, ServiceCode: q.ClaimType, HCode: Here.HCode, TransID: q.Correlation})
	switch {
	case err != nil:
		return a.fail(r, http.StatusInternalServerError, "บันทึกข้อมูลไม่ได้")
	case !answered:
		return a.unreachable(r)
	case !given:
		return a.bad(r, "pid", "Duplicate", "ผู้รับบริการรายนี้ขอรหัสสำหรับวันนี้แล้ว")
	}
	return reply{status: http.StatusOK, json: agentSaved{q.PID, q.ClaimType, q.Correlation, stamp(c.At), c.Code}}
}

// use takes a correlation; of two requests with the same one only one gets it.
func (a *agent) use(id string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	c, known := a.correlations[id]
	if !known || c.used {
		return false
	}
	c.used = true
	a.correlations[id] = c
	return true
}

// draft answers save-as-draft: no code comes of it.
func (a *agent) draft(r *http.Request, body []byte) reply {
	q, no := a.checked(r, body)
	if no != nil {
		return *no
	}
	if _, answered := a.behind(r.Context(), SubmitPath); !answered {
		return a.unreachable(r)
	}
	return reply{status: http.StatusOK, json: agentSaved{PID: q.PID, ClaimType: q.ClaimType, Correlation: q.Correlation, Created: stamp(a.zone.options.Now())}}
}
