package testzone

import (
	"net/http"
	"time"

	"authenkiosk/visit"
)

// bangkokTime is how NHSO writes times: local, without a zone.
const bangkokTime = "2006-01-02T15:04:05"

func stamp(t time.Time) string { return t.In(visit.Bangkok).Format(bangkokTime) }

type object = map[string]any

// problem is an error body of Spring Boot, as NHSO's services are said to give.
func problem(status int, word, message string, errs ...object) reply {
	body := object{"status": status, "error": word, "message": message}
	if len(errs) > 0 {
		body["errors"] = errs
	}
	return reply{status: status, json: body}
}

// invalid is a binding error of one field.
func invalid(field, code, message string) reply {
	return problem(http.StatusBadRequest, "Bad Request", "Validation failed", object{
		"codes":     []string{code + "." + field, code},
		"arguments": []object{{"codes": []string{field}, "defaultMessage": field, "code": field}},
		"field":     field, "code": code, "defaultMessage": message, "objectName": "request",
	})
}

func idName(c visit.Coded) object       { return object{"id": c.ID, "name": c.Name} }
func hospital(h visit.Hospital) object  { return object{"hcode": h.HCode, "hname": h.Name} }
func codeName(code, name string) object { return object{"code": code, "name": name} }
func sexName(s visit.Sex) string {
	return map[visit.Sex]string{"1": "ชาย", "2": "หญิง"}[s]
}

func nationName(id string) string {
	return map[string]string{"099": "ไทย", "048": "เมียนมา"}[id]
}
func optional(h visit.Hospital) any { return orNull(h.HCode != "", hospital(h)) }
func orNull(known bool, value any) any {
	if known {
		return value
	}
	return nil
}

// right answers right-search, version 2. Nobody of that PID, and a person
// without a right, both have an empty list of funds.
func (z *Zone) right(r *http.Request, _ []byte) reply {
	q := r.URL.Query()
	pid, err := visit.ParsePID(q.Get("pid"))
	if err != nil {
		return invalid("pid", "Pid", "เลขประจำตัวประชาชนไม่ถูกต้อง")
	}
	checkDate, ok := cutDay(q.Get("checkDate"))
	if !ok {
		return invalid("checkDate", "Date", "วันที่ตรวจสอบสิทธิไม่ถูกต้อง")
	}
	p, known := z.person(pid.Digits())
	answer := object{"checkDate": checkDate.String() + "T00:00:00", "nation": object{}, "sex": object{}, "funds": []object{}}
	if !known {
		return reply{status: http.StatusOK, json: answer}
	}
	year, month, day := p.birthParts()
	answer["pid"], answer["tname"], answer["fname"], answer["lname"] = p.PID, p.Title, p.FirstName, p.LastName
	answer["birthDate"] = p.Birth
	answer["birthDateNew"] = object{"year": year, "month": month, "day": day}
	answer["sex"] = idName(visit.Coded{ID: string(p.Sex), Name: sexName(p.Sex)})
	answer["nation"] = idName(visit.Coded{ID: p.Nation, Name: nationName(p.Nation)})
	answer["deathDate"] = orNull(p.DeathDate != "", p.DeathDate)
	if p.hasRight() {
		answer["funds"] = []object{fundOf(p)}
	}
	return reply{status: http.StatusOK, json: answer}
}

func fundOf(p Person) object {
	f := object{
		"fundType": p.Main.ID, "mainInscl": idName(p.Main), "subInscl": idName(p.Sub),
		"startDateTime": "2017-03-20T00:00:00", "expireDateTime": "2065-03-19T23:59:59",
		"hospMain": optional(p.HospMain), "hospMainOp": optional(p.HospMainOp), "hospSub": optional(p.HospSub),
		"relation": nil, "cardId": nil,
	}
	if p.PaidModel != "" {
		f["paidModel"] = p.PaidModel
	}
	if p.Main.ID == mainUCS.ID || p.Main.ID == mainWEL.ID {
		f["purchaseProvince"] = object{"id": "1000", "name": "กรุงเทพมหานคร"}
	}
	return f
}

// status answers check-authen-status with the codes of one day.
func (z *Zone) status(r *http.Request, _ []byte) reply {
	q := r.URL.Query()
	pid, err := visit.ParsePID(q.Get("personalId"))
	if err != nil {
		return invalid("personalId", "Pid", "เลขประจำตัวประชาชนไม่ถูกต้อง")
	}
	day, ok := cutDay(q.Get("serviceDate"))
	if !ok {
		return invalid("serviceDate", "Date", "วันที่รับบริการไม่ถูกต้อง")
	}
	histories := []object{}
	for _, c := range z.codesOf(pid.Digits(), day) {
		if want := q.Get("serviceCode"); want != "" && want != c.ClaimType {
			continue
		}
		histories = append(histories, object{
			"hospital": hospital(c.Hospital), "serviceDateTime": stamp(c.At), "claimCode": c.Code,
			"service": codeName(c.ClaimType, claimTypeName(c.ClaimType)), "sourceChannel": c.Channel,
		})
	}
	if len(histories) == 0 {
		return reply{status: http.StatusOK, json: object{
			"statusAuthen": false, "statusMessage": "ไม่พบข้อมูลการ Authen", "serviceHistories": histories,
		}}
	}
	answer := object{
		"statusAuthen": true, "statusMessage": "พบข้อมูลการ authen", "personalId": pid.Digits(),
		"serviceHistories": histories,
	}
	if p, known := z.person(pid.Digits()); known {
		year, month, _ := p.birthParts()
		answer["firstName"], answer["lastName"], answer["fullName"] = p.FirstName, p.LastName, p.fullName()
		answer["sex"] = sexName(p.Sex)
		answer["birthDate"] = object{"year": year, "month": month}
		answer["nation"] = object{"code": p.Nation, "descriptionTh": nationName(p.Nation)}
		answer["mainInscl"], answer["subInscl"] = idName(p.Main), idName(p.Sub)
	}
	return reply{status: http.StatusOK, json: answer}
}

// cutDay reads YYYY-MM-DD, perhaps with a time behind it.
func cutDay(s string) (visit.Date, bool) {
	if len(s) > len(time.DateOnly) && s[len(time.DateOnly)] == 'T' {
		s = s[:len(time.DateOnly)]
	}
	d, err := visit.ParseDate(s)
	return d, err == nil
}
