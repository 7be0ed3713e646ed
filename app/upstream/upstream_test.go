package upstream

import (
	"context"
	"errors"
	"testing"
	"time"

	"authenkiosk/nhso"
	"authenkiosk/outbox"
	"authenkiosk/visit"
)

// scriptedNHSO answers Right and Submit as it is told, and keeps what was submitted.
type scriptedNHSO struct {
	nhso.Upstream
	right     nhso.RightAnswer
	rightErr  error
	submitErr error
	got       []visit.Visit
	hn        string // of the last submission
}

func (s *scriptedNHSO) Right(context.Context, visit.PID, visit.Date) (nhso.RightAnswer, error) {
	return s.right, s.rightErr
}

func (s *scriptedNHSO) Submit(_ context.Context, sent nhso.Submission) (nhso.Receipt, error) {
	s.got, s.hn = append(s.got, sent.Visit), sent.HN.Text()
	return nhso.Receipt{Code: "PP1200000001", At: time.Now()}, s.submitErr
}

func TestAVisitThatWasTakenWithoutANameIsCompletedBeforeItIsSent(t *testing.T) {
	holder := visit.Name{First: "ทดสอบ", Last: "ระบบ"}
	right := nhso.RightAnswer{Right: visit.Right{Main: visit.Coded{ID: "UCS"}, Holder: holder}, Birth: visit.PartialDate{Year: 1990}}
	down := &nhso.Error{Kind: nhso.TooMany, RetryAfter: time.Minute, Err: errors.New("too many")}
	no := &nhso.Error{Kind: nhso.Refused, Message: "ไม่พบข้อมูล"}
	named := visit.Visit{ID: "01900000-0000-7000-8000-000000000001", Method: visit.MethodCard, Name: visit.Name{First: "บัตร"}}
	typed := visit.Visit{ID: "01900000-0000-7000-8000-000000000002", Method: visit.MethodPhoto}
	for _, c := range []struct {
		name string
		v    visit.Visit
		nhso scriptedNHSO
		want visit.Name // of what was sent; nothing else is sent
		kind outbox.FailureKind
	}{
		{"of a card", named, scriptedNHSO{right: right}, named.Name, 0},
		{"of a card, NHSO does not tell rights", named, scriptedNHSO{rightErr: down}, named.Name, 0},
		{"typed", typed, scriptedNHSO{right: right}, holder, 0},
		{"typed, NHSO does not tell", typed, scriptedNHSO{rightErr: down}, visit.Name{}, outbox.NotProcessed},
		{"typed, NHSO knows nobody of that number", typed, scriptedNHSO{rightErr: no}, visit.Name{}, outbox.Refused},
	} {
		t.Run(c.name, func(t *testing.T) {
			u := Client{nhso: &c.nhso, health: &Health{}}
			_, _, err := u.Submit(t.Context(), c.v)
			f := new(outbox.Failure)
			switch {
			case c.want.IsZero():
				want := new(nhso.Error)
				_ = errors.As(c.nhso.rightErr, &want)
				if !errors.As(err, &f) || f.Kind != c.kind || f.RetryAfter != want.RetryAfter || f.Message != want.Message || len(c.nhso.got) != 0 {
					t.Errorf("%v, %d requests", err, len(c.nhso.got))
				}
			case err != nil || len(c.nhso.got) != 1 || c.nhso.got[0].Name != c.want:
				t.Errorf("%d requests: %v", len(c.nhso.got), err)
			}
		})
	}
}

func TestTheUnitsOwnNumberGoesToNHSO(t *testing.T) {
	s := &scriptedNHSO{}
	u := Client{nhso: s, health: &Health{}}
	v := visit.Visit{ID: "01900000-0000-7000-8000-000000000001", Method: visit.MethodCard, Name: visit.Name{First: "บัตร"}, HN: visit.HNOf("000012345")}
	if _, _, err := u.Submit(t.Context(), v); err != nil || s.hn != "000012345" {
		t.Errorf("%q, %v", s.hn, err)
	}
}

func TestWhatAnErrorOfNHSOMeansForAVisit(t *testing.T) {
	for _, c := range []struct {
		err     error
		kind    outbox.FailureKind
		problem visit.Problem
	}{
		{&nhso.Error{Kind: nhso.Unknown, Err: errors.New("cut")}, outbox.Ambiguous, visit.NHSOUnreachable},
		{&nhso.Error{Kind: nhso.BadAnswer, OnePerson: true, Err: nhso.ErrNoCode}, outbox.Ambiguous, visit.NHSOUnreachable},
		{&nhso.Error{Kind: nhso.NotSent, Err: errors.New("no way")}, outbox.NotProcessed, visit.NHSOUnreachable},
		{&nhso.Error{Kind: nhso.TooMany, Err: errors.New("429")}, outbox.NotProcessed, visit.NHSOTooMany},
		{&nhso.Error{Kind: nhso.Unauthorised, Err: errors.New("401")}, outbox.NotProcessed, visit.NHSORefusedToken},
		{&nhso.Error{Kind: nhso.Refused, Err: errors.New("no")}, outbox.Refused, visit.NHSORefusedVisit},
		// What was never asked is no refusal.
		{&nhso.Error{Kind: nhso.Invalid, Err: nhso.ErrOtherDay}, outbox.CannotSend, visit.ServiceDatePassed},
		{&nhso.Error{Kind: nhso.Invalid, Err: nhso.ErrMethod}, outbox.CannotSend, visit.UpstreamCannot},
		{&nhso.Error{Kind: nhso.Invalid, Err: nhso.ErrNoCorrelation}, outbox.CannotSend, visit.CardNeeded},
	} {
		if f := failure(c.err); f.OnePerson != nhso.OfOnePerson(c.err) || f.Kind != c.kind || f.Problem != c.problem {
			t.Errorf("%v: %v, %v", c.err, f.Kind, f.Problem)
		}
	}
}
