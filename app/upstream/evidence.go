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
	evidenceRefused  = time.Hour // that of one which the server looked at and did not take
	evidenceTries    = 3         // before one with which the server fails keeps nobody waiting any more
	evidenceAtOnce   = 16        // changes a look
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
		Change(id visit.ID) (storage.Change, error)
		Cursor(name string) (uint64, error)
		SetCursor(name string, n uint64) error
		Photo(id visit.ID) ([]byte, error)
	}
	send func(context.Context, nhso.Evidence) error
	log  *slog.Logger

	// What this run of the program knows: another one sends some a second time.
	at      uint64             // how far it has looked; at the start the cursor
	refused map[uint64]refusal // those behind that were refused, by their number in the feed
	failing uint64             // the number of the last one for which there was no answer
	tries   int                // of that one
}

// refusal is a photo that the server has looked at and not taken, or with which it failed.
type refusal struct {
	visit visit.ID
	again time.Time
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

// look sends what is new. One that is refused keeps nobody waiting: it is tried again now and
// then until its photo is erased, and the cursor stays before it as long. So it is with one for
// which no answer comes several times: it may be that photo with which the server fails.
func (s *EvidenceSender) look(ctx context.Context) error {
	after, err := s.store.Cursor(evidenceCursor)
	if err != nil {
		return err
	}
	s.at = max(s.at, after)
	changes, next, err := s.store.Changes(s.at, evidenceAtOnce)
	if err != nil && next == s.at {
		return err
	}
	if err != nil {
		s.log.Error("a visit of the feed cannot be read", "err", err)
	}
	for _, c := range changes {
		if err := s.bring(ctx, c); err != nil {
			if !s.givesUp(c.Seq) {
				return err
			}
			s.setAside(c, err)
		}
		s.at = c.Seq
		if err := s.move(after); err != nil {
			return err
		}
	}
	s.at = next
	for seq, r := range s.refused {
		if err := s.again(ctx, seq, r); err != nil {
			return err
		}
	}
	return s.move(after)
}

// givesUp counts a try of the newest one for which no answer came, and reports whether it was the last.
func (s *EvidenceSender) givesUp(seq uint64) bool {
	if s.failing != seq {
		s.failing, s.tries = seq, 0
	}
	s.tries++
	return s.tries >= evidenceTries
}

// again tries one that was refused, as its visit is now.
func (s *EvidenceSender) again(ctx context.Context, seq uint64, r refusal) error {
	if time.Now().Before(r.again) {
		return nil
	}
	c, err := s.store.Change(r.visit)
	switch {
	case errors.Is(err, storage.ErrNotFound), err == nil && c.Seq != seq: // erased, or it comes again with its new number
		delete(s.refused, seq)
		return nil
	case err != nil:
		return err
	}
	if err := s.bring(ctx, c); err != nil {
		s.setAside(c, err) // the others have their turn before it
		return err
	}
	return nil
}

// bring sends the photo of a change, and remembers whether it was refused.
func (s *EvidenceSender) bring(ctx context.Context, c storage.Change) error {
	err := s.one(ctx, c.Record)
	switch {
	case err == nil:
		delete(s.refused, c.Seq)
	case !nhso.OfOnePerson(err) && !errors.As(err, new(*storage.DecodeError)):
		return err
	default:
		s.setAside(c, err)
	}
	return nil
}

// setAside has one tried again later.
func (s *EvidenceSender) setAside(c storage.Change, why error) {
	id := c.Record.Visit.ID
	if s.refused == nil {
		s.refused = map[uint64]refusal{}
	}
	if _, before := s.refused[c.Seq]; !before {
		s.log.Error("the photo of a visit is not taken by the server for evidence", "visit", id, "err", why)
	}
	s.refused[c.Seq] = refusal{id, time.Now().Add(evidenceRefused)}
}

// move brings the cursor as far as everything was sent.
func (s *EvidenceSender) move(before uint64) error {
	place := s.at
	for seq := range s.refused {
		place = min(place, seq-1)
	}
	if place <= before {
		return nil
	}
	return s.store.SetCursor(evidenceCursor, place)
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
