package secureagent

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"authenkiosk/visit"
)

// latest gives the newest code of a person at any unit.
func (h *Handler) latest(r *http.Request) answer {
	return h.newest(r, 1, func(codes []visit.Authentication, at time.Time) any {
		if len(codes) == 0 {
			return latest{CheckDate: moment(at)}
		}
		return latestOf(codes[0], at)
	})
}

// latest5 gives the newest codes of a person, as many as there are up to five.
func (h *Handler) latest5(r *http.Request) answer {
	return h.newest(r, latestMany, func(codes []visit.Authentication, at time.Time) any {
		list := make([]latest, len(codes))
		for i, c := range codes {
			list[i] = latestOf(c, at)
		}
		return list
	})
}

func latestOf(c visit.Authentication, at time.Time) latest {
	return latest{ClaimType: c.ClaimType.Code, Code: c.Code, HCode: c.Hospital.HCode, At: moment(c.At), CheckDate: moment(at)}
}

// newest finds the newest codes of the person in the path, today's first, and words
// them as of the moment when NHSO had answered.
func (h *Handler) newest(r *http.Request, want int, word func(codes []visit.Authentication, at time.Time) any) answer {
	pid, err := parsePID(r.PathValue("pid"))
	if err != nil {
		return h.invalid(r, "pid", "Pid", sayPID)
	}
	reply, ok := h.ask(r, questionKey{pid, fmt.Sprint("latest ", want)}, func(ctx context.Context) reply {
		found, err := h.search(ctx, pid, want)
		if err != nil {
			// An empty answer would mean "no code", and that is not known.
			h.log.Warn("ask for the latest codes", "err", err)
			return h.nhsoDown
		}
		body := word(found, h.now())
		return func(*http.Request) answer { return answer{status: http.StatusOK, body: body} }
	})
	if !ok {
		return reply(r)
	}
	return h.told(r, "latest", pid, reply(r))
}

// search asks day by day, because NHSO's service knows no other question.
func (h *Handler) search(ctx context.Context, pid visit.PID, want int) ([]visit.Authentication, error) {
	var found []visit.Authentication
	day := visit.ServiceDateOf(h.now())
	for range h.lookBack + 1 {
		codes, err := h.codes.Codes(ctx, pid, day)
		if err != nil {
			return nil, err
		}
		codes = slices.Clone(codes)
		slices.Reverse(codes) // those of one moment: the one that was made later first
		slices.SortStableFunc(codes, func(a, b visit.Authentication) int { return b.At.Compare(a.At) })
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
