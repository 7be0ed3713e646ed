package storage

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"authenkiosk/visit"
	"authenkiosk/visit/desk"
)

func encode(r Record) ([]byte, error) {
	v := r.Visit
	problem := ""
	if r.Problem != visit.NoProblem {
		problem = r.Problem.String()
	}
	var second *storedSecond
	if r.Second.Of != "" {
		second = new(storedSecond(r.Second))
	}
	var opened *storedOpened
	if r.Opened.By != "" {
		opened = new(storedOpened(r.Opened))
	}
	var void *storedVoid
	if r.Void.By != "" {
		void = new(storedVoid(r.Void))
	}
	return json.Marshal(stored{
		Version: recordVersion, State: r.State, SavedAt: r.SavedAt, ChangedAt: r.ChangedAt,
		Attempts: r.Attempts, Answered: r.Answered, LastSent: r.LastSent, Denied: r.Denied,
		Code: string(r.Code), IssuedAt: r.IssuedAt, Problem: problem, Message: cutText(r.Message),
		Hold: storedHold(r.Hold), Completes: string(r.Completes), SettledBy: string(r.SettledBy), Closed: string(r.Closed), ClosedBy: r.ClosedBy,
		Opened: opened, Second: second, Void: void, Reprints: r.Reprints, Revision: r.revision,
		Visit: storedVisit{
			ID: string(v.ID), HCode: v.HCode, ServiceDate: v.ServiceDate.String(), PID: v.PID.Digits(), HN: v.HN.Text(),
			Name: storedName(v.Name), Sex: v.Sex, Birth: storedBirth(v.Birth), Address: storedAddress(v.Address),
			Phone: v.Phone.Digits(), PhoneOwner: v.PhoneOwner,
			ClaimCode: v.ClaimType.Code, ClaimName: v.ClaimType.Name,
			Method: v.Method, Attestation: storeProof(v.Attestation), Right: storeRight(v.Right), CreatedAt: v.CreatedAt,
		},
	})
}

// decode reads what encode wrote and checks every field that has a rule of its
// own. Its errors never hold the content.
func decode(data []byte) (Record, error) {
	var s stored
	if err := json.Unmarshal(data, &s); err != nil {
		return Record{}, errors.New("it is not the JSON of a record")
	}
	if s.Version < 1 || s.Version > recordVersion {
		return Record{}, fmt.Errorf("version %d of the record: %w", s.Version, ErrNewerFormat)
	}
	if !slices.Contains(visit.States(), s.State) {
		return Record{}, errors.New("its state is unknown")
	}
	v, err := s.Visit.visit()
	if err != nil {
		return Record{}, err
	}
	r := Record{
		Visit: v, State: s.State, SavedAt: s.SavedAt, ChangedAt: s.ChangedAt, Attempts: s.Attempts,
		Answered: s.Answered, Denied: s.Denied, LastSent: s.LastSent, Code: visit.AuthenCode(s.Code), IssuedAt: s.IssuedAt,
		Problem: problemNamed(s.Problem), Message: s.Message,
		Hold: Hold(s.Hold), Completes: visit.ID(s.Completes), SettledBy: visit.ID(s.SettledBy), Closed: desk.Reason(s.Closed), ClosedBy: s.ClosedBy,
		Reprints: s.Reprints, revision: s.Revision,
	}
	if s.Opened != nil {
		r.Opened = Opened(*s.Opened)
	}
	if s.Second != nil {
		r.Second = Second(*s.Second)
	}
	if s.Void != nil {
		r.Void = Void(*s.Void)
	}
	if err := errors.Join(r.validate(), r.Hold.fits(r.State)); err != nil {
		return Record{}, err
	}
	if r.State == visit.StateDone && r.Code == "" {
		return Record{}, errors.New("it is done without a code")
	}
	return r, nil
}

func (s storedVisit) visit() (visit.Visit, error) {
	var pid visit.PID // none of an item that a desk has opened
	var err error
	if s.PID != "" {
		if pid, err = visit.ParsePID(s.PID); err != nil {
			return visit.Visit{}, err
		}
	}
	var phone visit.Phone // none where NHSO has been given it in LINE
	if s.Phone != "" {
		if phone, err = visit.ParsePhone(s.Phone); err != nil {
			return visit.Visit{}, err
		}
	}
	date, err := visit.ParseDate(s.ServiceDate)
	if err != nil {
		return visit.Visit{}, err
	}
	attestation, err := s.Attestation.attestation()
	if err != nil {
		return visit.Visit{}, err
	}
	v := visit.Visit{
		ID: visit.ID(s.ID), HCode: s.HCode, ServiceDate: date, PID: pid, HN: visit.HNOf(s.HN), Name: visit.Name(s.Name), Sex: s.Sex,
		Birth: visit.PartialDate(s.Birth), Address: visit.Address(s.Address), Phone: phone, PhoneOwner: s.PhoneOwner,
		ClaimType: visit.ClaimType{Code: s.ClaimCode, Name: s.ClaimName},
		Method:    s.Method, Attestation: attestation, Right: s.Right.right(), CreatedAt: s.CreatedAt,
	}
	return v, nil
}

// problemNamed returns the problem of that stable name. A name that this version
// does not know must not make a visit unreadable: it becomes NoProblem.
func problemNamed(name string) visit.Problem {
	for _, p := range visit.Problems() {
		if p.String() == name {
			return p
		}
	}
	return visit.NoProblem
}

// cutText shortens to MaxMessage bytes without cutting a character.
func cutText(s string) string {
	s = strings.ToValidUTF8(s, "")
	if len(s) <= MaxMessage {
		return s
	}
	end := MaxMessage
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}
