package visit

import "fmt"

// Method is the way in which identity was proved.
type Method string

// The four ways of NHSO's own description.
const (
	MethodCard      Method = "card"      // the patient's own smart card
	MethodPhoto     Method = "photo"     // PID and a photo of the face with the ID card
	MethodCertifier Method = "certifier" // the card of a guardian, caregiver or officer
	MethodLine      Method = "line"      // the patient's phone
)

// Methods returns every method.
func Methods() []Method {
	return []Method{MethodCard, MethodPhoto, MethodCertifier, MethodLine}
}

// UnmarshalText accepts the four methods and nothing else.
func (m *Method) UnmarshalText(b []byte) error { return oneOf(m, b, Methods()...) }

// Typed reports whether the number of the patient is only typed with this method. That
// proves nothing: nothing that NHSO knows of its owner may be shown or printed.
func (m Method) Typed() bool {
	switch m {
	case MethodPhoto, MethodCertifier, MethodLine:
		return true
	}
	return false
}

// Zone says which NHSO the program speaks with.
type Zone string

// The zones.
const (
	ZoneDemo       Zone = "demo"       // the embedded simulator
	ZoneTest       Zone = "test"       // NHSO's test zone
	ZoneProduction Zone = "production" // the real one
)

// Zones returns every zone.
func Zones() []Zone { return []Zone{ZoneDemo, ZoneTest, ZoneProduction} }

// UnmarshalText accepts the three zones and nothing else.
func (z *Zone) UnmarshalText(b []byte) error { return oneOf(z, b, Zones()...) }

func oneOf[T ~string](dst *T, b []byte, allowed ...T) error {
	for _, a := range allowed {
		if string(b) == string(a) {
			*dst = a
			return nil
		}
	}
	return fmt.Errorf("%q is not one of %q", b, allowed)
}

// PhoneOwner says whose number it is.
type PhoneOwner string

// The owners of a contact phone.
const (
	PhoneOfPatient  PhoneOwner = "patient"
	PhoneOfRelative PhoneOwner = "relative"
)
