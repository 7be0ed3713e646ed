package nhso

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"authenkiosk/visit"
)

// checkList is checkObject for answers that may be an array as well.
func checkList(body []byte) error {
	b := trim(body)
	if len(b) > 0 && b[0] == '[' && json.Valid(b) {
		return nil
	}
	return checkObject(body)
}

// parseTerminals reads the list of readers. An object with an error in its place
// means that there is no card service (one program expects it).
func parseTerminals(body []byte) ([]Terminal, error) {
	if err := checkList(body); err != nil {
		return nil, err
	}
	var all list[struct {
		Name    text `json:"terminalName"`
		Present text `json:"isPresent"`
		Status  text `json:"status"`
		Error   text `json:"error"`
	}]
	if json.Unmarshal(trim(body), &all) != nil {
		return nil, ErrJSON
	}
	var found []Terminal
	for _, t := range all {
		switch {
		case t.Name == "" && (t.Status != "" || t.Error != ""):
			return nil, ErrNoReader
		case t.Name == "":
			return nil, ErrJSON
		}
		present, _ := t.Present.flag()
		found = append(found, Terminal{Name: t.Name.short(), Present: present})
	}
	return found, nil
}

// readingBody is the answer of read, of read-card-only and, as far as can be
// guessed, of probe.
type readingBody struct {
	PID         text            `json:"pid"`
	Title       text            `json:"titleName"`
	First       text            `json:"fname"`
	Last        text            `json:"lname"`
	Nation      text            `json:"nation"`
	Birth       text            `json:"birthDate"`
	Sex         text            `json:"sex"`
	Main        text            `json:"mainInscl"`
	Sub         text            `json:"subInscl"`
	ClaimTypes  json.RawMessage `json:"claimTypes"`
	Image       text            `json:"image"`
	Correlation text            `json:"correlationId"`
	HospSub     coded           `json:"hospSub"`
	HospMainOp  coded           `json:"hospMainOp"`
	HospMain    coded           `json:"hospMain"`
	PaidModel   text            `json:"paidModel"`
	Start       text            `json:"startDateTime"`
	Expire      text            `json:"expireDateTime"`
}

type claimTypeBody struct {
	Code text `json:"claimType"`
	Name text `json:"claimTypeName"`
}

// parseReading reads a card with its right. Without a PID it is no answer; a
// person without a right, or without claim types, is one.
func parseReading(body []byte) (Reading, error) {
	if err := checkObject(body); err != nil {
		return Reading{}, err
	}
	var b readingBody
	if json.Unmarshal(trim(body), &b) != nil {
		return Reading{}, ErrJSON
	}
	pid, err := visit.ParsePID(string(b.PID))
	if err != nil {
		return Reading{}, ErrJSON
	}
	types, err := parseClaimTypes(b.ClaimTypes)
	if err != nil || len(b.Correlation) > maxCorrelationBytes {
		return Reading{}, ErrJSON
	}
	r := Reading{
		PID: pid, Name: visit.NewName(titleWord(b.Title.short()), b.First.short(), "", b.Last.short()),
		Birth: parseBirth(b.Birth, nil), Sex: parseSex(coded{id: b.Sex.short()}),
		Correlation: string(b.Correlation), Photo: parsePhoto(string(b.Image)),
	}
	r.Answer = RightAnswer{
		ClaimTypes: types, Sex: r.Sex, Birth: r.Birth, PaidModel: b.PaidModel.short(),
		Right: visit.Right{
			Main: splitCode(b.Main.short()), Sub: splitCode(b.Sub.short()), NationID: b.Nation.short(), Holder: r.Name,
			HospMain: b.HospMain.hospital(), HospMainOp: b.HospMainOp.hospital(), HospSub: b.HospSub.hospital(),
		},
	}
	r.Answer.Start, _ = parseMoment(string(b.Start)) // one that cannot be read is not told
	r.Answer.Expire, _ = parseMoment(string(b.Expire))
	return r, nil
}

// parseClaimTypes returns a list that is never nil: an agent that names none says
// that this person cannot be authenticated.
func parseClaimTypes(raw json.RawMessage) ([]visit.ClaimType, error) {
	types := []visit.ClaimType{}
	var all list[claimTypeBody]
	if len(raw) > 0 && json.Unmarshal(raw, &all) != nil {
		return nil, ErrJSON
	}
	for _, c := range all[:min(len(all), maxClaimTypes)] {
		if c.Code != "" {
			types = append(types, visit.ClaimType{Code: c.Code.short(), Name: c.Name.short()})
		}
	}
	return types, nil
}

// titleWords are the words for the codes of titles that read gives; other agents
// and read-card-only give the word itself.
var titleWords = map[string]string{"001": "ด.ช.", "002": "ด.ญ.", "003": "นาย", "004": "น.ส.", "005": "นาง"}

// titleWord returns the word for a title, and nothing for a code that is not known:
// nobody may be addressed by a number.
func titleWord(s string) string {
	if word, ok := titleWords[s]; ok {
		return word
	}
	if s != "" && strings.Trim(s, "0123456789") == "" {
		return ""
	}
	return s
}

// splitCode reads "(UCS) the name", or a code without a name.
func splitCode(s string) visit.Coded {
	if rest, ok := strings.CutPrefix(s, "("); ok {
		if id, name, ok := strings.Cut(rest, ")"); ok {
			return visit.Coded{ID: strings.TrimSpace(id), Name: strings.TrimSpace(name)}
		}
	}
	return visit.Coded{ID: s}
}

// parsePhoto decodes a JPEG, perhaps behind the head of a data URL. Anything else
// is no photo.
func parsePhoto(s string) []byte {
	if _, data, ok := strings.Cut(s, ";base64,"); ok {
		s = data
	}
	if len(s) > base64.StdEncoding.EncodedLen(maxPhotoBytes) {
		return nil
	}
	photo, err := base64.StdEncoding.DecodeString(s)
	if err != nil || !bytes.HasPrefix(photo, []byte("\xff\xd8\xff")) {
		return nil
	}
	return photo
}

// parseConfirmed reads the answer (200 or 201) to confirm-save. Only a code that
// belongs to the request is one.
func parseConfirmed(body []byte, asked Confirmation) (visit.AuthenCode, error) {
	if err := checkObject(body); err != nil {
		return "", err
	}
	var b struct {
		PID         text `json:"pid"`
		ClaimType   text `json:"claimType"`
		Correlation text `json:"correlationId"`
		Code        text `json:"claimCode"`
	}
	if json.Unmarshal(trim(body), &b) != nil || saysTwice(body) {
		return "", ErrJSON
	}
	switch err := checkPerson(b.PID, asked.PID); {
	case err != nil:
		return "", err
	case b.ClaimType != "" && string(b.ClaimType) != asked.ClaimType,
		b.Correlation != "" && !strings.EqualFold(string(b.Correlation), asked.Correlation):
		return "", ErrJSON
	case b.Code == "":
		return "", ErrNoCode
	}
	code, err := visit.ParseAuthenCode(string(b.Code))
	if err != nil {
		return "", ErrCode
	}
	return code, nil
}

// parseLatest reads one code or a list of codes. An object without a code, and an
// empty list, mean that there is none; null is as good as an empty body. A code
// without its unit or claim type makes the whole answer unusable, as in parseStatus, and so
// does an entry of the day that was asked about without its code, and a member that is there
// twice. The zero day asks about none.
func parseLatest(body []byte, day visit.Date) ([]visit.Authentication, error) {
	if bytes.Equal(trim(body), []byte("null")) {
		return nil, ErrEmpty
	}
	if err := checkList(body); err != nil {
		return nil, err
	}
	var all list[struct {
		ClaimType text `json:"claimType"`
		Code      text `json:"claimCode"`
		HCode     text `json:"hcode"`
		At        text `json:"claimDateTime"`
		Status    text `json:"status"`
		Error     text `json:"error"`
	}]
	if json.Unmarshal(trim(body), &all) != nil {
		return nil, ErrJSON
	}
	if saysTwice(body) {
		return nil, oddRecord{ErrJSON}
	}
	var codes []visit.Authentication
	for i, c := range all {
		switch {
		case c.Code == "" && (c.Status != "" || c.Error != ""):
			return nil, ErrJSON // an error that came with 200 does not say that there is none
		case c.Code == "":
			if err := notTold(c.At, day); err != nil {
				return nil, oddRecord{fmt.Errorf("code %d of the answer: %w", i, err)}
			}
			continue
		}
		code, err := visit.ParseAuthenCode(string(c.Code))
		if err != nil {
			return nil, oddRecord{ErrCode}
		}
		a := visit.Authentication{Code: code, ClaimType: visit.ClaimType{Code: c.ClaimType.short()}, Hospital: visit.Hospital{HCode: c.HCode.short()}}
		if c.At != "" {
			at, ok := parseMoment(string(c.At))
			if !ok {
				return nil, oddRecord{ErrJSON}
			}
			a.At = at
		}
		if err := checkWhole(a); err != nil {
			return nil, oddRecord{fmt.Errorf("code %d of the answer: %w", i, err)}
		}
		codes = append(codes, a)
	}
	return codes, nil
}

// notTold refuses an entry without a code of that day: NHSO has one, and does not tell it.
func notTold(when text, day visit.Date) error {
	if when == "" || day.IsZero() {
		return nil
	}
	switch at, ok := parseMoment(string(when)); {
	case !ok:
		return ErrJSON
	case visit.ServiceDateOf(at) == day:
		return ErrNoCode
	}
	return nil
}
