package agenttest

import (
	"net/http"
	"testing"
)

// Run holds an agent against everything that programs in the field rely on.
func Run(t *testing.T, target Target) {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true} // no connection outlives its request
	s := &suite{Target: target, client: &http.Client{Transport: transport, Timeout: answerLimit}}
	for _, c := range []struct {
		name string
		test func(*testing.T)
	}{
		{"terminals tell readers and cards", s.testTerminals},
		{"without a reader it is 418", s.testNoReader},
		{"without a card it is 500", s.testNoCard},
		{"a card that cannot be read is 500", s.testUnreadable},
		{"without NHSO the card alone can be read", s.testNHSODown},
		{"read gives person, right and claim types", s.testRead},
		{"read leaves out what does not apply", s.testAbsentFields},
		{"unknown days of birth are zeros", s.testPartialBirth},
		{"a person without a right has no claim types", s.testNoRight},
		{"the photo comes only when asked for", s.testImage},
		{"read-card-only gives the card and nothing of NHSO", s.testCardOnly},
		{"every read has its own correlation", s.testCorrelations},
		{"the card that is out is gone", s.testGone},
		{"many pollers see the same card", s.testPollers},
		{"probe checks a right without a card", s.testProbe},
		{"confirm-save gives one code", s.testConfirm},
		{"what is wrong with a request is named", s.testInvalid},
		{"a correlation is used once, and with its card unless it may outlive it", s.testCorrelationLife},
		{"a second code of a day is refused and the first found", s.testDuplicate},
		{"many confirmations get one code", s.testRace},
		{"an answer that never came is settled by latest", s.testForgetful},
		{"a draft makes no code", s.testDraft},
		{"latest tells no code and codes of other units", s.testLatest},
		{"the preference has two fields", s.testPreference},
		{"other paths and methods are errors", s.testOthers},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.Control.NHSO(t, NHSOUp)
			s.Control.Readers(t, true)
			s.until(t, "a reader", func() bool { return len(s.terminals(t)) > 0 })
			s.remove(t)
			defer func() {
				s.Control.NHSO(t, NHSOUp)
				s.Control.Readers(t, true)
				s.Control.Remove(t)
			}()
			c.test(t)
		})
	}
}
