package desk

import (
	"errors"
	"regexp"
	"strings"
	"time"
	"unicode"

	"authenkiosk/visit"
)

// OperatorID names an operator where a person's name must not stand: in the audit, in
// logs and as a key. It is 16 hexadecimal digits, made at random.
type OperatorID string

// Operator is somebody who may sign in at a desk.
type Operator struct {
	ID       OperatorID
	Name     visit.Name // as the unit knows them; only its first part is used
	Role     Role
	Disabled bool      // may not sign in until the PIN is set anew
	Card     bool      // a card names this operator, which proves nothing
	Created  time.Time // by the clock of the machine
	PINs     int       // how many PINs there have been: a session of an older one is over
	Failed   int       // tries since the last right PIN
}

// Errors of operators.
var (
	ErrOperatorTaken = errors.New("there is an operator of that name, or of one that is the same in holds: / counts as - there")
	ErrNoOperator    = errors.New("there is no such operator")
	ErrOperatorID    = errors.New("the id of an operator has 16 hexadecimal digits")
	ErrOperatorName  = errors.New("an operator's name has 1 to 40 letters, digits, blanks and marks, and no long number")
)

// Holder is the name of the operator in holds and in the audit, where a slash parts it from that
// of the station. Two operators of one machine never have the same.
func (o Operator) Holder() string { return strings.ReplaceAll(o.Name.Full(), "/", "-") }

// maxOperatorName is the longest name of an operator, in letters.
const maxOperatorName = 40

var (
	operatorID   = regexp.MustCompile(`^[0-9a-f]{16}$`)
	personNumber = regexp.MustCompile(`[0-9]{9}`) // a PID or a phone: no name
)

// ParseOperatorID reads the id of an operator.
func ParseOperatorID(s string) (OperatorID, error) {
	if !operatorID.MatchString(s) {
		return "", ErrOperatorID
	}
	return OperatorID(s), nil
}

// ParseOperatorName reads the name by which a unit knows an operator.
func ParseOperatorName(s string) (visit.Name, error) {
	n := visit.NewName("", s, "", "")
	letters := 0
	for _, r := range n.First {
		if letters++; !unicode.IsPrint(r) || r == unicode.ReplacementChar { // it stands for what is no UTF-8
			return visit.Name{}, ErrOperatorName
		}
	}
	if letters == 0 || letters > maxOperatorName || personNumber.MatchString(n.First) {
		return visit.Name{}, ErrOperatorName
	}
	return n, nil
}
