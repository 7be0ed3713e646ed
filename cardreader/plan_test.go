package cardreader_test

import (
	"testing"
	"time"

	"authenkiosk/cardreader"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/visit"
)

// stretch is a stretch of the card's memory.
type stretch struct{ off, size int }

// The fields in the order in which common readers ask for them, each with a READ
// of its own (docs/thai-id-card.md, section 3), and the pieces of their photo.
var (
	planIdentity = []stretch{{0x0004, 13}, {0x0011, 100}, {0x0075, 100}, {0x00D9, 8}, {0x00E1, 1}}
	planRest     = []stretch{{0x00F6, 100}, {0x0167, 8}, {0x016F, 8}, {0x1579, 100}}
)

const planPieces, planPiece = 20, 255

// times are the moments of a reading: of the text of the first line, of all that
// is told of a person at first, of all text, and of text and photo.
type times struct{ name, identity, text, all time.Duration }

// counts are the commands at the same moments.
type counts struct{ identity, text, all int }

// clocked is a card in a reader, with the time that its exchanges take.
type clocked struct {
	card *virtualcard.Card
	line cardreader.Card
	now  func() time.Duration
}

// speed is a kind of card in a kind of reader.
type speed struct {
	name    string
	atr     []byte
	profile virtualcard.Profile
}

var speeds = []speed{
	{"fast", virtualcard.ATRFast, virtualcard.ProfileFast},
	{"medium", virtualcard.ATRMiddle, virtualcard.ProfileMiddle},
	{"slow", virtualcard.ATRSlow, virtualcard.ProfileSlow},
	{"50ms", virtualcard.ATRFast, virtualcard.Profile{PerCommand: 50 * time.Millisecond, PerByte: 48 * time.Microsecond}},
}

// at makes a card of that speed whose time is accounted, or measured when the
// speed has none.
func at(t testing.TB, s speed) clocked {
	t.Helper()
	began, clock := time.Now(), &virtualcard.Clock{}
	now := func() time.Duration { return time.Since(began) }
	if s.profile.PerByte > 0 {
		s.profile.Clock, now = clock, clock.Elapsed
	}
	card := makeCard(t, virtualcard.Adult(), virtualcard.WithATR(s.atr), virtualcard.WithProfile(s.profile))
	return clocked{card, connect(t, card), now}
}

// fieldByField reads as common readers do.
func (c clocked) fieldByField(t testing.TB) (d times, n counts) {
	t.Helper()
	began, before := c.now(), c.card.Count()
	c.exchange(t, []byte{0x00, 0xA4, 0x04, 0x00, 0x08, 0xA0, 0x00, 0x00, 0x00, 0x54, 0x48, 0x00, 0x01})
	for i, f := range planIdentity {
		c.field(t, f)
		if i == 1 {
			d.name = c.now() - began
		}
	}
	d.identity, n.identity = c.now()-began, c.card.Count()-before
	for _, f := range planRest {
		c.field(t, f)
	}
	d.text, n.text = c.now()-began, c.card.Count()-before
	for i := range planPieces {
		c.field(t, stretch{0x017B + planPiece*i, planPiece})
	}
	d.all, n.all = c.now()-began, c.card.Count()-before
	return d, n
}

func (c clocked) field(t testing.TB, f stretch) {
	t.Helper()
	c.exchange(t, []byte{0x80, 0xB0, byte(f.off >> 8), byte(f.off), 0x02, 0x00, byte(f.size)})
	if got := c.exchange(t, []byte{0x00, 0xC0, 0x00, 0x00, byte(f.size)}); got != f.size+2 {
		t.Fatalf("field at %04X: %d bytes", f.off, got)
	}
}

func (c clocked) exchange(t testing.TB, apdu []byte) int {
	t.Helper()
	answer, err := c.line.Transmit(apdu)
	must(t, err)
	return len(answer)
}

// ours reads as this package does.
func (c clocked) ours(t testing.TB) (d times, n counts) {
	t.Helper()
	began, before := c.now(), c.card.Count()
	applet, err := cardreader.Select(t.Context(), c.line)
	must(t, err)
	_, err = applet.Identity(t.Context(), func(visit.PID) {})
	must(t, err)
	d.identity, n.identity = c.now()-began, c.card.Count()-before
	d.name = d.identity
	rest, err := applet.Rest(t.Context())
	must(t, err)
	d.text, n.text = c.now()-began, c.card.Count()-before
	photo, err := applet.Photo(t.Context(), rest.PhotoLength, nil)
	must(t, err)
	if len(photo) != len(c.card.Photo()) {
		t.Fatalf("photo of %d bytes", len(photo))
	}
	d.all, n.all = c.now()-began, c.card.Count()-before
	return d, n
}

// throughReader reads text and photo as the kiosk does: the card is given back
// between the two, and proved to be the same before the photo.
func throughReader(t testing.TB, s speed, with ...cardreader.ReaderOption) (time.Duration, int) {
	t.Helper()
	c := at(t, s)
	r := cardreader.NewReader(one{card: c.line}, nil, with...)
	doc, err := r.Text(t.Context(), readerA, cardreader.Receiver{})
	must(t, err)
	_, err = r.Photo(t.Context(), readerA, doc, nil)
	must(t, err)
	return c.now(), c.card.Count()
}

// bound is the least time in which the contacts can carry what is asked for
// (docs/thai-id-card.md, section 3.1): as many bytes as the fields have, the
// address up to its last letter, in as few exchanges as pieces of 255 allow.
func bound(s speed, address, photo int) (d times) {
	const selecting, reading, fetching = 16, 10, 8 // bytes on the line beside the data
	exchanges, bytes := 1, selecting
	add := func(size int) time.Duration {
		exchanges, bytes = exchanges+2, bytes+reading+fetching+size
		return time.Duration(exchanges)*s.profile.PerCommand + time.Duration(bytes)*s.profile.PerByte
	}
	d.identity = add(226)
	add(133)
	d.text = add(address)
	for done := 0; done < photo; done += planPiece {
		d.all = add(min(planPiece, photo-done))
	}
	return d
}

// addressLength is that of the address on the card, in bytes.
func addressLength(p virtualcard.Person) int {
	a, bytes := p.Address, 7
	for _, part := range []string{a.House, a.Moo, a.Trok, a.Soi, a.Road, a.Tambon, a.Amphoe, a.Changwat} {
		bytes += chars(part)
	}
	return bytes
}
