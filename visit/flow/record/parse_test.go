package record

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"authenkiosk/visit/flow"
)

// golden is a record of four patients, one of each way: how it was made stands in
// TestTheGoldenRecordIsReplayed of visit/flow.
const golden = "testdata/sessions.jsonl"

func goldenLines(t testing.TB) []string {
	t.Helper()
	text, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

func TestARecordIsFoundInEveryReport(t *testing.T) {
	lines := goldenLines(t)
	text := strings.Join(lines, "\n")
	for name, report := range map[string]string{
		"its lines alone":  text,
		"a crash report":   "AuthenKiosk 1.0, 2026-11-22\n\npanic: x\n\ngoroutine 1 [running]:\n\nThe last steps:\n\n" + text + "\n",
		"of Windows":       strings.ReplaceAll("panic: x\n"+text, "\n", "\r\n"),
		"doctor":           `{"findings": [], "ready": true, "record": [` + strings.Join(lines, ",") + `]}`,
		"doctor, indented": "{\n \"ready\": true,\n \"record\": [\n" + strings.Join(lines, ",\n") + "\n ]\n}\n",
		"cut out of it":    "    " + strings.Join(lines, ",\n    ") + ",\n",
		"behind its notes": "zone demo; ...\n{\n  \"record\": [\n    " + strings.Join(lines, ",\n    ") + "\n  ]\n}\n",
	} {
		r, err := Parse([]byte(report))
		if err != nil || len(r.Steps) != len(lines)-1 {
			t.Errorf("%s: %d steps, %v", name, len(r.Steps), err)
			continue
		}
		if err := r.Replay(nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestABadRecordIsRefusedWithItsLine(t *testing.T) {
	lines := goldenLines(t)
	change := func(at int, old, into string) string {
		changed := append([]string{}, lines...)
		if !strings.Contains(changed[at], old) {
			t.Fatalf("line %d has no %s", at+1, old)
		}
		changed[at] = strings.Replace(changed[at], old, into, 1)
		return strings.Join(changed, "\n")
	}
	for _, c := range []struct{ name, report, want string }{
		{"empty", "", "there is no record"},
		{"another file", "# Readme\n", "there is no record"},
		{"doctor without a record", `{"ready": true}`, "there is no record"},
		{"another format", change(0, `"record":1`, `"record":9`), "line 1: the record has format 9"},
		{"a model of another version", change(0, `"HCode"`, `"HKode"`), `line 1: start: Unit: there is no field "HKode"`},
		{"a step is gone", strings.Join(append(append([]string{}, lines[:3]...), lines[4:]...), "\n"), "line 4: here is step 4, and 3 should be"},
		{"cut in the middle", strings.Join(lines[:5], "\n")[:len(strings.Join(lines[:5], "\n"))-9], "line 5: it cannot be read"},
		{"behind other text", "panic: x\n\n" + change(2, `"n":2`, `"n":"2"`), "line 5: it cannot be read"},
		{"something behind it", change(2, `"card_in":true}}`, `"card_in":true}} x`), "line 3: there is something behind"},
		{"a field that is not known", change(1, `"event"`, `"evnt"`), "line 2: it cannot be read"},
		{"a time that is none", change(1, `"at":"2026`, `"at":"26`), "line 2: at:"},
		{"a real number in place of a pseudonym", change(3, `"PID":"pid 1"`, `"PID":"1234567890123"`), `line 4: CardIdentified: Person: PID: "1234567890123" is not "pid " and a number`},
		{"in doctor", `{"record": [` + strings.Replace(strings.Join(lines[:4], ","), `"pid 1"`, `"1"`, 1) + `]}`, "entry 4: CardIdentified"},
	} {
		_, err := Parse([]byte(c.report))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func TestAnEventOfAnotherVersionEndsTheReplayThere(t *testing.T) {
	lines := goldenLines(t)
	lines[5] = strings.Replace(lines[5], `"event":"`, `"event":"New`, 1)
	r, err := Parse([]byte(strings.Join(lines, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	err = r.Replay(func(Step, flow.Model) { seen++ })
	var departs *Departure
	if err == nil || errors.As(err, &departs) || seen != 4 || !strings.Contains(err.Error(), "step 5") {
		t.Errorf("after %d steps: %v", seen, err)
	}
}

// FuzzParse holds every record that can be read against being written: it comes back as
// it is.
func FuzzParse(f *testing.F) {
	lines := goldenLines(f)
	f.Add([]byte(strings.Join(lines[:2], "\n")))
	for i, l := range lines[1:] {
		f.Add([]byte(strings.Replace(lines[0], `"from":1`, fmt.Sprintf(`"from":%d`, i+1), 1) + "\n" + l))
	}
	f.Add([]byte(`{"record": [` + strings.Join(lines[:3], ",") + `]}`))
	f.Fuzz(func(t *testing.T, report []byte) {
		r, err := Parse(report)
		if err != nil {
			return
		}
		_ = r.Replay(nil)
		written, err := r.Lines()
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		again, err := Parse(bytes.Join(written, []byte("\n")))
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		twice, err := again.Lines()
		if err != nil || !bytes.Equal(bytes.Join(twice, nil), bytes.Join(written, nil)) {
			t.Fatalf("it comes back as another, %v", err)
		}
	})
}
