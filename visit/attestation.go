package visit

import (
	"fmt"
	"io"
	"log/slog"
)

// Attestation is what stands behind a visit that the patient's own card does
// not prove: who vouched, or that a photo was taken. The photo itself is kept by
// the store under the visit's id. The zero value belongs to a visit by card.
type Attestation struct {
	Certifier     PID      // whose card vouched; MethodCertifier only
	CertifierName Name     // as it stands on that card
	Relation      Relation // what the certifier is to the patient
	Photo         bool     // a photo of the face with the ID card is kept; MethodPhoto only
	GatePassed    bool     // the photo passed the quality check; false: taken all the same
}

// Relation is what a certifier is to the patient.
type Relation string

// The relations that NHSO names: a guardian (parents among them), a caregiver,
// an officer of the unit.
const (
	RelationParent    Relation = "parent"
	RelationGuardian  Relation = "guardian"
	RelationCaregiver Relation = "caregiver"
	RelationOfficer   Relation = "officer"
)

// Relations returns all relations in the order in which they are offered.
func Relations() []Relation {
	return []Relation{RelationParent, RelationGuardian, RelationCaregiver, RelationOfficer}
}

// UnmarshalText accepts the four relations and nothing else.
func (r *Relation) UnmarshalText(b []byte) error { return oneOf(r, b, Relations()...) }

// Format keeps every verb of package fmt from showing the people by accident.
func (a Attestation) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[attestation]") }

// LogValue implements slog.LogValuer.
func (a Attestation) LogValue() slog.Value { return slog.StringValue("[attestation]") }

// MarshalText hides an attestation that strays into JSON, see PID.MarshalText.
func (a Attestation) MarshalText() ([]byte, error) { return []byte("[attestation]"), nil }
