package app

import (
	"context"
	"time"

	"authenkiosk/agent/secureagent"
	"authenkiosk/app/upstream"
	"authenkiosk/nhso"
	"authenkiosk/visit"
)

// agentRights asks NHSO for rights. Where NHSO names no claim types, those for programs
// are offered.
type agentRights struct {
	upstream upstream.Client
	types    []visit.ClaimType
}

// Right implements secureagent.Rights.
func (a agentRights) Right(ctx context.Context, pid visit.PID, date visit.Date) (secureagent.RightAnswer, error) {
	return a.ask(ctx, pid, date, a.upstream.AskRight)
}

// RightByPID implements secureagent.Rights.
func (a agentRights) RightByPID(ctx context.Context, pid visit.PID, date visit.Date) (secureagent.RightAnswer, error) {
	return a.ask(ctx, pid, date, a.upstream.AskRightByPID)
}

func (a agentRights) ask(ctx context.Context, pid visit.PID, date visit.Date,
	right func(context.Context, visit.PID, visit.Date) (nhso.RightAnswer, error),
) (secureagent.RightAnswer, error) {
	began := time.Now()
	r, err := right(ctx, pid, date)
	a.upstream.Heard(ctx, began, err)
	if err != nil {
		return secureagent.RightAnswer{}, err
	}
	types := r.ClaimTypes
	if types == nil && !r.Right.IsZero() {
		types = a.types
	}
	return secureagent.RightAnswer{
		Right: r.Right, ClaimTypes: types, Sex: r.Sex, Birth: r.Birth, PaidModel: r.PaidModel, Start: r.Start, Expire: r.Expire,
	}, nil
}

// agentCodes asks NHSO for the codes of a day. A code that was made here has the time
// that was told with it: programs compare the two.
type agentCodes struct {
	upstream upstream.Client
	visits   Visits
}

// Codes implements secureagent.Codes.
func (a agentCodes) Codes(ctx context.Context, pid visit.PID, date visit.Date) ([]visit.Authentication, error) {
	codes, err := a.upstream.Codes(ctx, pid, date)
	if len(codes) == 0 || err != nil {
		return codes, err
	}
	ours, err := a.visits.Find(pid, date)
	for _, r := range ours {
		for i := range codes {
			if r.Code == codes[i].Code && !r.IssuedAt.IsZero() {
				codes[i].At = r.IssuedAt
			}
		}
	}
	return codes, err
}

var (
	_ secureagent.Rights = agentRights{}
	_ secureagent.Codes  = agentCodes{}
)
