package visit

import (
	"fmt"
	"time"
)

// Bangkok is the time zone of service dates: UTC+7 all year. Thailand has had no
// daylight saving time since 1920, so no time-zone database is needed.
var Bangkok = time.FixedZone("Asia/Bangkok", 7*60*60)

// BuddhistEraOffset is the difference between a year of the Buddhist era (พ.ศ.)
// and the same year of the Common Era.
const BuddhistEraOffset = 543

// Date is a civil day, for example a service date. The zero value is "no day".
type Date struct {
	Year  int // Common Era
	Month time.Month
	Day   int
}

// ServiceDateOf returns the day in Bangkok at that moment: the only day on
// which an authentication made at that moment counts.
func ServiceDateOf(t time.Time) Date {
	y, m, d := t.In(Bangkok).Date()
	return Date{y, m, d}
}

// ParseDate reads YYYY-MM-DD and refuses days that do not exist.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("parse date %q: want YYYY-MM-DD", s)
	}
	return Date{t.Year(), t.Month(), t.Day()}, nil
}

// IsZero reports whether there is no day.
func (d Date) IsZero() bool { return d == Date{} }

// String gives YYYY-MM-DD, as NHSO's services want it.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// Before reports whether d is an earlier day than e.
func (d Date) Before(e Date) bool { return d.Midnight().Before(e.Midnight()) }

// Midnight returns the first moment of the day in Bangkok.
func (d Date) Midnight() time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, Bangkok)
}

// Next returns the following day.
func (d Date) Next() Date { return ServiceDateOf(d.Midnight().Add(36 * time.Hour)) }

// MarshalText gives YYYY-MM-DD, or nothing for the zero value.
func (d Date) MarshalText() ([]byte, error) {
	if d.IsZero() {
		return nil, nil
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads what MarshalText writes.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(b))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// PartialDate is a date of the ID card: month and day may be unknown (0), and
// an expiry may say "for life". Year is of the Common Era; 0 means unknown.
type PartialDate struct {
	Year, Month, Day int
	Lifelong         bool
}

// IsZero reports whether nothing is known.
func (d PartialDate) IsZero() bool { return d == PartialDate{} }

// Complete reports whether year, month and day are all known.
func (d PartialDate) Complete() bool { return d.Year != 0 && d.Month != 0 && d.Day != 0 }

// YearsBy returns the age in whole years on a day. What is not known of the date
// counts as the latest it can be, so that nobody is taken for older than they
// are; an unknown year gives 0.
func (d PartialDate) YearsBy(today Date) int {
	if d.Year == 0 {
		return 0
	}
	years := today.Year - d.Year
	month, day := d.Month, d.Day
	if month == 0 {
		month = 12
	}
	if day == 0 {
		day = 31
	}
	if int(today.Month) < month || int(today.Month) == month && today.Day < day {
		years--
	}
	return max(years, 0)
}

// PassedBy reports whether the day lies wholly before today. A lifelong or
// unknown date never passes; a date without a day passes with its month or year.
func (d PartialDate) PassedBy(today Date) bool {
	if d.Lifelong || d.Year == 0 {
		return false
	}
	if d.Year != today.Year || d.Month == 0 {
		return d.Year < today.Year
	}
	if d.Month != int(today.Month) || d.Day == 0 {
		return d.Month < int(today.Month)
	}
	return d.Day < today.Day
}
