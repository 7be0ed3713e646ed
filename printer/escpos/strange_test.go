package escpos

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"authenkiosk/printer/device"
	"authenkiosk/printer/sink"
)

func TestWhatAPrinterSaysWhenAllIsWellIsLearnedOrConfigured(t *testing.T) {
	for _, c := range []struct {
		name   string
		well   string
		wary   bool // a serial line
		says   string
		want   device.Condition
		failed bool
	}{
		{"learned", "", false, "\xFF", device.Unknown, false},
		{"on a serial line nothing is learned", "", true, "\xFF", device.Unknown, true},
		{"on a serial line by the configuration", "FF", true, "\xFF", device.Unknown, false},
		{"one of two", "02 0A, FF", true, "\x02\n", device.Unknown, false},
		{"another than the configuration says", "FF", false, "\x02", device.Unknown, true},
		{"too long to be learned", "", false, "\x02abcd", device.Unknown, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p, paper := printerAt(t, hasty, "")
				var err error
				if p.model.Well, err = ParseAnswers(c.well); err != nil {
					t.Fatal(err)
				}
				if p.wary = c.wary; c.wary {
					p = p.Wary()
				}
				paper.Set(func(s *sink.State) { s.Strange = c.says })
				for range 2 {
					got, err := p.Status(t.Context())
					if got != c.want || errors.Is(err, errNonsense) != c.failed {
						t.Errorf("%v, %v", got, err)
					}
					if heard := strings.TrimSpace(FormatAnswers([]string{c.says})); c.failed && (err == nil || !strings.Contains(err.Error(), heard)) {
						t.Errorf("it does not say that %s was heard: %v", heard, err)
					}
				}
			})
		})
	}
}

func TestAStrangePrinterThatIsReplacedOrFallsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, paper := printerAt(t, hasty, "")
		status := func(what string, want device.Condition) {
			t.Helper()
			if got, err := p.Status(t.Context()); got != want {
				t.Errorf("%s: %v, %v; want %v", what, got, err, want)
			}
		}
		paper.Set(func(s *sink.State) { s.Strange = "\xFF" })
		status("strange", device.Unknown)
		paper.Set(func(s *sink.State) { s.Strange, s.PaperOut = "", true })
		status("one that can be understood", device.PaperOut)
		paper.Set(func(s *sink.State) { s.PaperOut = false })
		status("with paper", device.Ready)
		paper.Set(func(s *sink.State) { s.Strange = "\xFF" })
		status("strange again", device.Unknown)
		paper.Set(func(s *sink.State) { s.Mute = true })
		status("silent", device.Offline)
	})
}

func TestAnswersAreWrittenInHexadecimal(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
		back string
		bad  bool
	}{
		{"", nil, "", false},
		{" ", nil, "", false},
		{"ff", []string{"\xFF"}, "FF", false},
		{"02 0A, 03", []string{"\x02\n", "\x03"}, "02 0A, 03", false},
		{"020a", []string{"\x02\n"}, "02 0A", false},
		{"FF,", nil, "", true},
		{"G0", nil, "", true},
		{"0102030405", nil, "", true},
		{"1,2", nil, "", true},
		{strings.Repeat("01,", 8) + "01", nil, "", true},
	} {
		got, err := ParseAnswers(c.text)
		if (err != nil) != c.bad || !slices.Equal(got, c.want) || FormatAnswers(got) != c.back {
			t.Errorf("%q: %q, %v", c.text, got, err)
		}
	}
}

func FuzzParseAnswers(f *testing.F) {
	f.Add("02 0A, 03")
	f.Add(",")
	f.Fuzz(func(t *testing.T, s string) {
		all, err := ParseAnswers(s)
		if err != nil {
			return
		}
		if _, err := ParseAnswers(FormatAnswers(all)); err != nil {
			t.Errorf("%q is written as %q: %v", s, FormatAnswers(all), err)
		}
	})
}
