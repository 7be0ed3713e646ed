package kiosk

import (
	"slices"
	"strings"
	"testing"

	"authenkiosk/ui/draw"
	"authenkiosk/visit"
)

func TestWhereAPatientThinksOfSomethingElseTheScreenSaysThatTheCardStaysIn(t *testing.T) {
	for _, c := range []struct {
		screen string
		method visit.Method
		want   bool
	}{
		{"phone-typing", visit.MethodCard, true},
		{"claim-types", visit.MethodCard, true},
		{"confirm", visit.MethodCard, true},
		{"confirm-certifier", visit.MethodCertifier, true},
		{"confirm-photo", visit.MethodPhoto, false},
		{"phone-typing", visit.MethodPhoto, false},
	} {
		for _, panel := range panels {
			m := modelOf(t, c.screen)
			m.Session.Method = c.method
			k := shown(t, sampleOptions(), m, panel)
			said := slices.ContainsFunc(k.Texts(), func(words string) bool {
				return strings.HasSuffix(draw.Plain(words), draw.Plain(k.speaker().Say("reading.keep")))
			})
			if said != c.want {
				t.Errorf("%s by %s on %v: said %t among %q", c.screen, c.method, panel, said, k.Texts())
			}
		}
	}
}
