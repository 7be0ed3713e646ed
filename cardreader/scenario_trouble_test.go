package cardreader_test

import (
	"testing"

	"authenkiosk/cardreader"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/visit"
)

func pulledWhileReading(t *testing.T, r rig) {
	reader, _ := r.readers()
	m := watchEmpty(t, r, cardreader.Options{})
	r.insert(t, reader, makeCard(t, virtualcard.Adult(), virtualcard.WithATR(virtualcard.ATRSlow),
		virtualcard.WithProfile(virtualcard.ProfileSlow)))
	in := expect[cardreader.Inserted](t, m)
	named := 0
	_, err := m.Read(t.Context(), in, cardreader.Receiver{PID: func(visit.PID) {
		named++
		r.remove(t, reader)
	}})
	wantProblem(t, err, visit.CardRemovedEarly)
	if named != 1 {
		t.Errorf("the PID was told %d times", named)
	}
	expect[cardreader.Removed](t, m)
}

func pulledWhileHanging(t *testing.T, r rig) {
	reader, _ := r.readers()
	m := watchEmpty(t, r, cardreader.Options{})
	card := makeCard(t, virtualcard.Adult(), virtualcard.Hanging())
	r.insert(t, reader, card)
	in := expect[cardreader.Inserted](t, m)
	result := make(chan error, 1)
	go func() {
		_, err := m.Read(t.Context(), in, cardreader.Receiver{})
		result <- err
	}()
	<-card.Stuck()
	r.remove(t, reader)
	expect[cardreader.Removed](t, m)
	wantProblem(t, <-result, visit.CardRemovedEarly)
	r.insert(t, reader, makeCard(t, virtualcard.Adult()))
	_, err := m.Read(t.Context(), expect[cardreader.Inserted](t, m), cardreader.Receiver{})
	must(t, err)
	r.remove(t, reader)
	expect[cardreader.Removed](t, m)
}

func mute(t *testing.T, r rig) {
	reader, _ := r.readers()
	m := watchEmpty(t, r, cardreader.Options{})
	r.insert(t, reader, virtualcard.NewMute())
	e := expect[cardreader.Mute](t, m)
	if e.Reader != reader || e.Problem() != visit.CardMute {
		t.Errorf("mute %+v", e)
	}
	_, err := cardreader.NewReader(r.service(), nil).Text(t.Context(), reader, cardreader.Receiver{})
	wantProblem(t, err, visit.CardMute)
	r.remove(t, reader)
	if out := expect[cardreader.Removed](t, m); out.Insertion != e.Insertion {
		t.Errorf("removed %d, want %d", out.Insertion, e.Insertion)
	}
}

func notThai(t *testing.T, r rig) {
	failsWith(t, r, virtualcard.NewNotThai(), visit.CardNotThai)
}

func damaged(t *testing.T, r rig) {
	failsWith(t, r, makeCard(t, virtualcard.Adult(), virtualcard.Damaged()), visit.CardUnreadable)
}

func failsWith(t *testing.T, r rig, card *virtualcard.Card, want visit.Problem) {
	t.Helper()
	reader, _ := r.readers()
	m := watchEmpty(t, r, cardreader.Options{})
	r.insert(t, reader, card)
	_, err := m.Read(t.Context(), expect[cardreader.Inserted](t, m), cardreader.Receiver{})
	wantProblem(t, err, want)
	r.remove(t, reader)
	expect[cardreader.Removed](t, m)
}

func serviceRestart(t *testing.T, r rig) {
	reader, _ := r.readers()
	m := watchEmpty(t, r, cardreader.Options{})
	r.insert(t, reader, makeCard(t, virtualcard.Adult()))
	in := expect[cardreader.Inserted](t, m)
	r.stop(t)
	if out := expect[cardreader.Removed](t, m); out.Insertion != in.Insertion {
		t.Errorf("removed %d, want %d", out.Insertion, in.Insertion)
	}
	lost := expect[cardreader.ServiceLost](t, m)
	wantProblem(t, lost.Err, visit.ReaderMissing)
	_, err := m.Read(t.Context(), in, cardreader.Receiver{})
	wantProblem(t, err, visit.CardRemovedEarly)
	r.start(t)
	expect[cardreader.ServiceBack](t, m)
	again := expect[cardreader.Inserted](t, m)
	if again.Insertion == in.Insertion {
		t.Error("the card after the restart passes for the one before")
	}
	_, err = m.Read(t.Context(), again, cardreader.Receiver{})
	must(t, err)
	r.remove(t, reader)
	expect[cardreader.Removed](t, m)
}
