package storage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"authenkiosk/storage/internal/madeup"
	"authenkiosk/visit"
)

// auditOf returns the entries of a visit.
func auditOf(t *testing.T, s *Store, id visit.ID) (entries []auditEntry) {
	t.Helper()
	var out bytes.Buffer
	must(t, s.AuditExport(&out))
	for line := range strings.Lines(out.String()) {
		var e auditEntry
		must(t, json.Unmarshal([]byte(line), &e))
		if e.Visit == id {
			entries = append(entries, e)
		}
	}
	return entries
}

func TestACertifiedVisitKeepsItsCertifierAndTheAuditNamesAHandleOnly(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	v := madeup.Certified(1)
	must(t, s.Save(v, noon))
	must(t, s.Close())
	s = openIn(t, dir)
	r, err := s.Visit(v.ID)
	if err != nil || !sameVisit(r.Visit, v) || r.Visit.Attestation.Certifier.Digits() != v.Attestation.Certifier.Digits() {
		t.Errorf("the visit came back changed, %v", err)
	}
	found := false
	for _, e := range auditOf(t, s, v.ID) {
		found = found || e.Event == "visit-certified" && e.Handle == s.Handle(v.Attestation.Certifier)
	}
	if !found {
		t.Error("the audit does not name the certifier")
	}
	if n := scan(t, dir, [][]byte{
		[]byte(v.Attestation.Certifier.Digits()), []byte(v.Attestation.CertifierName.First),
	}); n != 0 {
		t.Errorf("the certifier is readable %d times", n)
	}
	must(t, s.Close())
	must(t, os.Remove(filepath.Join(dir, fileName)))
	s = openIn(t, dir)
	if r, err := s.Visit(v.ID); err != nil || !sameVisit(r.Visit, v) {
		t.Errorf("from the journal: %v", err)
	}
}

func TestAVisitAndItsPhotoAreSavedTogetherOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	v, jpeg := madeup.WithPhoto(2), bytes.Repeat([]byte("photo"), 20000)
	if err := s.Save(v, noon); !errors.Is(err, ErrNoPhoto) {
		t.Errorf("without its photo: %v", err)
	}
	for _, wrong := range [][]byte{nil, make([]byte, MaxPhoto+1)} {
		if err := s.SaveWithPhoto(v, wrong, noon); !errors.Is(err, ErrPhotoSize) {
			t.Errorf("%d bytes: %v", len(wrong), err)
		}
	}
	must(t, s.SaveWithPhoto(v, jpeg, noon))
	if err := s.SaveWithPhoto(v, []byte("another"), noon); !errors.Is(err, ErrExists) {
		t.Errorf("twice: %v", err)
	}
	must(t, s.Close())
	s = openIn(t, dir)
	r, err := s.Visit(v.ID)
	if err != nil || !sameVisit(r.Visit, v) {
		t.Errorf("the visit: %v", err)
	}
	if got, err := s.Photo(v.ID); err != nil || !bytes.Equal(got, jpeg) {
		t.Errorf("the photo: %v", err)
	}
	breakJournal(t, s)
	other := madeup.WithPhoto(3)
	if err := s.SaveWithPhoto(other, jpeg, noon); err == nil {
		t.Error("a visit was saved without the journal")
	}
	if _, err := s.Visit(other.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("half a visit: %v", err)
	}
	if _, err := s.Photo(other.ID); !errors.Is(err, ErrNoPhoto) {
		t.Errorf("a photo alone: %v", err)
	}
	if n := read(s.index, func(x *index) int { return len(x.lines) }); n != 1 {
		t.Errorf("%d visits in the index", n)
	}
}

func TestAVisitWithPhotoThatIsRebuiltSaysThatItsPhotoIsGone(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	v := madeup.WithPhoto(2)
	must(t, s.SaveWithPhoto(v, []byte("photo"), noon))
	must(t, s.Close())
	must(t, os.Remove(filepath.Join(dir, fileName)))
	s = openIn(t, dir)
	r, err := s.Visit(v.ID)
	if err != nil || !sameVisit(r.Visit, v) || r.State != visit.StateInflight {
		t.Errorf("the visit: %s, %v", r.State, err)
	}
	if _, err := s.Photo(v.ID); !errors.Is(err, ErrNoPhoto) {
		t.Errorf("the photo: %v", err)
	}
	must(t, s.Staff(v.ID, visit.NotSaved, noon))
}

func TestAVisitWhoseCodeNHSOMadeIsKeptAsDone(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	v, issued := madeUp(4), noon.Add(-time.Minute)
	v.Method, v.Phone = visit.MethodLine, visit.Phone{}
	must(t, s.SaveDone(v, "desk-1/anna", "PP1200000001", issued, noon))
	check := func(when string) {
		t.Helper()
		r, err := s.FindCode("PP1200000001")
		must(t, err)
		open, err := s.Unsettled()
		must(t, err)
		feed, _, err := s.Changes(0, 10)
		must(t, err)
		counts, err := s.Counts(v.ServiceDate)
		must(t, err)
		if !sameVisit(r.Visit, v) || r.State != visit.StateDone || !r.IssuedAt.Equal(issued) || len(open) != 0 || len(feed) != 1 || counts.DoneToday != 1 {
			t.Errorf("%s: state %s, %d for the outbox, %d in the feed, %+v", when, r.State, len(open), len(feed), counts)
		}
	}
	check("saved")
	again := madeUp(5)
	again.Method = visit.MethodLine
	if err := s.SaveDone(again, "", "PP1200000001", issued, noon); !errors.Is(err, ErrExists) {
		t.Errorf("another visit with the same code: %v", err)
	}
	if err := s.SaveDone(again, "", "PP12", issued, noon); err == nil {
		t.Error("a code of the wrong form is kept")
	}
	must(t, s.Close())
	s = openIn(t, dir)
	check("opened again")
	must(t, s.Close())
	must(t, os.Remove(filepath.Join(dir, fileName)))
	s = openIn(t, dir)
	if open, err := s.Unsettled(); err != nil || len(open) != 0 {
		t.Errorf("after damage %d visits would be sent: %v", len(open), err)
	}
}

func TestOfVisitsThatAreKeptAtOnceWithOneCodeOneIsKept(t *testing.T) {
	s := openIn(t, t.TempDir())
	const rounds, many = 50, 4
	for round := range rounds {
		code := visit.AuthenCode(fmt.Sprintf("PP%010d", round))
		var all sync.WaitGroup
		var kept atomic.Int32
		start := make(chan struct{})
		for i := range many {
			v := madeUp(round*many + i + 1)
			v.Method = visit.MethodLine
			all.Go(func() {
				<-start
				switch err := s.SaveDone(v, "", code, noon, noon); {
				case err == nil:
					kept.Add(1)
				case !errors.Is(err, ErrExists):
					t.Errorf("visit %d: %v", i, err)
				}
			})
		}
		close(start)
		all.Wait()
		if n := kept.Load(); n != 1 {
			t.Fatalf("%d visits are kept with the code of round %d", n, round)
		}
	}
}

func TestAVisitForTheStaffIsNeverWorkForTheOutbox(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	v := madeUp(3)
	must(t, s.SaveForStaff(v, visit.Draft, noon))
	check := func(when string) {
		t.Helper()
		open, err := s.Unsettled()
		must(t, err)
		staff, err := staffWork(s)
		must(t, err)
		feed, _, err := s.Changes(0, 10)
		must(t, err)
		if len(open) != 0 || len(staff) != 1 || len(feed) != 1 || staff[0].Problem != visit.Draft || !sameVisit(staff[0].Visit, v) {
			t.Errorf("%s: %d for the outbox, %d for the staff, %d in the feed", when, len(open), len(staff), len(feed))
		}
	}
	check("saved")
	must(t, s.Close())
	must(t, os.Remove(filepath.Join(dir, fileName)))
	s = openIn(t, dir)
	check("rebuilt")
	must(t, s.Drop(v.ID, noon))
	must(t, s.Close())
	s = openIn(t, dir)
	if staff, err := staffWork(s); err != nil || len(staff) != 0 {
		t.Errorf("closed: %d for the staff, %v", len(staff), err)
	}
}

func TestARecordFromBeforeThereWereAttestationsIsStillRead(t *testing.T) {
	data, err := encode(Record{Visit: madeUp(1), State: visit.StatePending, SavedAt: noon, ChangedAt: noon})
	must(t, err)
	if bytes.Contains(data, []byte("attestation")) {
		t.Error("a visit by card carries an empty attestation")
	}
	old := bytes.Replace(data, []byte(`"v":1,`), []byte(`"v":1,"not_before":"2026-11-22T12:00:00+07:00",`), 1)
	r, err := decode(old)
	if err != nil || !sameVisit(r.Visit, madeUp(1)) {
		t.Errorf("got %v", err)
	}
}

func TestAVisitThatTheJournalCouldNotReadAgainIsRefused(t *testing.T) {
	s := openIn(t, t.TempDir())
	v := madeUp(1)
	v.ClaimType.Name = strings.Repeat("a", maxFrame)
	if err := s.Save(v, noon); !errors.Is(err, errLongFrame) {
		t.Errorf("got %v", err)
	}
	if _, err := s.Visit(v.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("half-saved: %v", err)
	}
	must(t, s.Save(madeUp(2), noon))
}

func TestTheAuditNamesWhoHasMadeAVisitAtTheDesk(t *testing.T) {
	s := openIn(t, t.TempDir())
	into(t, s, madeUp(1), visit.StateStaff)
	must(t, s.Hold(madeUp(1).ID, anna, noon))
	photo := madeUp(3)
	photo.Method, photo.Attestation.Photo = visit.MethodPhoto, true
	for _, c := range []struct {
		name string
		id   visit.ID
		save func() error
		role string
		by   string
	}{
		{"at a kiosk", madeUp(4).ID, func() error { return s.Save(madeUp(4), noon) }, RolePatient, ""},
		{"by hand", madeUp(2).ID, func() error { return s.SaveAtDesk(madeUp(2), anna, nil, noon) }, RoleStaff, s.OperatorHandle(anna)},
		{"with a photo", photo.ID, func() error { return s.SaveAtDesk(photo, anna, []byte("jpeg"), noon) }, RoleStaff, s.OperatorHandle(anna)},
		{"for an item", madeUp(5).ID, func() error { return s.Complete(madeUp(1).ID, anna, madeUp(5), nil, noon) }, RoleStaff, s.OperatorHandle(anna)},
	} {
		must(t, c.save())
		if e := auditOf(t, s, c.id)[0]; e.Event != "visit-saved" || e.Role != c.role || e.Handle != c.by {
			t.Errorf("%s: %+v", c.name, e)
		}
	}
	if err := s.SaveAtDesk(madeUp(6), "", nil, noon); !errors.Is(err, ErrHolder) {
		t.Errorf("made by nobody: %v", err)
	}
	if err := s.SaveAtDesk(photo, anna, nil, noon); err == nil {
		t.Error("it is saved twice, and without its photo")
	}
}
