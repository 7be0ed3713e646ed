package nhso

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"authenkiosk/visit"
)

// Terminal is one reader of an agent.
type Terminal struct {
	Name    string
	Present bool // a card is inside
}

// Reading is what an agent read of the card that is inside, with NHSO's word on
// it. It prints itself as "[reading]".
type Reading struct {
	PID    visit.PID
	Name   visit.Name
	Birth  visit.PartialDate
	Sex    visit.Sex
	Answer RightAnswer // zero after ReadCardOnly

	// Correlation is what Submit needs. It belongs to this card in this insertion.
	Correlation string

	Photo []byte    // a JPEG; nil when none was asked for
	At    time.Time // when the answer was here, by our own clock
}

// Format keeps every verb of package fmt from showing the person by accident.
func (r Reading) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[reading]") }

// LogValue implements slog.LogValuer.
func (r Reading) LogValue() slog.Value { return slog.StringValue("[reading]") }

// MarshalText keeps JSON to the same word, see RightAnswer.MarshalText.
func (r Reading) MarshalText() ([]byte, error) { return []byte("[reading]"), nil }

// Terminals returns the readers; none is an answer. An agent whose card service
// is down gives an error of kind NoCard.
func (a *Agent) Terminals(ctx context.Context) ([]Terminal, error) {
	got, err := a.exchange(ctx, question{op: opTerminals, url: agentTerminals})
	if err != nil {
		if f := new(Error); errors.As(err, &f) && f.Status == http.StatusInternalServerError {
			f.Kind, f.Err = NoCard, ErrNoReader
		}
		return nil, err
	}
	list, err := parseTerminals(got.body)
	if errors.Is(err, ErrNoReader) {
		return nil, &Error{Op: string(opTerminals), Kind: NoCard, Status: got.status, Err: err}
	}
	if err != nil {
		return nil, a.misread(opTerminals, got, err)
	}
	return list, nil
}

// ReadCardOnly reads the card that is inside; NHSO is not asked.
func (a *Agent) ReadCardOnly(ctx context.Context, photo bool) (Reading, error) {
	if err := a.take(ctx); err != nil {
		return Reading{}, err
	}
	defer a.release()
	r, err := a.readOnce(ctx, opCardOnly, agentCardOnly, photo)
	if isServerError(err) {
		err = a.whyNoCard(ctx, err)
	}
	return r, err
}

// Read has the card of an insertion read and its right asked for. The error tells
// apart what the original answers with 500 alike: kind NoCard with ErrNoReader,
// ErrNoCard or ErrBadCard, and kind Unknown with ErrBehind when the card is good
// but NHSO does not answer.
func (a *Agent) Read(ctx context.Context, insertion uint64, photo bool) (Reading, error) {
	gone := &Error{Op: string(opRead), Kind: NoCard, Err: ErrNoCard}
	if err := a.take(ctx); err != nil {
		return Reading{}, err
	}
	defer a.release()
	if !a.inside(insertion) {
		return Reading{}, gone
	}
	r, err := a.readOnce(ctx, opRead, agentRead, photo)
	if isServerError(err) {
		err = a.whyNot(ctx, err)
	}
	if err != nil {
		return Reading{}, err
	}
	if !a.keep(insertion, r) {
		return Reading{}, gone
	}
	return r, nil
}

// take waits for the reader: an agent answers one reading at a time.
func (a *Agent) take(ctx context.Context) error {
	select {
	case a.reading <- struct{}{}:
		return nil
	case <-ctx.Done():
		return &Error{Op: string(opRead), Kind: NotSent, Err: cause(ctx.Err())}
	}
}

func (a *Agent) release() { <-a.reading }

func (a *Agent) inside(insertion uint64) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return insertion != 0 && a.insertion == insertion
}

// keep remembers a reading if its card still is inside.
func (a *Agent) keep(insertion uint64, r Reading) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if insertion == 0 || a.insertion != insertion {
		return false
	}
	if len(a.open) >= maxReadings {
		clear(a.open)
	}
	a.last = &r
	if r.Correlation != "" {
		a.open[r.Correlation] = r.PID
	}
	return true
}

func (a *Agent) readOnce(ctx context.Context, op operation, path string, photo bool) (Reading, error) {
	flag := map[bool]string{true: "true", false: "false"}[photo]
	got, err := a.exchange(ctx, question{op: op, url: path, query: url.Values{"readImageFlag": {flag}}})
	if err != nil {
		return Reading{}, err
	}
	r, err := parseReading(got.body)
	if err != nil {
		return Reading{}, a.misread(op, got, err)
	}
	if r.At = got.received; !photo {
		r.Photo = nil
	}
	if op == opCardOnly {
		r.Answer, r.Correlation = RightAnswer{}, ""
	}
	return r, nil
}

func isServerError(err error) bool {
	f, ok := errors.AsType[*Error](err)
	return ok && f.Status >= http.StatusInternalServerError
}

// whyNot finds out what a 500 of read means: it asks for the readers, and then
// for the card alone.
func (a *Agent) whyNot(ctx context.Context, failed error) error {
	if why := a.whyNoCard(ctx, failed); KindOf(why) == NoCard && !errors.Is(why, ErrBadCard) {
		return why
	}
	_, err := a.readOnce(ctx, opCardOnly, agentCardOnly, false)
	f := &Error{Op: string(opRead), Status: statusOf(failed)}
	switch {
	case err == nil:
		f.Kind, f.Err = Unknown, ErrBehind
	case isServerError(err):
		f.Kind, f.Err = NoCard, ErrBadCard
	default:
		return failed
	}
	return f
}

// whyNoCard tells by the readers why a card cannot be read.
func (a *Agent) whyNoCard(ctx context.Context, failed error) error {
	terminals, err := a.Terminals(ctx)
	f := &Error{Op: string(opRead), Kind: NoCard, Status: statusOf(failed), Err: ErrBadCard}
	switch {
	case errors.Is(err, ErrNoReader) || err == nil && len(terminals) == 0:
		f.Err = ErrNoReader
	case err != nil:
		return failed
	case !anyPresent(terminals):
		f.Err = ErrNoCard
	}
	return f
}

func anyPresent(terminals []Terminal) bool {
	for _, t := range terminals {
		if t.Present {
			return true
		}
	}
	return false
}

func statusOf(err error) int {
	if f, ok := errors.AsType[*Error](err); ok {
		return f.Status
	}
	return 0
}
