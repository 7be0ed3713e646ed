package storage

import (
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"authenkiosk/visit"
)

var old = flag.Int("old", 2000, "how many settled visits lie in the store of BenchmarkBesideOldVisits")

// BenchmarkBesideOldVisits measures what a kiosk does all day beside many visits
// of earlier days:
//
//	go test -run - -bench OldVisits -benchtime 500x ./storage -args -old 100000
func BenchmarkBesideOldVisits(b *testing.B) {
	dir := b.TempDir()
	s := openIn(b, dir)
	began := time.Now()
	for i := range *old {
		v := madeUp(i)
		must(b, s.Save(v, noon))
		must(b, s.Done(v.ID, "PP1200000001", noon))
	}
	filled := time.Since(began)
	must(b, s.Close())
	info, err := os.Stat(filepath.Join(dir, fileName))
	must(b, err)
	before := heap()
	began = time.Now()
	s = openIn(b, dir)
	opened := time.Since(began)
	grown := heap() - before
	n := *old
	for b.Loop() {
		v := madeUp(n)
		must(b, s.Save(v, noon))
		_, err := s.Unsettled()
		must(b, err)
		_, err = s.Counts(visit.ServiceDateOf(noon))
		must(b, err)
		must(b, s.Done(v.ID, "PP1200000001", noon))
		n++
	}
	b.ReportMetric(float64(info.Size())/float64(*old), "B/visit")
	b.ReportMetric(float64(opened.Milliseconds()), "open-ms")
	b.ReportMetric(float64(grown>>10), "heap-kB")
	b.ReportMetric(float64(*old)/filled.Seconds(), "filled/s")
}

// heap is what is in use, in bytes.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
