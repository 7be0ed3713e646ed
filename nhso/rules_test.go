package nhso_test

import (
	"testing"
	"time"

	"authenkiosk/nhso"
	"authenkiosk/nhso/testzone"
	"authenkiosk/visit"
)

func TestTokensAreAskedForEveryTimeAndJudged(t *testing.T) {
	token := testzone.DefaultToken
	bubble(t, testzone.Options{}, func(o *nhso.Options) { o.Token = func() (string, error) { return token, nil } },
		func(t *testing.T, r rig) {
			for _, c := range []struct {
				token            string
				question, submit nhso.Kind
			}{
				{"00000000-0000-4000-8000-0000000000ff", nhso.Unauthorised, nhso.Unauthorised},
				{testzone.ExpiredToken, nhso.BadAnswer, nhso.Unknown},
				{"", nhso.Unauthorised, nhso.Unauthorised},
				{"a\r\nX-Injected: b", nhso.Unauthorised, nhso.Unauthorised},
			} {
				token = c.token
				for op, call := range r.calls(testzone.Adult) {
					want := c.question
					if op == "submit" {
						want = c.submit
					}
					if err := call(t.Context()); err == nil || nhso.KindOf(err) != want {
						t.Errorf("token %q, %s: got %v, want %s", c.token, op, err, want)
					}
				}
			}
			if r.made(testzone.Adult) != 0 {
				t.Error("a code was made")
			}
			token = " " + testzone.DefaultToken + "\n"
			if err := r.calls(testzone.Adult)["submit"](t.Context()); err != nil {
				t.Errorf("a token with blanks around it: %v", err)
			}
		})
}

func TestVisitsThatMustNotBeSentAreNot(t *testing.T) {
	bubble(t, testzone.Options{}, func(o *nhso.Options) { o.HCode = "99999" }, func(t *testing.T, r rig) {
		for _, c := range []struct {
			name   string
			change func(*visit.Visit)
			want   visit.Problem
		}{
			{"tomorrow's", func(v *visit.Visit) { v.ServiceDate = r.today.Next() }, visit.ServiceDatePassed},
			{"without a phone", func(v *visit.Visit) { v.Phone = visit.Phone{} }, visit.NHSORefusedVisit},
			{"by the patient's phone", func(v *visit.Visit) { v.Method = visit.MethodLine }, visit.UpstreamCannot},
			{"of another unit", func(v *visit.Visit) { v.HCode = "99998" }, visit.NHSORefusedVisit},
		} {
			s := submission(testzone.Adult, r.today)
			c.change(&s.Visit)
			_, err := r.client.Submit(t.Context(), s)
			if nhso.KindOf(err) != nhso.Invalid || nhso.ProblemOf(err) != c.want {
				t.Errorf("%s: got %v", c.name, err)
			}
		}
		s := submission(testzone.Adult, r.today)
		time.Sleep(25 * time.Hour) // of the bubble: midnight passes
		if _, err := r.client.Submit(t.Context(), s); nhso.ProblemOf(err) != visit.ServiceDatePassed {
			t.Errorf("after midnight: got %v", err)
		}
		if n := len(r.zone.Requests()); n != 0 {
			t.Errorf("%d requests were sent", n)
		}
	})
}

func TestTheClockOfNHSOIsComparedWithOurs(t *testing.T) {
	for _, ahead := range []time.Duration{0, 90 * time.Minute, -24 * time.Hour} {
		bubble(t, testzone.Options{Now: func() time.Time { return time.Now().Add(ahead) }}, nil, func(t *testing.T, r rig) {
			if _, known := r.client.Skew(); known {
				t.Error("the skew is known before any answer")
			}
			_ = r.zone.SetFault(testzone.Fault{Kind: testzone.FaultHTML, Count: 1})
			_, _ = r.client.Probe(t.Context())
			if _, known := r.client.Skew(); known {
				t.Error("the clock of a portal was taken for NHSO's")
			}
			h, err := r.client.Probe(t.Context())
			got, known := r.client.Skew()
			if diff := got - ahead; err != nil || !known || diff.Abs() > time.Second || h.At.IsZero() {
				t.Errorf("got %s, %v; want %s", got, err, ahead)
			}
		})
	}
}

func TestTooManyRequestsSaysWhenToComeBack(t *testing.T) {
	bubble(t, testzone.Options{}, nil, func(t *testing.T, r rig) {
		_ = r.zone.SetFault(testzone.Fault{Kind: testzone.FaultTooMany})
		_, err := r.client.Submit(t.Context(), submission(testzone.Adult, r.today))
		e, ok := err.(*nhso.Error)
		if !ok || e.RetryAfter != 2*time.Second || e.Status != 429 || nhso.ProblemOf(err) != visit.NHSOTooMany {
			t.Errorf("got %#v", err)
		}
	})
}
