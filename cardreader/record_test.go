package cardreader_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"authenkiosk/cardreader"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/visit"
)

// one is a service of a single connection.
type one struct {
	cardreader.Service
	card cardreader.Card
}

func (o one) Connect(string) (cardreader.Card, error) { return o.card, nil }

// recorded reads text and photo of a card over one connection and returns the
// transcript and the document.
func recorded(t *testing.T, card *virtualcard.Card) (string, cardreader.Document) {
	t.Helper()
	var transcript bytes.Buffer
	c := cardreader.Record(connect(t, card), &transcript)
	must(t, c.Begin())
	doc, photo := readConnected(t, c)
	must(t, c.End())
	if !bytes.Equal(photo, card.Photo()) {
		t.Error("the recorder changed the photo")
	}
	return transcript.String(), doc
}

// recordings are cards of every form of answer.
func recordings(t *testing.T, f func(t *testing.T, p virtualcard.Person, card *virtualcard.Card)) {
	t.Helper()
	people := append(virtualcard.Population(), virtualcard.BirthYearOnly(), longAddress(), oddNumber())
	for _, p := range people {
		for _, layout := range []virtualcard.Layout{virtualcard.LayoutPresent, virtualcard.LayoutOld} {
			if layout == virtualcard.LayoutOld && len(p.Address.Full()) > 400 {
				continue
			}
			for name, with := range map[string]virtualcard.Option{
				"fast": virtualcard.WithATR(virtualcard.ATRFast), "slow": virtualcard.WithATR(virtualcard.ATRSlow),
				"direct":  virtualcard.WithProfile(virtualcard.Profile{Direct: true}),
				"in bits": virtualcard.WithProfile(virtualcard.Profile{MostData: 166}),
			} {
				t.Run(fmt.Sprintf("%s %s %s", p.PID.Digits(), layout, name), func(t *testing.T) {
					f(t, p, makeCard(t, p, virtualcard.WithLayout(layout), with))
				})
			}
		}
	}
}

func longAddress() virtualcard.Person {
	p := virtualcard.Adult()
	p.Address.Road = "ถนน" + strings.Repeat("ยาว", 22)
	return p
}

// oddNumber is somebody whose number and birth have nothing of the filler's.
func oddNumber() virtualcard.Person {
	p := virtualcard.Adult()
	const twelve = "976543218765"
	pid, err := visit.ParsePID(twelve + string(visit.PIDCheckDigit(twelve)))
	if err != nil {
		panic(err)
	}
	p.PID, p.Birth = pid, "24371127"
	return p
}

func TestARecordedCardCanBeReadAgain(t *testing.T) {
	recordings(t, func(t *testing.T, _ virtualcard.Person, card *virtualcard.Card) {
		transcript, doc := recorded(t, card)
		replayed, err := cardreader.Replay(strings.NewReader(transcript))
		must(t, err)
		must(t, replayed.Begin())
		again, photo := readConnected(t, replayed)
		if len(photo) != len(card.Photo()) {
			t.Errorf("photo of %d bytes, want %d", len(photo), len(card.Photo()))
		}
		if got, want := formOf(again), formOf(doc); got != want {
			t.Errorf("form %s, want %s", got, want)
		}
		if again.Identity.PID.Digits() != "9000000000004" {
			t.Error("the number is not the filler")
		}
	})
}

// formOf describes a document without its contents.
func formOf(d cardreader.Document) string {
	id, rest := d.Identity, d.Rest
	name := func(n visit.Name) string {
		return fmt.Sprintf("%d.%d.%d.%d", chars(n.Prefix), chars(n.First), chars(n.Middle), chars(n.Last))
	}
	date := func(p visit.PartialDate) string { return fmt.Sprint(p.Year > 0, p.Month > 0, p.Day > 0, p.Lifelong) }
	a := rest.Address
	return fmt.Sprint(id.Version, name(id.Name), name(id.English), date(id.Birth), id.Sex != visit.SexUnknown,
		chars(rest.Issuer), date(rest.Issued), date(rest.Expires), len(rest.CardType), rest.PhotoLength,
		chars(a.House), chars(a.Moo), chars(a.Trok), chars(a.Soi), chars(a.Road), chars(a.Tambon), chars(a.Amphoe), chars(a.Changwat))
}

func chars(s string) int { return len([]rune(s)) }

func TestTranscriptsTellWhatWentWrong(t *testing.T) {
	for _, c := range []struct {
		name string
		with virtualcard.Option
		err  error
		want string
	}{
		{"a damaged card", virtualcard.Damaged(), cardreader.ErrShortAnswer, "< 61\n"},
		{"a card without a photo length", virtualcard.WithoutPhotoLength(), nil, "> 80B0017B0200FF\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var transcript strings.Builder
			card := cardreader.Record(connect(t, makeCard(t, virtualcard.Adult(), c.with)), &transcript)
			if err := read(t, card); !errors.Is(err, c.err) {
				t.Error(err)
			}
			if !strings.Contains(transcript.String(), c.want) {
				t.Errorf("%q is missing in:\n%s", c.want, transcript.String())
			}
			again, err := cardreader.Replay(strings.NewReader(transcript.String()))
			must(t, err)
			if err := read(t, again); !errors.Is(err, c.err) {
				t.Errorf("replayed: %v", err)
			}
		})
	}
}

// read reads everything and returns the first error.
func read(t *testing.T, card cardreader.Card) error {
	t.Helper()
	applet, err := cardreader.Select(t.Context(), card)
	if err != nil {
		return err
	}
	if _, err := applet.Identity(t.Context(), nil); err != nil {
		return err
	}
	rest, err := applet.Rest(t.Context())
	if err != nil {
		return err
	}
	_, err = applet.Photo(t.Context(), rest.PhotoLength, nil)
	return err
}

// kept is a place for transcripts.
type kept struct {
	strings.Builder
	closed bool
}

func (k *kept) Close() error {
	k.closed = true
	return nil
}

func TestAServiceIsRecordedConnectionByConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := virtualcard.NewService(readerA)
		var all []*kept
		recorded := cardreader.RecordService(s, func(string) io.Writer {
			all = append(all, &kept{})
			return all[len(all)-1]
		})
		must(t, s.Insert(readerA, virtualcard.NewMute()))
		_, err := recorded.Connect(readerA)
		if !errors.Is(err, cardreader.ErrMute) {
			t.Error(err)
		}
		must(t, s.Swap(readerA, makeCard(t, virtualcard.Adult())))
		_, err = cardreader.NewReader(recorded, nil).Text(t.Context(), readerA, cardreader.Receiver{})
		must(t, err)
		if len(all) != 2 || !all[0].closed || !all[1].closed {
			t.Fatalf("%d transcripts", len(all))
		}
		if _, err := cardreader.Replay(strings.NewReader(all[0].String())); !errors.Is(err, cardreader.ErrMute) {
			t.Errorf("the refused connection replays as %v", err)
		}
		card, err := cardreader.Replay(strings.NewReader(all[1].String()))
		must(t, err)
		_, err = cardreader.NewReader(one{card: card}, nil).Text(t.Context(), readerA, cardreader.Receiver{})
		must(t, err)
	})
}

func TestAServiceMayGoUnrecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := virtualcard.NewService(readerA)
		must(t, s.Insert(readerA, makeCard(t, virtualcard.Adult())))
		recorded := cardreader.RecordService(s, func(string) io.Writer { return nil })
		_, err := cardreader.NewReader(recorded, nil).Text(t.Context(), readerA, cardreader.Receiver{})
		must(t, err)
	})
}

// full is a disk without room.
type full struct{ writes int }

func (f *full) Write([]byte) (int, error) {
	f.writes++
	return 0, io.ErrShortWrite
}

func TestATranscriptThatCannotBeWrittenHarmsNoReading(t *testing.T) {
	var disk full
	must(t, read(t, cardreader.Record(connect(t, makeCard(t, virtualcard.Adult())), &disk)))
	if disk.writes != 1 {
		t.Errorf("%d writes after the first had failed", disk.writes-1)
	}
}
