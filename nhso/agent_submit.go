package nhso

import (
	"context"
	"encoding/json"

	"authenkiosk/visit"
)

// Confirmation is the request of confirm-save.
type Confirmation struct {
	PID         visit.PID
	ClaimType   string
	Phone       visit.Phone
	Correlation string
	HN          visit.HN // may be empty
	HCode       string   // may be empty
}

// confirmBody is its form on the wire, in the order seen.
type confirmBody struct {
	PID         string `json:"pid"`
	ClaimType   string `json:"claimType"`
	Mobile      string `json:"mobile"`
	Correlation string `json:"correlationId"`
	HN          string `json:"hn,omitempty"`
	HCode       string `json:"hcode,omitempty"`
}

// Submit implements Upstream with confirm-save. The card must have been read in
// this insertion (Read, or Right while it is inside), and each reading serves for
// one submission, whatever comes of it. Without one it fails with kind Invalid
// and ErrNoCorrelation, and nothing is sent: the patient has to put the card in
// again, or the staff finishes the visit.
func (a *Agent) Submit(ctx context.Context, s Submission) (Receipt, error) {
	if err := a.sendable(s.Visit); err != nil {
		return Receipt{}, &Error{Op: string(opSubmit), Kind: Invalid, Err: err}
	}
	id, ok := a.spend(s)
	if !ok {
		return Receipt{}, &Error{Op: string(opSubmit), Kind: Invalid, Err: ErrNoCorrelation}
	}
	return a.ConfirmSave(ctx, Confirmation{
		PID: s.Visit.PID, ClaimType: s.Visit.ClaimType.Code, Phone: s.Visit.Phone, Correlation: id, HN: s.HN, HCode: s.Visit.HCode,
	})
}

// sendable refuses what an agent cannot submit: it has no field for another day,
// another unit or another proof than the card.
func (a *Agent) sendable(v visit.Visit) error {
	if err := v.Validate(); err != nil {
		return err
	}
	switch {
	case v.Method != visit.MethodCard:
		return ErrMethod
	case a.hcode != "" && v.HCode != a.hcode:
		return ErrOtherUnit
	case v.ServiceDate != visit.ServiceDateOf(a.now()):
		return ErrOtherDay
	}
	return nil
}

// spend takes the correlation for a submission, so that nobody takes it again.
func (a *Agent) spend(s Submission) (string, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	id := s.Correlation
	if id == "" && a.last != nil {
		id = a.last.Correlation
	}
	if pid, ok := a.open[id]; !ok || pid != s.Visit.PID {
		return "", false
	}
	delete(a.open, id)
	return id, true
}

// ConfirmSave sends one confirm-save, once. Use Submit, which checks what it
// sends, unless the correlation was kept elsewhere.
func (a *Agent) ConfirmSave(ctx context.Context, c Confirmation) (Receipt, error) {
	body, err := json.Marshal(confirmBody{c.PID.Digits(), c.ClaimType, c.Phone.Digits(), c.Correlation, c.HN.Text(), c.HCode})
	if err != nil {
		return Receipt{}, &Error{Op: string(opSubmit), Kind: Invalid, Err: ErrJSON}
	}
	got, err := a.exchange(ctx, question{op: opSubmit, url: agentConfirm, body: body})
	if err != nil {
		return Receipt{}, err
	}
	code, err := parseConfirmed(got.body, c)
	if err != nil {
		return Receipt{}, a.misread(opSubmit, got, err)
	}
	return Receipt{Code: code, At: got.received}, nil
}
