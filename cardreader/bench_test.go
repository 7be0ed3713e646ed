package cardreader_test

import (
	"fmt"
	"testing"
	"time"

	"authenkiosk/cardreader"
	"authenkiosk/cardreader/virtualcard"
)

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

func TestAReadingTakesTheFewestCommands(t *testing.T) {
	for _, s := range speeds {
		t.Run(s.name, func(t *testing.T) {
			_, plan := at(t, s).fieldByField(t)
			if want := (counts{11, 19, 59}); plan != want {
				t.Errorf("the plan took %+v commands, want %+v", plan, want)
			}
			c := at(t, s)
			_, got := c.ours(t)
			want := counts{3, 7, 7 + 2*((len(c.card.Photo())+254)/255)}
			if s.name == "slow" {
				want = counts{5, 9, want.all + 2} // two for the PID alone, which comes after three
			}
			if got != want {
				t.Errorf("took %+v commands, want %+v", got, want)
			}
		})
	}
}

// The length of an address is not known before it is read: on slow lines the
// padding that comes along shows, and there the PID alone is read first, too.
func TestTimesAgainstThePlanAndTheLine(t *testing.T) {
	for i, most := range []struct{ identity, text, all, overLine, overFields float64 }{
		{0.39, 0.50, 0.90, 1.05, 1.00},
		{0.46, 0.58, 0.93, 1.06, 1.00},
		{0.80, 0.88, 0.99, 1.15, 1.00},
		{0.29, 0.39, 0.82, 1.05, 1.00},
	} {
		s := speeds[i]
		t.Run(s.name, func(t *testing.T) {
			plan, _ := at(t, s).fieldByField(t)
			c := at(t, s)
			got, _ := c.ours(t)
			line := bound(s, addressLength(virtualcard.Adult()), len(c.card.Photo()))
			fields := bound(s, 160, len(c.card.Photo()))
			for _, r := range []struct {
				name      string
				got, most float64
			}{
				{"identity to plan", ratio(got.identity, plan.identity), most.identity},
				{"text to plan", ratio(got.text, plan.text), most.text},
				{"text and photo to plan", ratio(got.all, plan.all), most.all},
				{"text to the line", ratio(got.text, line.text), most.overLine},
				{"text to the line with whole fields", ratio(got.text, fields.text), most.overFields},
				{"text and photo to the line", ratio(got.all, line.all), 1.05},
			} {
				t.Logf("%-36s %.3f", r.name, r.got)
				if r.got > r.most {
					t.Errorf("%s: %.3f, want %.2f or less", r.name, r.got, r.most)
				}
			}
			if s.name != "slow" && ratio(got.identity, line.identity) > 1.001 {
				t.Errorf("the identity took %v, the line needs %v", got.identity, line.identity)
			}
			t.Log(row("plan", plan), row("ours", got), row("line", line))
		})
	}
}

func row(name string, d times) string {
	return fmt.Sprintf("%s: name %v, identity %v, text %v, all %v.", name, d.name, d.identity, d.text, d.all)
}

// BenchmarkReading reports the times of a reading to those of a plan that reads
// field by field, and to what the line needs. Without line time they are those of
// this machine, else they are accounted and exact.
func BenchmarkReading(b *testing.B) {
	for _, s := range append([]speed{{name: "no-line-time", atr: virtualcard.ATRFast}}, speeds...) {
		b.Run(s.name, func(b *testing.B) {
			p, c := at(b, s), at(b, s)
			var plan, got times
			var n counts
			for b.Loop() {
				plan.add(p.fieldByField(b))
				var d times
				d, n = c.ours(b)
				got.add(d, n)
			}
			b.ReportMetric(float64(n.identity), "name-APDUs")
			b.ReportMetric(float64(n.text), "text-APDUs")
			b.ReportMetric(float64(n.all), "all-APDUs")
			b.ReportMetric(ratio(got.name, plan.name), "first-line/plan")
			b.ReportMetric(ratio(got.identity, plan.identity), "name/plan")
			b.ReportMetric(ratio(got.identity, plan.text), "name/plan-told-at-end")
			b.ReportMetric(ratio(got.text, plan.text), "text/plan")
			b.ReportMetric(ratio(got.all, plan.all), "all/plan")
			if s.profile.PerByte == 0 {
				return
			}
			one, _ := at(b, s).ours(b)
			onePlan, _ := at(b, s).fieldByField(b)
			line := bound(s, addressLength(virtualcard.Adult()), len(c.card.Photo()))
			b.ReportMetric(ratio(one.identity, line.identity), "name/line")
			b.ReportMetric(ratio(one.text, line.text), "text/line")
			b.ReportMetric(ratio(one.all, line.all), "all/line")
			given, _ := throughReader(b, s)
			long, _ := throughReader(b, s, cardreader.WithLongReads())
			b.ReportMetric(ratio(given, onePlan.all), "all-given-back/plan")
			b.ReportMetric(ratio(given, line.all), "all-given-back/line")
			b.ReportMetric(ratio(long, onePlan.all), "all-long/plan")
			b.ReportMetric(one.text.Seconds()*1000, "text-ms")
			b.ReportMetric(onePlan.text.Seconds()*1000, "plan-text-ms")
		})
	}
}

func (d *times) add(more times, _ counts) {
	d.name, d.identity, d.text, d.all = d.name+more.name, d.identity+more.identity, d.text+more.text, d.all+more.all
}
