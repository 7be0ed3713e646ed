package privatelog

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"testing"

	"authenkiosk/visit"
)

func TestCleanRemovesWhatLooksPersonalAndNothingElse(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"a PID", "read 9000000000004 now", "read [pid] now"},
		{"a PID in groups", "9-0000-00000-00-4", "[pid]"},
		{"a PID in a URL", "GET /status?personalId=9000000000004&x=1", "GET /status?personalId=[pid]&x=1"},
		{"a PID inside a longer number", "id9990000000000041", "id99[pid]1"},
		{"thirteen digits that are no PID", "at 1763800000001 ms", "at 1763800000001 ms"},
		{"a mobile number", "call 0800001234!", "call [phone]!"},
		{"a grouped number", "080-000-1234", "[phone]"},
		{"a landline", "020001234", "[phone]"},
		{"two mobile numbers", "0800001234, 0800005678", "[phone], [phone]"},
		{"a number behind a date", "2026-11-22 0800001234", "2026-11-22 [phone]"},
		{"a number behind a count", "try 3 0800001234", "try 3 [phone]"},
		{"a number from abroad", "+66800001234", "[phone]"},
		{"a number from abroad in groups", "+66 80-000-1234.", "[phone]."},
		{"a number with dots", "080.000.1234", "[phone]"},
		{"a number in Thai digits", "โทร ๐๘๐-๐๐๐-๑๒๓๔ ค่ะ", "โทร [phone] ค่ะ"},
		{"a PID in Thai digits", "๙๐๐๐๐๐๐๐๐๐๐๐๔", "[pid]"},
		{"a PID with dots", "9.0000.00000.00.4", "[pid]"},
		{"a PID behind a count", "row 12 9-0000-00000-00-4", "row 12 [pid]"},
		{"an address", "dial tcp 192.168.100.20:8189", "dial tcp 192.168.100.20:8189"},
		{"a number of a request", "99999-20251107-000001", "99999-20251107-000001"},
		{"a claim type and bytes", "PG0060001 took 81234 of 9715600", "PG0060001 took 81234 of 9715600"},
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

// In whatever text and groups they stand, numbers do not come through: a PID at any
// place of it, a phone number where it is not a part of a longer group.
func FuzzClean(f *testing.F) {
	f.Add("9000000000004 0800001234 00000000-0000-4000-8000-000000000001", "2026-11-22", uint64(0), uint16(0), uint64(0))
	f.Add("call", "3", uint64(0x5555555555), ^uint16(0), uint64(123456789))
	f.Add("12", "34", uint64(0x2222222222), uint16(0x5555), uint64(7))
	f.Fuzz(func(t *testing.T, before, after string, groups uint64, thai uint16, which uint64) {
		phone := fmt.Sprintf("080000%04d", 1+which%9999) // 0800000000 is nobody's
		for _, c := range []struct{ number, left, right string }{
			{madeUpPID(which), "", ""},
			{phone, " ", " "},
			{"66" + phone[1:], " +", " "},
			{"66" + phone[1:], " ", " "},
			{"020001234", " ", ","},
		} {
			written := grouped(c.number, groups, thai)
			if strings.Contains(before+c.left+c.right+after, written) {
				continue
			}
			if strings.Contains(Clean(before+c.left+written+c.right+after), written) {
				t.Errorf("%q between %q and %q comes through", written, before, after)
			}
		}
	})
}

// madeUpPID returns a PID that begins with 9, which nobody has.
func madeUpPID(which uint64) string {
	digits := fmt.Sprintf("9%011d", which%100000000000)
	sum := 0
	for i, d := range digits {
		sum += int(d-'0') * (13 - i)
	}
	return digits + strconv.Itoa((11-sum%11)%10)
}

// grouped writes a number with separators, two bits for each gap, and with Thai
// digits, one bit for each.
func grouped(number string, groups uint64, thai uint16) string {
	var b strings.Builder
	for i, d := range number {
		if i > 0 {
			b.WriteString([]string{"", " ", "-", "."}[groups>>(2*i)&3])
		}
		if thai>>i&1 == 1 {
			d += '๐' - '0'
		}
		b.WriteRune(d)
	}
	return b.String()
}
