package visit

import (
	"testing"
	"time"
)

func TestTheServiceDateIsTheDayInBangkok(t *testing.T) {
	for _, c := range []struct{ utc, want string }{
		{"2026-11-22T16:59:59Z", "2026-11-22"},
		{"2026-11-22T17:00:00Z", "2026-11-23"},
		{"2026-12-31T17:00:00Z", "2027-01-01"},
		{"2028-02-28T17:00:00Z", "2028-02-29"},
	} {
		at, err := time.Parse(time.RFC3339, c.utc)
		if err != nil {
			t.Fatal(err)
		}
		if got := ServiceDateOf(at).String(); got != c.want {
			t.Errorf("at %s: %s, want %s", c.utc, got, c.want)
		}
	}
}

func TestADaySurvivesItsText(t *testing.T) {
	for d := (Date{2027, time.December, 30}); d.Before(Date{2029, time.January, 2}); d = d.Next() {
		b, err := d.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var back Date
		if err := back.UnmarshalText(b); err != nil || back != d {
			t.Fatalf("%v came back as %v, %v", d, back, err)
		}
		if ServiceDateOf(d.Midnight()) != d || ServiceDateOf(d.Next().Midnight().Add(-time.Nanosecond)) != d {
			t.Fatalf("%v does not hold its own hours", d)
		}
	}
	for _, bad := range []string{"2026-02-30", "22-11-2026", "2569", "x"} {
		if _, err := ParseDate(bad); err == nil {
			t.Errorf("%q is taken for a day", bad)
		}
	}
}

func TestADateOfTheCardPassesOnlyWhenItsWholeDayIsOver(t *testing.T) {
	today := Date{2026, time.November, 22}
	for _, c := range []struct {
		name string
		date PartialDate
		want bool
	}{
		{"lifelong", PartialDate{Lifelong: true}, false},
		{"unknown", PartialDate{}, false},
		{"yesterday", PartialDate{Year: 2026, Month: 11, Day: 21}, true},
		{"today", PartialDate{Year: 2026, Month: 11, Day: 22}, false},
		{"tomorrow", PartialDate{Year: 2026, Month: 11, Day: 23}, false},
		{"this month without a day", PartialDate{Year: 2026, Month: 11}, false},
		{"last month without a day", PartialDate{Year: 2026, Month: 10}, true},
		{"this year only", PartialDate{Year: 2026}, false},
		{"last year only", PartialDate{Year: 2025}, true},
		{"next year, earlier month", PartialDate{Year: 2027, Month: 1, Day: 1}, false},
	} {
		if got := c.date.PassedBy(today); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
