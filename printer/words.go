package printer

import (
	"strconv"
	"strings"
	"time"

	"authenkiosk/assets/slipwords"
	"authenkiosk/visit"
)

const zw = "\u200B"

// dateIn writes a day: 22 พฤศจิกายน พ.ศ. 2569, 22 November 2026.
func dateIn(language string, d visit.Date) string {
	if d.IsZero() || d.Month < time.January || d.Month > time.December {
		return "-"
	}
	return strings.NewReplacer(
		"{day}", strconv.Itoa(d.Day), "{month}", slipwords.In(language, "month."+strconv.Itoa(int(d.Month))),
		"{be}", strconv.Itoa(d.Year+visit.BuddhistEraOffset), "{ce}", strconv.Itoa(d.Year),
	).Replace(slipwords.In(language, "date"))
}

// timeIn writes a moment in Bangkok: 09:05 น.
func timeIn(language string, t time.Time) string {
	return strings.ReplaceAll(slipwords.In(language, "time"), "{clock}", t.In(visit.Bangkok).Format("15:04"))
}

// methodWord returns the key of how identity was proved. Of a certifier only the
// relation is told, never who it was.
func methodWord(s Slip) string {
	if s.Method == visit.MethodCertifier {
		if key := "method.certifier." + string(s.Relation); slipwords.Has(key) {
			return key
		}
	}
	return "method." + string(s.Method)
}

// problemWord returns the key of the words about a problem, else those for any.
func problemWord(about string, p visit.Problem) string {
	if key := about + "." + p.String(); slipwords.Has(key) {
		return key
	}
	return about
}
