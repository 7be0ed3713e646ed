package cards

import "authenkiosk/cardreader"

// judgement is what is known of a card in a reader of patients.
type judgement int

const (
	unjudged    judgement = iota
	thaiCard              // has the applet, or was read
	uselessCard           // mute, of another kind, or unreadable
)

// seatedCard is a card in a reader that could be the patient's.
type seatedCard struct {
	in     cardreader.Inserted
	mute   bool
	is     judgement
	hidden bool // not to be told before it is known to be Thai
}

// seat decides which of the cards in several readers the patient's session is
// about. Only the card of the session's own reader touches the session: another
// waits until that card is out, and takes its place before only when the own card
// is of no use. It is guarded by the mutex of cards.
type seat struct {
	cards map[uint64]*seatedCard // by insertion
	own   uint64                 // that the flow was told of; 0: none
	home  string                 // the reader in which a Thai card was last
}

func newSeat() seat { return seat{cards: map[uint64]*seatedCard{}} }

// arrive takes a card in. Where there are several readers, a card is looked at
// before the flow hears of it: while another is in, when it was there before its
// reader was found (chips of their own never leave), and when it is not where Thai
// cards are put in.
func (s *seat) arrive(in cardreader.Inserted, mute bool, readers []string) (look bool) {
	card := &seatedCard{in: in, mute: mute}
	several, atHome := len(readers) > 1, false
	for _, r := range readers {
		atHome = atHome || r == s.home
	}
	away := atHome && in.Reader != s.home
	card.hidden = s.own != 0 || several && (in.Found || away)
	if mute {
		card.is = uselessCard
	}
	s.cards[in.Insertion] = card
	return card.hidden && card.is == unjudged
}

func (s *seat) leave(insertion uint64) { delete(s.cards, insertion) }

// judge takes note of what a card is: a Thai card may turn out to be unreadable, and
// be read after all at the next attempt.
func (s *seat) judge(insertion uint64, is judgement) {
	card := s.cards[insertion]
	if card == nil {
		return
	}
	card.is = is
	if is == thaiCard {
		s.home = card.in.Reader
	}
}

// change tells what the flow has to hear: that its card is gone, and that another is
// there. It makes the other the own one.
func (s *seat) change() (gone bool, come *seatedCard) {
	own := s.cards[s.own]
	if own != nil && own.is != uselessCard {
		return false, nil
	}
	for _, card := range s.cards {
		fit := card.is == thaiCard || own == nil && !card.hidden
		if card != own && fit && (come == nil || before(card, come)) {
			come = card
		}
	}
	if own != nil && come == nil {
		return false, nil // it stays on the screen, which says what is wrong with it
	}
	gone = s.own != 0
	if s.own = 0; come != nil {
		s.own = come.in.Insertion
	}
	return gone, come
}

// before tells which of two waiting cards is next: a Thai one, or else the first.
func before(a, b *seatedCard) bool {
	if (a.is == thaiCard) != (b.is == thaiCard) {
		return a.is == thaiCard
	}
	return a.in.Insertion < b.in.Insertion
}

// forPrograms returns the card that programs of the hospital are told of: the newest
// that is Thai or the session's own, or else the newest that may be, or else the
// newest.
func (s *seat) forPrograms() *seatedCard {
	var best *seatedCard
	rank := func(c *seatedCard) int {
		switch {
		case c.is == thaiCard, c.is == unjudged && c.in.Insertion == s.own:
			return 2
		case c.is == unjudged:
			return 1
		default:
			return 0
		}
	}
	for _, card := range s.cards {
		if card.in.Role != cardreader.RolePatient {
			continue // of somebody who vouches
		}
		if best == nil || rank(card) > rank(best) || rank(card) == rank(best) && card.in.Insertion > best.in.Insertion {
			best = card
		}
	}
	return best
}
