package config

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"authenkiosk/visit"
)

func TestTheWindowOfUpdatesHoldsTheNight(t *testing.T) {
	for _, c := range []struct{ window, in, out string }{
		{"18:00-06:00", "18:00 23:59 00:00 05:59", "06:00 12:00 17:59"},
		{"01:30-03:00", "01:30 02:59", "01:29 03:00 23:00"},
	} {
		conf, err := Parse("k", []byte("[update]\nwindow = \""+c.window+"\""))
		if err != nil {
			t.Fatal(err)
		}
		for text, want := range map[string]bool{c.in: true, c.out: false} {
			for clock := range strings.FieldsSeq(text) {
				at, err := time.ParseInLocation("15:04", clock, visit.Bangkok)
				if err != nil {
					t.Fatal(err)
				}
				if got := conf.Update.Window.Holds(at.UTC()); got != want {
					t.Errorf("%s holds %s: %v", c.window, clock, got)
				}
			}
		}
	}
	for _, wrong := range []string{"18:00", "18-6", "24:00-06:00", "18:60-06:00", "6:00-7:00", "06:00-06:00", "-1:00-06:00", "18:00-06:00 and more", ""} {
		if _, err := Parse("k", []byte("[update]\nwindow = \""+wrong+"\"")); err == nil || !strings.Contains(err.Error(), "18:00-06:00") {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

func TestASourceOfUpdatesIsAWholePathOrAnAddress(t *testing.T) {
	for source, fits := range map[string]bool{
		"": true, "/media/stick": true, "/media/ที่ เก็บ": true, "https://updates.example/authenkiosk": true,
		"https://kiosk:word@updates.example/?key=1": true,
		"stick": false, "./stick": false, "http://updates.example": false, "ftp://updates.example": false, "https://": false,
		"https://updates.example/#new": false, "https://kiosk:wo%rd@updates.example/": false, "/me\ndia": false,
	} {
		_, err := Parse("k", []byte("[update]\nsource = "+strconv.Quote(source)))
		if (err == nil) != fits {
			t.Errorf("%q: %v", source, err)
		}
	}
}
