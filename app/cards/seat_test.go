package cards

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/cardreader"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// cardDesk is the cards of an app at readers of a made-up card service, with a stand-in
// for the flow that reads every card it is told of.
type cardDesk struct {
	*Watcher
	t       *testing.T
	service *virtualcard.Service
	told    chan flow.Event
}

const (
	readerOne   = "ACS ACR1281 1S Dual Reader 00 00" // its slots cannot be told apart
	readerTwo   = "ACS ACR1281 1S Dual Reader 00 01"
	readerThree = "ACS ACR1281 1S Dual Reader 00 02"
)

// newCardDesk starts the cards at three slots, with what is in them from the start.
func newCardDesk(t *testing.T, before map[string]*virtualcard.Card) *cardDesk {
	t.Helper()
	service := virtualcard.NewService(readerOne, readerTwo, readerThree)
	for reader, card := range before {
		if err := service.Insert(reader, card); err != nil {
			t.Fatal(err)
		}
	}
	d := &cardDesk{
		Watcher: New(Options{Service: service, Keep: true, Log: slog.New(slog.DiscardHandler)}),
		t:       t, service: service, told: make(chan flow.Event, 100),
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		d.Run(ctx, func(e flow.Event) {
			d.told <- e
			if in, ok := e.(flow.CardInserted); ok {
				go func() { _, _ = d.Read(ctx, in.Insertion.Number, func(flow.Person) {}) }()
			}
		}, func() {})
	}()
	t.Cleanup(func() { cancel(); <-done })
	d.rest()
	return d
}

// rest lets everything that is under way come to its end.
func (d *cardDesk) rest() {
	time.Sleep(15 * time.Second) // of the bubble
	synctest.Wait()
}

func (d *cardDesk) insert(reader string, card *virtualcard.Card) {
	d.t.Helper()
	if err := d.service.Insert(reader, card); err != nil {
		d.t.Fatal(err)
	}
	d.rest()
}

func (d *cardDesk) remove(reader string) {
	d.t.Helper()
	if err := d.service.Remove(reader); err != nil {
		d.t.Fatal(err)
	}
	d.rest()
}

// busy lets another program hold the card in a reader, or let it go.
func (d *cardDesk) busy(reader string, is bool) {
	d.t.Helper()
	if err := d.service.SetBusy(reader, is); err != nil {
		d.t.Fatal(err)
	}
	d.rest()
}

// heard returns what the flow was told since the last call: the reader of a card
// that came, "out" for one that went.
func (d *cardDesk) heard() string {
	var list []string
	for {
		select {
		case e := <-d.told:
			switch e := e.(type) {
			case flow.CardInserted:
				list = append(list, fmt.Sprintf("%s in", d.at(e.Insertion.Number)))
			case flow.CardRemoved:
				list = append(list, "out")
			}
		default:
			return strings.Join(list, ", ")
		}
	}
}

var slotNames = map[string]string{readerOne: "one", readerTwo: "two", readerThree: "three"}

func (d *cardDesk) at(insertion uint64) (name string) {
	d.set(func() {
		if card := d.seat.cards[insertion]; card != nil {
			name = slotNames[card.in.Reader]
		}
	})
	return name
}

// seen returns the reader that programs see, and what they get from its card.
func (d *cardDesk) seen() string {
	in, mute := d.Patient()
	if mute {
		return d.at(in.Insertion) + " mute"
	}
	if in.Insertion == 0 {
		return "none"
	}
	if _, err := d.Watcher.Program(d.t.Context(), in); err != nil {
		return d.at(in.Insertion) + " " + d.ProblemOf(err).String()
	}
	return d.at(in.Insertion)
}

func (d *cardDesk) want(heard, seen string) {
	d.t.Helper()
	if got := d.heard(); got != heard {
		d.t.Errorf("the screen heard %q, want %q", got, heard)
	}
	if got := d.seen(); got != seen {
		d.t.Errorf("programs see %q, want %q", got, seen)
	}
}

func card(t *testing.T, with ...virtualcard.Option) *virtualcard.Card {
	t.Helper()
	c, err := virtualcard.New(virtualcard.Adult(), with...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestOnlyTheCardOfItsOwnReaderTouchesTheSession(t *testing.T) {
	foreign, mute := virtualcard.NewNotThai, virtualcard.NewMute
	type at = map[string]*virtualcard.Card
	for _, c := range []struct {
		name   string
		before func(t *testing.T) at
		run    func(t *testing.T, d *cardDesk)
	}{
		{"a foreign card elsewhere is not heard", nil, func(t *testing.T, d *cardDesk) {
			d.insert(readerOne, card(t))
			d.want("one in", "one")
			d.insert(readerTwo, foreign())
			d.want("", "one")
			d.remove(readerTwo)
			d.want("", "one")
			d.remove(readerOne)
			d.want("out", "none")
		}},
		{"a mute card elsewhere is not heard", nil, func(t *testing.T, d *cardDesk) {
			d.insert(readerOne, card(t))
			d.insert(readerTwo, mute())
			d.want("one in", "one")
			d.remove(readerOne)
			d.want("out", "two mute")
			d.insert(readerOne, card(t))
			d.want("one in", "one")
		}},
		{"a mute SAM that is always there hides no card", func(*testing.T) at { return at{readerThree: mute()} }, func(t *testing.T, d *cardDesk) {
			d.want("", "three mute")
			d.insert(readerOne, card(t))
			d.want("one in", "one")
			d.remove(readerOne)
			d.want("out", "three mute")
		}},
		{"a chip that is always there says nothing", func(*testing.T) at { return at{readerThree: foreign()} }, func(t *testing.T, d *cardDesk) {
			d.want("", "three "+visit.CardNotThai.String())
			d.insert(readerOne, card(t))
			d.want("one in", "one")
		}},
		{"a Thai card that was there before the program is read", func(t *testing.T) at { return at{readerOne: card(t), readerThree: mute()} }, func(t *testing.T, d *cardDesk) {
			d.want("one in", "one")
		}},
		{"the next patient's card in another reader waits", nil, func(t *testing.T, d *cardDesk) {
			d.insert(readerOne, card(t))
			d.heard()
			d.insert(readerTwo, card(t))
			d.want("", "two")
			d.remove(readerOne)
			d.want("out, two in", "two")
			d.remove(readerTwo)
			d.want("out", "none")
		}},
		{"a waiting card that another program held for long is heard", nil, func(t *testing.T, d *cardDesk) {
			d.insert(readerOne, card(t))
			d.heard()
			d.busy(readerTwo, true)
			d.insert(readerTwo, card(t))
			d.busy(readerTwo, false)
			d.remove(readerOne)
			d.want("out, two in", "two")
		}},
		{"a card that another program holds while the place is free is heard later", nil, func(t *testing.T, d *cardDesk) {
			d.insert(readerOne, card(t))
			d.remove(readerOne)
			d.heard()
			d.busy(readerTwo, true)
			d.insert(readerTwo, card(t))
			d.want("", "two "+visit.CardBusy.String())
			d.busy(readerTwo, false)
			d.want("two in", "two")
		}},
		{"a card that waited and went is forgotten", nil, func(t *testing.T, d *cardDesk) {
			d.insert(readerOne, card(t))
			d.heard()
			d.insert(readerTwo, card(t))
			d.remove(readerTwo)
			d.remove(readerOne)
			d.want("out", "none")
		}},
		{"a Thai card takes the place of a foreign one", nil, func(t *testing.T, d *cardDesk) {
			d.insert(readerOne, foreign())
			d.want("one in", "one "+visit.CardNotThai.String())
			d.insert(readerTwo, card(t))
			d.want("out, two in", "two")
			d.remove(readerOne)
			d.want("", "two")
		}},
		{"a Thai card takes the place of a mute one", nil, func(t *testing.T, d *cardDesk) {
			d.insert(readerOne, mute())
			d.want("one in", "one mute")
			d.insert(readerTwo, card(t))
			d.want("out, two in", "two")
		}},
		{"a foreign card takes nobody's place", nil, func(t *testing.T, d *cardDesk) {
			d.insert(readerOne, mute())
			d.insert(readerTwo, foreign())
			d.want("one in", "two "+visit.CardNotThai.String())
			d.remove(readerOne)
			d.want("out", "two "+visit.CardNotThai.String())
		}},
		{"a card that breaks gives way", nil, func(t *testing.T, d *cardDesk) {
			d.insert(readerOne, card(t, virtualcard.Damaged()))
			d.heard()
			d.insert(readerTwo, card(t))
			d.want("out, two in", "two")
		}},
		{"a phone held to the other side when no card is in", nil, func(t *testing.T, d *cardDesk) {
			d.insert(readerOne, card(t))
			d.remove(readerOne)
			d.heard()
			d.insert(readerTwo, foreign())
			d.want("", "two "+visit.CardNotThai.String())
			d.remove(readerTwo)
			d.want("", "none")
		}},
		{"a Thai card in the other reader is heard", nil, func(t *testing.T, d *cardDesk) {
			d.insert(readerOne, card(t))
			d.remove(readerOne)
			d.heard()
			d.insert(readerTwo, card(t))
			d.want("two in", "two")
		}},
		{"the reader of the Thai card tells of foreign ones", nil, func(t *testing.T, d *cardDesk) {
			d.insert(readerOne, card(t))
			d.remove(readerOne)
			d.heard()
			d.insert(readerOne, mute())
			d.want("one in", "one mute")
		}},
		{"another reader is found when the first is gone", nil, func(t *testing.T, d *cardDesk) {
			d.insert(readerOne, card(t))
			d.want("one in", "one")
			d.service.UnplugReader(readerOne)
			d.rest()
			d.want("out", "none")
			d.insert(readerTwo, mute())
			d.want("two in", "two mute")
		}},
		{"a swap in the session's own reader is one", nil, func(t *testing.T, d *cardDesk) {
			d.insert(readerOne, card(t))
			d.heard()
			if err := d.service.Swap(readerOne, card(t)); err != nil {
				t.Fatal(err)
			}
			d.rest()
			d.want("out, one in", "one")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				before := at{}
				if c.before != nil {
					before = c.before(t)
				}
				c.run(t, newCardDesk(t, before))
			})
		})
	}
}

func inPatients(reader string, insertion uint64, found bool) cardreader.Inserted {
	return cardreader.Inserted{Reader: reader, Role: cardreader.RolePatient, Insertion: insertion, Found: found}
}

// TestTheOwnCardIsNeverDisplaced plays many orders of cards at three readers: while
// a Thai card is the session's own, nothing but its own removal ends that.
func TestTheOwnCardIsNeverDisplaced(t *testing.T) {
	slots := []string{readerOne, readerTwo, readerThree}
	for seed := range 200 {
		s, next := newSeat(), uint64(0)
		state := uint32(seed)*2654435761 + 1
		dice := func(n int) int {
			state = state*1664525 + 1013904223
			return int(state>>16) % n
		}
		for range 40 {
			own := s.cards[s.own]
			safe := own != nil && own.is != uselessCard
			var ids []uint64
			for id := range s.cards {
				ids = append(ids, id)
			}
			slices.Sort(ids)
			ownLeft := false
			switch step := dice(3); {
			case step == 0 || len(ids) == 0:
				next++
				s.arrive(inPatients(slots[dice(3)], next, dice(4) == 0), dice(3) == 0, slots)
			case step == 1:
				id := ids[dice(len(ids))]
				ownLeft = id == s.own
				s.leave(id)
			default:
				id := ids[dice(len(ids))]
				if id != s.own {
					s.judge(id, judgement(1+dice(2)))
				}
			}
			gone, come := s.change()
			if safe && !ownLeft && (gone || come != nil) {
				t.Fatalf("seed %d: the session lost its card to %+v", seed, come)
			}
			if ownLeft && !gone {
				t.Fatalf("seed %d: the session was not told that its card is gone", seed)
			}
			if s.own == 0 {
				for _, c := range s.cards {
					if c.is == thaiCard {
						t.Fatalf("seed %d: a Thai card waits for nothing", seed)
					}
				}
			}
		}
	}
}
