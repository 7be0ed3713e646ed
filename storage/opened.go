package storage

import (
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
	"authenkiosk/visit/desk"
)

// Opened says that a desk has opened an item for a person whose number nobody knows: its visit
// has an HN and no PID, no name and no claim type, and is never sent.
type Opened struct {
	By  string // "station/operator"; empty: this is a visit like any other
	Why desk.OpenReason
}

// OpenItem saves an item for a person of whom an HN is known alone. It is work for the staff of
// that day. The same item may be opened again; any other visit of that id is ErrExists.
func (s *Store) OpenItem(id visit.ID, hcode string, hn visit.HN, o Opened, at time.Time) error {
	if err := checkHolder(o.By); err != nil {
		return err
	}
	r := fresh(visit.Visit{ID: id, HCode: hcode, ServiceDate: visit.ServiceDateOf(at), HN: hn, CreatedAt: at}, at)
	r.State, r.Opened = visit.StateStaff, o
	err := s.save(r, nil, "")
	if errors.Is(err, ErrExists) {
		if there, unread := s.Visit(id); unread == nil && there.Opened == o && there.Visit.HN == hn {
			return nil
		}
	}
	return err
}

// EndOpened closes the opened items of days before today, and returns how many stay open,
// because what somebody has made for them is on its way.
func (s *Store) EndOpened(today visit.Date, at time.Time) (left int, err error) {
	over, err := s.list(s.index.open(true), func(r Record) bool { return r.Opened.By != "" && r.Visit.ServiceDate.Before(today) })
	for _, r := range over {
		ended := s.changing(func(tx *bolt.Tx) ([]Record, error) {
			r, err := s.load(tx, r.Visit.ID)
			if err == nil && r.Held() {
				err = s.mayFinish(tx, r, r.Hold.By)
			}
			if err != nil || r.State != visit.StateStaff {
				return nil, err
			}
			r.State, r.ChangedAt, r.Hold, r.Closed = visit.StateDropped, at, Hold{}, desk.DayMissed
			e := Event{Name: "visit-given-up", Role: RoleSystem, Result: string(desk.DayMissed), Visit: r.Visit.ID, At: at}
			return []Record{r}, s.move(tx, &r, e)
		})
		switch {
		case errors.Is(ended, ErrInFlight):
			left++
		case ended != nil:
			err = errors.Join(err, fmt.Errorf("end item %s: %w", r.Visit.ID, ended))
		}
	}
	return left, err
}

// validate tells what the record of a visit lacks.
func (r Record) validate() error {
	v := r.Visit
	if r.Opened.By == "" {
		return v.Validate()
	}
	_, badID := visit.ParseID(string(v.ID))
	_, badReason := desk.ParseOpenReason(string(r.Opened.Why))
	err := errors.Join(badID, badReason)
	switch {
	case v.HCode == "":
		err = errors.Join(err, visit.ErrNoUnit)
	case v.ServiceDate.IsZero():
		err = errors.Join(err, visit.ErrNoServiceDate)
	case v.HN.IsZero():
		err = errors.Join(err, visit.ErrHNLength)
	}
	return err
}
