package cardreader_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"authenkiosk/cardreader"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/visit"
)

// scenarios is what every card service must pass.
var scenarios = []struct {
	name string
	run  func(t *testing.T, r rig)
}{
	{"a card gives its name, its text and its photo", readsEverything},
	{"a card that is in before the start is reported", wasThereBefore},
	{"many cards come and go", manyRounds},
	{"a removal is told and ends the insertion", removal},
	{"a card pulled during the reading is reported as such", pulledWhileReading},
	{"a card that hangs ends the reading when it is pulled out", pulledWhileHanging},
	{"a card upside down is mute", mute},
	{"a card of something else is not a Thai ID card", notThai},
	{"a damaged card is unreadable", damaged},
	{"a card of the old layout is read", oldLayout},
	{"a photo is read at once where that is wanted", longPhoto},
	{"two readers are read at the same time", twoReaders},
	{"a card service that stops and starts is found again", serviceRestart},
}

func TestScenariosInProcess(t *testing.T) {
	for _, s := range scenarios {
		bubble(t, s.name, func(t *testing.T) { s.run(t, newInProcess()) })
	}
}

func readsEverything(t *testing.T, r rig) {
	reader, _ := r.readers()
	m := watchEmpty(t, r, cardreader.Options{})
	card := makeCard(t, virtualcard.Adult())
	r.insert(t, reader, card)
	in := expect[cardreader.Inserted](t, m)
	if in.Reader != reader || in.Insertion == 0 || in.Role != cardreader.RolePatient {
		t.Fatalf("inserted %+v", in)
	}
	var heard []string
	var named cardreader.Identity
	doc, err := m.Read(t.Context(), in, cardreader.Receiver{
		PID: func(pid visit.PID) { heard = append(heard, "pid "+pid.Digits()) },
		Identity: func(id cardreader.Identity) {
			heard = append(heard, "name")
			named = id
		},
	})
	must(t, err)
	if !slices.Equal(heard, []string{"pid 9000000000004", "name"}) {
		t.Errorf("heard %q", heard)
	}
	if card.Count() != 7 {
		t.Errorf("%d commands for the text, want 7", card.Count())
	}
	if named != doc.Identity {
		t.Error("the identity that was told first differs from that of the document")
	}
	wantDocument(t, doc, virtualcard.Adult())
	photo, err := m.Photo(t.Context(), in, doc, nil)
	must(t, err)
	if !bytes.Equal(photo, card.Photo()) {
		t.Errorf("photo of %d bytes differs from that of the card, %d bytes", len(photo), len(card.Photo()))
	}
	r.remove(t, reader)
	expect[cardreader.Removed](t, m)
}

// wantDocument compares what was read with the person of the card.
func wantDocument(t *testing.T, got cardreader.Document, p virtualcard.Person) {
	t.Helper()
	id := got.Identity
	if id.PID != p.PID || id.Name != p.Name || id.English != p.English || id.Sex != p.Sex {
		t.Errorf("identity is not that of %s", p.PID.Digits())
	}
	if got.Rest.Address != p.Address {
		t.Errorf("address %q, want %q", got.Rest.Address.Full(), p.Address.Full())
	}
	if got.Rest.Issuer != p.Issuer {
		t.Errorf("issuer %q, want %q", got.Rest.Issuer, p.Issuer)
	}
	for _, d := range []struct {
		name string
		got  visit.PartialDate
		want string
	}{{"birth", id.Birth, p.Birth}, {"issue", got.Rest.Issued, p.Issued}, {"expiry", got.Rest.Expires, p.Expires}} {
		if onCard(d.got) != d.want {
			t.Errorf("%s %s, want %s", d.name, onCard(d.got), d.want)
		}
	}
}

// onCard writes a date as it stands on the card.
func onCard(d visit.PartialDate) string {
	if d.Lifelong {
		return "99999999"
	}
	return fmt.Sprintf("%04d%02d%02d", d.Year+visit.BuddhistEraOffset, d.Month, d.Day)
}

func wasThereBefore(t *testing.T, r rig) {
	reader, _ := r.readers()
	first := watchEmpty(t, r, cardreader.Options{})
	r.insert(t, reader, makeCard(t, virtualcard.Adult()))
	expect[cardreader.Inserted](t, first)
	first.stop()
	m := watch(t, cardreader.Options{Service: r.service()})
	in := expect[cardreader.Inserted](t, m)
	_, err := m.Read(t.Context(), in, cardreader.Receiver{})
	must(t, err)
	r.remove(t, reader)
	expect[cardreader.Removed](t, m)
}

func manyRounds(t *testing.T, r rig) {
	reader, _ := r.readers()
	m := watchEmpty(t, r, cardreader.Options{})
	people := virtualcard.Population()
	seen := map[uint64]bool{}
	for round := range 20 {
		person := people[round%len(people)]
		r.insert(t, reader, makeCard(t, person))
		in := expect[cardreader.Inserted](t, m)
		doc, err := m.Read(t.Context(), in, cardreader.Receiver{})
		must(t, err)
		wantDocument(t, doc, person)
		if seen[in.Insertion] {
			t.Fatalf("insertion %d came twice", in.Insertion)
		}
		seen[in.Insertion] = true
		r.remove(t, reader)
		if out := expect[cardreader.Removed](t, m); out.Insertion != in.Insertion {
			t.Fatalf("removed %d, want %d", out.Insertion, in.Insertion)
		}
	}
}

func removal(t *testing.T, r rig) {
	reader, _ := r.readers()
	m := watchEmpty(t, r, cardreader.Options{})
	r.insert(t, reader, makeCard(t, virtualcard.Adult()))
	in := expect[cardreader.Inserted](t, m)
	r.remove(t, reader)
	if out := expect[cardreader.Removed](t, m); out.Reader != reader || out.Insertion != in.Insertion {
		t.Errorf("removed %+v, want that of %+v", out, in)
	}
	_, err := m.Read(t.Context(), in, cardreader.Receiver{})
	wantProblem(t, err, visit.CardRemovedEarly)
}

func oldLayout(t *testing.T, r rig) {
	reader, _ := r.readers()
	m := watchEmpty(t, r, cardreader.Options{})
	card := makeCard(t, virtualcard.Adult(), virtualcard.WithLayout(virtualcard.LayoutOld),
		virtualcard.WithATR(virtualcard.ATRVariant))
	r.insert(t, reader, card)
	in := expect[cardreader.Inserted](t, m)
	doc, err := m.Read(t.Context(), in, cardreader.Receiver{})
	must(t, err)
	wantDocument(t, doc, virtualcard.Adult())
	if doc.Identity.Version != "0002" {
		t.Errorf("version %q", doc.Identity.Version)
	}
	photo, err := m.Photo(t.Context(), in, doc, nil)
	must(t, err)
	if !bytes.Equal(photo, card.Photo()) {
		t.Error("the photo differs from that of the card")
	}
	r.remove(t, reader)
	expect[cardreader.Removed](t, m)
}

func twoReaders(t *testing.T, r rig) {
	first, second := r.readers()
	m := watchEmpty(t, r, cardreader.Options{Patient: first, Officer: second})
	r.insert(t, first, makeCard(t, virtualcard.Adult(), virtualcard.WithProfile(virtualcard.ProfileFast)))
	r.insert(t, second, makeCard(t, virtualcard.Officer(), virtualcard.WithProfile(virtualcard.ProfileFast)))
	want := map[cardreader.Role]virtualcard.Person{
		cardreader.RolePatient: virtualcard.Adult(), cardreader.RoleOfficer: virtualcard.Officer(),
	}
	type result struct {
		role cardreader.Role
		doc  cardreader.Document
		err  error
	}
	results := make(chan result, 2)
	for range 2 {
		in := expect[cardreader.Inserted](t, m)
		go func() {
			doc, err := m.Read(t.Context(), in, cardreader.Receiver{})
			results <- result{in.Role, doc, err}
		}()
	}
	for range 2 {
		got := <-results
		must(t, got.err)
		wantDocument(t, got.doc, want[got.role])
		delete(want, got.role)
	}
	if len(want) != 0 {
		t.Error("the two readers did not have one role each")
	}
	r.remove(t, first)
	r.remove(t, second)
	expect[cardreader.Removed](t, m)
	expect[cardreader.Removed](t, m)
}
