package storage

import (
	"time"

	"authenkiosk/visit"
	"authenkiosk/visit/desk"
)

// recordVersion is the newest form of stored records this program knows.
const recordVersion = 1

// stored is a record as it is written: JSON with the full numbers, which the
// types of package visit would mask.
type stored struct {
	Version   int           `json:"v"`
	State     visit.State   `json:"state"`
	SavedAt   time.Time     `json:"saved_at"`
	ChangedAt time.Time     `json:"changed_at"`
	Attempts  int           `json:"attempts,omitempty"`
	Answered  int           `json:"answered,omitempty"`
	LastSent  time.Time     `json:"last_sent,omitzero"`
	Code      string        `json:"code,omitempty"`
	IssuedAt  time.Time     `json:"issued_at,omitzero"`
	Problem   string        `json:"problem,omitempty"`
	Message   string        `json:"message,omitempty"`
	Denied    bool          `json:"denied,omitempty"`
	Hold      storedHold    `json:"hold,omitzero"`
	Completes string        `json:"completes,omitempty"`
	SettledBy string        `json:"settled_by,omitempty"`
	Closed    string        `json:"closed,omitempty"`
	ClosedBy  string        `json:"closed_by,omitempty"`
	Opened    *storedOpened `json:"opened,omitempty"`
	Second    *storedSecond `json:"second,omitempty"`
	Void      *storedVoid   `json:"void,omitempty"`
	Reprints  int           `json:"reprints,omitempty"`
	Revision  uint64        `json:"rev,omitempty"`
	Visit     storedVisit   `json:"visit"`
}

type storedHold struct {
	By         string      `json:"by"`
	At         time.Time   `json:"at"`
	From       visit.State `json:"from"`
	Completion visit.ID    `json:"completion,omitempty"`
	Away       visit.Date  `json:"away,omitzero"`
}

type storedSecond struct {
	Of      visit.ID           `json:"of"`
	Why     desk.SecondReason  `json:"why"`
	By      string             `json:"by"`
	Besides []visit.AuthenCode `json:"besides,omitempty"`
}

type storedOpened struct {
	By  string          `json:"by"`
	Why desk.OpenReason `json:"why"`
}

type storedVoid struct {
	By  string          `json:"by"`
	At  time.Time       `json:"at"`
	Why desk.VoidReason `json:"why"`
}

type storedVisit struct {
	ID          string           `json:"id"`
	HCode       string           `json:"hcode"`
	ServiceDate string           `json:"service_date"`
	PID         string           `json:"pid"`
	HN          string           `json:"hn,omitempty"`
	Name        storedName       `json:"name"`
	Sex         visit.Sex        `json:"sex,omitempty"`
	Birth       storedBirth      `json:"birth"`
	Address     storedAddress    `json:"address"`
	Phone       string           `json:"phone"`
	PhoneOwner  visit.PhoneOwner `json:"phone_owner,omitempty"`
	ClaimCode   string           `json:"claim_code"`
	ClaimName   string           `json:"claim_name,omitempty"`
	Method      visit.Method     `json:"method,omitempty"`
	Attestation storedProof      `json:"attestation,omitzero"`
	Right       storedRight      `json:"right"`
	CreatedAt   time.Time        `json:"created_at"`
}

// The following have the fields of their namesakes in package visit, so that one
// converts to the other, and names of their own on the disk.
type (
	storedName struct {
		Prefix string `json:"prefix,omitempty"`
		First  string `json:"first,omitempty"`
		Middle string `json:"middle,omitempty"`
		Last   string `json:"last,omitempty"`
	}
	storedBirth struct {
		Year     int  `json:"year,omitempty"`
		Month    int  `json:"month,omitempty"`
		Day      int  `json:"day,omitempty"`
		Lifelong bool `json:"lifelong,omitempty"`
	}
	storedAddress struct {
		House    string `json:"house,omitempty"`
		Moo      string `json:"moo,omitempty"`
		Trok     string `json:"trok,omitempty"`
		Soi      string `json:"soi,omitempty"`
		Road     string `json:"road,omitempty"`
		Tambon   string `json:"tambon,omitempty"`
		Amphoe   string `json:"amphoe,omitempty"`
		Changwat string `json:"changwat,omitempty"`
	}
	storedProof struct {
		Certifier  string         `json:"certifier,omitempty"`
		Name       storedName     `json:"name,omitzero"`
		Relation   visit.Relation `json:"relation,omitempty"`
		Photo      bool           `json:"photo,omitempty"`
		GatePassed bool           `json:"gate_passed,omitempty"`
	}
	storedRight struct {
		Main       visit.Coded    `json:"main"`
		Sub        visit.Coded    `json:"sub"`
		HospMain   visit.Hospital `json:"hosp_main"`
		HospMainOp visit.Hospital `json:"hosp_main_op"`
		HospSub    visit.Hospital `json:"hosp_sub"`
		Deceased   bool           `json:"deceased,omitempty"`
		NationID   string         `json:"nation_id,omitempty"`
		Holder     storedName     `json:"holder,omitzero"`
	}
)

func storeProof(a visit.Attestation) storedProof {
	return storedProof{a.Certifier.Digits(), storedName(a.CertifierName), a.Relation, a.Photo, a.GatePassed}
}

func (s storedProof) attestation() (a visit.Attestation, err error) {
	a = visit.Attestation{
		CertifierName: visit.Name(s.Name), Relation: s.Relation, Photo: s.Photo, GatePassed: s.GatePassed,
	}
	if s.Certifier != "" {
		a.Certifier, err = visit.ParsePID(s.Certifier)
	}
	return a, err
}

func storeRight(r visit.Right) storedRight {
	return storedRight{
		Main: r.Main, Sub: r.Sub, HospMain: r.HospMain, HospMainOp: r.HospMainOp, HospSub: r.HospSub,
		Deceased: r.Deceased, NationID: r.NationID, Holder: storedName(r.Holder),
	}
}

func (s storedRight) right() visit.Right {
	return visit.Right{
		Main: s.Main, Sub: s.Sub, HospMain: s.HospMain, HospMainOp: s.HospMainOp, HospSub: s.HospSub,
		Deceased: s.Deceased, NationID: s.NationID, Holder: visit.Name(s.Holder),
	}
}
