package cli

import (
	"strings"
	"testing"
	"time"

	"authenkiosk/app/upstream"
	"authenkiosk/visit"
)

func TestTheClockIsReportedWithItsCause(t *testing.T) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, visit.Bangkok)
	for words, w := range map[string]upstream.Witness{
		"check the date of this machine": {After: now.AddDate(0, 0, 2)},
		"differs from NHSO's by 24h":     {Known: true, Ahead: 24 * time.Hour},
		"not compared":                   {},
		"within 2s":                      {Known: true, Ahead: -2 * time.Second},
	} {
		if f := clockFinding(now, w); !strings.Contains(f.Detail, words) || (f.State == FindingFailed) != (w.Ahead > upstream.MaxSkew || !w.After.IsZero()) {
			t.Errorf("%s: %+v", words, f)
		}
	}
}
