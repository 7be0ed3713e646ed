package upstream

import (
	"context"
	"errors"
	"time"

	"authenkiosk/app/wait"
	"authenkiosk/nhso"
	"authenkiosk/visit"
)

// How often an installed agent is asked to read the card. Its own look at the
// reader comes later than ours, and it fails while we read the same card: programs
// of the field wait 1.5 s after the insertion and try three times.
const (
	readTries = 6
	readPause = 500 * time.Millisecond
)

// AskRight asks for the right. An installed agent has to read the card for it, and
// is asked again while it does not see the card that is in our reader: reading
// changes nothing.
func (u Client) AskRight(ctx context.Context, pid visit.PID, date visit.Date) (nhso.RightAnswer, error) {
	answer, err := u.nhso.Right(ctx, pid, date)
	for n := 1; u.installed != nil && n < readTries && readAgain(err) && u.cards.HasPatient(); n++ {
		if !wait.For(ctx, readPause) {
			break
		}
		answer, err = u.nhso.Right(ctx, pid, date)
	}
	return answer, err
}

// AskRightByPID asks for the right of somebody who need not be here, without the card.
func (u Client) AskRightByPID(ctx context.Context, pid visit.PID, date visit.Date) (nhso.RightAnswer, error) {
	if u.installed != nil {
		return u.installed.RightByPID(ctx, pid)
	}
	return u.nhso.Right(ctx, pid, date)
}

// readAgain reports whether an agent may see the card a moment later.
func readAgain(err error) bool {
	return errors.Is(err, nhso.ErrNoCard) || errors.Is(err, nhso.ErrBadCard)
}

// submit sends a visit, once. An installed agent needs an unused reading of the
// card: when there is none, nothing was sent, and the card is read again if it is
// still inside.
func (u Client) submit(ctx context.Context, s nhso.Submission) (nhso.Receipt, error) {
	receipt, err := u.nhso.Submit(ctx, s)
	if u.installed == nil || !errors.Is(err, nhso.ErrNoCorrelation) || !u.cards.Holds(s.Visit.PID) {
		return receipt, err
	}
	insertion, ok := u.cards.Readable()
	if !ok {
		return receipt, err
	}
	reading, readErr := u.installed.Read(ctx, insertion, false)
	if readErr != nil || reading.PID != s.Visit.PID {
		return receipt, err
	}
	s.Correlation = reading.Correlation
	return u.nhso.Submit(ctx, s)
}
