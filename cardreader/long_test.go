package cardreader_test

import (
	"bytes"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"authenkiosk/cardreader"
	"authenkiosk/cardreader/virtualcard"
)

// photoCommands reads text and photo of a card in reader A and returns how many
// commands the photo took. The photo must be that of the card.
func photoCommands(t *testing.T, r *cardreader.Reader, card *virtualcard.Card) int {
	t.Helper()
	doc, err := r.Text(t.Context(), readerA, cardreader.Receiver{})
	must(t, err)
	before, last := card.Count(), 0
	photo, err := r.Photo(t.Context(), readerA, doc, func(done, total int) {
		if done < last && last != total || total != len(card.Photo()) {
			t.Errorf("progress %d after %d of %d", done, last, total)
		}
		last = done
	})
	must(t, err)
	if !bytes.Equal(photo, card.Photo()) {
		t.Error("the photo differs from that of the card")
	}
	return card.Count() - before
}

// Commands for a photo after its SELECT and the PID that proves the card.
func inPieces(card *virtualcard.Card) int { return 3 + 2*((len(card.Photo())+254)/255) }
func atOnce(card *virtualcard.Card) int   { return 3 + 1 + (len(card.Photo())+255)/256 }

func TestLongReads(t *testing.T) {
	for _, c := range []struct {
		name          string
		profile       virtualcard.Profile
		first, second func(*virtualcard.Card) int
	}{
		{"a card that bears them gives its photo at once", virtualcard.Profile{}, atOnce, atOnce},
		{
			"a card that refuses them is asked once only",
			virtualcard.Profile{MostRead: 255},
			func(c *virtualcard.Card) int { return inPieces(c) + 1 }, inPieces,
		},
		{
			"a card that gives less is asked once only",
			virtualcard.Profile{MostData: 255},
			func(c *virtualcard.Card) int { return inPieces(c) + 2 }, inPieces,
		},
	} {
		bubble(t, c.name, func(t *testing.T) {
			s := virtualcard.NewService(readerA)
			r := cardreader.NewReader(s, nil, cardreader.WithLongReads())
			for _, want := range []func(*virtualcard.Card) int{c.first, c.second} {
				card := makeCard(t, virtualcard.Adult(), virtualcard.WithProfile(c.profile))
				must(t, s.Insert(readerA, card))
				if got := photoCommands(t, r, card); got != want(card) {
					t.Errorf("%d commands, want %d", got, want(card))
				}
				must(t, s.Remove(readerA))
			}
			other := makeCard(t, virtualcard.Adult(), virtualcard.WithATR(virtualcard.ATRMiddle))
			must(t, s.Insert(readerA, other))
			if got := photoCommands(t, r, other); got != atOnce(other) {
				t.Errorf("a card of another ATR took %d commands", got)
			}
		})
	}
	bubble(t, "they are not tried unless wanted", func(t *testing.T) {
		s := virtualcard.NewService(readerA)
		card := makeCard(t, virtualcard.Adult())
		must(t, s.Insert(readerA, card))
		if got := photoCommands(t, cardreader.NewReader(s, nil), card); got != inPieces(card) {
			t.Errorf("%d commands", got)
		}
	})
	bubble(t, "a card that falls silent over one is not asked for another", func(t *testing.T) {
		silentOverLongReads(t, time.Hour)
	})
	bubble(t, "a card pulled out because it is silent is not asked for another", func(t *testing.T) {
		silentOverLongReads(t, 3*time.Second)
	})
	bubble(t, "a removal says nothing about the card", removalSaysNothing)
}

// silent is a service whose cards do not answer a READ of more than 255 bytes.
type silent struct {
	*virtualcard.Service
	err     error         // answered at once
	silence time.Duration // before the card is pulled out
	long    atomic.Int32  // reads of more than 255 bytes
}

func (s *silent) Connect(reader string) (cardreader.Card, error) {
	card, err := s.Service.Connect(reader)
	return &silentCard{card, s}, err
}

type silentCard struct {
	cardreader.Card
	s *silent
}

func (c *silentCard) Transmit(apdu []byte) ([]byte, error) {
	if len(apdu) == 7 && apdu[5] > 0 {
		c.s.long.Add(1)
		if c.s.err != nil {
			return nil, c.s.err
		}
		time.Sleep(c.s.silence)
		return nil, cardreader.ErrRemoved
	}
	return c.Card.Transmit(apdu)
}

// longPhoto is one of the scenarios.
func longPhoto(t *testing.T, r rig) {
	reader, _ := r.readers()
	m := watchEmpty(t, r, cardreader.Options{LongReads: true})
	card := makeCard(t, virtualcard.Adult())
	r.insert(t, reader, card)
	in := expect[cardreader.Inserted](t, m)
	doc, err := m.Read(t.Context(), in, cardreader.Receiver{})
	must(t, err)
	before := card.Count()
	photo, err := m.Photo(t.Context(), in, doc, nil)
	must(t, err)
	if !bytes.Equal(photo, card.Photo()) || card.Count()-before != atOnce(card) {
		t.Errorf("photo of %d bytes in %d commands, want %d bytes in %d",
			len(photo), card.Count()-before, len(card.Photo()), atOnce(card))
	}
	r.remove(t, reader)
	expect[cardreader.Removed](t, m)
}

func silentOverLongReads(t *testing.T, silence time.Duration) {
	t.Helper()
	s := &silent{Service: virtualcard.NewService(readerA), silence: silence}
	r := cardreader.NewReader(s, nil, cardreader.WithLongReads())
	card := makeCard(t, virtualcard.Adult())
	must(t, s.Insert(readerA, card))
	doc, err := r.Text(t.Context(), readerA, cardreader.Receiver{})
	must(t, err)
	if _, err = r.Photo(t.Context(), readerA, doc, nil); err == nil && silence > time.Minute {
		t.Error("a silent card gave its photo")
	}
	// The hanging connection holds the card until it is taken out.
	must(t, s.Remove(readerA))
	must(t, s.Insert(readerA, card))
	if got := photoCommands(t, r, card); got != inPieces(card) || s.long.Load() != 1 {
		t.Errorf("%d commands, %d long reads", got, s.long.Load())
	}
	time.Sleep(2 * time.Hour) // until the hanging reading has ended
}

func removalSaysNothing(t *testing.T) {
	s := &silent{Service: virtualcard.NewService(readerA), err: cardreader.ErrRemoved}
	r := cardreader.NewReader(s, nil, cardreader.WithLongReads())
	card := makeCard(t, virtualcard.Adult())
	must(t, s.Insert(readerA, card))
	doc, err := r.Text(t.Context(), readerA, cardreader.Receiver{})
	must(t, err)
	if _, err = r.Photo(t.Context(), readerA, doc, nil); !errors.Is(err, cardreader.ErrRemoved) {
		t.Error(err)
	}
	if s.long.Load() != 5 {
		t.Errorf("%d long reads, want one in each attempt", s.long.Load())
	}
}
