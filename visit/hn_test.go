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

func TestAnHNIsReadAsPeopleTypeAndScannersSendIt(t *testing.T) {
	for _, c := range []struct {
		name, text, want string
		err              error
	}{
		{"nine digits", "000012345", "000012345", nil},
		{"a scanner ends with Enter", "000012345\r\n", "000012345", nil},
		{"a scanner begins with a mark of the order of bytes", "\ufeff0042", "0042", nil},
		{"blanks around it", "  0042 ", "0042", nil},
		{"the year behind a slash", "12345/69", "12345/69", nil},
		{"letters stay as they are", "HN-0042.a", "HN-0042.a", nil},
		{"Thai digits", "๐๐๔๒", "0042", nil},
		{"one character", "7", "7", nil},
		{"twenty characters", strings.Repeat("8", 20), strings.Repeat("8", 20), nil},
		{"nothing", "", "", ErrHNLength},
		{"blanks alone", " \r\n", "", ErrHNLength},
		{"too long", strings.Repeat("8", 21), "", ErrHNLength},
		{"a blank inside", "00 42", "", ErrHNForm},
		{"two numbers", "0042\n0043", "", ErrHNForm},
		{"a sign at the end", "0042-", "", ErrHNForm},
		{"a sign at the begin", "/0042", "", ErrHNForm},
		{"two signs", "00--42", "", ErrHNForm},
		{"Thai letters", "เอชเอ็น42", "", ErrHNForm},
		{"a formula for a spreadsheet", "=1+1", "", ErrHNForm},
		{"bytes that are no text", "00\xff42", "", ErrHNForm},
		{"a citizen number", "9000000000004", "", ErrHNIsPID},
		{"a citizen number with hyphens", "9-0000-00000-00-4", "", ErrHNIsPID},
		{"thirteen digits that are none", "9000000000005", "9000000000005", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ParseHN(c.text)
			if got.Text() != c.want || !errors.Is(err, c.err) {
				t.Errorf("%q: %q, %v", c.text, got.Text(), err)
			}
		})
	}
}

func TestAMaskedHNShowsItsEndAndNeverMoreThanHalf(t *testing.T) {
	for text, want := range map[string]string{"": "", "7": "x", "42": "x2", "0042": "xx42", "000012345": "xxxxxx345", "12345/69": "xxxxx/69", "กข42": "xx42"} {
		if got := HNOf(text).Masked(); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
}

func TestAnHNNeverPrintsItself(t *testing.T) {
	const canary = "HN-000042"
	hn := HNOf(canary)
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "hn", hn, "in", struct{ H HN }{hn})
	asJSON, err := json.Marshal(map[string]any{"hn": hn, "of": Visit{HN: hn}})
	if err != nil {
		t.Fatal(err)
	}
	outputs := []string{log.String(), string(asJSON), hn.String()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		outputs = append(outputs, fmt.Sprintf(verb, hn), fmt.Sprintf(verb, &hn), fmt.Sprintf(verb, []HN{hn}))
	}
	for _, out := range outputs {
		if strings.Contains(out, "000042") || strings.Contains(out, "484e2d") {
			t.Errorf("the number is in %q", out)
		}
	}
	if HN := (HN{}); HN.String() != "" || fmt.Sprint(HN) != "" {
		t.Error("one that nobody has said says that it is there")
	}
}

func TestHospitalSoftwareKnowsTheNumbersOfItsUnit(t *testing.T) {
	for _, text := range []string{"", "๑๒ ก/69#", strings.Repeat("9", 50)} {
		if got := HNOf(text); got.Text() != text || got.IsZero() != (text == "") {
			t.Errorf("%q becomes %q", text, got.Text())
		}
	}
}

func FuzzParseHN(f *testing.F) {
	for _, s := range []string{"000012345", "12345/69\r\n", "๐๔๒", "9-0000-00000-00-4"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		hn, err := ParseHN(s)
		if err != nil {
			return
		}
		if again, err := ParseHN(hn.Text()); again != hn || err != nil || len(hn.Text()) > MaxHN {
			t.Errorf("%q is read as %q, and that as %q, %v", s, hn.Text(), again.Text(), err)
		}
	})
}
