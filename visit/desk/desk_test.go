package desk

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestAPINThatIsTriedFirstCannotBeSet(t *testing.T) {
	for _, c := range []struct {
		text string
		want error
	}{
		{"", ErrPIN},
		{"1234", ErrPIN},
		{"80472", ErrPIN},
		{"123456789", ErrPIN},
		{"80472a", ErrPIN},
		{" 804725", ErrPIN},
		{"๘๐๔๗๒๕", ErrPIN},
		{"000000", ErrWeakPIN},
		{"11111111", ErrWeakPIN},
		{"122122", ErrWeakPIN},
		{"123456", ErrWeakPIN},
		{"654321", ErrWeakPIN},
		{"789012", ErrWeakPIN},
		{"135791", ErrWeakPIN},
		{"112233", ErrWeakPIN},
		{"33322211", ErrWeakPIN},
		{"987665", ErrWeakPIN},
		{"121212", ErrWeakPIN},
		{"123123", ErrWeakPIN},
		{"80478047", ErrWeakPIN},
		{"123321", ErrWeakPIN},
		{"8047408", ErrWeakPIN},
		{"804725", nil},
		{"1928374", nil},
		{"00314159", nil},
		{"124578", nil},
	} {
		p, err := NewPIN(c.text)
		if !errors.Is(err, c.want) || err == nil && p.Digits() != c.text {
			t.Errorf("%q: %v", c.text, err)
		}
		if err != nil && len(c.text) > 4 && strings.Contains(err.Error(), c.text) && c.want != ErrWeakPIN {
			t.Errorf("the error has %q", c.text)
		}
	}
	weak := 0
	for n := range 1_000_000 {
		if (PIN{fmt.Sprintf("%06d", n)}).weak() {
			weak++
		}
	}
	if weak < 1000 || weak > 10_000 {
		t.Errorf("%d of a million PINs are refused", weak)
	}
	t.Logf("%d of 1,000,000 PINs of six digits are refused", weak)
}

func TestAPINShowsItselfNowhere(t *testing.T) {
	p, err := ParsePIN("804725")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("a PIN", "pin", p)
	fmt.Fprintf(&out, "%v %+v %#v %s %q %d %x", p, p, p, p, p, p, p)
	if err := json.NewEncoder(&out).Encode(map[string]any{"pin": p}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "804725") {
		t.Error(out.String())
	}
}

func TestWrongPINsWaitTwiceAsLongEachTimeAndEndLocked(t *testing.T) {
	all := time.Duration(0)
	for failed := range MaxTries + 3 {
		wait, forGood := WaitAfter(failed)
		switch {
		case forGood != (failed >= MaxTries), failed < FreeTries && wait != 0, forGood && wait != 0:
			t.Errorf("after %d: %v, %v", failed, wait, forGood)
		case failed == FreeTries && wait != 15*time.Second, failed == MaxTries-1 && wait != 2*time.Hour+8*time.Minute:
			t.Errorf("after %d: %v", failed, wait)
		}
		all += wait
	}
	if all != 15*1023*time.Second {
		t.Errorf("%v in all", all)
	}
}

func TestWhoWaitsAsLongAsIsSaidMayTry(t *testing.T) {
	for wait, want := range map[time.Duration]string{time.Millisecond: "in 1s", 15*time.Second + 400*time.Millisecond: "in 16s", 2 * time.Minute: "in 2m0s"} {
		if got := (&LockedError{Wait: wait}).Error(); !strings.HasSuffix(got, want) {
			t.Errorf("%v: %s", wait, got)
		}
	}
}

func TestNamesAndIDsOfOperators(t *testing.T) {
	for text, good := range map[string]bool{
		"สมหญิง ทดสอบ": true, " counter  2 ": true, "": false, " - ": false, "a\nb": true, "a\x1b[1mb": false,
		strings.Repeat("ก", 40): true, strings.Repeat("ก", 41): false, "9000000000004": false, "x0800000001": false,
		"a\xca\xc1": false, "a\ufffd": false, // typed in another encoding: another name is kept, and two become one
	} {
		if n, err := ParseOperatorName(text); (err == nil) != good || err == nil && n.Full() != strings.Join(strings.Fields(text), " ") {
			t.Errorf("%q: %v", text, err)
		}
	}
	for text, good := range map[string]bool{"0123456789abcdef": true, "": false, "0123456789ABCDEF": false, "0123456789abcdef0": false} {
		if _, err := ParseOperatorID(text); (err == nil) != good {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, r := range Roles() {
		if got, err := ParseRole(string(r)); got != r || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	}
	if _, err := ParseRole("root"); err == nil {
		t.Error("a role that is none")
	}
}

func FuzzPIN(f *testing.F) {
	f.Add("804725")
	f.Add("11111")
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := NewPIN(s); err == nil && (p.Digits() != s || len(s) < MinPIN || len(s) > MaxPIN || strings.Contains(fmt.Sprint(p), s)) {
			t.Error("a PIN that is none")
		}
	})
}

func FuzzOperatorName(f *testing.F) {
	f.Add("สมหญิง")
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParseOperatorName(s)
		if err != nil {
			return
		}
		if again, err := ParseOperatorName(n.Full()); err != nil || again != n {
			t.Errorf("a name is another when it is read again: %v", err)
		}
	})
}

func TestReasonsAreReadByTheirNamesAlone(t *testing.T) {
	for _, r := range SecondReasons() {
		if got, err := ParseSecondReason(string(r)); got != r || err != nil {
			t.Errorf("%s: %s, %v", r, got, err)
		}
	}
	for _, r := range VoidReasons() {
		if got, err := ParseVoidReason(string(r)); got != r || err != nil {
			t.Errorf("%s: %s, %v", r, got, err)
		}
	}
	for _, r := range OpenReasons() {
		if got, err := ParseOpenReason(string(r)); got != r || err != nil {
			t.Errorf("%s: %s, %v", r, got, err)
		}
	}
	// Somebody may have typed the HN in this place.
	for what, err := range map[string]error{
		"a second code": failed(ParseSecondReason("69-001234")), "a void code": failed(ParseVoidReason("69-001234")), "an opened item": failed(ParseOpenReason("69-001234")),
		"the end of an item": failed(ParseReason("69-001234")), "a role": failed(ParseRole("69-001234")),
	} {
		if err == nil || strings.Contains(err.Error(), "001234") {
			t.Errorf("the reason of %s is repeated: %v", what, err)
		}
	}
	_, second := ParseSecondReason("rain")
	if _, void := ParseVoidReason(""); second == nil || void == nil {
		t.Error("what is no reason is read")
	}
	if !Referral.SameService() || !AfterVoid.SameService() || OtherService.SameService() {
		t.Error("another service alone is another service")
	}
}

func failed[T any](_ T, err error) error { return err }
