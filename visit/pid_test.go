package visit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

const canaryPID = "9000000000004"

func TestParsePIDTellsWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       error
	}{
		{"a right number", canaryPID, nil},
		{"another right number", "9000000000012", nil},
		{"one digit wrong", "9000000000014", ErrPIDCheckDigit},
		{"two digits swapped", "9000000000103", ErrPIDCheckDigit},
		{"too short", "900000000000", ErrPIDLength},
		{"too long", "90000000000040", ErrPIDLength},
		{"empty", "", ErrPIDLength},
		{"with a letter", "900000000000x", ErrPIDDigit},
		{"with Thai digits", "๙๐๐๐๐", ErrPIDLength},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := ParsePID(c.text)
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if err == nil && p.Digits() != c.text {
				t.Errorf("digits are %q", p.Digits())
			}
		})
	}
}

func TestAPIDNeverPrintsItself(t *testing.T) {
	p, err := ParsePID(canaryPID)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "pid", p, "in", struct{ P PID }{p})
	asJSON, err := json.Marshal(map[string]any{"pid": p})
	if err != nil {
		t.Fatal(err)
	}
	outputs := []string{log.String(), string(asJSON), p.String()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		outputs = append(outputs, fmt.Sprintf(verb, p), fmt.Sprintf(verb, &p), fmt.Sprintf(verb, []PID{p}))
	}
	for _, out := range outputs {
		if strings.Contains(out, canaryPID) || strings.Contains(out, "39303030") {
			t.Errorf("the number is in %q", out)
		}
	}
	if p.Masked() != "x-xxxx-xxxxx-00-4" {
		t.Errorf("masked is %q", p.Masked())
	}
}

func FuzzParsePID(f *testing.F) {
	f.Add(canaryPID)
	f.Add("1")
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := ParsePID(s); err == nil && p.Digits() != s {
			t.Errorf("%q became %q", s, p.Digits())
		}
	})
}
