package app

import (
	"testing"
	"time"

	"authenkiosk/visit"
)

func TestErasureRunsAtThreeInTheNextNight(t *testing.T) {
	for now, want := range map[string]string{
		"2026-11-22T02:59:59": "2026-11-22T03:00:00",
		"2026-11-22T03:00:00": "2026-11-23T03:00:00",
		"2026-11-22T23:30:00": "2026-11-23T03:00:00",
		"2026-12-31T12:00:00": "2027-01-01T03:00:00",
	} {
		const form = "2006-01-02T15:04:05"
		at, err := time.ParseInLocation(form, now, visit.Bangkok)
		if err != nil {
			t.Fatal(err)
		}
		if got := nextRetention(at).In(visit.Bangkok).Format(form); got != want {
			t.Errorf("after %s comes %s, want %s", now, got, want)
		}
	}
}
