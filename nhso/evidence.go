package nhso

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"

	"authenkiosk/visit"
)

// Evidence is the photo behind a visit of visit.MethodPhoto.
//
// NHSO publishes no service that takes it: its own web pages do, and nothing
// else is known. Where a unit has agreed on one, this file is what changes; what
// is here speaks with the simulator, or with a server that takes the same form.
type Evidence struct {
	Visit      visit.ID
	PID        visit.PID
	Code       visit.AuthenCode
	JPEG       []byte
	GatePassed bool
}

// Format keeps every verb of package fmt from showing the patient by accident.
func (e Evidence) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "[evidence "+string(e.Visit)+"]")
}

// LogValue implements slog.LogValuer with the id of the visit alone.
func (e Evidence) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(e)) }

// MarshalText keeps JSON to the same words, see RightAnswer.MarshalText.
func (e Evidence) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(e)), nil }

// ErrNoEvidenceURL says that no server takes evidence.
var ErrNoEvidenceURL = errors.New("no server for evidence is configured")

// ErrEvidenceHost says that photo and token would go to a foreign server.
var ErrEvidenceHost = errors.New("nhso: evidence_url must be on the host of the submissions, or on this machine")

// evidenceAddress checks where evidence goes: the unit's token goes with it.
func (o Options) evidenceAddress(urls addresses) (string, error) {
	if o.EvidenceURL == "" {
		return "", nil
	}
	address, err := o.address("evidence_url", o.EvidenceURL, "", "", "")
	if err != nil {
		return "", err
	}
	own, err := url.Parse(address)
	if err != nil {
		return "", ErrEvidenceHost
	}
	submit, err := url.Parse(urls.submit)
	if err != nil || own.Host != submit.Host && !isLoopback(own) {
		return "", ErrEvidenceHost
	}
	return address, nil
}

// evidenceBody is the form of the simulator. The transId makes a repetition
// harmless: the same evidence twice is the same evidence.
type evidenceBody struct {
	TransID    string `json:"transId"`
	PID        string `json:"pid"`
	AuthenCode string `json:"authenCode"`
	GatePassed bool   `json:"gatePassed"`
	Photo      []byte `json:"photo"` // base64
}

// SendEvidence hands the photo of a visit over. It may be repeated after any
// error. Errors are *Error, or wrap ErrNoEvidenceURL.
func (e *Endpoint) SendEvidence(ctx context.Context, v Evidence) error {
	if e.evidence == "" {
		return ErrNoEvidenceURL
	}
	body, err := json.Marshal(evidenceBody{
		TransID: string(v.Visit), PID: v.PID.Digits(), AuthenCode: string(v.Code), GatePassed: v.GatePassed, Photo: v.JPEG,
	})
	if err != nil {
		return &Error{Op: string(opEvidence), Kind: Invalid, Err: ErrJSON}
	}
	_, err = e.exchange(ctx, question{op: opEvidence, url: e.evidence, body: body})
	return err
}
