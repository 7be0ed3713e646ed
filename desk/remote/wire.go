// Package remote carries a desk over HTTP: Handler stands before the desk of the machine
// that owns the visits, Client is a desk.Desk at a station. Every call is a POST with a
// JSON body, so that no PID that is searched for stands in an address.
package remote

import (
	"errors"
	"net/http"
	"time"

	"authenkiosk/desk"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// Root is the path in front of every call.
const Root = "/api/v1/desk/"

// SessionHeader carries the session of an operator who has signed in.
const SessionHeader = "X-Desk-Session"

// Calls returns the paths behind Root.
func Calls() []string {
	return []string{
		"sign-in", "sign-out", "visits", "visit", "work", "numbers", "figures", "reveal", "ask", "right", "hold", "release", "complete", "completions", "completed", "settle", "close", "reopen",
		"open", "second-code", "void", "reprint",
		"devices", "calls", "coming",
	}
}

// call is the body of every request; each uses what it needs.
type call struct {
	ID     visit.ID         `json:"id,omitempty"`
	Made   visit.ID         `json:"made,omitempty"`
	IDs    []visit.ID       `json:"ids,omitempty"`
	Day    visit.Date       `json:"day,omitzero"`
	State  visit.State      `json:"state,omitempty"`
	Kind   rules.Kind       `json:"kind,omitempty"`
	PID    string           `json:"pid,omitempty"`
	HN     string           `json:"hn,omitempty"`
	Search string           `json:"search,omitempty"`
	After  desk.Cursor      `json:"after,omitempty"`
	Limit  int              `json:"limit,omitempty"`
	Why    rules.Action     `json:"why,omitempty"`
	Code   visit.AuthenCode `json:"code,omitempty"`
	Issued time.Time        `json:"issued,omitzero"`
	Reason string           `json:"reason,omitempty"` // of a list of its own in each call
	Call   string           `json:"call,omitempty"`

	Operator rules.OperatorID `json:"operator,omitempty"`
	Name     string           `json:"name,omitempty"` // of the operator, where a person has typed it instead
	PIN      string           `json:"pin,omitempty"`
}

// signedIn answers sign-in.
type signedIn struct {
	Session string           `json:"session"`
	ID      rules.OperatorID `json:"operator"`
	Name    string           `json:"name"` // "station/operator"
	Role    rules.Role       `json:"role"`
}

// reprinted answers reprint.
type reprinted struct {
	Reprints int `json:"reprints"`
}

// item is a desk.Item with its problem by name: numbers of problems are no contract.
type item struct {
	desk.Item
	Problem string `json:"problem,omitempty"`
}

type page struct {
	Items      []item      `json:"items"`
	Next       desk.Cursor `json:"next,omitempty"`
	Unreadable int         `json:"unreadable,omitempty"`
}

type devices struct {
	Devices []desk.Finding `json:"devices"`
}

type calls struct {
	Calls []desk.Call `json:"calls"`
}

type details struct {
	item
	History []desk.Entry `json:"history"`
}

// person has in full what the types of package visit mask.
type person struct {
	ID        visit.ID         `json:"id"`
	PID       string           `json:"pid"`
	Name      name             `json:"name,omitzero"`
	HN        string           `json:"hn,omitempty"`
	Phone     string           `json:"phone,omitempty"`
	Owner     visit.PhoneOwner `json:"phone_owner,omitempty"`
	Certifier name             `json:"certifier,omitzero"`
	Message   string           `json:"message,omitempty"`
}

type name struct {
	Prefix string `json:"prefix,omitempty"`
	First  string `json:"first,omitempty"`
	Middle string `json:"middle,omitempty"`
	Last   string `json:"last,omitempty"`
}

type answer struct {
	At    time.Time `json:"at"`
	Codes []code    `json:"codes"`
}

// right has the holder's name in full: the staff compare it with the card.
type right struct {
	At         time.Time         `json:"at"`
	Main       visit.Coded       `json:"main"`
	Sub        visit.Coded       `json:"sub"`
	HospMain   visit.Hospital    `json:"hosp_main"`
	HospMainOp visit.Hospital    `json:"hosp_main_op"`
	HospSub    visit.Hospital    `json:"hosp_sub"`
	Deceased   bool              `json:"deceased"`
	NationID   string            `json:"nation_id,omitempty"`
	Holder     name              `json:"holder"`
	ClaimTypes []visit.ClaimType `json:"claim_types"`
}

func wireRight(r desk.Right) right {
	x := r.Right
	return right{r.At, x.Main, x.Sub, x.HospMain, x.HospMainOp, x.HospSub, x.Deceased, x.NationID, name(x.Holder), r.ClaimTypes}
}

func (w right) of() desk.Right {
	return desk.Right{At: w.At, ClaimTypes: w.ClaimTypes, Right: visit.Right{
		Main: w.Main, Sub: w.Sub, HospMain: w.HospMain, HospMainOp: w.HospMainOp, HospSub: w.HospSub,
		Deceased: w.Deceased, NationID: w.NationID, Holder: visit.Name(w.Holder),
	}}
}

type code struct {
	Code      visit.AuthenCode `json:"code"`
	ClaimType visit.ClaimType  `json:"claim_type"`
	Hospital  visit.Hospital   `json:"hospital"`
	At        time.Time        `json:"at,omitzero"`
}

// failure is the body of a call that was refused.
type failure struct {
	Error string    `json:"error"`
	Code  desk.Code `json:"code"`
	By    string    `json:"by,omitempty"`
	Since time.Time `json:"since,omitzero"`
	Visit visit.ID  `json:"visit,omitempty"`
}

func wireItem(i desk.Item) item {
	w := item{Item: i}
	if i.Problem != visit.NoProblem {
		w.Problem = i.Problem.String()
	}
	return w
}

// of returns the item; a problem that this version does not know is none.
func (w item) of() desk.Item {
	for _, p := range visit.Problems() {
		if p.String() == w.Problem {
			w.Item.Problem = p
		}
	}
	return w.Item
}

func wirePage(p desk.Page) page {
	w := page{Items: []item{}, Next: p.Next, Unreadable: p.Unreadable}
	for _, i := range p.Items {
		w.Items = append(w.Items, wireItem(i))
	}
	return w
}

func (w page) of() desk.Page {
	p := desk.Page{Next: w.Next, Unreadable: w.Unreadable}
	for _, i := range w.Items {
		p.Items = append(p.Items, i.of())
	}
	return p
}

func wirePersons(list []desk.Person) []person {
	w := []person{}
	for _, p := range list {
		w = append(w, person{
			p.ID, p.PID.Digits(), name(p.Name), p.HN.Text(), p.Phone.Digits(), p.Owner, name(p.Certifier), p.Message,
		})
	}
	return w
}

func personsOf(w []person) (list []desk.Person, err error) {
	for _, p := range w {
		one := desk.Person{
			ID: p.ID, Name: visit.Name(p.Name), HN: visit.HNOf(p.HN), Owner: p.Owner, Certifier: visit.Name(p.Certifier), Message: p.Message,
		}
		var noPID, noPhone error // a person whom nobody knows has neither
		if p.PID != "" {
			one.PID, noPID = visit.ParsePID(p.PID)
		}
		if p.Phone != "" {
			one.Phone, noPhone = visit.ParsePhone(p.Phone)
		}
		if err = errors.Join(noPID, noPhone); err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

func wireAnswer(a desk.Answer) answer {
	w := answer{At: a.At, Codes: []code{}}
	for _, c := range a.Codes {
		w.Codes = append(w.Codes, code(c))
	}
	return w
}

func (w answer) of() desk.Answer {
	a := desk.Answer{At: w.At}
	for _, c := range w.Codes {
		a.Codes = append(a.Codes, visit.Authentication(c))
	}
	return a
}

// statusOf is the status of HTTP for people who read logs; the code is what counts.
func statusOf(c desk.Code) int {
	switch c {
	case desk.BadRequest:
		return http.StatusBadRequest
	case desk.NotSignedIn, desk.WrongPIN:
		return http.StatusUnprocessableEntity // 401 would be the token of the station
	case desk.NotAllowed:
		return http.StatusForbidden
	case desk.NotFound:
		return http.StatusNotFound
	case desk.Held, desk.NotHeld, desk.InFlight, desk.NotOpen, desk.NotConfirmed:
		return http.StatusConflict
	case desk.NoAnswer:
		return http.StatusBadGateway
	case desk.Locked:
		return http.StatusTooManyRequests
	}
	return http.StatusServiceUnavailable
}
