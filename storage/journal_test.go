package storage

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"authenkiosk/visit"
)

// TestWhatTheJournalOwesIsInItWithTheNextVisit is about a visit that the database
// took and the journal did not, and that could not be taken back.
func TestWhatTheJournalOwesIsInItWithTheNextVisit(t *testing.T) {
	content := func(v visit.Visit) []byte {
		data, err := encode(Record{Visit: v, State: visit.StatePending, SavedAt: noon, ChangedAt: noon})
		must(t, err)
		return data
	}
	path, b := filepath.Join(t.TempDir(), journalName), newBox(bytes.Repeat([]byte{1}, keySize))
	j, err := openJournalFile(path, b)
	must(t, err)
	owed, next := madeUp(1), madeUp(2)
	must(t, j.reserve(content(owed)))
	j.owe(owed.ID, content(owed))
	e, err := j.append(next.ID, content(next))
	must(t, err)
	must(t, e.finish(nil))
	must(t, j.close())
	j, err = openJournalFile(path, b)
	must(t, err)
	defer func() { must(t, j.close()) }()
	if len(j.live) != 2 || j.live[owed.ID] == nil || j.live[next.ID] == nil || j.bad != 0 {
		t.Errorf("the journal has %d visits and %d bad places", len(j.live), j.bad)
	}
}

// breakJournal sees to it that nothing reaches the journal any more: its name is that
// of a directory that is not empty.
func breakJournal(t *testing.T, s *Store) {
	t.Helper()
	must(t, s.journal.file.Close())
	must(t, os.Remove(s.journal.path))
	must(t, os.MkdirAll(filepath.Join(s.journal.path, "in the way"), 0o700))
}
