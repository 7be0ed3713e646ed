package local

import (
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"authenkiosk/desk"
	"authenkiosk/desk/desktest"
	"authenkiosk/storage"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// BenchmarkDesk measures what a face waits for when a day has 10,000 visits, ten times
// those of a large hospital. The store is kept in $DESK_BENCH, if that is set, since it
// takes long to fill:
//
//	go test -run - -bench Desk ./desk/local
func BenchmarkDesk(b *testing.B) {
	const visits = 10_000
	dir := os.Getenv("DESK_BENCH")
	if dir == "" {
		dir = b.TempDir()
	}
	began := time.Now()
	s, err := storage.Open(dir, storage.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	opened := time.Since(began)
	day := visit.ServiceDateOf(desktest.Noon)
	of, _, err := s.States(day)
	if err != nil {
		b.Fatal(err)
	}
	there := 0
	for _, n := range of {
		there += n
	}
	for n := there; n < visits; n++ {
		v := desktest.Visit(n, desktest.Noon)
		err := s.Save(v, desktest.Noon)
		if err == nil && n%10 != 0 { // a tenth is work
			if err = s.Begin(v.ID, desktest.Noon); err == nil {
				err = s.Done(v.ID, visit.AuthenCode("PP12"+strconv.Itoa(10_000_000+n)), desktest.Noon)
			}
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	d, ctx := New(Options{Store: s, KeepDays: 30, Now: new(desktest.Clock).Now}), b.Context()
	second, err := d.Visits(ctx, anna, desk.Query{Limit: 50})
	if err != nil {
		b.Fatal(err)
	}
	oldest := desktest.Visit(0, desktest.Noon)
	list := func(q desk.Query) func() error {
		return func() error { _, err := d.Visits(ctx, anna, q); return err }
	}
	for _, c := range []struct {
		name string
		call func() error
	}{
		{"first-page", list(desk.Query{})},
		{"next-page", list(desk.Query{After: second.Next})},
		{"search-PID", list(desk.Query{Search: oldest.PID.Digits()})},
		{"search-name", list(desk.Query{Search: oldest.Name.First})},
		{"filter-state", list(desk.Query{State: visit.StatePending})},
		{"filter-none", list(desk.Query{Kind: rules.MissedDay})},
		{"work", func() error { _, err := d.Work(ctx, anna); return err }},
		{"numbers", func() error { _, err := d.Numbers(ctx, anna, day); return err }},
		{"figures", func() error { _, err := d.Figures(ctx, anna, day); return err }},
		{"newest-visit", func() error { _, err := d.Visit(ctx, anna, second.Items[0].ID); return err }},
		{"oldest-visit", func() error { _, err := d.Visit(ctx, anna, oldest.ID); return err }},
	} {
		b.Run(c.name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				if err := c.call(); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "max-ms")
		})
	}
	b.Logf("the store was opened in %s", opened.Round(time.Millisecond))
}
