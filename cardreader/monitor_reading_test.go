package cardreader_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/cardreader"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/visit"
)

func busy(t *testing.T, s *virtualcard.Service) {
	m := watch(t, options(s))
	must(t, s.Insert(readerA, makeCard(t, virtualcard.Adult())))
	in := expect[cardreader.Inserted](t, m)
	must(t, s.SetBusy(readerA, true))
	began := time.Now()
	_, err := m.Read(t.Context(), in, cardreader.Receiver{})
	wantProblem(t, err, visit.CardBusy)
	if took := time.Since(began); took != 10*time.Second {
		t.Errorf("tried for %v, want 10 s", took)
	}
	time.AfterFunc(3*time.Second, func() { _ = s.SetBusy(readerA, false) })
	_, err = m.Read(t.Context(), in, cardreader.Receiver{})
	must(t, err)
	must(t, s.Remove(readerA))
	expect[cardreader.Removed](t, m)
}

func hanging(t *testing.T, s *virtualcard.Service) {
	m := watch(t, options(s))
	must(t, s.Insert(readerA, makeCard(t, virtualcard.Adult(), virtualcard.Hanging())))
	in := expect[cardreader.Inserted](t, m)
	began := time.Now()
	_, err := m.Read(t.Context(), in, cardreader.Receiver{})
	wantProblem(t, err, visit.CardUnreadable)
	if took := time.Since(began); took != 10*time.Second {
		t.Errorf("gave up after %v, want 10 s", took)
	}
	// No other program holds the card, the reading that hangs does.
	_, err = m.Read(t.Context(), in, cardreader.Receiver{})
	wantProblem(t, err, visit.CardUnreadable)
	must(t, s.Remove(readerA))
	expect[cardreader.Removed](t, m)
	must(t, s.Insert(readerA, makeCard(t, virtualcard.Adult())))
	_, err = m.Read(t.Context(), expect[cardreader.Inserted](t, m), cardreader.Receiver{})
	must(t, err)
}

func hangingPulled(t *testing.T, s *virtualcard.Service) {
	m := watch(t, options(s))
	must(t, s.Insert(readerA, makeCard(t, virtualcard.Adult(), virtualcard.Hanging())))
	in := expect[cardreader.Inserted](t, m)
	began := time.Now()
	time.AfterFunc(time.Second, func() { _ = s.Remove(readerA) })
	_, err := m.Read(t.Context(), in, cardreader.Receiver{})
	wantProblem(t, err, visit.CardRemovedEarly)
	if took := time.Since(began); took != time.Second {
		t.Errorf("took %v", took)
	}
}

func tooManyHang(t *testing.T, s *virtualcard.Service) {
	must(t, s.Insert(readerA, makeCard(t, virtualcard.Adult(), virtualcard.Hanging())))
	r := cardreader.NewReader(s, nil)
	for range 8 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		_, err := r.Text(ctx, readerA, cardreader.Receiver{})
		cancel()
		if !errors.Is(err, cardreader.ErrCalledOff) {
			t.Fatal(err)
		}
	}
	_, err := r.Text(t.Context(), readerA, cardreader.Receiver{})
	if !errors.Is(err, cardreader.ErrTooManyHang) {
		t.Error(err)
	}
	must(t, s.Remove(readerA))
	must(t, s.Insert(readerA, makeCard(t, virtualcard.Adult())))
	synctest.Wait() // until the hanging readings have ended
	_, err = r.Text(t.Context(), readerA, cardreader.Receiver{})
	must(t, err)
}

func calledOff(t *testing.T, s *virtualcard.Service) {
	m := watch(t, options(s))
	card := makeCard(t, virtualcard.Adult(), virtualcard.Hanging())
	must(t, s.Insert(readerA, card))
	in := expect[cardreader.Inserted](t, m)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err := m.Read(ctx, in, cardreader.Receiver{})
	if !errors.Is(err, cardreader.ErrCalledOff) || !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	wantProblem(t, err, visit.NoProblem)
	must(t, s.Remove(readerA))
}

func endCallsOff(t *testing.T, s *virtualcard.Service) {
	m := watch(t, options(s))
	must(t, s.Insert(readerA, makeCard(t, virtualcard.Adult(), virtualcard.WithProfile(virtualcard.ProfileSlow))))
	in := expect[cardreader.Inserted](t, m)
	time.AfterFunc(50*time.Millisecond, m.cancel)
	_, err := m.Read(t.Context(), in, cardreader.Receiver{})
	if !errors.Is(err, cardreader.ErrCalledOff) {
		t.Error(err)
	}
}

func held(t *testing.T, s *virtualcard.Service) {
	m := watch(t, options(s))
	must(t, s.Insert(readerA, makeCard(t, virtualcard.Adult())))
	in := expect[cardreader.Inserted](t, m)
	other, err := s.Connect(readerA)
	must(t, err)
	must(t, other.Begin())
	_, err = m.Read(t.Context(), in, cardreader.Receiver{})
	wantProblem(t, err, visit.CardBusy)
	must(t, other.End())
	_, err = m.Read(t.Context(), in, cardreader.Receiver{})
	must(t, err)
}

func givenBack(t *testing.T, s *virtualcard.Service) {
	m := watch(t, options(s))
	must(t, s.Insert(readerA, makeCard(t, virtualcard.Adult())))
	_, err := m.Read(t.Context(), expect[cardreader.Inserted](t, m), cardreader.Receiver{})
	must(t, err)
	other, err := s.Connect(readerA)
	must(t, err)
	began := time.Now()
	must(t, other.Begin())
	if waited := time.Since(began); waited != 0 {
		t.Errorf("another program waited %v", waited)
	}
	must(t, other.Close())
}

func photoOfAnother(t *testing.T, s *virtualcard.Service) {
	m := watch(t, options(s))
	must(t, s.Insert(readerA, makeCard(t, virtualcard.Adult())))
	in := expect[cardreader.Inserted](t, m)
	doc, err := m.Read(t.Context(), in, cardreader.Receiver{})
	must(t, err)
	doc.Identity.PID = virtualcard.Officer().PID
	_, err = m.Photo(t.Context(), in, doc, nil)
	if !errors.Is(err, cardreader.ErrSwapped) {
		t.Error(err)
	}
	wantProblem(t, err, visit.CardRemovedEarly)
}

func logIsClean(t *testing.T, s *virtualcard.Service) {
	var log bytes.Buffer
	o := options(s)
	o.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	m := watch(t, o)
	must(t, s.Insert(readerA, makeCard(t, virtualcard.Adult(), virtualcard.Damaged())))
	_, err := m.Read(t.Context(), expect[cardreader.Inserted](t, m), cardreader.Receiver{})
	wantProblem(t, err, visit.CardUnreadable)
	must(t, s.Swap(readerA, makeCard(t, virtualcard.Adult())))
	expect[cardreader.Removed](t, m)
	doc, err := m.Read(t.Context(), expect[cardreader.Inserted](t, m), cardreader.Receiver{})
	must(t, err)
	o.Logger.Info("read", "document", doc, "identity", doc.Identity, "rest", doc.Rest)
	fmt.Fprintf(&log, "%v %+v %#v", doc, doc.Identity, doc.Rest)
	m.stop()
	for _, secret := range []string{"9000000000004", "ทดสอบ", "Rabob", "2005", "จำลอง"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log shows %q", secret)
		}
	}
}
