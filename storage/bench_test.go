package storage

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
)

// The cost of sealing, indexes, audit and journal on top of one bare put with
// fsync of the same size. Both are done in turn, so that a busy disk troubles
// both alike:
//
//	go test -run - -bench Save -benchtime 2000x ./storage
func BenchmarkSaveBesideABarePut(b *testing.B) {
	s := openIn(b, b.TempDir())
	db, err := bolt.Open(filepath.Join(b.TempDir(), "bare.db"), fileMode, boltOptions(DefaultLockTimeout))
	must(b, err)
	defer func() { _ = db.Close() }()
	must(b, db.Update(func(tx *bolt.Tx) error {
		_, err := tx.CreateBucket(bucketVisits)
		return err
	}))
	value, err := encode(Record{Visit: madeUp(1), State: visit.StatePending, SavedAt: noon, ChangedAt: noon})
	must(b, err)
	var save, bare []time.Duration
	n := 0
	for b.Loop() {
		v := madeUp(n)
		begin := time.Now()
		must(b, s.Save(v, noon))
		middle := time.Now()
		must(b, db.Update(func(tx *bolt.Tx) error { return tx.Bucket(bucketVisits).Put([]byte(v.ID), value) }))
		save, bare = append(save, middle.Sub(begin)), append(bare, time.Since(middle))
		n++
	}
	for name, list := range map[string][]time.Duration{"save": save, "bare": bare} {
		slices.Sort(list)
		b.ReportMetric(float64(list[len(list)/2].Microseconds()), name+"-p50-us")
		b.ReportMetric(float64(list[len(list)*99/100].Microseconds()), name+"-p99-us")
	}
	b.ReportMetric(float64(save[len(save)/2])/float64(bare[len(bare)/2]), "ratio-p50")
	b.ReportMetric(float64(len(value)), "B/record")
}
