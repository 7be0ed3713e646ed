package testzone

import (
	"fmt"
	"net/http"
	"time"

	"authenkiosk/visit"
)

// The answers of the NHSO Secure SmartCard Agent, with their fields in the order
// in which they were seen.

type agentTerminal struct {
	Name    string `json:"terminalName"`
	Present bool   `json:"isPresent"`
}

type agentHospital struct {
	HCode string `json:"hcode"`
	HName string `json:"hname"`
}

type agentClaimType struct {
	Code string `json:"claimType"`
	Name string `json:"claimTypeName"`
}

// agentPerson answers read, read-card-only and probe. What does not apply is
// absent.
type agentPerson struct {
	PID         string           `json:"pid"`
	Title       string           `json:"titleName"`
	First       string           `json:"fname"`
	Last        string           `json:"lname"`
	Nation      string           `json:"nation,omitempty"`
	Birth       string           `json:"birthDate"`
	Sex         string           `json:"sex"`
	TransDate   string           `json:"transDate,omitempty"`
	Main        string           `json:"mainInscl,omitempty"`
	Sub         string           `json:"subInscl,omitempty"`
	Age         string           `json:"age,omitempty"`
	CheckDate   string           `json:"checkDate,omitempty"`
	ClaimTypes  []agentClaimType `json:"claimTypes,omitempty"`
	Image       string           `json:"image,omitempty"` // base64 of a JPEG
	Correlation string           `json:"correlationId,omitempty"`
	HospSub     *agentHospital   `json:"hospSub,omitempty"`
	HospMainOp  *agentHospital   `json:"hospMainOp,omitempty"`
	HospMain    *agentHospital   `json:"hospMain,omitempty"`
	PaidModel   string           `json:"paidModel,omitempty"`
	Start       string           `json:"startDateTime,omitempty"`
	Expire      string           `json:"expireDateTime,omitempty"`
}

// agentSaved answers confirm-save and, without a code, save-as-draft.
type agentSaved struct {
	PID         string           `json:"pid"`
	ClaimType   string           `json:"claimType"`
	Correlation string           `json:"correlationId"`
	Created     string           `json:"createdDate"`
	Code        visit.AuthenCode `json:"claimCode,omitempty"`
}

// agentLatest answers latest-authen-code. Without any code it is checkDate alone
// (inferred; consumers test whether claimCode is there).
type agentLatest struct {
	ClaimType string           `json:"claimType,omitempty"`
	Code      visit.AuthenCode `json:"claimCode,omitempty"`
	HCode     string           `json:"hcode,omitempty"`
	At        string           `json:"claimDateTime,omitempty"`
	CheckDate string           `json:"checkDate"`
}

// agentError is the error body of Spring Boot 2.6.
type agentError struct {
	Timestamp string            `json:"timestamp"`
	Status    int               `json:"status"`
	Error     string            `json:"error"`
	Message   string            `json:"message"`
	Errors    []agentFieldError `json:"errors,omitempty"`
	Path      string            `json:"path"`
}

type agentFieldError struct {
	Codes          []string        `json:"codes"`
	Arguments      []agentArgument `json:"arguments"`
	DefaultMessage string          `json:"defaultMessage"`
	ObjectName     string          `json:"objectName"`
	Field          string          `json:"field,omitempty"`
	Code           string          `json:"code"`
}

type agentArgument struct {
	Codes          []string `json:"codes"`
	DefaultMessage string   `json:"defaultMessage"`
	Code           string   `json:"code"`
}

const (
	agentErrorTime = "2006-01-02T15:04:05.000-07:00"
	agentObject    = "confirmSaveRequest"
)

// fail makes an error answer; the zone's clock is that of the timestamp.
func (a *agent) fail(r *http.Request, status int, message string, errs ...agentFieldError) reply {
	return reply{status: status, json: agentError{
		Timestamp: a.zone.options.Now().UTC().Format(agentErrorTime), Status: status,
		Error: http.StatusText(status), Message: message, Errors: errs, Path: r.URL.Path,
	}}
}

// bad is a binding error of one field of confirm-save.
func (a *agent) bad(r *http.Request, field, code, message string) reply {
	return a.fail(r, http.StatusBadRequest, "Validation failed", agentFieldError{
		Codes:          []string{code + "." + agentObject + "." + field, code},
		Arguments:      []agentArgument{{Codes: []string{agentObject + "." + field, field}, DefaultMessage: field, Code: field}},
		DefaultMessage: message, ObjectName: agentObject, Field: field, Code: code,
	})
}

// titleCodes are the codes of the Department of Provincial Administration that
// read gives for titles; that of นาง is inferred.
var titleCodes = map[string]string{"ด.ช.": "001", "ด.ญ.": "002", "นาย": "003", "น.ส.": "004", "นาง": "005"}

// cardOf is what stands on the chip of a person's card.
func cardOf(p Person) agentPerson {
	year, month, day := p.birthParts()
	return agentPerson{
		PID: p.PID, Title: p.Title, First: p.FirstName, Last: p.LastName, Nation: p.Nation,
		Birth: fmt.Sprintf("%04d%02d%02d", year+visit.BuddhistEraOffset, month, day), Sex: sexName(p.Sex),
	}
}

// rightOf is the card of a person with what NHSO adds to it.
func rightOf(p Person, now time.Time) agentPerson {
	out := cardOf(p)
	if code, ok := titleCodes[p.Title]; ok {
		out.Title = code
	}
	out.TransDate, out.CheckDate, out.Age = "2021-03-16T13:11:56", stamp(now), ageOf(p, visit.ServiceDateOf(now))
	if !p.hasRight() {
		return out
	}
	out.Main, out.Sub = withCode(p.Main), withCode(p.Sub)
	for _, code := range p.ClaimTypes {
		out.ClaimTypes = append(out.ClaimTypes, agentClaimType{code, claimTypeName(code)})
	}
	out.HospSub, out.HospMainOp, out.HospMain = agentUnit(p.HospSub), agentUnit(p.HospMainOp), agentUnit(p.HospMain)
	out.PaidModel, out.Start = p.PaidModel, "2017-03-20T00:00:00"
	if p.PaidModel != "" {
		out.Expire = "2065-03-19T23:59:59"
	}
	return out
}

func withCode(c visit.Coded) string { return "(" + c.ID + ") " + c.Name }

func agentUnit(h visit.Hospital) *agentHospital {
	if h.HCode == "" {
		return nil
	}
	return &agentHospital{h.HCode, h.Name}
}

// ageOf writes an age as NHSO does: years, months and days, or the years alone
// of somebody whose birthday is not known.
func ageOf(p Person, today visit.Date) string {
	year, month, day := p.birthParts()
	switch {
	case year == 0:
		return ""
	case month == 0 || day == 0:
		return fmt.Sprintf("%d ปี", visit.PartialDate{Year: year, Month: month, Day: day}.YearsBy(today))
	}
	years, months, days := today.Year-year, int(today.Month)-month, today.Day-day
	if days < 0 {
		months--
		days += time.Date(today.Year, today.Month, 0, 0, 0, 0, 0, time.UTC).Day()
	}
	if months < 0 {
		years--
		months += 12
	}
	return fmt.Sprintf("%d ปี %d เดือน %d วัน", years, months, days)
}

func latestOf(c Code, now time.Time) agentLatest {
	return agentLatest{ClaimType: c.ClaimType, Code: c.Code, HCode: c.Hospital.HCode, At: stamp(c.At), CheckDate: stamp(now)}
}
