package nhso_test

import (
	"context"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/nhso"
	"authenkiosk/nhso/testzone"
)

// faultCase says what a fault must look like to a question and to a submission,
// and how many codes there are afterwards.
type faultCase struct {
	fault            testzone.Fault
	question, submit nhso.Kind
	codes            int
}

func TestEveryFaultHasItsKind(t *testing.T) {
	const slow = 60_000 // ms, longer than every time-out
	for _, c := range []faultCase{
		{testzone.Fault{Kind: testzone.FaultDown}, nhso.Unknown, nhso.Unknown, 0},
		{testzone.Fault{Kind: testzone.FaultSlow, DelayMS: slow}, nhso.Unknown, nhso.Unknown, 1},
		{testzone.Fault{Kind: testzone.FaultCut}, nhso.Unknown, nhso.Unknown, 1},
		{testzone.Fault{Kind: testzone.FaultServerError}, nhso.Unknown, nhso.Unknown, 0},
		{testzone.Fault{Kind: testzone.FaultUnauthorised}, nhso.Unauthorised, nhso.Unauthorised, 0},
		{testzone.Fault{Kind: testzone.FaultTooMany}, nhso.TooMany, nhso.TooMany, 0},
		{testzone.Fault{Kind: testzone.FaultEmpty}, nhso.BadAnswer, nhso.Unknown, 0},
		{testzone.Fault{Kind: testzone.FaultHTML}, nhso.BadAnswer, nhso.Unknown, 0},
	} {
		t.Run(string(c.fault.Kind), func(t *testing.T) {
			bubble(t, testzone.Options{}, nil, c.run)
		})
	}
}

func (c faultCase) run(t *testing.T, r rig) {
	if err := r.zone.SetFault(c.fault); err != nil {
		t.Fatal(err)
	}
	for op, call := range r.calls(testzone.Adult) {
		want := c.question
		if op == "submit" {
			want = c.submit
		}
		if err := call(t.Context()); err == nil || nhso.KindOf(err) != want {
			t.Errorf("%s: got %v, want %s", op, err, want)
		}
	}
	if r.made(testzone.Adult) != c.codes {
		t.Errorf("%d codes were made, want %d", r.made(testzone.Adult), c.codes)
	}
	r.zone.ClearFaults()
	if err := r.calls(testzone.Adult)["right"](t.Context()); err != nil {
		t.Errorf("after the fault: %v", err)
	}
}

func TestAfterACutAnswerTheStatusHasTheOnlyCode(t *testing.T) {
	bubble(t, testzone.Options{}, nil, func(t *testing.T, r rig) {
		_ = r.zone.SetFault(testzone.Fault{Path: testzone.SubmitPath, Kind: testzone.FaultCut, Count: 1})
		_, err := r.client.Submit(t.Context(), submission(testzone.Adult, r.today))
		if nhso.KindOf(err) != nhso.Unknown {
			t.Fatalf("got %v", err)
		}
		found, err := r.client.Status(t.Context(), testzone.PID(testzone.Adult), r.today)
		if err != nil || len(found) != 1 || found[0].Hospital.HCode != "99999" || found[0].ClaimType.Code != "PG0060001" {
			t.Fatalf("got %v, %v", found, err)
		}
		if r.made(testzone.Adult) != 1 {
			t.Errorf("%d codes were made", r.made(testzone.Adult))
		}
		_, err = r.client.Submit(t.Context(), submission(testzone.Adult, r.today))
		if nhso.KindOf(err) != nhso.Duplicate || nhso.MessageOf(err) == "" {
			t.Errorf("a second submission: got %v", err)
		}
	})
}

func TestTimeoutsAreThoseOfTheOptions(t *testing.T) {
	for op, limit := range map[string]time.Duration{"right": nhso.QueryTimeout, "status": nhso.QueryTimeout, "submit": nhso.SubmitTimeout} {
		t.Run(op, func(t *testing.T) {
			bubble(t, testzone.Options{LatencyMin: time.Hour, LatencyMax: time.Hour}, nil, func(t *testing.T, r rig) {
				start := time.Now()
				err := r.calls(testzone.Adult)[op](t.Context())
				if nhso.KindOf(err) != nhso.Unknown || time.Since(start) != limit {
					t.Errorf("got %v after %s, want %s", err, time.Since(start), limit)
				}
			})
		})
	}
	bubble(t, testzone.Options{LatencyMin: time.Second, LatencyMax: time.Second},
		func(o *nhso.Options) {
			o.Timeouts = nhso.Timeouts{Query: 50 * time.Millisecond, Submit: 70 * time.Millisecond}
		},
		func(t *testing.T, r rig) {
			start := time.Now()
			_ = r.calls(testzone.Adult)["right"](t.Context())
			_ = r.calls(testzone.Adult)["submit"](t.Context())
			if got := time.Since(start); got != 120*time.Millisecond {
				t.Errorf("gave up after %s", got)
			}
		})
}

func TestWithoutAConnectionNothingIsSent(t *testing.T) {
	never := func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	closed := testzone.Pipe()
	_ = closed.Close()
	for name, dial := range map[string]func(context.Context, string, string) (net.Conn, error){
		"refused": closed.DialContext, "no answer to the dial": never,
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, testzone.Options{}, func(o *nhso.Options) { o.DialContext = dial }, func(t *testing.T, r rig) {
				for op, call := range r.calls(testzone.Adult) {
					if err := call(t.Context()); err == nil || nhso.KindOf(err) != nhso.NotSent {
						t.Errorf("%s: got %v", op, err)
					}
				}
			})
		})
	}
}

func TestACancelledSubmissionIsUnknown(t *testing.T) {
	bubble(t, testzone.Options{LatencyMin: time.Second, LatencyMax: time.Second}, nil, func(t *testing.T, r rig) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := r.calls(testzone.Adult)["submit"](ctx); nhso.KindOf(err) != nhso.Unknown {
			t.Errorf("got %v", err)
		}
		synctest.Wait()
		if r.made(testzone.Adult) != 1 {
			t.Error("the simulator must process what it received, as NHSO would")
		}
	})
}
