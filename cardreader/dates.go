package cardreader

import "authenkiosk/visit"

// lifelong is what stands in place of an expiry that never comes.
const lifelong = "99999999"

// parseDate reads YYYYMMDD of the Buddhist era. Month and day may be 00, which
// means unknown, and 99999999 means for life. What is no date gives as much as
// makes sense: an impossible month takes the day with it, an impossible year
// takes everything. It never fails, because a wrong date must not keep a patient
// from care.
func parseDate(field []byte) visit.PartialDate {
	s := decodeText(field)
	if s == lifelong {
		return visit.PartialDate{Lifelong: true}
	}
	if len(s) != 8 {
		return visit.PartialDate{}
	}
	year, okYear := number(s[:4])
	month, okMonth := number(s[4:6])
	day, okDay := number(s[6:])
	if !okYear || year <= visit.BuddhistEraOffset {
		return visit.PartialDate{}
	}
	d := visit.PartialDate{Year: year - visit.BuddhistEraOffset}
	if !okMonth || month == 0 || month > 12 {
		return d
	}
	d.Month = month
	if okDay && day <= daysIn(d.Year, month) {
		d.Day = day
	}
	return d
}

// number reads ASCII digits and nothing else: no sign, no space.
func number(s string) (int, bool) {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

// daysIn returns the number of days of a month of the Common Era. The leap year
// must be that of the Common Era: 29 February 2543 is a day, because 2000 was a
// leap year, although 2543 is odd.
func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	default:
		return 31
	}
}
