package cardreader_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/cardreader"
	"authenkiosk/cardreader/virtualcard"
)

var liars = flag.Int("liars", 1000, "cards that lie, in TestCardsThatLie")

// readyWithin is how soon after the insertion of a card that lies the next card
// must be readable.
const readyWithin = 10 * time.Second

// patience is how long the caller waits for the photo of a card that lies.
const patience = 5 * time.Second

// mostHonest is the most commands before a card begins to lie: most begin while
// the text is read, some with the photo. byteStride is how far apart the removals
// are, in bytes; TestRemovalAtEveryByte leaves no byte out.
const (
	mostHonest = 12
	byteStride = 83
)

// lie changes an answer. It is asked with the number of the command, the answer
// of an honest card, and the bytes that the card has sent before.
type lie func(l *liar, n int, honest []byte, sent int) ([]byte, error)

// lies are the ways of lying; each is used with many seeds. The seed says where
// the lying begins, and how.
var lies = []struct {
	name string
	lie  lie
}{
	{"answers too short", func(l *liar, _ int, _ []byte, _ int) ([]byte, error) { return l.bytes(l.dice.IntN(2)), nil }},
	{"always more to come", func(l *liar, _ int, _ []byte, _ int) ([]byte, error) {
		return append(l.bytes(l.dice.IntN(3)*100), 0x61, byte(l.dice.IntN(256))), nil
	}},
	{"always another length", func(l *liar, _ int, _ []byte, _ int) ([]byte, error) {
		return []byte{0x6C, byte(l.dice.IntN(256))}, nil
	}},
	{"too little data", func(l *liar, _ int, honest []byte, _ int) ([]byte, error) {
		return append(honest[:l.dice.IntN(len(honest)-1):len(honest)-2], 0x90, 0x00), nil
	}},
	{"too much data", func(l *liar, _ int, honest []byte, _ int) ([]byte, error) {
		return append(l.bytes(l.dice.IntN(60000)), honest...), nil
	}},
	{"nothing, successfully", func(*liar, int, []byte, int) ([]byte, error) { return []byte{0x90, 0x00}, nil }},
	{"refusals", func(l *liar, _ int, _ []byte, _ int) ([]byte, error) {
		return []byte{byte(0x61 + l.dice.IntN(15)), byte(l.dice.IntN(256))}, nil
	}},
	{"garbage", func(l *liar, _ int, _ []byte, _ int) ([]byte, error) { return l.bytes(l.dice.IntN(300)), nil }},
	{"garbage that looks right", func(l *liar, _ int, honest []byte, _ int) ([]byte, error) {
		return append(l.bytes(len(honest)-2), honest[len(honest)-2:]...), nil
	}},
	{"flipped bits", func(l *liar, _ int, honest []byte, _ int) ([]byte, error) {
		honest[l.dice.IntN(len(honest))] ^= 1 << l.dice.IntN(8)
		return honest, nil
	}},
	{"silence", func(l *liar, _ int, _ []byte, _ int) ([]byte, error) { return l.hang() }},
	{"sloth", func(l *liar, _ int, honest []byte, _ int) ([]byte, error) {
		select {
		case <-time.After(time.Duration(l.dice.IntN(6000)) * time.Millisecond): // of the bubble
			return honest, nil
		case <-l.out:
			return nil, cardreader.ErrRemoved
		}
	}},
	{"errors of the driver", func(l *liar, _ int, _ []byte, _ int) ([]byte, error) {
		all := []error{cardreader.ErrComm, cardreader.ErrReset, cardreader.ErrNoCard, cardreader.ErrMute, cardreader.ErrBusy, errors.New("odd")}
		return nil, all[l.dice.IntN(len(all))]
	}},
	{"removal at a byte", removedAt},
}

func removedAt(l *liar, _ int, honest []byte, sent int) ([]byte, error) { return l.pull(honest, sent) }

// liar is a card service whose cards lie once they have told so many commands of
// the truth.
type liar struct {
	*virtualcard.Service
	lie  lie
	dice *rand.Rand
	from int // command at which the lying begins
	at   int // byte at which the card is pulled out
	out  chan struct{}

	mu      sync.Mutex
	n, sent int
	pulled  bool
	honest  bool
}

func (l *liar) Connect(reader string) (cardreader.Card, error) {
	card, err := l.Service.Connect(reader)
	if err != nil {
		return nil, err
	}
	return &lyingCard{card, l}, nil
}

type lyingCard struct {
	cardreader.Card
	l *liar
}

// Transmit answers honestly or not.
func (c *lyingCard) Transmit(apdu []byte) ([]byte, error) {
	answer, err := c.Card.Transmit(apdu)
	l := c.l
	l.mu.Lock()
	n, sent, honest := l.n, l.sent, l.honest
	l.n, l.sent = l.n+1, l.sent+len(answer)
	l.mu.Unlock()
	if err != nil || honest || n < l.from {
		return answer, err
	}
	return l.lie(l, n, answer, sent)
}

func (l *liar) bytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(l.dice.IntN(256))
	}
	return b
}

// hang answers when the card is taken out.
func (l *liar) hang() ([]byte, error) {
	<-l.out
	return nil, cardreader.ErrRemoved
}

// pull takes the card out when its byte number at is on the line. Half of the
// drivers report success then, with what had come.
func (l *liar) pull(honest []byte, sent int) ([]byte, error) {
	if sent+len(honest) <= l.at || l.pulled {
		return honest, nil
	}
	l.pulled = true
	if err := l.Remove(readerA); err != nil {
		return nil, err
	}
	if l.dice.IntN(2) == 0 {
		return nil, cardreader.ErrRemoved
	}
	return honest[:max(l.at-sent, 0)], nil
}

func TestCardsThatLie(t *testing.T) {
	lying, honest := makeCard(t, virtualcard.Adult()), virtualcard.Officer()
	honest.Photo = lying.Photo() // drawn once
	person := virtualcard.Adult()
	person.Photo = lying.Photo()
	var worst time.Duration
	for seed := range *liars {
		kind := lies[seed%len(lies)]
		t.Run(fmt.Sprintf("%s %d", kind.name, seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				took := lieOnce(t, kind.lie, seed/len(lies), person, honest)
				worst = max(worst, took)
			})
		})
	}
	t.Logf("%d cards; back to ready after %v at the most", *liars, worst)
}

func TestRemovalAtEveryByte(t *testing.T) {
	person, honest := virtualcard.Adult(), virtualcard.Officer()
	person.Photo = makeCard(t, person).Photo()
	honest.Photo = person.Photo
	// The answers of a text are 503 bytes with their status words.
	for at := range 510 {
		synctest.Test(t, func(t *testing.T) { lieFrom(t, removedAt, at, 0, at, person, honest) })
	}
}

// lieOnce has one card lie in a reader and reads an honest one after it. It
// returns how long the reader was lost to the liar.
func lieOnce(t *testing.T, how lie, seed int, lying, honest virtualcard.Person) time.Duration {
	t.Helper()
	return lieFrom(t, how, seed, seed%mostHonest, seed*byteStride, lying, honest)
}

func lieFrom(t *testing.T, how lie, seed, from, at int, lying, honest virtualcard.Person) time.Duration {
	t.Helper()
	l := &liar{
		Service: virtualcard.NewService(readerA), lie: how, dice: rand.New(rand.NewPCG(uint64(seed), 1)),
		from: from, at: at, out: make(chan struct{}),
	}
	m := watch(t, cardreader.Options{Service: l, LongReads: seed%2 == 0})
	began := time.Now()
	must(t, l.Insert(readerA, makeCard(t, lying)))
	in := expect[cardreader.Inserted](t, m)
	doc, err := m.Read(t.Context(), in, cardreader.Receiver{})
	took := time.Since(began)
	if err == nil {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		_, err = m.Photo(ctx, in, doc, nil)
		cancel()
	}
	if err != nil && !errors.Is(err, cardreader.ErrCalledOff) && cardreader.ProblemOf(err) == 0 {
		t.Errorf("no problem to show for %v", err)
	}
	if took > readyWithin {
		t.Errorf("back after %v", took)
	}
	l.mu.Lock()
	l.honest = true
	l.mu.Unlock()
	close(l.out)
	// The card may be out already, by its own doing.
	if err := l.Remove(readerA); err != nil && !errors.Is(err, virtualcard.ErrEmpty) {
		t.Error(err)
	}
	expect[cardreader.Removed](t, m)
	next := makeCard(t, honest)
	must(t, l.Insert(readerA, next))
	in = expect[cardreader.Inserted](t, m)
	doc, err = m.Read(t.Context(), in, cardreader.Receiver{})
	must(t, err)
	wantDocument(t, doc, honest)
	photo, err := m.Photo(t.Context(), in, doc, nil)
	must(t, err)
	if len(photo) != len(next.Photo()) {
		t.Errorf("photo of %d bytes", len(photo))
	}
	// The bubble fails if a goroutine is left behind.
	return took
}
