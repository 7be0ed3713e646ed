package secureagent

import (
	"context"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"authenkiosk/visit"
)

// confirmation is a request that has passed every check.
type confirmation struct {
	id      string
	session *session
	order   Order
}

// check looks at a request in the order of the original as far as it is known:
// JSON, required fields, PID and card, phone, claim type, correlation.
func (h *Handler) check(r *http.Request) (confirmation, *answer) {
	no := func(a answer) (confirmation, *answer) { return confirmation{}, &a }
	var q confirmRequest
	if bad, ok := h.readJSON(r, &q); !ok {
		return no(bad)
	}
	for _, f := range []struct {
		name  string
		value lenient
	}{{"pid", q.PID}, {"claimType", q.ClaimType}, {"mobile", q.Mobile}, {"correlationId", q.Correlation}} {
		if f.value == "" {
			return no(h.invalid(r, f.name, "NotBlank", "กรุณาระบุ "+f.name))
		}
	}
	pid, err := visit.ParsePID(string(q.PID))
	if err != nil {
		return no(h.invalid(r, "pid", "Pid", sayPID))
	}
	id := string(q.Correlation)
	s, c, known := h.lookUp(id)
	if known && c.card.PID != pid {
		return no(h.invalid(r, "pid", "Pid", sayOtherPID))
	}
	phone, err := visit.ParsePhone(string(q.Mobile))
	if err != nil {
		return no(h.invalid(r, "mobile", "Mobile", sayMobile))
	}
	claim, open := find(offered(c.right), string(q.ClaimType))
	switch {
	case known && !open:
		return no(h.invalid(r, "claimType", "ClaimType", sayClaimType))
	case !known:
		return no(h.invalid(r, "correlationId", "CorrelationId", sayCorrelation))
	case q.HCode != "" && string(q.HCode) != h.hcode:
		return no(h.invalid(r, "hcode", "HCode", sayOtherUnit))
	case utf8.RuneCountInString(string(q.HN)) > maxHN:
		return no(h.invalid(r, "hn", "Size", sayHN))
	}
	now := h.now()
	return confirmation{id: id, session: s, order: Order{
		Visit: visitOf(c, phone, claim, h.hcode, now), HN: string(q.HN), Client: h.client(r.Context()), Correlation: id,
	}}, nil
}

func find(types []visit.ClaimType, code string) (visit.ClaimType, bool) {
	for _, t := range types {
		if t.Code == code {
			return t, true
		}
	}
	return visit.ClaimType{}, false
}

// visitOf makes the visit of the patient whose card is inside. Whose phone it is
// the request does not tell, so that stays open.
func visitOf(c correlation, phone visit.Phone, claim visit.ClaimType, hcode string, now time.Time) visit.Visit {
	return visit.Visit{
		ID: visit.ID(uuid.Must(uuid.NewV7()).String()), HCode: hcode, ServiceDate: visit.ServiceDateOf(now),
		PID: c.card.PID, Name: c.card.Name, Sex: c.card.Sex, Birth: c.card.Birth, Address: c.card.Address,
		Phone: phone, ClaimType: claim, Method: visit.MethodCard, Right: c.right.Right, CreatedAt: now,
	}
}

// confirmSave submits a visit, one at a time: so of two requests for the same
// person the second sees what became of the first.
func (h *Handler) confirmSave(r *http.Request) answer {
	return h.inTurn(r, "confirm-save", h.saving, h.submit)
}

// inTurn checks a request and does with it what do does when turn is free, and
// tells the audit, also of those that were refused.
func (h *Handler) inTurn(r *http.Request, action string, turn chan struct{}, do func(*http.Request, confirmation) answer) answer {
	c, no := h.check(r)
	if no != nil {
		return h.told(r, action, visit.PID{}, *no)
	}
	select {
	case turn <- struct{}{}:
	case <-r.Context().Done():
		return h.fail(r, http.StatusServiceUnavailable, sayGone)
	}
	defer func() { <-turn }()
	return h.told(r, action, c.order.Visit.PID, do(r, c))
}

// submit asks whether there is a code of today, makes sure that the card still is
// inside, and lets the submitter send. An order that has been handed over is
// finished whether the client waits or not.
func (h *Handler) submit(r *http.Request, c confirmation) answer {
	v := c.order.Visit
	codes, err := h.codes.Codes(r.Context(), v.PID, v.ServiceDate)
	if err != nil {
		// Nothing may be sent unless it is known that there is no code already.
		h.log.Warn("ask for the codes of today before submitting", "visit", v.ID, "err", err)
		return h.nhsoDown(r)
	}
	if already(codes, v) {
		return h.invalid(r, "pid", "Duplicate", sayDuplicate)
	}
	switch {
	case r.Context().Err() != nil:
		return h.fail(r, http.StatusServiceUnavailable, sayGone)
	case !h.stands(c.session), v.ServiceDate != visit.ServiceDateOf(h.now()), !h.mark(c.session, c.id, true):
		return h.invalid(r, "correlationId", "CorrelationId", sayCorrelation)
	}
	out := h.submitter.Submit(context.WithoutCancel(r.Context()), c.order)
	if _, err := visit.ParseAuthenCode(string(out.Code)); out.Kind == Issued && err != nil {
		out = Outcome{Kind: Unclear}
	}
	h.log.Info("confirm-save", "visit", v.ID, "client", c.order.Client, "outcome", out.Kind.String())
	if out.Kind == NotSaved {
		h.mark(c.session, c.id, false) // it was never used
	}
	return h.outcome(r, c, out)
}

func already(codes []Code, v visit.Visit) bool {
	for _, c := range codes {
		if c.ClaimType == v.ClaimType.Code && c.HCode == v.HCode {
			return true
		}
	}
	return false
}

// outcome words what became of an order. Only Issued is a success; after Unclear
// the caller must ask for the latest code and not post again.
func (h *Handler) outcome(r *http.Request, c confirmation, out Outcome) answer {
	words := out.Message
	switch out.Kind {
	case Issued:
		at := out.IssuedAt
		if at.IsZero() {
			at = h.now()
		}
		return answer{status: http.StatusOK, body: h.savedAs(c, at, out.Code)}
	case Duplicate:
		if words == "" {
			words = sayDuplicate
		}
		return h.invalid(r, "pid", "Duplicate", words)
	case Refused:
		if words == "" {
			words = sayRefused
		}
		return h.invalid(r, "pid", "Refused", words)
	case CardNeeded:
		return h.invalid(r, "correlationId", "CardNeeded", sayCardNeeded)
	case NotSaved:
		return h.fail(r, http.StatusInternalServerError, sayNotSaved, bindingError("pid", "NotSaved", sayNotSaved))
	}
	return h.fail(r, http.StatusInternalServerError, sayUnclear, bindingError("pid", "Unclear", sayUnclear))
}

func (h *Handler) savedAs(c confirmation, at time.Time, code visit.AuthenCode) saved {
	v := c.order.Visit
	return saved{PID: v.PID.Digits(), ClaimType: v.ClaimType.Code, Correlation: c.id, Created: moment(at), Code: code}
}

// saveAsDraft keeps a visit for the staff and sends nothing to NHSO: what the
// original does with a draft is not known, and no service of NHSO takes one. The
// correlation stays usable. Where no drafts are kept it says so (501), because
// a 200 would be believed.
func (h *Handler) saveAsDraft(r *http.Request) answer {
	return h.inTurn(r, "save-as-draft", h.drafting, h.draft)
}

// draft keeps one draft for each correlation and claim type: a program that did
// not wait for the answer posts the same again.
func (h *Handler) draft(r *http.Request, c confirmation) answer {
	if h.drafts == nil {
		return h.fail(r, http.StatusNotImplemented, sayNoDrafts, bindingError("pid", "Draft", sayNoDrafts))
	}
	if kept, ok := h.draftOf(c); ok {
		if kept.Visit.Phone != c.order.Visit.Phone || kept.HN != c.order.HN {
			return h.invalid(r, "correlationId", "Duplicate", sayOtherDraft) // a 200 would promise the new phone
		}
		return answer{status: http.StatusOK, body: h.savedAs(c, kept.Visit.CreatedAt, "")}
	}
	if err := h.drafts.Draft(context.WithoutCancel(r.Context()), c.order); err != nil {
		h.log.Error("keep a draft", "visit", c.order.Visit.ID, "err", err)
		return h.fail(r, http.StatusInternalServerError, sayNotSaved, bindingError("pid", "NotSaved", sayNotSaved))
	}
	h.noteDraft(c)
	return answer{status: http.StatusOK, body: h.savedAs(c, c.order.Visit.CreatedAt, "")}
}
