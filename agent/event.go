package agent

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"time"

	"authenkiosk/visit"
)

// EventType says what happened.
type EventType string

// The events.
const (
	ReaderAttached EventType = "reader-attached"
	ReaderLost     EventType = "reader-lost"
	CardInserted   EventType = "card-inserted"
	CardRead       EventType = "card-read" // with ScopeReadCard: PID
	CardRemoved    EventType = "card-removed"
	CodeIssued     EventType = "code-issued"    // with ScopeCodes: PID and authen code
	StatusChanged  EventType = "status-changed" // ask /api/v1/status
)

// Notices that the stream itself makes.
const (
	noticeGap EventType = "gap"     // events in between are lost: ask for the present state
	noticeEnd EventType = "dropped" // the stream ends, see reason
)

// Event is one thing that happened. PID and Code leave only to clients whose
// token has the scope for them.
type Event struct {
	Type      EventType
	Time      time.Time        // zero: the moment of Publish
	Reader    string           // name of the reader, for events of readers and cards
	Visit     visit.ID         // CodeIssued
	ClaimType string           // CodeIssued
	PID       visit.PID        // CardRead, CodeIssued
	Code      visit.AuthenCode // CodeIssued
}

// Format keeps every verb of package fmt from showing the code by accident.
func (e Event) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[event "+string(e.Type)+"]") }

// LogValue implements slog.LogValuer.
func (e Event) LogValue() slog.Value { return slog.StringValue("[event " + string(e.Type) + "]") }

// MarshalText hides an event that strays into JSON.
func (e Event) MarshalText() ([]byte, error) { return []byte("[event " + string(e.Type) + "]"), nil }

// personal reports whether the event says something about a person.
func (e Event) personal() bool { return !e.PID.IsZero() || e.Code != "" }

// wireEvent is an event as clients get it.
type wireEvent struct {
	ID        string    `json:"id,omitempty"`
	Type      EventType `json:"type"`
	Time      string    `json:"time"`
	Reader    string    `json:"reader,omitempty"`
	Visit     visit.ID  `json:"visit,omitempty"`
	ClaimType string    `json:"claim_type,omitempty"`
	PID       string    `json:"pid,omitempty"`
	Code      string    `json:"code,omitempty"`
	Reason    string    `json:"reason,omitempty"` // of a notice
}

// wire returns what the caller may know of the event.
func (e stamped) wire(c Caller) wireEvent {
	out := wireEvent{
		ID: e.id, Type: e.Type, Time: e.Time.In(visit.Bangkok).Format(time.RFC3339Nano),
		Reader: e.Reader, Visit: e.Visit, ClaimType: e.ClaimType,
	}
	switch e.Type {
	case CardRead:
		if c.May(ScopeReadCard) {
			out.PID = e.PID.Digits()
		}
	case CodeIssued:
		if c.May(ScopeCodes) {
			out.PID, out.Code = e.PID.Digits(), string(e.Code)
		}
	}
	return out
}

// notice makes an event of the stream itself.
func notice(kind EventType, reason string, now time.Time) wireEvent {
	return wireEvent{Type: kind, Time: now.In(visit.Bangkok).Format(time.RFC3339Nano), Reason: reason}
}

func (w wireEvent) encode() []byte {
	data, err := json.Marshal(w)
	if err != nil { // strings only: cannot be
		return []byte(`{}`)
	}
	return data
}
