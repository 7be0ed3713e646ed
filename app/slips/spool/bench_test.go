package spool

import (
	"testing"
	"time"

	"authenkiosk/printer"
	"authenkiosk/storage"
)

// BenchmarkASlipOnTheDisk is what a slip costs besides its printing: noted, being
// sent, printed, each synced to the disk.
func BenchmarkASlipOnTheDisk(b *testing.B) {
	store, err := storage.Open(b.TempDir(), storage.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	s := newKilled(store, &telling{tell: func(string, string) {}})
	for n := 0; b.Loop(); n++ {
		j := &job{slip: printer.Slip{Visit: visitOf(n), Kind: printer.KindCode}, created: time.Now()}
		if j.id, err = s.note(j, 0); err != nil {
			b.Fatal(err)
		}
		if !s.mark(j, storage.JobSending) || !s.mark(j, storage.JobPrinted) {
			b.Fatal("not marked")
		}
	}
}
