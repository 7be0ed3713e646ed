package storage

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"
)

// Windows refuses to replace a file that is still mapped; Linux tells of the map.
func TestADamagedFileIsNotMappedAnyMoreWhenItIsReplaced(t *testing.T) {
	dir, want := template(t)
	db, err := bolt.Open(filepath.Join(dir, fileName), fileMode, boltOptions(DefaultLockTimeout))
	must(t, err)
	must(t, db.Update(func(tx *bolt.Tx) error { // in a file that bbolt finds sound
		b := tx.Bucket(bucketVisits)
		id, value := b.Cursor().First()
		hurt := append([]byte(nil), value...)
		hurt[len(hurt)-1] ^= 1
		return b.Put(id, hurt)
	}))
	must(t, db.Close())
	s := openIn(t, dir)
	if s.Recovery().Quarantined == "" {
		t.Fatal("the damage was not found")
	}
	showsNothingWrong(t, s, want)
	maps, err := os.ReadFile("/proc/self/maps")
	must(t, err)
	var mapped []string
	for line := range strings.Lines(string(maps)) {
		if at := strings.Index(line, dir); at >= 0 {
			mapped = append(mapped, strings.TrimSpace(line[at:]))
		}
	}
	if len(mapped) != 1 || mapped[0] != filepath.Join(dir, fileName) {
		t.Errorf("mapped are %q", mapped)
	}
}
