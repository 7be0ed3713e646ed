package secureagent

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"authenkiosk/visit"
)

// The answers, with their fields in the order in which they were seen. What does
// not apply is absent, as it is there.

type terminal struct {
	Name    string `json:"terminalName"`
	Present bool   `json:"isPresent"`
}

type hospital struct {
	HCode string `json:"hcode"`
	HName string `json:"hname"`
}

type claimType struct {
	Code string `json:"claimType"`
	Name string `json:"claimTypeName"`
}

// person answers read, read-card-only and probe. transDate (when NHSO last
// changed its record of the person) is missing: no service tells it.
type person struct {
	PID         string      `json:"pid"`
	Title       string      `json:"titleName"`
	First       string      `json:"fname"`
	Last        string      `json:"lname"`
	Nation      string      `json:"nation,omitempty"`
	Birth       string      `json:"birthDate"`
	Sex         string      `json:"sex"`
	Main        string      `json:"mainInscl,omitempty"`
	Sub         string      `json:"subInscl,omitempty"`
	Age         string      `json:"age,omitempty"`
	CheckDate   string      `json:"checkDate,omitempty"`
	ClaimTypes  []claimType `json:"claimTypes,omitempty"`
	Image       []byte      `json:"image,omitempty"` // base64 of a JPEG
	Correlation string      `json:"correlationId,omitempty"`
	HospSub     *hospital   `json:"hospSub,omitempty"`
	HospMainOp  *hospital   `json:"hospMainOp,omitempty"`
	HospMain    *hospital   `json:"hospMain,omitempty"`
	PaidModel   string      `json:"paidModel,omitempty"`
	Start       string      `json:"startDateTime,omitempty"`
	Expire      string      `json:"expireDateTime,omitempty"`
}

// saved answers confirm-save and, without a code, save-as-draft.
type saved struct {
	PID         string           `json:"pid"`
	ClaimType   string           `json:"claimType"`
	Correlation string           `json:"correlationId"`
	Created     string           `json:"createdDate"`
	Code        visit.AuthenCode `json:"claimCode,omitempty"`
}

// latest is one code; without any, checkDate stands alone (inferred: consumers
// test whether claimCode is there).
type latest struct {
	ClaimType string           `json:"claimType,omitempty"`
	Code      visit.AuthenCode `json:"claimCode,omitempty"`
	HCode     string           `json:"hcode,omitempty"`
	At        string           `json:"claimDateTime,omitempty"`
	CheckDate string           `json:"checkDate"`
}

type preference struct {
	Terminal string `json:"defaultTerminal"`
	Token    string `json:"token"`
}

// confirmRequest is the body of confirm-save and of save-as-draft. Unknown fields
// are ignored and numbers taken for texts, as Jackson does.
type confirmRequest struct {
	PID         lenient `json:"pid"`
	ClaimType   lenient `json:"claimType"`
	Mobile      lenient `json:"mobile"`
	Correlation lenient `json:"correlationId"`
	HN          lenient `json:"hn"`
	HCode       lenient `json:"hcode"`
}

// lenient is a text that may come as a number.
type lenient string

var errNotText = errors.New("a field is neither a text nor a number")

// UnmarshalJSON implements json.Unmarshaler.
func (l *lenient) UnmarshalJSON(b []byte) error {
	*l = ""
	var s string
	switch {
	case bytes.Equal(b, []byte("null")):
	case len(b) > 0 && b[0] == '"':
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*l = lenient(strings.TrimSpace(s))
	case len(b) > 0 && (b[0] == '-' || b[0] >= '0' && b[0] <= '9'):
		*l = lenient(b)
	default:
		return errNotText
	}
	return nil
}

// moment writes times as the original does: local, without a zone or fraction.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(visit.Bangkok).Format("2006-01-02T15:04:05")
}
