package privatelog

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"authenkiosk/visit"
)

func TestCleanRemovesWhatLooksPersonalAndNothingElse(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"a PID", "read 9000000000004 now", "read [pid] now"},
		{"a PID in groups", "9-0000-00000-00-4", "[pid]"},
		{"a PID in a URL", "GET /status?personalId=9000000000004&x=1", "GET /status?personalId=[pid]&x=1"},
		{"a PID inside a longer number", "id9990000000000041", "id[pid]"},
		{"thirteen digits that are no PID", "at 1763800000001 ms", "at 1763800000001 ms"},
		{"a mobile number", "call 0800001234!", "call [phone]!"},
		{"a grouped number", "080-000-1234", "[phone]"},
		{"a landline", "020001234", "[phone]"},
		{"a token", "Bearer 00000000-0000-4000-8000-000000000001", "Bearer [token]"},
		{"a visit id", "visit 01900000-0000-7000-8000-000000000001 saved", "visit 01900000-0000-7000-8000-000000000001 saved"},
		{"a date and a time", "2026-11-22 21:33:14", "2026-11-22 21:33:14"},
		{"an authen code", "PP1200000001", "PP1200000001"},
		{"no digits", "ไม่มีตัวเลข", "ไม่มีตัวเลข"},
	} {
		if got := Clean(c.in); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestNothingPersonalPassesTheHandlerInAnyForm(t *testing.T) {
	const canary = "9000000000004"
	pid, err := visit.ParsePID(canary)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	log := slog.New(New(slog.NewJSONHandler(&out, nil))).With("with", canary).WithGroup("g")
	log.Info("message "+canary, "string", canary, "number", int64(9000000000004), "unsigned", uint64(9000000000004),
		"error", fmt.Errorf("wrapped: %w", errors.New(canary)), "bytes", []string{canary}, "pid", pid,
		slog.Group("group", "inner", canary), "struct", struct{ A string }{canary})
	if strings.Contains(out.String(), canary) {
		t.Errorf("the log has the number: %s", out.String())
	}
	if !strings.Contains(out.String(), "[pid]") {
		t.Errorf("nothing was hidden: %s", out.String())
	}
}

func FuzzClean(f *testing.F) {
	f.Add("9000000000004 0800001234 00000000-0000-4000-8000-000000000001")
	f.Fuzz(func(t *testing.T, s string) {
		if strings.Contains(Clean(s+" 9000000000004 "), "9000000000004") {
			t.Errorf("%q hides the number from the filter", s)
		}
	})
}
