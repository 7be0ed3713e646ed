package secureagent

import (
	"fmt"
	"strings"
	"time"

	"authenkiosk/visit"
)

// titleCodes are the codes of the Department of Provincial Administration that
// read gives for titles (seen; that of นาง is inferred). Other titles are given
// as they stand on the card.
var titleCodes = map[string]string{
	"ด.ช.": "001", "เด็กชาย": "001", "ด.ญ.": "002", "เด็กหญิง": "002",
	"นาย": "003", "น.ส.": "004", "นางสาว": "004", "นาง": "005",
}

// cardOnly is what read-card-only gives: the chip alone, the title in words.
func cardOnly(c Card) person {
	return person{
		PID: c.PID.Digits(), Title: c.Name.Prefix, First: c.Name.First, Last: c.Name.Last,
		Nation: nationOf(c.PID), Birth: buddhist(c.Birth), Sex: sexWord(c.Sex),
	}
}

// withRight is what read gives: the card, and NHSO's word on it. Without a right
// the claim types are absent, by which programs know that no code can be had.
func withRight(c Card, a RightAnswer, now time.Time) person {
	p := cardOnly(c)
	if code, ok := titleCodes[p.Title]; ok {
		p.Title = code
	}
	if a.Right.NationID != "" {
		p.Nation = a.Right.NationID
	}
	p.Age, p.CheckDate = ageOf(c.Birth, visit.ServiceDateOf(now)), moment(now)
	if a.Right.IsZero() {
		return p
	}
	p.Main, p.Sub = withCode(a.Right.Main), withCode(a.Right.Sub)
	for _, t := range offered(a) {
		p.ClaimTypes = append(p.ClaimTypes, claimType(t))
	}
	p.HospSub, p.HospMainOp, p.HospMain = unit(a.Right.HospSub), unit(a.Right.HospMainOp), unit(a.Right.HospMain)
	p.PaidModel, p.Start, p.Expire = a.PaidModel, moment(a.Start), moment(a.Expire)
	return p
}

// offered are the claim types that can be confirmed: none for the deceased and
// for persons without a right, whatever came with the answer.
func offered(a RightAnswer) []visit.ClaimType {
	if a.Right.IsZero() || a.Right.Deceased {
		return nil
	}
	return a.ClaimTypes
}

// probed is what probe gives: the person as NHSO knows them.
func probed(pid visit.PID, a RightAnswer, now time.Time) person {
	p := withRight(Card{PID: pid, Name: a.Right.Holder, Sex: a.Sex, Birth: a.Birth}, a, now)
	p.Nation = a.Right.NationID // nothing is inferred about a person who is not here
	return p
}

// nationOf is the nationality of a card's holder: "099", Thai. The chip does not
// tell; inferred from the law that gives the card to Thai citizens only, except
// for numbers of people of other standing (0, 6, 7).
func nationOf(pid visit.PID) string {
	if pid.IsZero() || strings.ContainsRune("067", rune(pid.Digits()[0])) {
		return ""
	}
	return "099"
}

// buddhist writes a birthday as YYYYMMDD of the Buddhist era, with 00 for what is
// not known.
func buddhist(d visit.PartialDate) string {
	if d.Year == 0 {
		return ""
	}
	return fmt.Sprintf("%04d%02d%02d", d.Year+visit.BuddhistEraOffset, d.Month, d.Day)
}

func sexWord(s visit.Sex) string {
	return map[visit.Sex]string{visit.SexMale: "ชาย", visit.SexFemale: "หญิง"}[s]
}

// withCode writes a right with its code in parentheses, which programs cut out.
func withCode(c visit.Coded) string {
	if c.ID == "" {
		return ""
	}
	return strings.TrimSpace("(" + c.ID + ") " + c.Name)
}

func unit(h visit.Hospital) *hospital {
	if h.HCode == "" {
		return nil
	}
	return &hospital{h.HCode, h.Name}
}

// ageOf writes an age in years, months and days; in years alone when the birthday
// is not wholly known.
func ageOf(d visit.PartialDate, today visit.Date) string {
	switch {
	case d.Year == 0:
		return ""
	case !d.Complete():
		return fmt.Sprintf("%d ปี", d.YearsBy(today))
	}
	years, months, days := today.Year-d.Year, int(today.Month)-d.Month, today.Day-d.Day
	if days < 0 {
		months--
		days += time.Date(today.Year, today.Month, 0, 0, 0, 0, 0, time.UTC).Day() // of the month before
	}
	if months < 0 {
		years--
		months += 12
	}
	return fmt.Sprintf("%d ปี %d เดือน %d วัน", max(years, 0), months, max(days, 0))
}
