package storage

import (
	"path/filepath"
	"testing"

	bolt "go.etcd.io/bbolt"
)

// The cost of indexes, states and JSON on top of one bare put with fsync:
//
//	go test -run - -bench . -count 5 ./storage
func BenchmarkSave(b *testing.B) {
	s := openIn(b, b.TempDir())
	n := 0
	for b.Loop() {
		if err := s.Save(madeUp(n), noon); err != nil {
			b.Fatal(err)
		}
		n++
	}
}

func BenchmarkBarePut(b *testing.B) {
	db, err := bolt.Open(filepath.Join(b.TempDir(), "bare.db"), fileMode, boltOptions(DefaultLockTimeout))
	must(b, err)
	defer func() { _ = db.Close() }()
	must(b, db.Update(makeBuckets))
	value, err := encode(Record{Visit: madeUp(1), State: StatePending, SavedAt: noon, ChangedAt: noon})
	must(b, err)
	b.ReportMetric(float64(len(value)), "B/record")
	n := 0
	for b.Loop() {
		id := []byte(madeUp(n).ID)
		must(b, db.Update(func(tx *bolt.Tx) error { return tx.Bucket(bucketVisits).Put(id, value) }))
		n++
	}
}
