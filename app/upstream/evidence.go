package upstream

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"authenkiosk/app/wait"
	"authenkiosk/nhso"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// How often evidence is looked for, and how often again after a failure.
const (
	lookForEvidence  = 15 * time.Second
	evidenceAgain    = 2 * time.Minute
	evidenceAtOnce   = 16 // changes a look
	evidenceSendTime = 60 * time.Second
)

// evidenceCursor names how far the feed of visits has been looked through.
const evidenceCursor = "evidence"

// EvidenceSender takes the photos of visits that have their code to the server
// that was agreed on. Where there is none the photo stays with the unit until
// its time is over.
type EvidenceSender struct {
	store interface {
		Changes(after uint64, limit int) (list []storage.Change, next uint64, err error)
		Cursor(name string) (uint64, error)
		SetCursor(name string, n uint64) error
		Photo(id visit.ID) ([]byte, error)
	}
	send func(context.Context, nhso.Evidence) error
	log  *slog.Logger
}

// Run sends until ctx ends. Sending twice is harmless, so that the cursor moves
// after the answer.
func (s *EvidenceSender) Run(ctx context.Context) {
	for pause := lookForEvidence; wait.For(ctx, pause); {
		pause = lookForEvidence
		if err := s.look(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("send evidence", "err", err)
			pause = evidenceAgain
		}
	}
}

func (s *EvidenceSender) look(ctx context.Context) error {
	after, err := s.store.Cursor(evidenceCursor)
	if err != nil {
		return err
	}
	changes, next, err := s.store.Changes(after, evidenceAtOnce)
	if err != nil && next == after {
		return err
	}
	if err != nil {
		s.log.Error("a visit of the feed cannot be read", "err", err)
	}
	for _, c := range changes {
		if err := s.one(ctx, c.Record); err != nil {
			return err
		}
		if err := s.store.SetCursor(evidenceCursor, c.Seq); err != nil {
			return err
		}
	}
	if next == after {
		return nil
	}
	return s.store.SetCursor(evidenceCursor, next)
}

func (s *EvidenceSender) one(ctx context.Context, r storage.Record) error {
	if r.State != visit.StateDone || !r.Visit.Attestation.Photo {
		return nil
	}
	photo, err := s.store.Photo(r.Visit.ID)
	if errors.Is(err, storage.ErrNoPhoto) {
		return nil // erased meanwhile
	}
	if err != nil {
		return err
	}
	defer clear(photo)
	ctx, cancel := context.WithTimeout(ctx, evidenceSendTime)
	defer cancel()
	err = s.send(ctx, nhso.Evidence{
		Visit: r.Visit.ID, PID: r.Visit.PID, Code: r.Code, JPEG: photo, GatePassed: r.Visit.Attestation.GatePassed,
	})
	if err == nil {
		s.log.Info("evidence sent", "visit", r.Visit.ID)
	}
	return err
}

// NewEvidenceSender returns a sender of the photos in the store.
func NewEvidenceSender(store *storage.Store, send func(context.Context, nhso.Evidence) error, log *slog.Logger) *EvidenceSender {
	return &EvidenceSender{store: store, send: send, log: log}
}
