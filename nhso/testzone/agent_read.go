package testzone

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	"authenkiosk/visit"
)

// card finds whose card is inside, or the answer that says why there is none:
// 418 without a reader, else 500.
func (a *agent) card(r *http.Request) (Slot, Person, *reply) {
	s := a.cards.Slot()
	p, ok := a.zone.holder(s)
	var out reply
	switch {
	case ok:
		return s, p, nil
	case len(s.Readers) == 0:
		out = a.fail(r, http.StatusTeapot, "ไม่พบเครื่องอ่านบัตร")
	case s.Insertion == 0:
		out = a.fail(r, http.StatusInternalServerError, "No smart card present")
	default:
		out = a.fail(r, http.StatusInternalServerError, "อ่านบัตรไม่ได้")
	}
	return s, p, &out
}

func (a *agent) unreachable(r *http.Request) reply {
	return a.fail(r, http.StatusInternalServerError, "ไม่สามารถติดต่อ สปสช. ได้")
}

func (a *agent) read(r *http.Request, _ []byte) reply {
	image, no := a.imageOf(r)
	if no != nil {
		return *no
	}
	s, p, none := a.card(r)
	if none != nil {
		return *none
	}
	if _, answered := a.behind(r.Context(), RightPath); !answered {
		return a.unreachable(r)
	}
	out := rightOf(p, a.zone.options.Now())
	out.Image = image
	out.Correlation = a.correlate(p.PID, s.Insertion)
	return reply{status: http.StatusOK, json: out}
}

func (a *agent) readCardOnly(r *http.Request, _ []byte) reply {
	image, no := a.imageOf(r)
	if no != nil {
		return *no
	}
	_, p, none := a.card(r)
	if none != nil {
		return *none
	}
	out := cardOf(p)
	out.Image = image
	return reply{status: http.StatusOK, json: out}
}

// imageOf gives the image when readImageFlag asks for it. Its value is read as
// Spring converts text to a boolean, and what is neither yes nor no is a 400.
func (a *agent) imageOf(r *http.Request) (string, *reply) {
	switch strings.ToLower(strings.TrimSpace(r.URL.Query().Get("readImageFlag"))) {
	case "true", "on", "yes", "1":
		return base64.StdEncoding.EncodeToString(portrait()), nil
	case "", "false", "off", "no", "0":
		return "", nil
	}
	out := a.bad(r, "readImageFlag", "typeMismatch", "readImageFlag ต้องเป็น true หรือ false")
	return "", &out
}

// probe checks the right by PID. Its real answer is not known: this is that of
// read without what needs the card.
func (a *agent) probe(r *http.Request, _ []byte) reply {
	pid, err := visit.ParsePID(r.PathValue("pid"))
	if err != nil {
		return a.bad(r, "pid", "Pid", "เลขประจำตัวประชาชนไม่ถูกต้อง")
	}
	if _, answered := a.behind(r.Context(), RightPath); !answered {
		return a.unreachable(r)
	}
	p, known := a.zone.person(pid.Digits())
	if !known {
		return reply{status: http.StatusOK, json: agentPerson{PID: pid.Digits(), CheckDate: stamp(a.zone.options.Now())}}
	}
	return reply{status: http.StatusOK, json: rightOf(p, a.zone.options.Now())}
}

func (a *agent) latest(r *http.Request, _ []byte) reply {
	codes, bad := a.codes(r)
	if bad != nil {
		return *bad
	}
	now := a.zone.options.Now()
	if len(codes) == 0 {
		return reply{status: http.StatusOK, json: agentLatest{CheckDate: stamp(now)}}
	}
	return reply{status: http.StatusOK, json: latestOf(codes[0], now)}
}

func (a *agent) latest5(r *http.Request, _ []byte) reply {
	codes, bad := a.codes(r)
	if bad != nil {
		return *bad
	}
	list := []agentLatest{}
	for _, c := range codes[:min(len(codes), 5)] {
		list = append(list, latestOf(c, a.zone.options.Now()))
	}
	return reply{status: http.StatusOK, json: list}
}

// codes returns all codes of the person in the path, the newest first.
func (a *agent) codes(r *http.Request) ([]Code, *reply) {
	pid, err := visit.ParsePID(r.PathValue("pid"))
	if err != nil {
		out := a.bad(r, "pid", "Pid", "เลขประจำตัวประชาชนไม่ถูกต้อง")
		return nil, &out
	}
	if _, answered := a.behind(r.Context(), StatusPath); !answered {
		out := a.unreachable(r)
		return nil, &out
	}
	var found []Code
	for _, c := range a.zone.Codes() {
		if c.PID == pid.Digits() {
			found = append(found, c)
		}
	}
	slices.Reverse(found)
	slices.SortStableFunc(found, func(x, y Code) int { return y.At.Compare(x.At) })
	return found, nil
}
