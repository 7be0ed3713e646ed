package secureagent

import (
	"context"
	"net/http"
	"slices"

	"authenkiosk/visit"
)

// latest gives the newest code of a person at any unit.
func (h *Handler) latest(r *http.Request) answer {
	codes, no := h.newest(r, 1)
	if no != nil {
		return *no
	}
	if len(codes) == 0 {
		return answer{status: http.StatusOK, body: latest{CheckDate: moment(h.now())}}
	}
	return answer{status: http.StatusOK, body: h.latestOf(codes[0])}
}

// latest5 gives the newest codes of a person, as many as there are up to five.
func (h *Handler) latest5(r *http.Request) answer {
	codes, no := h.newest(r, latestMany)
	if no != nil {
		return *no
	}
	list := make([]latest, len(codes))
	for i, c := range codes {
		list[i] = h.latestOf(c)
	}
	return answer{status: http.StatusOK, body: list}
}

func (h *Handler) latestOf(c Code) latest {
	return latest{ClaimType: c.ClaimType, Code: c.Code, HCode: c.HCode, At: moment(c.At), CheckDate: moment(h.now())}
}

// newest finds the newest codes of the person in the path, today's first.
func (h *Handler) newest(r *http.Request, want int) ([]Code, *answer) {
	pid, err := visit.ParsePID(r.PathValue("pid"))
	if err != nil {
		a := h.invalid(r, "pid", "Pid", sayPID)
		return nil, &a
	}
	found, err := h.search(r.Context(), pid, want)
	a := answer{status: http.StatusOK}
	if err != nil {
		// An empty answer would mean "no code", and that is not known.
		h.log.Warn("ask for the latest codes", "err", err)
		a = h.nhsoDown(r)
	}
	h.told(r, "latest", pid, a)
	if err != nil {
		return nil, &a
	}
	return found, nil
}

// search asks day by day, because NHSO's service knows no other question.
func (h *Handler) search(ctx context.Context, pid visit.PID, want int) ([]Code, error) {
	var found []Code
	day := visit.ServiceDateOf(h.now())
	for range h.lookBack + 1 {
		codes, err := h.codes.Codes(ctx, pid, day)
		if err != nil {
			return nil, err
		}
		codes = slices.Clone(codes)
		slices.Reverse(codes) // those of one moment: the one that was made later first
		slices.SortStableFunc(codes, func(a, b Code) int { return b.At.Compare(a.At) })
		for _, c := range codes {
			if c.At.IsZero() {
				c.At = day.Midnight() // NHSO gave no time; the day is what was asked for
			}
			found = append(found, c)
		}
		if len(found) >= want {
			return found[:want], nil
		}
		day = visit.ServiceDateOf(day.Midnight().Add(-1))
	}
	return found, nil
}
