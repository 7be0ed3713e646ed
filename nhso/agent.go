package nhso

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/go-resty/resty/v2"

	"authenkiosk/visit"
)

// Agent is an NHSO Secure SmartCard Agent that is installed already: it reads the
// card itself and has the unit's token. It can submit for nobody but the patient
// whose card is in its reader, today.
//
// The caller tells by CardInside which card is inside. What a reading leaves for
// a submission (its correlation) belongs to that card and is dropped with it.
type Agent struct {
	base                 string
	queries, submissions *resty.Client
	ownTransport         bool
	limits               Timeouts
	readLimit            time.Duration
	hcode                string
	now                  func() time.Time
	reading              chan struct{} // held by the one reading of the card

	mu        sync.Mutex
	insertion uint64               // the card that is inside; 0: none
	last      *Reading             // of that card
	open      map[string]visit.PID // correlations of that card that have not been used
}

var _ Upstream = (*Agent)(nil)

// NewAgent makes a client and connects nowhere yet. Its error says which option
// is wrong.
func NewAgent(o AgentOptions) (*Agent, error) {
	base, err := o.base()
	if err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.UserAgent == "" {
		o.UserAgent = "AuthenKiosk"
	}
	if o.ReadTimeout <= 0 {
		o.ReadTimeout = AgentReadTimeout
	}
	limits := o.Timeouts.withDefaults()
	return &Agent{
		base: base, limits: limits, readLimit: o.ReadTimeout, hcode: o.HCode, now: o.Now,
		queries:      client(o.transport(limits, false), o.UserAgent),
		submissions:  client(o.transport(limits, true), o.UserAgent),
		ownTransport: o.RoundTripper == nil,
		reading:      make(chan struct{}, 1),
		open:         map[string]visit.PID{},
	}, nil
}

// Close gives up the connections that are kept, and forgets the card.
func (a *Agent) Close() {
	a.CardInside(0)
	a.queries.GetClient().CloseIdleConnections()
	a.submissions.GetClient().CloseIdleConnections()
}

// CardInside tells which card is in the reader; 0: none. What was read of another
// one is dropped at once.
func (a *Agent) CardInside(insertion uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.insertion != insertion {
		a.insertion, a.last = insertion, nil
		clear(a.open)
	}
}

// Abilities implements Upstream.
func (a *Agent) Abilities() Abilities {
	return Abilities{Methods: []visit.Method{visit.MethodCard}, ClaimTypes: true}
}

// Skew implements Upstream: nothing is known, because the clock in the answers is
// that of the machine on which the agent runs.
func (a *Agent) Skew() (ahead time.Duration, known bool) { return 0, false }

// Probe implements Upstream by asking for the readers. It tells that the agent is
// there; whether NHSO is, shows the next reading only. The preference, which other
// programs ask for, is not: it would bring the unit's token here.
func (a *Agent) Probe(ctx context.Context) (Health, error) {
	start := time.Now()
	_, err := a.Terminals(ctx)
	if err != nil && KindOf(err) != NoCard {
		return Health{}, err
	}
	return Health{Latency: time.Since(start), At: a.now()}, nil
}

// Right implements Upstream. While a card is inside it is read, which gives the
// right and the correlation for Submit, and the right of anybody else is an error
// (ErrOtherPerson); without one the agent is asked by PID. NHSO's death dates are
// not told by an agent.
func (a *Agent) Right(ctx context.Context, pid visit.PID, date visit.Date) (RightAnswer, error) {
	a.mu.Lock()
	insertion, last := a.insertion, a.last
	a.mu.Unlock()
	now := a.now()
	switch {
	case insertion == 0 || date != visit.ServiceDateOf(now):
		return a.RightByPID(ctx, pid)
	case last != nil && last.PID == pid && now.Sub(last.At) < agentRightLife && visit.ServiceDateOf(last.At) == date:
		return last.Answer, nil
	}
	r, err := a.Read(ctx, insertion, false)
	if err != nil {
		return RightAnswer{}, err
	}
	if r.PID != pid {
		return RightAnswer{}, &Error{Op: string(opRight), Kind: BadAnswer, Status: http.StatusOK, Err: ErrOtherPerson, OnePerson: true}
	}
	return r.Answer, nil
}

// RightByPID checks the right of somebody who need not be here (probe): the card
// that is inside is neither read nor used, and nothing can be submitted by it. The
// answer of a real agent was not seen: it is read like that of read. It is of
// today, whatever day is meant.
func (a *Agent) RightByPID(ctx context.Context, pid visit.PID) (RightAnswer, error) {
	got, err := a.exchange(ctx, question{op: opRight, url: agentProbe + pid.Digits()})
	if err != nil {
		return RightAnswer{}, err
	}
	r, err := parseReading(got.body)
	if err == nil && r.PID != pid {
		err = oddRecord{ErrOtherPerson}
	}
	if err != nil {
		return RightAnswer{}, a.misread(opRight, got, err)
	}
	if len(r.Answer.ClaimTypes) == 0 {
		r.Answer.ClaimTypes = nil // this service may not name them at all
	}
	return r.Answer, nil
}

// Status implements Upstream by the five latest codes. An empty answer, which an
// expired token is known to give, is no answer here: somebody may send again when
// there is no code.
func (a *Agent) Status(ctx context.Context, pid visit.PID, date visit.Date) ([]visit.Authentication, error) {
	all, err := a.latest5(ctx, pid, date)
	if err != nil {
		return nil, err
	}
	var codes []visit.Authentication
	for _, c := range all {
		if c.At.IsZero() {
			return nil, &Error{Op: string(opStatus), Kind: BadAnswer, Status: http.StatusOK, Err: ErrJSON, OnePerson: true}
		}
		if visit.ServiceDateOf(c.At) == date {
			c.At = timeOfDay(c.At)
			codes = append(codes, c)
		}
	}
	return codes, nil
}

// Latest5 returns the newest codes of a person at any unit, five at most. One of
// which NHSO told the day alone has the begin of that day.
func (a *Agent) Latest5(ctx context.Context, pid visit.PID) ([]visit.Authentication, error) {
	return a.latest5(ctx, pid, visit.Date{})
}

// latest5 is Latest5 for somebody who may send when there is no code of that day.
func (a *Agent) latest5(ctx context.Context, pid visit.PID, day visit.Date) ([]visit.Authentication, error) {
	got, err := a.exchange(ctx, question{op: opStatus, url: agentLatest5 + pid.Digits()})
	if err != nil {
		return nil, err
	}
	codes, err := parseLatest(got.body, day)
	if err != nil {
		return nil, a.misread(opStatus, got, err)
	}
	return codes, nil
}

// Latest returns the newest code of a person at any unit; false when there is
// none. Here an empty answer means none, as hospital programs take it; use Status
// where that decides about sending.
func (a *Agent) Latest(ctx context.Context, pid visit.PID) (visit.Authentication, bool, error) {
	got, err := a.exchange(ctx, question{op: opStatus, url: agentLatest + pid.Digits()})
	if err != nil {
		return visit.Authentication{}, false, err
	}
	codes, err := parseLatest(got.body, visit.Date{})
	if errors.Is(err, ErrEmpty) {
		return visit.Authentication{}, false, nil
	}
	if err != nil {
		return visit.Authentication{}, false, a.misread(opStatus, got, err)
	}
	if len(codes) == 0 {
		return visit.Authentication{}, false, nil
	}
	return codes[0], true, nil
}

// misread makes the error of an answer 200 that is not the documented one.
func (a *Agent) misread(op operation, got answer, err error) *Error {
	return &Error{Op: string(op), Kind: op.unclear(), Status: got.status, Err: err, OnePerson: isOdd(err)}
}
