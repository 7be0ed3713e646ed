package demo

import (
	"context"
	"slices"
	"time"

	"authenkiosk/app/wait"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/nhso/testzone"
)

// lookAtDesk is how often the demo's readers follow the desk of the zone: often
// enough that a card put in by a script is there at once.
const lookAtDesk = 20 * time.Millisecond

// LayOnDesk shows the simulated agent the card that comes into the demo's reader.
func (d *World) LayOnDesk(id string) {
	if n, ok := persons[id]; ok {
		if people := virtualcard.Population(); n < len(people) && d.Zone.Desk().Insert(people[n].PID.Digits()) == nil {
			return
		}
	}
	_ = d.Zone.Desk().InsertUnreadable() // there always is a reader in the demo
}

// FollowDesk puts the cards of the zone's desk into the demo's reader, so that the
// zone's control moves the cards of a program that has neither a screen nor a
// reader.
func (d *World) FollowDesk(ctx context.Context) {
	desk := d.Zone.Desk()
	last := testzone.Slot{Readers: []string{PatientReader}} // as the demo begins
	for wait.For(ctx, lookAtDesk) {
		now := desk.Slot()
		if plugged := len(now.Readers) > 0; plugged != (len(last.Readers) > 0) {
			if plugged {
				d.Readers.PlugReader(PatientReader)
			} else {
				d.Readers.UnplugReader(PatientReader)
			}
			last.Insertion = 0
		}
		if now.Insertion != last.Insertion {
			_ = d.Readers.Remove(PatientReader) // perhaps none is in
			if card := cardOnDesk(now); card != nil {
				_ = d.Readers.Insert(PatientReader, card)
			}
		}
		last = testzone.Slot{Readers: slices.Clone(now.Readers), Insertion: now.Insertion}
	}
}

// cardOnDesk makes the card that lies on the desk; nil: none.
func cardOnDesk(s testzone.Slot) *virtualcard.Card {
	if s.Insertion == 0 {
		return nil
	}
	with := []virtualcard.Option{virtualcard.WithProfile(virtualcard.ProfileFast)}
	p, known := virtualcard.ByPID(s.PID)
	if s.Unreadable || !known {
		p = virtualcard.Adult()
		with = append(with, virtualcard.Damaged())
	}
	card, err := virtualcard.New(p, with...)
	if err != nil {
		return virtualcard.NewMute()
	}
	return card
}
