package secureagent

import (
	"context"
	"net/http"
	"strings"

	"authenkiosk/visit"
)

// terminals lists the readers. Without a card service it is an error object, as
// one program of the field expects; without a reader an empty list.
func (h *Handler) terminals(r *http.Request) answer {
	h.mu.Lock()
	slot, err := h.look()
	h.mu.Unlock()
	if err != nil {
		return h.fail(r, http.StatusInternalServerError, sayNoService)
	}
	list := make([]terminal, len(slot.Terminals))
	for i, t := range slot.Terminals {
		list[i] = terminal(t)
	}
	return answer{status: http.StatusOK, body: list}
}

// inside reads the card that is inside, or says why it cannot be read.
func (h *Handler) inside(r *http.Request) (*session, Card, visit.Problem) {
	s, slot, err := h.open()
	switch {
	case len(slot.Terminals) == 0:
		return nil, Card{}, visit.ReaderMissing
	case err != nil:
		return nil, Card{}, visit.CardRemovedEarly
	}
	card, err := h.card(r.Context(), s)
	return s, card, h.problem(s, err)
}

// problem says what an error of a reading means; a card that has gone counts
// before everything else, so that no data of it leaves after that.
func (h *Handler) problem(s *session, err error) visit.Problem {
	if !h.stands(s) {
		return visit.CardRemovedEarly
	}
	if err == nil {
		return visit.NoProblem
	}
	if p := h.cards.ProblemOf(err); p != visit.NoProblem {
		return p
	}
	return visit.CardUnreadable
}

// withImage adds the photo when the request asks for it.
func (h *Handler) withImage(r *http.Request, s *session, p *person) visit.Problem {
	photo, err := h.image(r.Context(), s)
	p.Image = photo
	return h.problem(s, err)
}

// wantsImage reads readImageFlag. A value that is neither yes nor no is a 400, as
// with Spring.
func (h *Handler) wantsImage(r *http.Request) (wanted bool, no *answer) {
	wanted, ok := parseFlag(r.URL.Query().Get("readImageFlag"))
	if !ok {
		a := h.invalid(r, "readImageFlag", "typeMismatch", sayFlag)
		return false, &a
	}
	return wanted, nil
}

// parseFlag reads yes or no as Spring converts text to a boolean
// (StringToBooleanConverter): in any case, and nothing at all is no.
func parseFlag(text string) (yes, ok bool) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "true", "on", "yes", "1":
		return true, true
	case "", "false", "off", "no", "0":
		return false, true
	}
	return false, false
}

// readCardOnly gives what stands on the card; NHSO is not asked.
func (h *Handler) readCardOnly(r *http.Request) answer {
	image, no := h.wantsImage(r)
	if no != nil {
		return *no
	}
	s, card, trouble := h.inside(r)
	out := cardOnly(card)
	if trouble == visit.NoProblem && image {
		trouble = h.withImage(r, s, &out)
	}
	if trouble != visit.NoProblem {
		return h.cardTrouble(r, trouble)
	}
	return h.seen(r, s, "read-card-only", card.PID, answer{status: http.StatusOK, body: out})
}

// read gives the card with NHSO's word on it, and the correlation for
// confirm-save.
func (h *Handler) read(r *http.Request) answer {
	image, no := h.wantsImage(r)
	if no != nil {
		return *no
	}
	s, card, trouble := h.inside(r)
	if trouble != visit.NoProblem {
		return h.cardTrouble(r, trouble)
	}
	right, err := h.rightOf(r.Context(), s, card.PID)
	if err != nil {
		if !h.stands(s) {
			return h.cardTrouble(r, visit.CardRemovedEarly)
		}
		h.log.Warn("ask for the right of a card", "err", err)
		return h.seen(r, s, "read", card.PID, h.nhsoDown(r))
	}
	out := withRight(card, right, h.now())
	if image {
		if trouble := h.withImage(r, s, &out); trouble != visit.NoProblem {
			return h.cardTrouble(r, trouble)
		}
	}
	id, ok := h.correlate(s, h.clientID(r.Context()), card, right)
	if !ok || !h.stands(s) {
		return h.cardTrouble(r, visit.CardRemovedEarly)
	}
	out.Correlation = id
	h.noteRead(r, card.PID)
	return h.seen(r, s, "read", card.PID, answer{status: http.StatusOK, body: out})
}

// probe checks the right by PID without a card, also while the card of somebody
// else is inside. No correlation comes of it, so nobody can be authenticated this
// way.
func (h *Handler) probe(r *http.Request) answer {
	pid, err := parsePID(r.PathValue("pid"))
	if err != nil {
		return h.invalid(r, "pid", "Pid", sayPID)
	}
	reply, ok := h.ask(r, questionKey{pid, "probe"}, func(ctx context.Context) reply {
		right, err := h.rights.RightByPID(ctx, pid, visit.ServiceDateOf(h.now()))
		if err != nil {
			h.log.Warn("ask for the right of a number", "err", err)
			return h.nhsoDown
		}
		at := h.now()
		return func(*http.Request) answer { return answer{status: http.StatusOK, body: probed(pid, right, at)} }
	})
	if !ok {
		return reply(r)
	}
	return h.told(r, "probe", pid, reply(r))
}

// seen tells the audit that a card was looked at, once for each client, way,
// result and insertion.
func (h *Handler) seen(r *http.Request, s *session, action string, pid visit.PID, a answer) answer {
	if h.firstTime(s, report{h.client(r.Context()), action, a.status}) {
		return h.told(r, action, pid, a)
	}
	return a
}

// told tells the audit of an access.
func (h *Handler) told(r *http.Request, action string, pid visit.PID, a answer) answer {
	h.audit(r.Context(), Access{At: h.now(), Client: h.client(r.Context()), Action: action, PID: pid, Status: a.status})
	return a
}
