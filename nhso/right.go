package nhso

import (
	"encoding/json"
	"strconv"
	"strings"

	"authenkiosk/visit"
)

// rightBody is the answer of right-search, version 2. A person without a right
// has an empty list of funds.
type rightBody struct {
	PID          text            `json:"pid"`
	Title        text            `json:"tname"`
	First        text            `json:"fname"`
	Last         text            `json:"lname"`
	BirthDate    text            `json:"birthDate"`
	BirthDateNew json.RawMessage `json:"birthDateNew"`
	Sex          coded           `json:"sex"`
	Nation       coded           `json:"nation"`
	DeathDate    text            `json:"deathDate"`
	Funds        json.RawMessage `json:"funds"`
}

type fund struct {
	Main       coded `json:"mainInscl"`
	Sub        coded `json:"subInscl"`
	HospMain   coded `json:"hospMain"`
	HospMainOp coded `json:"hospMainOp"`
	HospSub    coded `json:"hospSub"`
	PaidModel  text  `json:"paidModel"`
	Start      text  `json:"startDateTime"`
	Expire     text  `json:"expireDateTime"`
}

// parseRight reads an answer of right-search. To say "no right" NHSO must have
// sent a list of funds, even an empty one: an object without it is no answer.
// The first fund with a main inscl counts, as in every program that was read.
func parseRight(body []byte, asked visit.PID) (RightAnswer, error) {
	if err := checkObject(body); err != nil {
		return RightAnswer{}, err
	}
	a, err := parseFunds(body, asked)
	if err != nil && names(body, "funds", "pid") {
		err = oddRecord{err}
	}
	return a, err
}

func parseFunds(body []byte, asked visit.PID) (RightAnswer, error) {
	var b rightBody
	if json.Unmarshal(trim(body), &b) != nil || b.Funds == nil {
		return RightAnswer{}, ErrJSON
	}
	if err := checkPerson(b.PID, asked); err != nil {
		return RightAnswer{}, err
	}
	var funds list[fund]
	if json.Unmarshal(b.Funds, &funds) != nil {
		return RightAnswer{}, ErrJSON
	}
	a := RightAnswer{Sex: parseSex(b.Sex), Birth: parseBirth(b.BirthDate, b.BirthDateNew)}
	a.Right = visit.Right{
		Deceased: b.DeathDate != "", NationID: b.Nation.id,
		Holder: visit.NewName(b.Title.short(), b.First.short(), "", b.Last.short()),
	}
	for _, f := range funds {
		if f.Main.id == "" {
			continue
		}
		a.Right.Main, a.Right.Sub = f.Main.coded(), f.Sub.coded()
		a.Right.HospMain, a.Right.HospMainOp, a.Right.HospSub = f.HospMain.hospital(), f.HospMainOp.hospital(), f.HospSub.hospital()
		a.PaidModel = f.PaidModel.short()
		a.Start, _ = parseMoment(string(f.Start)) // one that cannot be read is not told
		a.Expire, _ = parseMoment(string(f.Expire))
		break
	}
	return a, nil
}

func parseSex(c coded) visit.Sex {
	switch {
	case c.id == "1" || c.id == "ชาย" || c.name == "ชาย":
		return visit.SexMale
	case c.id == "2" || c.id == "หญิง" || c.name == "หญิง":
		return visit.SexFemale
	}
	return visit.SexUnknown
}

// parseBirth reads the parts of birthDateNew, or else the text of birthDate
// (YYYY-MM-DD, perhaps with a time, or YYYYMMDD). Month and day may be 00, and
// years may be of either era.
func parseBirth(whole text, parts json.RawMessage) visit.PartialDate {
	var p struct {
		Year  text `json:"year"`
		Month text `json:"month"`
		Day   text `json:"day"`
	}
	if len(parts) > 0 && json.Unmarshal(parts, &p) == nil {
		if d := partialDate(string(p.Year), string(p.Month), string(p.Day)); !d.IsZero() {
			return d
		}
	}
	s, _, _ := strings.Cut(string(whole), "T")
	s = strings.ReplaceAll(s, "-", "")
	if len(s) != 8 {
		return visit.PartialDate{}
	}
	return partialDate(s[:4], s[4:6], s[6:])
}

// partialDate drops what cannot be: a month above 12 and everything after it.
func partialDate(year, month, day string) visit.PartialDate {
	y, errY := strconv.Atoi(year)
	if y >= buddhistYearFloor {
		y -= visit.BuddhistEraOffset
	}
	if errY != nil || y < 1800 || y > buddhistYearFloor {
		return visit.PartialDate{}
	}
	m, errM := strconv.Atoi(month)
	if errM != nil || m < 1 || m > 12 {
		return visit.PartialDate{Year: y}
	}
	d, errD := strconv.Atoi(day)
	if errD != nil || d < 1 || d > 31 {
		d = 0
	}
	return visit.PartialDate{Year: y, Month: m, Day: d}
}
