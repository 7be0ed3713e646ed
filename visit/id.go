package visit

import (
	"errors"
	"strings"
	"time"
)

// ID names one visit: a UUID of version 7 (RFC 9562) in its lower-case text
// form, made before anything is sent. It is also the transId that NHSO gets.
type ID string

// ErrID says that a text is not a UUID of version 7.
var ErrID = errors.New("a visit id is a UUID of version 7 in lower case")

const idForm = "xxxxxxxx-xxxx-7xxx-vxxx-xxxxxxxxxxxx"

// ParseID accepts the canonical lower-case form of a version 7 UUID.
func ParseID(s string) (ID, error) {
	if len(s) != len(idForm) {
		return "", ErrID
	}
	for i := range len(s) {
		var allowed string
		switch idForm[i] {
		case '-':
			allowed = "-"
		case '7':
			allowed = "7"
		case 'v': // variant 10x
			allowed = "89ab"
		default:
			allowed = "0123456789abcdef"
		}
		if strings.IndexByte(allowed, s[i]) < 0 {
			return "", ErrID
		}
	}
	return ID(s), nil
}

// MadeAt is when the id was made, by the clock of then; zero for what is no id.
func (id ID) MadeAt() time.Time {
	if _, err := ParseID(string(id)); err != nil {
		return time.Time{}
	}
	ms := int64(0)
	for _, digit := range id[:8] + id[9:13] { // the first 48 bits (RFC 9562, section 5.7)
		ms = ms<<4 | int64(strings.IndexRune("0123456789abcdef", digit))
	}
	return time.UnixMilli(ms)
}

// Number is the visit's own short number for a queue slip and the desk: three
// groups of the random tail, with a leading V so that nobody takes it for an
// authen code (two letters and ten digits).
func (id ID) Number() string {
	if len(id) != len(idForm) {
		return ""
	}
	tail := strings.ToUpper(string(id[len(id)-9:]))
	return "V-" + tail[:3] + "-" + tail[3:6] + "-" + tail[6:]
}
