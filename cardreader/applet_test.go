package cardreader_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"authenkiosk/cardreader"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/visit"
)

// connect puts a card into a reader of its own and connects to it.
func connect(t testing.TB, card *virtualcard.Card) cardreader.Card {
	t.Helper()
	s := virtualcard.NewService("R")
	must(t, s.Insert("R", card))
	c, err := s.Connect("R")
	must(t, err)
	t.Cleanup(func() { must(t, c.Close()) })
	return c
}

func TestCommandsNeeded(t *testing.T) {
	for _, c := range []struct {
		name            string
		with            []virtualcard.Option
		pid, name3, all int
	}{
		{"a current card", nil, 3, 3, 7},
		{"a slow card tells the PID first", []virtualcard.Option{virtualcard.WithATR(virtualcard.ATRSlow)}, 3, 5, 9},
		{"an old card brings its address along", []virtualcard.Option{virtualcard.WithLayout(virtualcard.LayoutOld)}, 6, 6, 8},
		{"a reader that fetches answers itself", []virtualcard.Option{virtualcard.WithProfile(virtualcard.Profile{Direct: true})}, 2, 2, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			card := makeCard(t, virtualcard.Adult(), c.with...)
			applet, err := cardreader.Select(t.Context(), connect(t, card))
			must(t, err)
			var pidAfter []int
			id, err := applet.Identity(t.Context(), func(visit.PID) { pidAfter = append(pidAfter, card.Count()) })
			must(t, err)
			named := card.Count()
			rest, err := applet.Rest(t.Context())
			must(t, err)
			wantDocument(t, cardreader.Document{Identity: id, Rest: rest}, virtualcard.Adult())
			if !slices.Equal(pidAfter, []int{c.pid}) || named != c.name3 || card.Count() != c.all {
				t.Errorf("PID after %v, name after %d, all text after %d commands; want %d, %d, %d",
					pidAfter, named, card.Count(), c.pid, c.name3, c.all)
			}
		})
	}
}

func TestEveryPersonIsRead(t *testing.T) {
	people := append(virtualcard.Population(), virtualcard.BirthYearOnly(), virtualcard.Expired())
	for _, layout := range []virtualcard.Layout{virtualcard.LayoutPresent, virtualcard.LayoutOld} {
		for _, atr := range [][]byte{virtualcard.ATRFast, virtualcard.ATRMiddle, virtualcard.ATRSlow, virtualcard.ATRVariant} {
			for _, p := range people {
				t.Run(fmt.Sprintf("%s %X %s", layout, atr[1], p.PID.Digits()), func(t *testing.T) {
					card := makeCard(t, p, virtualcard.WithLayout(layout), virtualcard.WithATR(atr))
					doc, photo := readAll(t, card)
					wantDocument(t, doc, p)
					if !bytes.Equal(photo, card.Photo()) {
						t.Error("the photo differs from that of the card")
					}
				})
			}
		}
	}
}

func readAll(t testing.TB, card *virtualcard.Card) (cardreader.Document, []byte) {
	t.Helper()
	return readConnected(t, connect(t, card))
}

func readConnected(t testing.TB, card cardreader.Card) (cardreader.Document, []byte) {
	t.Helper()
	applet, err := cardreader.Select(t.Context(), card)
	must(t, err)
	id, err := applet.Identity(t.Context(), nil)
	must(t, err)
	rest, err := applet.Rest(t.Context())
	must(t, err)
	photo, err := applet.Photo(t.Context(), rest.PhotoLength, nil)
	must(t, err)
	return cardreader.Document{Identity: id, Rest: rest}, photo
}

func TestACardThatHandsOutLittleAtATimeIsRead(t *testing.T) {
	card := makeCard(t, virtualcard.Adult(), virtualcard.WithProfile(virtualcard.Profile{MostData: 100}))
	doc, photo := readAll(t, card)
	wantDocument(t, doc, virtualcard.Adult())
	if !bytes.Equal(photo, card.Photo()) {
		t.Error("the photo differs from that of the card")
	}
}

func TestALongAddressIsReadWhole(t *testing.T) {
	p := virtualcard.Adult()
	p.Address.Road = "ถนน" + strings.Repeat("ยาว", 22)
	doc, _ := readAll(t, makeCard(t, p))
	wantDocument(t, doc, p)
}

func TestPhotos(t *testing.T) {
	drawn := makeCard(t, virtualcard.Adult()).Photo()
	withSpaces := append(bytes.Clone(drawn[:len(drawn)-2]), ' ', ' ', 0xFF, 0xD9)
	for _, c := range []struct {
		name    string
		photo   []byte
		with    []virtualcard.Option
		want    []byte
		noPhoto bool
	}{
		{name: "by its length", photo: drawn, want: drawn},
		{name: "its spaces are not padding", photo: withSpaces, want: withSpaces},
		{name: "with its length unknown", photo: drawn, with: []virtualcard.Option{virtualcard.WithoutPhotoLength()}, want: drawn},
		{name: "blank", photo: []byte{}, noPhoto: true},
		{name: "no JPEG", photo: []byte("GIF89a, certainly"), noPhoto: true},
		{name: "without an end", photo: drawn[:2000], noPhoto: true},
		{name: "a start and an end and nothing between", photo: []byte{0xFF, 0xD8, 0xFF, 0xD9}, noPhoto: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := virtualcard.Adult()
			p.Photo = c.photo
			applet, err := cardreader.Select(t.Context(), connect(t, makeCard(t, p, c.with...)))
			must(t, err)
			_, err = applet.Identity(t.Context(), nil)
			must(t, err)
			rest, err := applet.Rest(t.Context())
			must(t, err)
			photo, err := applet.Photo(t.Context(), rest.PhotoLength, nil)
			if errors.Is(err, cardreader.ErrNoPhoto) != c.noPhoto || !bytes.Equal(photo, c.want) {
				t.Errorf("%d bytes, error %v", len(photo), err)
			}
		})
	}
}

func TestThePhotoTellsItsProgressAndCanBeCalledOff(t *testing.T) {
	card := makeCard(t, virtualcard.Adult())
	applet, err := cardreader.Select(t.Context(), connect(t, card))
	must(t, err)
	_, err = applet.Identity(t.Context(), nil)
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	var steps []int
	_, err = applet.Photo(ctx, len(card.Photo()), func(done, total int) {
		if total != len(card.Photo()) {
			t.Errorf("total %d", total)
		}
		if steps = append(steps, done); len(steps) == 3 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || !slices.Equal(steps, []int{255, 510, 765}) {
		t.Errorf("steps %v, error %v", steps, err)
	}
}

func BenchmarkText(b *testing.B) {
	card := makeCard(b, virtualcard.Adult())
	c := connect(b, card)
	before, reads := card.Count(), 0
	for b.Loop() {
		applet, err := cardreader.Select(b.Context(), c)
		must(b, err)
		_, err = applet.Identity(b.Context(), nil)
		must(b, err)
		_, err = applet.Rest(b.Context())
		must(b, err)
		reads++
	}
	b.ReportMetric(float64(card.Count()-before)/float64(reads), "APDUs/op")
}
