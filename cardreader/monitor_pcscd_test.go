//go:build pcscd

package cardreader_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"authenkiosk/cardreader"
	"authenkiosk/cardreader/pcsc"
	"authenkiosk/cardreader/pcscdtest"
	"authenkiosk/cardreader/virtualcard"
)

// The two readers of vpcd.
const (
	vpcdFirst  = pcscdtest.First
	vpcdSecond = pcscdtest.Second
)

// overVpcd is the rig of the real card service with virtual readers.
type overVpcd struct {
	s      *pcsc.Service
	daemon *pcscdtest.Daemon
	in     map[string]*virtualcard.Card
	links  map[string]*virtualcard.Link
}

func newOverVpcd(t *testing.T) *overVpcd {
	t.Helper()
	r := &overVpcd{
		s: pcsc.New(), daemon: pcscdtest.Start(t),
		in: map[string]*virtualcard.Card{}, links: map[string]*virtualcard.Link{},
	}
	t.Cleanup(func() {
		for _, link := range r.links {
			_ = link.Close()
		}
	})
	return r
}

func (r *overVpcd) service() cardreader.Service     { return r.s }
func (r *overVpcd) readers() (first, second string) { return vpcdFirst, vpcdSecond }

func (r *overVpcd) insert(t *testing.T, reader string, card *virtualcard.Card) {
	t.Helper()
	link, err := virtualcard.Dial(t.Context(), r.daemon.Address(reader), card)
	must(t, err)
	r.in[reader], r.links[reader] = card, link
}

func (r *overVpcd) remove(t *testing.T, reader string) {
	t.Helper()
	_ = r.links[reader].Close() // an answer may be cut off, which is what removal does
	delete(r.in, reader)
	delete(r.links, reader)
}

// stop ends pcscd, and with it vpcd, which drops its cards.
func (r *overVpcd) stop(*testing.T) {
	r.daemon.Stop()
	for _, link := range r.links {
		_ = link.Close()
	}
}

// start starts pcscd and puts the cards in that were in before.
func (r *overVpcd) start(t *testing.T) {
	t.Helper()
	r.daemon.Restart(t)
	for reader, card := range r.in {
		r.insert(t, reader, card)
	}
}

func TestPCSCDScenarios(t *testing.T) {
	r := newOverVpcd(t)
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) { s.run(t, r) })
	}
}

// TestPCSCDTimes measures from the event of the insertion to the name, the
// text and the photo, and prints the figures with -v.
func TestPCSCDTimes(t *testing.T) {
	r := newOverVpcd(t)
	m := watchEmpty(t, r, cardreader.Options{})
	for _, c := range []struct {
		name    string
		atr     []byte
		profile virtualcard.Profile
	}{
		{"no line time", virtualcard.ATRFast, virtualcard.Profile{}},
		{"fast", virtualcard.ATRFast, virtualcard.ProfileFast},
		{"middle", virtualcard.ATRMiddle, virtualcard.ProfileMiddle},
		{"slow", virtualcard.ATRSlow, virtualcard.ProfileSlow},
	} {
		var names, texts, photos []time.Duration
		var textCount, allCount, size int
		for range 3 {
			card := makeCard(t, virtualcard.Adult(), virtualcard.WithATR(c.atr), virtualcard.WithProfile(c.profile))
			r.insert(t, vpcdFirst, card)
			in := expect[cardreader.Inserted](t, m)
			began := time.Now()
			var once sync.Once
			doc, err := m.Read(t.Context(), in, cardreader.Receiver{Identity: func(cardreader.Identity) {
				once.Do(func() { names = append(names, time.Since(began)) })
			}})
			must(t, err)
			texts, textCount = append(texts, time.Since(began)), card.Count()
			photo, err := m.Photo(t.Context(), in, doc, nil)
			must(t, err)
			photos, allCount, size = append(photos, time.Since(began)), card.Count(), len(photo)
			r.remove(t, vpcdFirst)
			expect[cardreader.Removed](t, m)
		}
		t.Logf("%-12s name %v, text %v (%d APDUs), with photo of %d bytes %v (%d APDUs)",
			c.name, median(names), median(texts), textCount, size, median(photos), allCount)
	}
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2].Round(10 * time.Microsecond)
}
