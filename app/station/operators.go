package station

import (
	"errors"

	"authenkiosk/desk"
	"authenkiosk/storage"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// errOneself keeps the last administrator from shutting everybody out.
var errOneself = errors.New("nobody disables themselves: another administrator does")

// AddOperator lets somebody more sign in at this machine, if the role of whoever works with the
// token allows it. The name is not that of another one, else it returns rules.ErrOperatorTaken.
func (s *Station) AddOperator(token string, name visit.Name, role rules.Role, pin rules.PIN) error {
	return s.setOperators(token, func(rules.Operator) error {
		_, err := s.Store.AddOperator(name, role, pin)
		return err
	})
}

// ResetOperator sets a new PIN, as AddOperator adds one. Every lock is open then, and a disabled
// operator may sign in again.
func (s *Station) ResetOperator(token string, id rules.OperatorID, pin rules.PIN) error {
	return s.setOperators(token, func(rules.Operator) error { return s.Store.ResetOperator(id, pin) })
}

// DisableOperator lets somebody else sign in no more; whoever is signed in by that name is so no
// longer.
func (s *Station) DisableOperator(token string, id rules.OperatorID) error {
	return s.setOperators(token, func(by rules.Operator) error {
		if by.ID == id {
			return &desk.Error{Code: desk.BadRequest, Err: errOneself}
		}
		return s.Store.DisableOperator(id)
	})
}

// setOperators changes who may sign in. The audit has what was done as of the command; before it
// stands who did it. Of two who take each other's right at the same time one is too late.
func (s *Station) setOperators(token string, set func(by rules.Operator) error) error {
	s.settingOperators.Lock()
	defer s.settingOperators.Unlock()
	by, err := s.Of(token)
	switch {
	case err != nil:
		return err
	case !rules.Allowed(by.Role, rules.SetOperators):
		return &desk.Error{Code: desk.NotAllowed}
	}
	if err := s.Store.Audit(storage.Event{Name: "operators-set", Role: string(by.Role), Result: "ok", Handle: string(by.ID)}); err != nil {
		return err
	}
	return set(by)
}
