package secureagent

import (
	"net/http"

	"authenkiosk/visit"
)

// failure is the error body of Spring Boot 2.6, in its order (seen).
type failure struct {
	Timestamp string       `json:"timestamp"`
	Status    int          `json:"status"`
	Error     string       `json:"error"`
	Message   string       `json:"message"`
	Errors    []fieldError `json:"errors,omitempty"`
	Path      string       `json:"path"`
}

type fieldError struct {
	Codes          []string   `json:"codes"`
	Arguments      []argument `json:"arguments"`
	DefaultMessage string     `json:"defaultMessage"`
	ObjectName     string     `json:"objectName"`
	Field          string     `json:"field,omitempty"`
	Code           string     `json:"code"`
}

type argument struct {
	Codes          []string `json:"codes"`
	DefaultMessage string   `json:"defaultMessage"`
	Code           string   `json:"code"`
}

const requestName = "confirmSaveRequest"

// Texts that hospital software shows as they are.
const (
	sayNoReader     = "ไม่พบเครื่องอ่านบัตร"
	sayNoService    = "ระบบเครื่องอ่านบัตรไม่ทำงาน"
	sayNoCard       = "No smart card present"
	sayCardMute     = "บัตรไม่ตอบสนอง กรุณาตรวจด้านของบัตรแล้วเสียบใหม่"
	sayCardNotThai  = "ไม่ใช่บัตรประจำตัวประชาชนไทย"
	sayCardBusy     = "โปรแกรมอื่นกำลังใช้บัตรอยู่"
	sayCardBad      = "อ่านบัตรไม่ได้ กรุณาถอดบัตรแล้วเสียบใหม่"
	sayNHSODown     = "ไม่สามารถติดต่อ สปสช. ได้ ยังไม่มีการบันทึก"
	sayPID          = "เลขประจำตัวประชาชนไม่ถูกต้อง"
	sayOtherPID     = "เลขประจำตัวประชาชนไม่ตรงกับบัตร"
	sayMobile       = "หมายเลขโทรศัพท์ไม่ถูกต้อง"
	sayClaimType    = "ผู้รับบริการไม่มีสิทธิตามประเภทบริการที่ขอ"
	sayCorrelation  = "การอ่านบัตรครั้งนี้ใช้ไม่ได้แล้ว กรุณาเสียบบัตรและอ่านใหม่"
	sayOtherUnit    = "หน่วยบริการ %.20s ไม่ตรงกับหน่วยบริการของเครื่องนี้ (%s)"
	sayHN           = "HN ยาวเกินไป"
	sayDuplicate    = "ผู้รับบริการรายนี้ขอรหัสสำหรับวันนี้แล้ว"
	sayRefused      = "สปสช. ไม่อนุมัติคำขอ"
	sayNotSaved     = "บันทึกข้อมูลในเครื่องไม่ได้ ยังไม่ได้ส่งคำขอ"
	sayUnclear      = "ยังไม่ทราบผลจาก สปสช. กรุณาตรวจสอบด้วย latest-authen-code ห้ามส่งซ้ำ"
	sayNoDrafts     = "เครื่องนี้ไม่รับฉบับร่าง ยังไม่มีการบันทึก"
	sayOtherDraft   = "บันทึกฉบับร่างของการอ่านบัตรครั้งนี้แล้ว หากต้องการแก้ไข กรุณาอ่านบัตรใหม่"
	sayCardNeeded   = "ยังไม่ได้ส่งคำขอถึง สปสช. เก็บไว้ให้เจ้าหน้าที่ดำเนินการต่อแล้ว โดยต้องใช้บัตรของผู้ป่วยอีกครั้ง"
	sayFlag         = "readImageFlag ต้องเป็น true หรือ false"
	sayNotFound     = "No message available"
	sayWrongMethod  = "Request method is not supported"
	sayWrongType    = "Content type must be application/json"
	sayTooLong      = "Request is too long"
	sayNotJSON      = "JSON parse error"
	sayInvalid      = "Validation failed"
	sayTooMany      = "มีคำขอที่รอ สปสช. มากเกินไป กรุณาลองใหม่ในอีกสักครู่"
	sayGone         = "Request was given up"
	errorTimeFormat = "2006-01-02T15:04:05.000-07:00"
)

// fail is an error. Programs show errors[0].defaultMessage whatever the status is, so
// there always is one.
func (h *Handler) fail(r *http.Request, status int, message string, errs ...fieldError) answer {
	if len(errs) == 0 {
		errs = []fieldError{{
			Codes: []string{"AuthenKiosk"}, Arguments: []argument{}, DefaultMessage: message, ObjectName: "agent", Code: "AuthenKiosk",
		}}
	}
	return answer{status: status, body: failure{
		Timestamp: h.now().UTC().Format(errorTimeFormat), Status: status, Error: http.StatusText(status),
		Message: message, Errors: errs, Path: r.URL.Path,
	}}
}

// invalid is a 400 with the binding error whose defaultMessage programs show.
func (h *Handler) invalid(r *http.Request, field, code, message string) answer {
	return h.fail(r, http.StatusBadRequest, sayInvalid, bindingError(field, code, message))
}

func bindingError(field, code, message string) fieldError {
	return fieldError{
		Codes:          []string{code + "." + requestName + "." + field, code},
		Arguments:      []argument{{Codes: []string{requestName + "." + field, field}, DefaultMessage: field, Code: field}},
		DefaultMessage: message, ObjectName: requestName, Field: field, Code: code,
	}
}

// gaveUp is for a client that has left, and for the end of the program.
func (h *Handler) gaveUp(r *http.Request) answer {
	return h.fail(r, http.StatusServiceUnavailable, sayGone)
}

// tooMany is for a client whose questions NHSO has not answered yet.
func (h *Handler) tooMany(r *http.Request) answer {
	return h.fail(r, http.StatusServiceUnavailable, sayTooMany)
}

// nhsoDown is 500, as the original answers when NHSO does not.
func (h *Handler) nhsoDown(r *http.Request) answer {
	return h.fail(r, http.StatusInternalServerError, sayNHSODown)
}

// cardTrouble is 418 without a reader and 500 for everything else, as seen.
func (h *Handler) cardTrouble(r *http.Request, p visit.Problem) answer {
	status, message := http.StatusInternalServerError, sayCardBad
	switch p {
	case visit.ReaderMissing, visit.CardServiceRefuses:
		status, message = http.StatusTeapot, sayNoReader
	case visit.CardRemovedEarly:
		message = sayNoCard
	case visit.CardMute:
		message = sayCardMute
	case visit.CardNotThai:
		message = sayCardNotThai
	case visit.CardBusy:
		message = sayCardBusy
	}
	return h.fail(r, status, message)
}
