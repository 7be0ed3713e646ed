package secureagent

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"authenkiosk/visit"
)

// confirmation is a request that has passed every check.
type confirmation struct {
	id     string // of the correlation
	client string // what tells who asks from others
	record *record
	order  Order
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
	pid, err := parsePID(string(q.PID))
	if err != nil {
		return no(h.invalid(r, "pid", "Pid", sayPID))
	}
	id := string(q.Correlation)
	client := h.clientID(r.Context())
	c, known := h.find(id, client)
	if known && c.card.PID != pid {
		return no(h.invalid(r, "pid", "Pid", sayOtherPID))
	}
	phone, err := visit.ParsePhone(string(q.Mobile))
	if err != nil {
		return no(h.invalid(r, "mobile", "Mobile", sayMobile))
	}
	claim, open := claimOf(offered(c.right), string(q.ClaimType))
	switch {
	case known && !open:
		return no(h.invalid(r, "claimType", "ClaimType", sayClaimType))
	case !known:
		return no(h.over(r))
	case q.HCode != "" && string(q.HCode) != h.hcode && !slices.Contains(h.ignored, string(q.HCode)):
		return no(h.invalid(r, "hcode", "HCode", fmt.Sprintf(sayOtherUnit, q.HCode, h.hcode)))
	case utf8.RuneCountInString(string(q.HN)) > maxHN:
		return no(h.invalid(r, "hn", "Size", sayHN))
	}
	now := h.now()
	return confirmation{id: id, client: client, record: c.record, order: Order{
		Visit: visitOf(c, phone, claim, h.hcode, now), HN: visit.HNOf(string(q.HN)), Client: h.client(r.Context()), Correlation: id,
	}}, nil
}

// parsePID takes a PID with the hyphens or blanks between which people write it.
func parsePID(s string) (visit.PID, error) {
	return visit.ParsePID(strings.NewReplacer("-", "", " ", "").Replace(s))
}

func claimOf(types []visit.ClaimType, code string) (visit.ClaimType, bool) {
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

// over says that a reading serves no confirm-save any more. The original, which has
// to have the card, answers 500 then (seen: no card), and so it is here: programs
// take every 400 for "has a code already", and the patient would go without one.
func (h *Handler) over(r *http.Request) answer {
	return h.fail(r, http.StatusInternalServerError, sayNoCard, bindingError("correlationId", "CorrelationId", sayCorrelation))
}

// confirmSave submits a visit, those of one person one at a time: so of two requests
// for the same person the second sees what became of the first. It goes on when the
// client leaves, and whoever asks the same again waits for it, or hears what came of
// it.
func (h *Handler) confirmSave(r *http.Request) answer {
	c, no := h.check(r)
	if no != nil {
		return h.told(r, "confirm-save", visit.PID{}, *no)
	}
	j, mine := h.jobFor(r, c)
	select {
	case <-j.done:
	case <-r.Context().Done():
		return h.gaveUp(r)
	}
	h.heard(j)
	a := j.result.say(r, c.id)
	if mine {
		return a // the audit has heard of it
	}
	return h.told(r, "confirm-save", c.order.Visit.PID, a)
}

// submit asks whether there is a code of today, makes sure that the reading still
// serves, and lets the submitter send. again: the same was sent before with an
// unclear outcome, so nothing may be sent.
func (h *Handler) submit(ctx context.Context, c confirmation, again bool) result {
	v := c.order.Visit
	asking, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	codes, err := h.codes.Codes(asking, v.PID, v.ServiceDate)
	if err != nil {
		// Nothing may be sent unless it is known that there is no code already.
		h.log.Warn("ask for the codes of today before submitting", "visit", v.ID, "err", err)
		return result{say: func(r *http.Request, _ string) answer { return h.nhsoDown(r) }}
	}
	if found := already(codes, v); found != nil {
		if again {
			return h.worded(v, Outcome{Kind: Issued, Code: found.Code, IssuedAt: found.At})
		}
		return result{keeps: true, say: func(r *http.Request, _ string) answer { return h.invalid(r, "pid", "Duplicate", sayDuplicate) }}
	}
	if again {
		return h.worded(v, Outcome{})
	}
	over := result{say: func(r *http.Request, _ string) answer { return h.over(r) }}
	if ctx.Err() != nil || v.ServiceDate != visit.ServiceDateOf(h.now()) {
		return over
	}
	undo, ok := h.use(c.id, c.client, v.ClaimType.Code)
	if !ok {
		return over
	}
	h.questions.outdate(v.PID)
	out := h.submitter.Submit(context.WithoutCancel(ctx), c.order)
	h.questions.outdate(v.PID)
	if _, err := visit.ParseAuthenCode(string(out.Code)); out.Kind == Issued && err != nil {
		out = Outcome{Kind: Unclear}
	}
	h.log.Info("confirm-save", "visit", v.ID, "client", c.order.Client, "outcome", out.Kind.String())
	if out.Kind == NotSaved {
		undo() // it was never used
	}
	if out.Kind == Issued && out.IssuedAt.IsZero() {
		out.IssuedAt = h.now()
	}
	return h.worded(v, out)
}

// already returns the code of the visit's day, unit and claim type, if there is one.
func already(codes []visit.Authentication, v visit.Visit) *visit.Authentication {
	for i, c := range codes {
		if c.Fits(v) {
			return &codes[i]
		}
	}
	return nil
}

// worded says what became of an order. Only Issued is a success; after Unclear the
// caller must ask for the latest code, or the same once more.
func (h *Handler) worded(v visit.Visit, out Outcome) result {
	words := func(otherwise string) string {
		if out.Message != "" {
			return out.Message
		}
		return otherwise
	}
	var say func(r *http.Request, id string) answer
	switch out.Kind {
	case Issued:
		say = func(_ *http.Request, id string) answer {
			return answer{status: http.StatusOK, body: savedAs(v, id, out.IssuedAt, out.Code)}
		}
	case Duplicate:
		say = func(r *http.Request, _ string) answer { return h.invalid(r, "pid", "Duplicate", words(sayDuplicate)) }
	case Refused:
		say = func(r *http.Request, _ string) answer { return h.invalid(r, "pid", "Refused", words(sayRefused)) }
	case CardNeeded:
		say = func(r *http.Request, _ string) answer {
			return h.invalid(r, "correlationId", "CardNeeded", sayCardNeeded)
		}
	case NotSaved:
		return result{say: func(r *http.Request, _ string) answer {
			return h.fail(r, http.StatusInternalServerError, sayNotSaved, bindingError("pid", "NotSaved", sayNotSaved))
		}}
	default:
		return h.unclear()
	}
	return result{say: say, keeps: true, settled: true}
}

func (h *Handler) unclear() result {
	return result{unclear: true, say: func(r *http.Request, _ string) answer {
		return h.fail(r, http.StatusInternalServerError, sayUnclear, bindingError("pid", "Unclear", sayUnclear))
	}}
}

func savedAs(v visit.Visit, id string, at time.Time, code visit.AuthenCode) saved {
	return saved{PID: v.PID.Digits(), ClaimType: v.ClaimType.Code, Correlation: id, Created: moment(at), Code: code}
}

// saveAsDraft keeps a visit for the staff and sends nothing to NHSO: what the
// original does with a draft is not known, and no service of NHSO takes one. The
// correlation stays usable. Where no drafts are kept it says so (501), because
// a 200 would be believed.
func (h *Handler) saveAsDraft(r *http.Request) answer {
	c, no := h.check(r)
	if no != nil {
		return h.told(r, "save-as-draft", visit.PID{}, *no)
	}
	done, ok := h.drafting.take(r.Context(), c.order.Visit.PID)
	if !ok {
		return h.gaveUp(r)
	}
	defer done()
	return h.told(r, "save-as-draft", c.order.Visit.PID, h.draft(r, c))
}

// draft keeps one draft for each correlation and claim type: a program that did
// not wait for the answer posts the same again.
func (h *Handler) draft(r *http.Request, c confirmation) answer {
	if h.drafts == nil {
		return h.fail(r, http.StatusNotImplemented, sayNoDrafts, bindingError("pid", "Draft", sayNoDrafts))
	}
	if !h.fresh(c.id) {
		return h.over(r)
	}
	if kept, ok := h.draftOf(c); ok {
		if kept.Visit.Phone != c.order.Visit.Phone || kept.HN != c.order.HN {
			return h.invalid(r, "correlationId", "Duplicate", sayOtherDraft) // a 200 would promise the new phone
		}
		return answer{status: http.StatusOK, body: savedAs(c.order.Visit, c.id, kept.Visit.CreatedAt, "")}
	}
	if err := h.drafts.Draft(context.WithoutCancel(r.Context()), c.order); err != nil {
		h.log.Error("keep a draft", "visit", c.order.Visit.ID, "err", err)
		return h.fail(r, http.StatusInternalServerError, sayNotSaved, bindingError("pid", "NotSaved", sayNotSaved))
	}
	h.noteDraft(c)
	return answer{status: http.StatusOK, body: savedAs(c.order.Visit, c.id, c.order.Visit.CreatedAt, "")}
}
