package cardreader

import "authenkiosk/visit"

const (
	// lifelongYear stands in place of an expiry that never comes: 99999999.
	lifelongYear = 9999

	// dateLength is the number of digits of a date.
	dateLength = 8
)

// parseDate reads YYYYMMDD of the Buddhist era. Month and day may be 00 or left
// out, which means unknown, and the year 9999 means for life. What is no date
// gives as much as makes sense: an impossible month takes the day with it, an
// impossible year takes everything. It never fails, because a wrong date must not
// keep a patient from care.
func parseDate(field []byte) visit.PartialDate {
	s := firstBytes(field)
	if len(s) > dateLength {
		return visit.PartialDate{}
	}
	var whole [dateLength]byte // what is left out counts as unknown
	copy(whole[:], s)
	year, okYear := number(whole[:4])
	month, okMonth := number(whole[4:6])
	day, okDay := number(whole[6:])
	switch {
	case !okYear || year <= visit.BuddhistEraOffset:
		return visit.PartialDate{}
	case year == lifelongYear:
		return visit.PartialDate{Lifelong: true}
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
func number(s []byte) (int, bool) {
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
