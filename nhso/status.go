package nhso

import (
	"encoding/json"
	"fmt"

	"authenkiosk/visit"
)

// statusBody is the answer of check-authen-status, in the new form and in the
// flat form of version 1.
type statusBody struct {
	StatusAuthen text          `json:"statusAuthen"`
	PersonalID   text          `json:"personalId"`
	Histories    list[history] `json:"serviceHistories"`
}

type history struct {
	Hospital    coded `json:"hospital"`
	HCode       text  `json:"hcode"` // version 1
	HName       text  `json:"hname"`
	DateTime    text  `json:"serviceDateTime"`
	Date        text  `json:"serviceDate"` // version 1
	Code        text  `json:"claimCode"`
	Service     coded `json:"service"`
	ServiceCode text  `json:"serviceCode"` // version 1
	ServiceName text  `json:"serviceName"`
	Status      text  `json:"claimStatus"` // "C": cancelled, as in the web's reports
}

// parseStatus reads an answer of check-authen-status and returns the codes of
// that day.
//
// statusAuthen must be there. When it is false there is no code, whatever the
// histories hold (they may be cancelled ones). When it is true, entries of other
// days in Bangkok and cancelled ones are left out; an entry without any time
// counts, since the question named the day; an entry with an unreadable time
// makes the whole answer unusable, because taking yesterday's code for today's
// would be a wrong success; so does true without a single entry, an entry that counts without a
// code, and a code that counts without its unit or its claim type: nobody can tell whether it is the
// one that is looked for, and taking it for none, or for another's, would send a visit twice. So
// does a member that is there twice, of which the last one would count. Such an
// answer is an oddRecord: the service works.
func parseStatus(body []byte, asked visit.PID, day visit.Date) ([]visit.Authentication, error) {
	if err := checkObject(body); err != nil {
		return nil, err
	}
	codes, err := parseHistories(body, asked, day)
	if err != nil && names(body, "statusAuthen", "personalId") {
		err = oddRecord{err}
	}
	return codes, err
}

func parseHistories(body []byte, asked visit.PID, day visit.Date) ([]visit.Authentication, error) {
	var b statusBody
	if json.Unmarshal(trim(body), &b) != nil || saysTwice(body) {
		return nil, ErrJSON
	}
	done, known := b.StatusAuthen.flag()
	if !known {
		return nil, ErrJSON
	}
	if err := checkPerson(b.PersonalID, asked); err != nil {
		return nil, err
	}
	if !done {
		return nil, nil
	}
	if len(b.Histories) == 0 {
		return nil, ErrNoCode
	}
	var codes []visit.Authentication
	for i, h := range b.Histories {
		a, counts, err := h.authentication(day)
		if err == nil && counts {
			err = checkWhole(a)
		}
		if err != nil {
			return nil, fmt.Errorf("serviceHistories[%d]: %w", i, err)
		}
		if counts {
			codes = append(codes, a)
		}
	}
	return codes, nil
}

func (h history) authentication(day visit.Date) (a visit.Authentication, counts bool, err error) {
	if h.Status == "C" {
		return a, false, nil
	}
	if when := first(h.DateTime, h.Date); when != "" {
		at, ok := parseMoment(when)
		if !ok {
			return a, false, ErrJSON
		}
		if visit.ServiceDateOf(at) != day {
			return a, false, nil
		}
		a.At = timeOfDay(at)
	}
	if h.Code == "" {
		return a, false, ErrNoCode // NHSO has one, and does not tell it
	}
	if a.Code, err = visit.ParseAuthenCode(string(h.Code)); err != nil {
		return a, false, ErrCode
	}
	a.Hospital = h.Hospital.hospital()
	if a.Hospital.HCode == "" {
		a.Hospital = visit.Hospital{HCode: h.HCode.short(), Name: h.HName.short()}
	}
	a.ClaimType = visit.ClaimType{Code: h.Service.id, Name: h.Service.name}
	if a.ClaimType.Code == "" {
		a.ClaimType = visit.ClaimType{Code: h.ServiceCode.short(), Name: h.ServiceName.short()}
	}
	return a, true, nil
}

// checkWhole refuses a code that does not say of which unit and for which claim type
// it is. Both stand in every documented answer (docs/nhso-api.md).
func checkWhole(a visit.Authentication) error {
	switch {
	case a.Hospital.HCode == "":
		return fmt.Errorf("%w: a code without the hcode of its unit", ErrJSON)
	case a.ClaimType.Code == "":
		return fmt.Errorf("%w: a code without its claim type", ErrJSON)
	}
	return nil
}
