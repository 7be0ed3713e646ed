package testzone

import (
	"cmp"
	"encoding/json"
	"net/http"
	"regexp"

	"authenkiosk/visit"
)

// submitRequest is what the simulator looks at in a submission.
type submitRequest struct {
	SourceID    string   `json:"sourceId"`
	TransID     string   `json:"transId"`
	PID         string   `json:"pid"`
	Phone       []string `json:"phone"`
	HCode       string   `json:"hcode"`
	RecorderPID string   `json:"recorderPid"`
	ServiceCode string   `json:"serviceCode"`

	channel string // how the code was asked for; empty: API
}

// phoneForm is a mobile or landline number; NHSO is not known to look closer.
var phoneForm = regexp.MustCompile(`^0[0-9]{8,9}$`)

// submit answers AuthenCode: JSON, required fields, PID, phone, person and claim
// type, duplicate, and then a code.
func (z *Zone) submit(_ *http.Request, body []byte) reply {
	var s submitRequest
	if err := json.Unmarshal(body, &s); err != nil {
		return problem(http.StatusBadRequest, "Bad Request", "JSON parse error")
	}
	if out, bad := s.check(); bad {
		return out
	}
	p, known := z.person(s.PID)
	switch {
	case !known:
		return z.refuse("ไม่พบข้อมูลบุคคลในฐานข้อมูลประชากรทดสอบ")
	case p.DeathDate != "":
		return z.refuse("บุคคลนี้เสียชีวิตแล้ว ไม่สามารถขอ Authen Code ได้")
	case !p.offers(s.ServiceCode):
		return z.refuse("ผู้รับบริการไม่มีสิทธิตามประเภทบริการที่ขอ")
	}
	c, given, err := z.give(s)
	switch {
	case err != nil:
		return problem(http.StatusInternalServerError, "Internal Server Error", "บันทึกข้อมูลไม่ได้")
	case !given:
		return z.refuse("ไม่สามารถขอ Authen ซ้ำในวันเดียวกันได้")
	case z.options.OldShape:
		return reply{status: http.StatusOK, json: object{"AUTHEN_CODE": c.Code, "Data_Error": nil}}
	}
	return reply{status: http.StatusOK, json: object{"authenCode": c.Code}}
}

// check looks at the fields one after the other.
func (s submitRequest) check() (out reply, bad bool) {
	for _, f := range []struct{ name, value string }{
		{"sourceId", s.SourceID}, {"transId", s.TransID}, {"pid", s.PID}, {"hcode", s.HCode}, {"serviceCode", s.ServiceCode},
	} {
		if f.value == "" {
			return invalid(f.name, "NotBlank", "กรุณาระบุ "+f.name), true
		}
	}
	if len(s.Phone) == 0 {
		return invalid("phone", "NotEmpty", "กรุณาระบุ phone"), true
	}
	if _, err := visit.ParsePID(s.PID); err != nil {
		return invalid("pid", "Pid", "เลขประจำตัวประชาชนไม่ถูกต้อง"), true
	}
	if _, err := visit.ParsePID(s.RecorderPID); s.RecorderPID != "" && err != nil {
		return invalid("recorderPid", "Pid", "เลขประจำตัวผู้บันทึกไม่ถูกต้อง"), true
	}
	for _, number := range s.Phone {
		if !phoneForm.MatchString(number) {
			return invalid("phone", "Pattern", "หมายเลขโทรศัพท์ไม่ถูกต้อง"), true
		}
	}
	if claimTypeName(s.ServiceCode) == "" {
		return invalid("serviceCode", "ServiceCode", "ไม่พบประเภทบริการ"), true
	}
	return reply{}, false
}

// refuse is a "no" after the checks of form. NHSO's status for it is not known;
// the new shape uses 400 here, the old one 200.
func (z *Zone) refuse(message string) reply {
	if z.options.OldShape {
		return reply{status: http.StatusOK, json: object{"AUTHEN_CODE": nil, "Data_Error": message}}
	}
	return reply{status: http.StatusBadRequest, json: object{"dataError": message}}
}

// give makes a code unless there is one already; finding and making are one step.
func (z *Zone) give(s submitRequest) (c Code, given bool, err error) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.seed()
	now := z.options.Now()
	for _, old := range z.find(s.PID, visit.ServiceDateOf(now)) {
		same := old.ClaimType == s.ServiceCode && old.Hospital.HCode == s.HCode
		if same || z.options.Strict {
			return Code{}, false, nil
		}
	}
	c, err = z.issue(Code{
		PID: s.PID, ClaimType: s.ServiceCode, Hospital: unit(s.HCode), At: now, TransID: s.TransID, Channel: cmp.Or(s.channel, "API"),
	})
	return c, err == nil, err
}

// unit names a unit of the test zone.
func unit(hcode string) visit.Hospital {
	for _, h := range []visit.Hospital{Here, Elsewhere, Primary} {
		if h.HCode == hcode {
			return h
		}
	}
	return visit.Hospital{HCode: hcode, Name: "หน่วยบริการทดสอบ " + hcode}
}
