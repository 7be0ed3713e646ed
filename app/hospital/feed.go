package hospital

import (
	"log/slog"

	"authenkiosk/agent"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// Feed is the feed of visits as programs and receivers follow it.
type Feed struct {
	store *storage.Store
	log   *slog.Logger
}

// Visits implements agent.VisitFeed. A record that cannot be read is told to the
// log and passed over: a receiver must not stand still for it.
func (f Feed) Visits(after uint64, limit int) ([]agent.VisitChange, uint64, error) {
	changes, next, err := f.store.Changes(after, limit)
	if err != nil && next == after {
		return nil, after, err
	}
	if err != nil {
		f.log.Error("a visit of the feed cannot be read", "err", err)
	}
	list := make([]agent.VisitChange, len(changes))
	for i, c := range changes {
		list[i] = ChangeOf(c)
	}
	return list, next, nil
}

// ChangeOf words a change for programs.
func ChangeOf(c storage.Change) agent.VisitChange {
	r := c.Record
	problem := r.Problem
	if r.State == visit.StateDone {
		problem = visit.NoProblem // of a try before
	}
	return agent.VisitChange{
		Seq: c.Seq, ID: r.Visit.ID, HCode: r.Visit.HCode, ServiceDate: r.Visit.ServiceDate, PID: r.Visit.PID, HN: r.Visit.HN, Problem: problem,
		ClaimType: r.Visit.ClaimType.Code, Method: r.Visit.Method, State: agent.VisitState(r.State), Code: r.Code,
		Confirmed: r.Visit.CreatedAt, Issued: r.IssuedAt, Changed: r.ChangedAt,
	}
}

var _ agent.VisitFeed = Feed{}

// NewFeed returns the feed of the visits in a store.
func NewFeed(store *storage.Store, log *slog.Logger) agent.VisitFeed { return Feed{store, log} }
