package testzone

import (
	"errors"
	"fmt"
	"sync"
	"unicode/utf8"

	"authenkiosk/visit"
)

// Slot is what stands before the simulated agent: its readers and the card in
// the first of them.
type Slot struct {
	Readers    []string // names; none: there is no reader
	Insertion  uint64   // number of the card that is inside; 0: there is none. Never comes again
	PID        string   // of a person of the zone
	Unreadable bool     // the card is inside but cannot be read
}

// CardSource tells what stands before the simulated agent. Slot must be quick
// and safe for concurrent use: it is asked for each request.
type CardSource interface{ Slot() Slot }

// agentReader is a name seen in the field, on Windows.
const agentReader = "Feitian SCR301 0"

// Desk is the CardSource of a zone: cards come and go by its methods, or by PUT
// and DELETE of /testzone/agent/card and /testzone/agent/readers. It begins with
// one reader and no card.
type Desk struct {
	zone *Zone

	mu   sync.Mutex
	slot Slot
	last uint64
}

var _ CardSource = (*Desk)(nil)

func newDesk(z *Zone) *Desk { return &Desk{zone: z, slot: Slot{Readers: []string{agentReader}}} }

// Desk returns the readers and the card that the zone's own agent works with.
func (z *Zone) Desk() *Desk { return z.desk }

// Errors of Desk.
var (
	ErrStranger  = errors.New("the card is of nobody in this zone")
	ErrNoReaders = errors.New("there is no reader to put a card into")
)

// Slot implements CardSource.
func (d *Desk) Slot() Slot {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.slot
	s.Readers = append([]string(nil), s.Readers...)
	return s
}

// Insert puts the card of a person of the zone into the reader, in place of the
// one that is inside.
func (d *Desk) Insert(pid string) error { return d.put(pid, false) }

// InsertUnreadable puts in a card that cannot be read.
func (d *Desk) InsertUnreadable() error { return d.put("", true) }

func (d *Desk) put(pid string, unreadable bool) error {
	if _, known := d.zone.person(pid); !known && !unreadable {
		return ErrStranger
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.slot.Readers) == 0 {
		return ErrNoReaders
	}
	d.last++
	d.slot.Insertion, d.slot.PID, d.slot.Unreadable = d.last, pid, unreadable
	return nil
}

// Remove takes the card out. Without a card it does nothing.
func (d *Desk) Remove() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.remove()
}

func (d *Desk) remove() { d.slot = Slot{Readers: d.slot.Readers} }

// SetReaders replaces the readers; without any name there is none. The card goes
// with its reader.
func (d *Desk) SetReaders(names ...string) error {
	if len(names) > maxAgentReaders {
		return fmt.Errorf("readers: at most %d", maxAgentReaders)
	}
	for _, n := range names {
		if n == "" || utf8.RuneCountInString(n) > maxTextRunes {
			return fmt.Errorf("readers: a name has 1 to %d characters", maxTextRunes)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(names) == 0 || len(d.slot.Readers) == 0 || names[0] != d.slot.Readers[0] {
		d.remove()
	}
	d.slot.Readers = append([]string(nil), names...)
	return nil
}

// holder returns the person whose card is inside.
func (z *Zone) holder(s Slot) (Person, bool) {
	if s.Insertion == 0 || s.Unreadable {
		return Person{}, false
	}
	if _, err := visit.ParsePID(s.PID); err != nil {
		return Person{}, false
	}
	return z.person(s.PID)
}
