package nhso

import (
	"encoding/json"
	"strings"
	"time"

	"authenkiosk/visit"
)

// submitBody is the request of the AuthenCode service. Its field for the photo
// or the certifier's proof does not exist in any version: such evidence stays at
// the unit. Weight, height and position are sent as 0, "not known".
type submitBody struct {
	SourceID        string   `json:"sourceId"`
	TransID         string   `json:"transId"`
	PID             string   `json:"pid"`
	FirstName       string   `json:"firstName"`
	MidName         string   `json:"midName"`
	LastName        string   `json:"lastName"`
	Sex             string   `json:"sex"`
	Phone           []string `json:"phone"`
	Latitude        float64  `json:"latitude"`
	Longitude       float64  `json:"longitude"`
	HCode           string   `json:"hcode"`
	HN              string   `json:"hn"`
	AN              string   `json:"an"`
	RecorderPID     string   `json:"recorderPid"`
	ServiceCode     string   `json:"serviceCode"`
	House           string   `json:"house"`
	SubDistrictCode string   `json:"subDistrictCode"`
	SubDistrict     string   `json:"subDistrict"`
	DistrictCode    string   `json:"districtCode"`
	District        string   `json:"district"`
	ProvinceCode    string   `json:"provinceCode"`
	Province        string   `json:"province"`
	PostCode        string   `json:"postCode"`
	BirthDay        string   `json:"birthDay"`
	Weight          float64  `json:"weight"`
	Height          float64  `json:"height"`
	MainInscl       string   `json:"maininscl"`
}

// newSubmitBody fills the request. An incomplete birthday is left empty rather
// than completed by invention; an unset source is the unit itself, as seen in
// the field.
func newSubmitBody(s Submission, sourceID string, recorder visit.PID) submitBody {
	v := s.Visit
	if sourceID == "" {
		sourceID = v.HCode
	}
	if v.Method == visit.MethodCertifier && !s.Certifier.IsZero() {
		recorder = s.Certifier
	}
	b := submitBody{
		SourceID: sourceID, TransID: string(v.ID), PID: v.PID.Digits(),
		FirstName: v.Name.First, MidName: v.Name.Middle, LastName: v.Name.Last, Sex: string(v.Sex),
		Phone: []string{v.Phone.Digits()}, HCode: v.HCode, HN: s.HN.Text(),
		RecorderPID: recorder.Digits(), ServiceCode: v.ClaimType.Code,
		SubDistrict: v.Address.Tambon, District: v.Address.Amphoe, Province: v.Address.Changwat,
		MainInscl: v.Right.Main.ID,
	}
	a := v.Address
	b.House = strings.Join(strings.Fields(strings.Join([]string{a.House, a.Moo, a.Trok, a.Soi, a.Road}, " ")), " ")
	if d := v.Birth; d.Complete() {
		b.BirthDay = visit.Date{Year: d.Year, Month: time.Month(d.Month), Day: d.Day}.String()
	}
	return b
}

// receiptBody is the answer of AuthenCode: authenCode in the new form,
// AUTHEN_CODE in the old one.
type receiptBody struct {
	Code         text `json:"authenCode"`
	OldCode      text `json:"AUTHEN_CODE"`
	DataError    text `json:"dataError"`
	OldDataError text `json:"Data_Error"`
}

// parseReceipt reads the answer (200 or 201) to a submission. It returns a code,
// or NHSO's refusal, or an error when the answer is neither. An answer that has
// both a code and a complaint is none: only Status can tell what is true.
func parseReceipt(body []byte) (visit.AuthenCode, *refusal, error) {
	if err := checkObject(body); err != nil {
		return "", nil, err
	}
	var b receiptBody
	if json.Unmarshal(trim(body), &b) != nil || saysTwice(body) {
		return "", nil, ErrJSON
	}
	complaint := b.DataError != "" || b.OldDataError != ""
	given := b.Code
	if given == "" {
		given = b.OldCode
	}
	switch {
	case given != "" && complaint, b.Code != "" && b.OldCode != "" && b.Code != b.OldCode:
		return "", nil, ErrJSON
	case given != "":
		code, err := visit.ParseAuthenCode(string(given))
		if err != nil {
			return "", nil, ErrCode
		}
		return code, nil, nil
	}
	if no, ok := parseRefusal(body); ok {
		return "", &no, nil
	}
	return "", nil, ErrNoCode
}
