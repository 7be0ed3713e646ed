package flow

import (
	"testing"

	"authenkiosk/visit"
)

func TestACardOfOneWhoVouchedIsToldOfWhenThePatientFindsTheirOwn(t *testing.T) {
	beside := insertions[1].into(CertifierReader)
	for name, begin := range map[string][]Event{
		"not read yet": join([]Event{TapNoCard{}, TapMethod{visit.MethodCertifier, insertions[0]}}, []Event{CardInserted{beside}}),
		"vouching":     join(without(visit.MethodCertifier), answered(), vouched(beside)),
	} {
		m, _ := play(t, join(begin, []Event{CardInserted{insertions[2]}})...)
		if m.State != Reading || !m.Left && !m.Forgotten {
			t.Errorf("%s: in %v nobody hears of the card in the second reader: left %v, forgotten %v", name, m.State, m.Left, m.Forgotten)
		}
	}
}

func TestARefusalReachesThePatientWhoStillReadsThatTheCodeFollows(t *testing.T) {
	m, effects := play(t, join(cardIn(), []Event{StatusFound{Number: 1}}, typed(somePhone.Digits()), []Event{
		TapConfirm{}, VisitSaved{1}, VisitQueued{Number: 1}, VisitRefused{1, visit.NHSORefusedVisit, "เหตุผล"},
	})...)
	if m.State != Desk || m.Session.Problem != visit.NHSORefusedVisit {
		t.Errorf("the screen is %v, problem %v", m.State, m.Session.Problem)
	}
	if slips := slipsOf(effects); len(slips) == 0 || slips[len(slips)-1].Kind != SlipDesk {
		t.Errorf("no slip says that the patient must go to the desk: %+v", slips)
	}
}
