package kiosk

import (
	"testing"

	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// anyWay is a unit that has every way.
func anyWay(m *flow.Model) {
	m.Unit.Methods = visit.Methods()
	m.Unit.LineQR = "https://example.invalid/line/authen?hcode=99999"
	m.Unit.FirstDigits = "1234589"
	m.Unit.Certify = flow.Certify{
		MinAge: 18, AdultAge: 18, Relations: visit.Relations(), AdultRelations: []visit.Relation{visit.RelationCaregiver, visit.RelationOfficer},
	}
	m.Devices.Camera = visit.DeviceReady
}

// vouched has the card of a mother in the officer's reader.
func vouched(t testing.TB, m *flow.Model) {
	t.Helper()
	pid, err := visit.ParsePID("9000000000012")
	if err != nil {
		t.Fatal(err)
	}
	anyWay(m)
	m.Session.Method, m.Session.PhoneOwner, m.Session.CardRead = visit.MethodCertifier, visit.PhoneOfRelative, false
	m.Session.Person.Latin = visit.Name{}
	m.Session.Certifier = flow.Certifier{
		Insertion: flow.Insertion{Number: 8, Role: flow.CertifierReader}, CardRead: true, Relation: visit.RelationParent,
		Person: flow.Person{
			PID: pid, Name: visit.NewName("นาง", "ทดลองมารดา", "", "เสมอใจ"),
			Latin: visit.NewName("Mrs.", "Thotlongmanda", "", "Samoechai"),
		},
	}
}

// noCardSamples are the ways of patients without a card.
func noCardSamples(t testing.TB) []sample {
	t.Helper()
	without := func(state flow.State, method visit.Method, change func(*flow.Model)) flow.Model {
		return in(t, state, func(m *flow.Model) {
			anyWay(m)
			m.CardIn, m.Session.CardRead, m.Session.Method = false, false, method
			m.Session.Person.Latin = visit.Name{}
			if change != nil {
				change(m)
			}
		})
	}
	choice := func(change func(*flow.Model)) flow.Model {
		return without(flow.NoCard, "", func(m *flow.Model) {
			m.Session, m.CardHere = flow.Session{}, true
			if change != nil {
				change(m)
			}
		})
	}
	list := []sample{
		{"no-card", choice(nil)},
		{"no-card-broken", choice(func(m *flow.Model) {
			m.Devices.Camera, m.Devices.Reader, m.Devices.NHSO = visit.DeviceDown, visit.DeviceDown, visit.DeviceDown
		})},
		{"no-card-two", choice(func(m *flow.Model) { m.Devices.Camera = visit.DeviceAbsent })},
		{"no-card-at-all", choice(func(m *flow.Model) { m.CardHere = false })},
		{"no-card-one", choice(func(m *flow.Model) {
			m.Devices.Camera, m.Unit.LineQR = visit.DeviceAbsent, ""
		})},
		{"reading-photo", without(flow.Reading, visit.MethodPhoto, func(m *flow.Model) { m.Session.RightState = flow.Asked })},
		{"reading-certifier", without(flow.Reading, visit.MethodCertifier, func(m *flow.Model) {
			vouched(t, m)
			m.Session.RightState, m.Session.DoneState = flow.Asked, flow.Asked
		})},
		{"confirm-photo", without(flow.Confirm, visit.MethodPhoto, func(m *flow.Model) {
			m.Session.Photo.Accepted, m.Session.PhoneTyped = true, true
		})},
		{"confirm-photo-offline", without(flow.Confirm, visit.MethodPhoto, func(m *flow.Model) {
			m.Session.RightState, m.Session.DoneState, m.Session.Right = flow.Unanswered, flow.Unanswered, visit.Right{}
			m.Session.Person.Name = visit.Name{}
		})},
		{"confirm-certifier", without(flow.Confirm, visit.MethodCertifier, func(m *flow.Model) { vouched(t, m) })},
		{"confirm-certifier-offline", without(flow.Confirm, visit.MethodCertifier, func(m *flow.Model) {
			vouched(t, m)
			m.Session.RightState, m.Session.Right, m.Session.PhoneTyped = flow.Unanswered, visit.Right{}, true
			m.Session.Person.Name = visit.Name{}
		})},
		{"queued-photo", without(flow.Queued, visit.MethodPhoto, func(m *flow.Model) { m.Session.Print = flow.Printed })},
		{"queued-certifier", without(flow.Queued, visit.MethodCertifier, func(m *flow.Model) {
			vouched(t, m)
			m.Session.Print = flow.Printed
		})},
		{"phone-certifier", without(flow.PhoneEntry, visit.MethodCertifier, func(m *flow.Model) { vouched(t, m) })},
		{"take-card-certifier", without(flow.TakeCard, "", func(m *flow.Model) { m.Session = flow.Session{} })},
		{"relation", without(flow.RelationChoice, visit.MethodCertifier, func(m *flow.Model) {
			vouched(t, m)
			m.Session.Certifier.Relation = ""
		})},
		{"relation-adult", without(flow.RelationChoice, visit.MethodCertifier, func(m *flow.Model) {
			vouched(t, m)
			m.Session.Certifier.Relation, m.Session.Person.Name = "", visit.Name{}
			m.Session.Person.Birth = visit.PartialDate{Year: 1950}
		})},
		{"line", without(flow.Line, visit.MethodLine, func(m *flow.Model) { m.Session.DoneState = flow.Asked })},
		{"line-no-answer", without(flow.Line, visit.MethodLine, func(m *flow.Model) { m.Session.DoneState = flow.Unanswered })},
	}
	list = append(list, pidSamples(without)...)
	list = append(list, photoSamples(without)...)
	return append(list, certifierSamples(t, without)...)
}

type withoutCard func(flow.State, visit.Method, func(*flow.Model)) flow.Model

func pidSamples(without withoutCard) []sample {
	typed := func(method visit.Method, digits string) flow.Model {
		return without(flow.PIDEntry, method, func(m *flow.Model) {
			m.Session.Person, m.Session.PIDInput = flow.Person{}, digits
		})
	}
	return []sample{
		{"pid-empty", typed(visit.MethodPhoto, "")},
		{"pid-typing", typed(visit.MethodCertifier, "90000000000")},
		{"pid-one-left", typed(visit.MethodLine, "900000000000")},
		{"pid-beginning", typed(visit.MethodPhoto, "0")},
		{"pid-wrong", typed(visit.MethodCertifier, "9000000000005")},
	}
}

func photoSamples(without withoutCard) []sample {
	posing := func(state flow.State, p flow.Photo) flow.Model {
		return without(state, visit.MethodPhoto, func(m *flow.Model) { m.Session.Photo = p })
	}
	list := []sample{
		{"photo-starting", posing(flow.PhotoAim, flow.Photo{})},
		{"photo-gone", posing(flow.PhotoAim, flow.Photo{Camera: visit.DeviceDown})},
		{"photo-counting", posing(flow.PhotoAim, flow.Photo{Camera: visit.DeviceReady, Hint: flow.PhotoGood, Countdown: 3})},
		{"photo-taking", posing(flow.PhotoAim, flow.Photo{Camera: visit.DeviceReady, Taking: true})},
		{"photo-failed", posing(flow.PhotoAim, flow.Photo{Camera: visit.DeviceReady, Tries: 1, Failed: true})},
		{"photo-again", posing(flow.PhotoAim, flow.Photo{Camera: visit.DeviceReady, Tries: 1})},
		{"photo-again-blurred", posing(flow.PhotoAim, flow.Photo{Camera: visit.DeviceReady, Tries: 2, Hint: flow.PhotoNoFace})},
		{"photo-review", posing(flow.PhotoReview, flow.Photo{Camera: visit.DeviceReady, GatePassed: true})},
		{"photo-review-staff", posing(flow.PhotoReview, flow.Photo{Camera: visit.DeviceReady, Tries: 3})},
	}
	for _, h := range flow.PhotoHints() {
		list = append(list, sample{"photo-hint-" + h.String(), posing(flow.PhotoAim, flow.Photo{Camera: visit.DeviceReady, Hint: h})})
	}
	return list
}

func certifierSamples(t testing.TB, without withoutCard) []sample {
	card := func(change func(*flow.Session)) flow.Model {
		return without(flow.CertifierCard, visit.MethodCertifier, func(m *flow.Model) {
			vouched(t, m)
			m.Session.Certifier.CardRead, m.Session.Certifier.Relation = false, ""
			change(&m.Session)
		})
	}
	list := []sample{
		{"certifier", card(func(x *flow.Session) { x.Certifier = flow.Certifier{} })},
		{"certifier-first", func() flow.Model {
			m := card(func(x *flow.Session) { x.Certifier = flow.Certifier{} })
			m.Devices.SecondReader = true
			return m
		}()},
		{"certifier-reader-gone", func() flow.Model {
			m := card(func(x *flow.Session) { x.Certifier, x.Problem = flow.Certifier{}, visit.CardRemovedEarly })
			m.Devices.Reader = visit.DeviceDown
			return m
		}()},
		{"certifier-no-reader", func() flow.Model {
			m := card(func(x *flow.Session) { x.Certifier = flow.Certifier{} })
			m.Devices.Reader = visit.DeviceDown
			return m
		}()},
		{"certifier-reading", card(func(x *flow.Session) { x.Certifier.Person = flow.Person{} })},
		{"certifier-name", card(func(*flow.Session) {})},
		{"certifier-read", card(func(x *flow.Session) { x.Certifier.CardRead = true })},
	}
	for _, p := range []visit.Problem{
		visit.CardMute, visit.CardNotThai, visit.CardUnreadable, visit.CardRemovedEarly, visit.CardBusy, visit.CardExpired,
		visit.CertifierSame, visit.CertifierTooYoung,
	} {
		list = append(list, sample{"certifier-" + p.String(), card(func(x *flow.Session) {
			x.Problem, x.Certifier.Person = p, flow.Person{}
			if p == visit.CardRemovedEarly {
				x.Certifier = flow.Certifier{}
			}
		})})
	}
	return list
}
