package upstream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/nhso"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// feedOfPhotos is a store with visits that have their code and a photo each.
type feedOfPhotos struct {
	cursor uint64

	mu   sync.Mutex
	list []visit.ID         // the n-th has number n+1
	gone map[visit.ID]error // why there is no photo
	sent map[visit.ID]int
	no   error // of the server, to the photo of bad
	bad  visit.ID
}

// send is the server.
func (f *feedOfPhotos) send(_ context.Context, e nhso.Evidence) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if e.Visit == f.bad && f.no != nil {
		return f.no
	}
	f.sent[e.Visit]++
	return nil
}

func (f *feedOfPhotos) change(n int) storage.Change {
	v := visit.Visit{ID: f.list[n], Attestation: visit.Attestation{Photo: true}}
	return storage.Change{Seq: uint64(n + 1), Record: storage.Record{Visit: v, State: visit.StateDone, Code: "PP1200000001"}}
}

// add is one visit more.
func (f *feedOfPhotos) add() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = append(f.list, visit.ID(fmt.Sprintf("01900000-0000-7000-8000-%012d", len(f.list)+1)))
}

func (f *feedOfPhotos) Changes(after uint64, limit int) (list []storage.Change, next uint64, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	next = after
	for n := int(after); n < len(f.list) && len(list) < limit; n++ {
		list, next = append(list, f.change(n)), uint64(n+1)
	}
	return list, next, nil
}

func (f *feedOfPhotos) Change(id visit.ID) (storage.Change, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.change(slices.Index(f.list, id)), nil
}

func (f *feedOfPhotos) Cursor(string) (uint64, error) { return f.cursor, nil }

func (f *feedOfPhotos) SetCursor(_ string, n uint64) error { f.cursor = n; return nil }

func (f *feedOfPhotos) Photo(id visit.ID) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return []byte{1}, f.gone[id]
}

func TestAPhotoThatIsRefusedKeepsNoOtherOneFromTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &feedOfPhotos{gone: map[visit.ID]error{}, sent: map[visit.ID]int{}, no: &nhso.Error{Kind: nhso.Refused}}
		for range 20 {
			f.add()
		}
		f.bad = f.list[2]
		damaged := f.list[4]
		f.gone[damaged] = &storage.DecodeError{Err: storage.ErrTampered}
		var log bytes.Buffer
		s := &EvidenceSender{store: f, log: slog.New(slog.NewTextHandler(&log, nil)), send: f.send}
		go s.Run(t.Context())
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(f.sent) != 18 || f.cursor != 2 || bytes.Count(log.Bytes(), []byte("level=ERROR")) != 2 {
			t.Errorf("%d were sent, the next run begins behind %d; %s", len(f.sent), f.cursor, log.String())
		}
		f.mu.Lock()
		f.no, f.gone[damaged] = nil, storage.ErrNoPhoto // its time is over
		f.mu.Unlock()
		time.Sleep(evidenceRefused + time.Minute)
		synctest.Wait()
		if len(f.sent) != 19 || f.cursor != 20 {
			t.Errorf("later %d were sent, the next run begins behind %d", len(f.sent), f.cursor)
		}
		for id, n := range f.sent {
			if n != 1 {
				t.Errorf("%s was sent %d times", id, n)
			}
		}
	})
}

func TestAServerThatIsNotThereGetsEveryPhotoLater(t *testing.T) {
	f := &feedOfPhotos{list: []visit.ID{"01900000-0000-7000-8000-000000000001", "01900000-0000-7000-8000-000000000002"}}
	var err error = &nhso.Error{Kind: nhso.Unknown}
	var sent []visit.ID
	s := &EvidenceSender{store: f, log: slog.New(slog.DiscardHandler), send: func(_ context.Context, e nhso.Evidence) error {
		if err == nil {
			sent = append(sent, e.Visit)
		}
		return err
	}}
	if failed := s.look(t.Context()); !errors.Is(failed, err) || f.cursor != 0 {
		t.Errorf("%v, the next run begins behind %d", failed, f.cursor)
	}
	err = nil
	if failed := s.look(t.Context()); failed != nil || !slices.Equal(sent, f.list) || f.cursor != 2 {
		t.Errorf("%v, sent %v, the next run begins behind %d", failed, sent, f.cursor)
	}
}

// An answer such as 500, or none, says nothing of the photo, and may come for that one alone.
func TestAPhotoWithWhichTheServerFailsKeepsNoOtherOneFromIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &feedOfPhotos{}
		for range 20 {
			f.add()
		}
		refused, first, second := f.list[1], f.list[2], f.list[3]
		f.sent = map[visit.ID]int{}
		failing := true
		s := &EvidenceSender{store: f, log: slog.New(slog.DiscardHandler), send: func(_ context.Context, e nhso.Evidence) error {
			f.mu.Lock()
			defer f.mu.Unlock()
			switch {
			case !failing:
			case e.Visit == refused && len(f.sent) < 5:
				return &nhso.Error{Kind: nhso.Refused}
			case e.Visit == refused, e.Visit == first, e.Visit == second:
				return &nhso.Error{Kind: nhso.Unknown}
			}
			f.sent[e.Visit]++
			return nil
		}}
		go s.Run(t.Context())
		time.Sleep(30 * time.Minute)
		synctest.Wait()
		if len(f.sent) != 17 || f.cursor != 1 {
			t.Errorf("%d were sent, the next run begins behind %d", len(f.sent), f.cursor)
		}
		time.Sleep(evidenceRefused)
		for range 4 { // while the server fails with those, too, when they are tried again
			f.add()
			time.Sleep(evidenceAgain + lookForEvidence)
		}
		synctest.Wait()
		if len(f.sent) != 21 || f.cursor != 1 {
			t.Errorf("later %d were sent, the next run begins behind %d", len(f.sent), f.cursor)
		}
		f.mu.Lock()
		failing = false
		f.mu.Unlock()
		time.Sleep(2 * evidenceRefused)
		synctest.Wait()
		if len(f.sent) != len(f.list) || f.cursor != uint64(len(f.list)) {
			t.Errorf("in the end %d were sent, the next run begins behind %d", len(f.sent), f.cursor)
		}
	})
}
