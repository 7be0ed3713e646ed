package upstream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/nhso"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// feedOfPhotos is a store with visits that have their code and a photo each.
type feedOfPhotos struct {
	list   []visit.ID // the n-th has number n+1
	cursor uint64
	gone   map[visit.ID]error // why there is no photo
}

func (f *feedOfPhotos) change(n int) storage.Change {
	v := visit.Visit{ID: f.list[n], Attestation: visit.Attestation{Photo: true}}
	return storage.Change{Seq: uint64(n + 1), Record: storage.Record{Visit: v, State: visit.StateDone, Code: "PP1200000001"}}
}

func (f *feedOfPhotos) Changes(after uint64, limit int) (list []storage.Change, next uint64, err error) {
	next = after
	for n := int(after); n < len(f.list) && len(list) < limit; n++ {
		list, next = append(list, f.change(n)), uint64(n+1)
	}
	return list, next, nil
}

func (f *feedOfPhotos) Change(id visit.ID) (storage.Change, error) {
	return f.change(slices.Index(f.list, id)), nil
}

func (f *feedOfPhotos) Cursor(string) (uint64, error) { return f.cursor, nil }

func (f *feedOfPhotos) SetCursor(_ string, n uint64) error { f.cursor = n; return nil }

func (f *feedOfPhotos) Photo(id visit.ID) ([]byte, error) { return []byte{1}, f.gone[id] }

func TestAPhotoThatIsRefusedKeepsNoOtherOneFromTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &feedOfPhotos{gone: map[visit.ID]error{}}
		for n := range 20 {
			f.list = append(f.list, visit.ID(fmt.Sprintf("01900000-0000-7000-8000-%012d", n+1)))
		}
		bad, damaged := f.list[2], f.list[4]
		f.gone[damaged] = &storage.DecodeError{Err: storage.ErrTampered}
		sent := map[visit.ID]int{}
		no := error(&nhso.Error{Kind: nhso.Refused})
		var log bytes.Buffer
		s := &EvidenceSender{store: f, log: slog.New(slog.NewTextHandler(&log, nil)), send: func(_ context.Context, e nhso.Evidence) error {
			if e.Visit == bad && no != nil {
				return no
			}
			sent[e.Visit]++
			return nil
		}}
		go s.Run(t.Context())
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(sent) != 18 || f.cursor != 2 || bytes.Count(log.Bytes(), []byte("level=ERROR")) != 2 {
			t.Errorf("%d were sent, the next run begins behind %d; %s", len(sent), f.cursor, log.String())
		}
		no, f.gone[damaged] = nil, storage.ErrNoPhoto // its time is over
		time.Sleep(evidenceRefused + time.Minute)
		synctest.Wait()
		if len(sent) != 19 || f.cursor != 20 {
			t.Errorf("later %d were sent, the next run begins behind %d", len(sent), f.cursor)
		}
		for id, n := range sent {
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
