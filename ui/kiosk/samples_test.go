package kiosk

import (
	"testing"
	"time"

	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// noon is the time of all samples.
var noon = time.Date(2026, time.November, 22, 5, 4, 0, 0, time.UTC)

// sample is one model of one screen.
type sample struct {
	name  string
	model flow.Model
}

const samplePID, samplePhone, sampleCode = "9000000000004", "0800001234", visit.AuthenCode("PP1200000001")

func sampleName() visit.Name {
	return visit.NewName("นางสาว", "ทดสอบเรียบร้อย", "", "เสมอใจ")
}

func sampleLatin() visit.Name {
	return visit.NewName("Miss", "Thotsopriaproi", "-", "Samoechai")
}

func sampleClaims() []visit.ClaimType {
	return []visit.ClaimType{
		{Code: "PG0060001", Name: "เข้ารับบริการรักษาทั่วไป (OPD/ IPD/ PP)"},
		{Code: "PG0110001", Name: "Self Isolation"},
		{Code: "PG0120001", Name: "UCEP PLUS (ผู้ป่วยกลุ่มอาการสีเหลืองและสีแดง)"},
		{Code: "PG0130001", Name: "บริการฟอกเลือดด้วยเครื่องไตเทียม (HD)"},
		{Code: "PG0140001", Name: "Home Ward"},
		{Code: "PG0150001", Name: "บริการดูแลอาการเจ็บป่วยเบื้องต้น"},
		{Code: "PG0160001", Name: "บริการส่งเสริมสุขภาพและป้องกันโรคสำหรับบุคคลทั่วไป"},
	}
}

func sampleRight() visit.Right {
	return visit.Right{
		Main:     visit.Coded{ID: "UCS", Name: "สิทธิหลักประกันสุขภาพแห่งชาติ"},
		HospMain: visit.Hospital{HCode: "99998", Name: "โรงพยาบาลส่งเสริมสุขภาพตำบลทดสอบเหนือเฉลิมพระเกียรติ"},
	}
}

func welcomeModel() flow.Model {
	return flow.Model{Way: flow.Way{
		Unit: flow.Unit{HCode: "99999", DefaultClaimType: "PG0060001", Methods: []visit.Method{visit.MethodCard}},
		Devices: visit.Devices{
			Reader: visit.DeviceReady, NHSO: visit.DeviceReady, Printer: visit.DeviceReady, Camera: visit.DeviceAbsent,
			Storage: visit.DeviceReady, Clock: visit.DeviceReady,
		},
		Today: visit.Date{Year: 2026, Month: time.November, Day: 22},
	}}
}

// fullSession holds something of everything personal.
func fullSession(t testing.TB) flow.Session {
	t.Helper()
	pid, err := visit.ParsePID(samplePID)
	if err != nil {
		t.Fatal(err)
	}
	phone, err := visit.ParsePhone(samplePhone)
	if err != nil {
		t.Fatal(err)
	}
	return flow.Session{
		Insertion: flow.Insertion{Number: 7, VisitID: "0193506e-1c00-7abc-8def-0123456789ab"},
		Method:    visit.MethodCard,
		Person:    flow.Person{PID: pid, Name: sampleName(), Latin: sampleLatin()},
		CardRead:  true, Right: sampleRight(), RightState: flow.Answered, Offered: sampleClaims(),
		DoneState: flow.Answered, Phone: phone, PhoneOwner: visit.PhoneOfPatient, ClaimType: sampleClaims()[0],
	}
}

func in(t testing.TB, state flow.State, change func(*flow.Model)) flow.Model {
	t.Helper()
	m := welcomeModel()
	m.State, m.CardIn, m.Session = state, true, fullSession(t)
	if change != nil {
		change(&m)
	}
	return m
}

// samples are all screens, with the variants that look different.
func samples(t testing.TB) []sample {
	t.Helper()
	list := append(welcomeSamples(), faultSamples(t)...)
	list = append(list, visitSamples(t)...)
	list = append(list, endSamples(t)...)
	list = append(list, noCardSamples(t)...)
	return append(list, layerSamples(t)...)
}

func welcomeSamples() []sample {
	with := func(change func(*flow.Model)) flow.Model {
		m := welcomeModel()
		change(&m)
		return m
	}
	return []sample{
		{"welcome", welcomeModel()},
		{"welcome-impaired", with(func(m *flow.Model) {
			m.Devices.NHSO, m.Devices.Printer = visit.DeviceDown, visit.DeviceDown
		})},
		{"welcome-checking", with(func(m *flow.Model) {
			m.Devices.NHSO, m.Devices.Printer, m.Devices.Reader = visit.DeviceUnknown, visit.DeviceImpaired, visit.DeviceUnknown
		})},
		{"welcome-no-reader", with(func(m *flow.Model) { m.Devices.Reader = visit.DeviceDown })},
		{"welcome-service-refuses", with(func(m *flow.Model) {
			m.Devices.Reader, m.Devices.ReaderProblem = visit.DeviceDown, visit.CardServiceRefuses
		})},
		{"welcome-no-reader-ways", with(func(m *flow.Model) {
			anyWay(m)
			m.Devices.Reader = visit.DeviceDown
		})},
		{"welcome-closed", with(func(m *flow.Model) { m.Devices.Storage = visit.DeviceDown })},
		{"welcome-clock", with(func(m *flow.Model) { m.Devices.Clock = visit.DeviceDown })},
		{"welcome-token", with(func(m *flow.Model) {
			m.Devices.NHSO, m.Devices.NHSOProblem = visit.DeviceDown, visit.NHSORefusedToken
		})},
		{"welcome-left", with(func(m *flow.Model) { m.Left = true })},
		{"welcome-card-in", with(func(m *flow.Model) { m.CardIn = true })},
		{"welcome-card-in-read", with(func(m *flow.Model) { m.CardIn, m.Devices.ReadBy = true, "his-opd" })},
		{"welcome-card-in-read-long", with(func(m *flow.Model) {
			m.CardIn, m.Devices.ReadBy, m.Devices.Camera = true, "appointments-and-billing", visit.DeviceReady
		})},
		{"welcome-card-in-read-unnamed", with(func(m *flow.Model) {
			m.CardIn, m.Devices.ReadBy, m.Devices.Camera = true, visit.UnnamedProgram, visit.DeviceReady
		})},
		{"welcome-no-paper", with(func(m *flow.Model) {
			m.Devices.Printer, m.Devices.PrinterProblem, m.Devices.Camera = visit.DeviceDown, visit.PrinterNoPaper, visit.DeviceReady
		})},
		{"welcome-cover-open", with(func(m *flow.Model) {
			m.Devices.Printer, m.Devices.PrinterProblem = visit.DeviceDown, visit.PrinterCoverOpen
			m.Devices.NHSO, m.Devices.Camera = visit.DeviceImpaired, visit.DeviceDown
		})},
		{"no-card-staff", with(func(m *flow.Model) { m.State = flow.NoCard })},
		{"no-card-staff-chip", with(func(m *flow.Model) { m.State, m.CardHere = flow.NoCard, true })},
		{"take-card", with(func(m *flow.Model) { m.State, m.CardIn, m.Ending = flow.TakeCard, true, flow.WithCode })},
		{"take-card-no-code", with(func(m *flow.Model) { m.State, m.CardIn, m.Ending = flow.TakeCard, true, flow.WithoutCode })},
		{"take-card-second-no-code", with(func(m *flow.Model) { m.State, m.Ending = flow.TakeCard, flow.BeginAgain })},
		{"take-card-begin", with(func(m *flow.Model) { m.State, m.CardIn, m.Ending = flow.TakeCard, true, flow.BeginAgain })},
		{"take-card-desk", with(func(m *flow.Model) { m.State, m.CardIn, m.Ending = flow.TakeCard, true, flow.AtDesk })},
	}
}

func faultSamples(t testing.TB) []sample {
	var list []sample
	for _, p := range []visit.Problem{
		visit.CardMute, visit.CardNotThai, visit.CardUnreadable, visit.CardRemovedEarly, visit.CardBusy, visit.CardExpired, visit.ReaderMissing,
	} {
		m := welcomeModel()
		m.State, m.CardIn = flow.CardFault, p != visit.CardRemovedEarly && p != visit.ReaderMissing
		m.Session = flow.Session{Problem: p, Insertion: fullSession(t).Insertion}
		list = append(list, sample{"card-fault-" + p.String(), m})
	}
	kept := welcomeModel()
	kept.State, kept.Session = flow.CardFault, flow.Session{Problem: visit.CardRemovedEarly, Kept: flow.Kept{PID: fullSession(t).Person.PID}}
	list = append(list, sample{"card-fault-kept", kept})
	gone := kept
	gone.Devices.Reader = visit.DeviceDown
	list = append(list, sample{"card-fault-reader-gone", gone})
	for _, p := range visit.Problems() {
		state := flow.Desk
		if p == visit.NoRight || p == visit.PersonDeceased {
			state = flow.NoRight
		}
		list = append(list, sample{state.String() + "-" + p.String(), in(t, state, func(m *flow.Model) {
			m.Session.Problem = p
			if p == visit.UpstreamCannot || p == visit.NoNumber {
				m.CardIn, m.Session.Print = false, flow.Printed
			}
			if p == visit.NHSORefusedVisit || p == visit.NoRight {
				m.Session.Message = "ไม่พบข้อมูลการลงทะเบียนของบุคคลในระบบ กรุณาติดต่อหน่วยบริการประจำเพื่อตรวจสอบสิทธิ"
			}
		})})
	}
	return list
}

func visitSamples(t testing.TB) []sample {
	return []sample{
		{"reading-start", in(t, flow.Reading, func(m *flow.Model) {
			m.Session = flow.Session{Insertion: m.Session.Insertion}
		})},
		{"reading-name", in(t, flow.Reading, func(m *flow.Model) {
			m.Session.RightState, m.Session.DoneState = flow.Asked, flow.Answered
		})},
		{"reading-no-answer", in(t, flow.Reading, func(m *flow.Model) {
			m.Session.CardRead, m.Session.RightState, m.Session.DoneState = false, flow.Asked, flow.Unanswered
		})},
		{"confirm", in(t, flow.Confirm, func(m *flow.Model) { m.Session.Offered = m.Session.Offered[:1] })},
		{"confirm-offline", in(t, flow.Confirm, func(m *flow.Model) {
			m.Session.RightState, m.Session.DoneState, m.Session.Right = flow.Unanswered, flow.Unanswered, visit.Right{}
			m.Session.PhoneTyped, m.Session.PhoneOwner = true, visit.PhoneOfRelative
			m.Session.ClaimType = sampleClaims()[6]
		})},
		{"phone-empty", in(t, flow.PhoneEntry, func(m *flow.Model) { m.Session.Phone = visit.Phone{} })},
		{"phone-typing", in(t, flow.PhoneEntry, func(m *flow.Model) { m.Session.PhoneInput = "08000012" })},
		{"phone-wrong", in(t, flow.PhoneEntry, func(m *flow.Model) { m.Session.PhoneInput = "01" })},
		{"phone-invented", in(t, flow.PhoneEntry, func(m *flow.Model) {
			m.Session.PhoneInput, m.Session.PhoneOwner = "0800000000", visit.PhoneOfRelative
		})},
		{"phone-no-zero", in(t, flow.PhoneEntry, func(m *flow.Model) { m.Session.PhoneInput = "8" })},
		{"phone-too-long", in(t, flow.PhoneEntry, func(m *flow.Model) { m.Session.PhoneInput = "08000012345" })},
		{"phone-complete", in(t, flow.PhoneEntry, func(m *flow.Model) { m.Session.PhoneInput = samplePhone })},
		{"phone-not-digits", in(t, flow.PhoneEntry, func(m *flow.Model) { m.Session.PhoneInput = "0x" })},
		{"claim-types", in(t, flow.ClaimTypeChoice, nil)},
		{"claim-types-none-chosen", in(t, flow.ClaimTypeChoice, func(m *flow.Model) {
			m.Session.ClaimType, m.Session.Offered = visit.ClaimType{}, m.Session.Offered[1:4]
		})},
		{"claim-types-few", in(t, flow.ClaimTypeChoice, func(m *flow.Model) { m.Session.Offered = m.Session.Offered[2:4] })},
		{"sending", in(t, flow.Sending, func(m *flow.Model) { m.Session.Phase = flow.Saving })},
		{"sending-slow", in(t, flow.Sending, func(m *flow.Model) { m.Session.Phase, m.Session.Slow = flow.Submitting, true })},
	}
}

func endSamples(t testing.TB) []sample {
	done := func(hcode, name string) []visit.Authentication {
		return []visit.Authentication{{
			Code: sampleCode, ClaimType: sampleClaims()[0], Hospital: visit.Hospital{HCode: hcode, Name: name}, At: noon.Add(-2 * time.Hour),
		}}
	}
	result := func(p flow.PrintState, change func(*flow.Model)) flow.Model {
		return in(t, flow.Result, func(m *flow.Model) {
			m.Session.Code, m.Session.IssuedAt, m.Session.Print = sampleCode, noon, p
			if change != nil {
				change(m)
			}
		})
	}
	return []sample{
		{"desk-next-card", in(t, flow.Desk, func(m *flow.Model) {
			m.Waiting, m.Session.Print = flow.Insertion{Number: 9}, flow.Printed
			m.Session.Problem, m.Session.Message = visit.NHSORefusedVisit, "ไม่พบข้อมูลการลงทะเบียนของบุคคลในระบบ"
		})},
		{"queued-next-card", in(t, flow.Queued, func(m *flow.Model) { m.Session.Print, m.Waiting = flow.Printed, flow.Insertion{Number: 9} })},
		{"already-here", in(t, flow.AlreadyHere, func(m *flow.Model) { m.Session.Done = done("99999", "โรงพยาบาลทดสอบ") })},
		{"already-here-printed", in(t, flow.AlreadyHere, func(m *flow.Model) {
			m.Session.Done, m.Session.Print = done("99999", "โรงพยาบาลทดสอบ"), flow.Printed
			m.Session.Offered = m.Session.Offered[:1]
		})},
		{"already-here-no-paper", in(t, flow.AlreadyHere, func(m *flow.Model) {
			m.Session.Done = done("99999", "โรงพยาบาลทดสอบ")
			m.Devices.Printer, m.Devices.PrinterProblem = visit.DeviceDown, visit.PrinterNoPaper
		})},
		{"already-here-more-at-desk", in(t, flow.AlreadyHere, func(m *flow.Model) {
			m.Session.Done, m.Session.Print, m.Session.Reprints = done("99999", "โรงพยาบาลทดสอบ"), flow.Printed, flow.MaxReprints
		})},
		{"already-here-leaving", in(t, flow.AlreadyHere, func(m *flow.Model) {
			m.Session.Done, m.Warning = done("99999", "โรงพยาบาลทดสอบ"), true
		})},
		{"already-elsewhere-second", in(t, flow.AlreadyElsewhere, func(m *flow.Model) {
			m.Session.Done, m.Unit.SecondCode = done("99998", "โรงพยาบาลส่งเสริมสุขภาพตำบลทดสอบเหนือ"), true
		})},
		{"already-elsewhere", in(t, flow.AlreadyElsewhere, func(m *flow.Model) {
			m.Session.Done = done("99998", "โรงพยาบาลส่งเสริมสุขภาพตำบลทดสอบเหนือ")
		})},
		{"result-printing", result(flow.Printing, nil)},
		{"result-printed", result(flow.Printed, nil)},
		{"result-leaving", result(flow.Printed, func(m *flow.Model) { m.Warning = true })},
		{"result-more-at-desk", result(flow.Printed, func(m *flow.Model) { m.Session.Reprints = flow.MaxReprints })},
		{"result-next-card", result(flow.Printed, func(m *flow.Model) { m.Waiting = flow.Insertion{Number: 9} })},
		{"result-failed", result(flow.PrintFailed, func(m *flow.Model) { m.CardIn = false; m.Devices.Printer = visit.DeviceDown })},
		{"result-no-printer", result(flow.NotPrinted, func(m *flow.Model) { m.Devices.Printer = visit.DeviceAbsent })},
		{"result-unclear", result(flow.PrintUnclear, nil)},
		{"result-no-paper", result(flow.PrintFailed, func(m *flow.Model) {
			m.Devices.Printer, m.Devices.PrinterProblem = visit.DeviceDown, visit.PrinterNoPaper
		})},
		{"result-cover-open", result(flow.PrintFailed, func(m *flow.Model) {
			m.Devices.Printer, m.Devices.PrinterProblem = visit.DeviceImpaired, visit.PrinterCoverOpen
		})},
		{"result-line", result(flow.Printed, func(m *flow.Model) { m.CardIn, m.Session.Method = false, visit.MethodLine })},
		{"result-certifier", result(flow.Printed, func(m *flow.Model) {
			vouched(t, m)
			m.CardIn = false
		})},
		{"queued-unclear", in(t, flow.Queued, func(m *flow.Model) { m.Session.Print = flow.PrintUnclear })},
		{"queued-token", in(t, flow.Queued, func(m *flow.Model) {
			m.Session.Print, m.Session.Problem = flow.Printed, visit.NHSORefusedToken
		})},
		{"queued-leaving", in(t, flow.Queued, func(m *flow.Model) { m.Session.Print, m.Warning = flow.Printed, true })},
		{"queued", in(t, flow.Queued, func(m *flow.Model) { m.Session.Print = flow.Printed })},
	}
}

func layerSamples(t testing.TB) []sample {
	list := []sample{{"idle", in(t, flow.Confirm, func(m *flow.Model) { m.Warning = true })}}
	for _, s := range flow.States() {
		list = append(list, sample{"help-" + s.String(), in(t, s, func(m *flow.Model) { m.Help, m.CardIn = true, s != flow.Welcome })})
	}
	return append(list,
		sample{"help-already-here-no-slip", in(t, flow.AlreadyHere, func(m *flow.Model) {
			m.Help, m.Session.Reprints = true, flow.MaxReprints
		})},
		sample{"help-no-card-no-reader", in(t, flow.NoCard, func(m *flow.Model) {
			m.Help, m.CardIn, m.Devices.Reader = true, false, visit.DeviceDown
		})},
		sample{"help-coming", in(t, flow.Confirm, func(m *flow.Model) { m.Help, m.Coming = true, true })})
}

func sampleOptions() Options {
	return Options{
		PhotoDays: 1, Machine: "kiosk-opd-1", Version: "v1.0.0",
		Unit: Unit{Name: "โรงพยาบาลทดสอบ", Phone: "02-000-1234", HCode: "99999"}, Zone: visit.ZoneDemo,
		Now: func() time.Time { return noon }, Settle: -1,
	}
}
