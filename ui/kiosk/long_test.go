package kiosk

import (
	"fmt"
	"strings"
	"testing"

	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// What comes from NHSO, from a card or from the configuration may be long.
func TestLongWordsFromOutsideStayOnTheScreen(t *testing.T) {
	thai := strings.Repeat("ไม่พบข้อมูลการลงทะเบียนของบุคคลในระบบกรุณาติดต่อหน่วยบริการประจำเพื่อตรวจสอบสิทธิ", 5)
	latin := strings.Repeat("The person is not registered with any unit of service. ", 8)
	for _, c := range []struct {
		screen string
		change func(m *flow.Model, words string)
	}{
		{"desk-nhso-refused-visit", func(m *flow.Model, w string) { m.Session.Message = w }},
		{"already-elsewhere", func(m *flow.Model, w string) { m.Session.Done[0].Hospital.Name = w }},
		{"confirm", func(m *flow.Model, w string) { m.Session.Right.HospMain.Name = w }},
		{"confirm", func(m *flow.Model, w string) { m.Session.Right.Main = visit.Coded{ID: "XXX", Name: w} }},
		{"confirm", func(m *flow.Model, w string) { m.Session.ClaimType = visit.ClaimType{Code: "PG0990001", Name: w} }},
		{"confirm", func(m *flow.Model, w string) { m.Session.Person.Name.First, m.Session.Person.Latin.First = w, w }},
		{"phone-typing", func(m *flow.Model, w string) { m.Session.Person.Name.First, m.Session.Person.Latin.First = w, w }},
		{"reading-name", func(m *flow.Model, w string) { m.Session.Person.Name.First, m.Session.Person.Latin.First = w, w }},
		{"relation", func(m *flow.Model, w string) { m.Session.Certifier.Person.Name.First = w }},
		{"claim-types", func(m *flow.Model, w string) { m.Session.Offered[0] = visit.ClaimType{Code: "PG0990001", Name: w} }},
		{"result-printed", func(m *flow.Model, w string) { m.Session.ClaimType = visit.ClaimType{Code: "PG0990001", Name: w} }},
		{"already-here", func(m *flow.Model, w string) {
			m.Session.Done[0].ClaimType = visit.ClaimType{Code: "PG0990001", Name: w}
		}},
		{"welcome-card-in-read", func(m *flow.Model, w string) { m.Devices.ReadBy = w }},
	} {
		for _, size := range displays {
			for _, words := range []string{thai, latin, strings.Repeat("ก", 300)} {
				for text := flow.TextNormal; text <= flow.TextLargest; text += 3 {
					m := modelOf(t, c.screen)
					c.change(&m, words)
					m.Prefs.TextSize = text
					k := shown(t, sampleOptions(), m, size)
					checkLayout(t, fmt.Sprintf("%s with %.6s on %v, size %d", c.screen, words, size, text), k, size)
				}
			}
		}
	}
}
