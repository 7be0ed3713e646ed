package app

import (
	"strings"
	"testing"
	"time"

	"authenkiosk/visit"
)

func TestTheClockIsReportedWithItsCause(t *testing.T) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, visit.Bangkok)
	for words, w := range map[string]witness{
		"check the date of this machine": {after: now.AddDate(0, 0, 2)},
		"differs from NHSO's by 24h":     {known: true, ahead: 24 * time.Hour},
		"not compared":                   {},
		"within 2s":                      {known: true, ahead: -2 * time.Second},
	} {
		if f := clockFinding(now, w); !strings.Contains(f.Detail, words) || (f.State == findingFailed) != (w.ahead > maxSkew || !w.after.IsZero()) {
			t.Errorf("%s: %+v", words, f)
		}
	}
}
