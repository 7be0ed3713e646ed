package nhso_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/nhso"
	"authenkiosk/nhso/testzone"
	"authenkiosk/visit"
)

// agentRig is a client and the simulated agent, joined in memory.
type agentRig struct {
	zone      *testzone.Zone
	client    *nhso.Agent
	today     visit.Date
	insertion uint64
}

// agentBubble runs a test on an agentRig in a synctest bubble.
func agentBubble(t *testing.T, change func(*nhso.AgentOptions), test func(*testing.T, *agentRig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(9 * time.Hour) // out of midnight in Bangkok
		zone, err := testzone.New(testzone.Options{})
		if err != nil {
			t.Fatal(err)
		}
		l := testzone.Pipe()
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- zone.ServeAgent(ctx, l, nil) }()
		o := nhso.AgentOptions{DialContext: l.DialContext, HCode: "99999"}
		if change != nil {
			change(&o)
		}
		client, err := nhso.NewAgent(o)
		if err != nil {
			t.Fatal(err)
		}
		test(t, &agentRig{zone: zone, client: client, today: visit.ServiceDateOf(time.Now())})
		client.Close()
		stop()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
}

// insert puts a card in and tells the client.
func (r *agentRig) insert(t *testing.T, serial string) {
	t.Helper()
	if err := r.zone.Desk().Insert(testzone.PID(serial).Digits()); err != nil {
		t.Fatal(err)
	}
	r.insertion++
	r.client.CardInside(r.insertion)
}

func (r *agentRig) remove() {
	r.zone.Desk().Remove()
	r.client.CardInside(0)
}

func (r *agentRig) read(t *testing.T, serial string) nhso.Reading {
	t.Helper()
	r.insert(t, serial)
	got, err := r.client.Read(t.Context(), r.insertion, false)
	if err != nil {
		t.Fatalf("read %s: %v", serial, err)
	}
	return got
}

// asked counts the requests for a path.
func (r *agentRig) asked(path string) int {
	n := 0
	for _, q := range r.zone.Requests() {
		if strings.HasPrefix(q.Path, path) {
			n++
		}
	}
	return n
}

func (r *agentRig) codes(serial string) int {
	n := 0
	for _, c := range r.zone.Codes() {
		if c.PID == testzone.PID(serial).Digits() {
			n++
		}
	}
	return n
}

func TestAgentKeepsTheContractOfAnUpstream(t *testing.T) {
	agentBubble(t, nil, func(t *testing.T, r *agentRig) {
		conformSubmit(t, r.client, r.zone, r.today, func(serial string) { r.read(t, serial) })
		conformRefusal(t, r.client, r.zone, r.today, func(serial string) { r.read(t, serial) })
		for serial, unit := range map[string]visit.Hospital{testzone.DoneHere: testzone.Here, testzone.DoneThere: testzone.Elsewhere} {
			got, err := r.client.Status(t.Context(), testzone.PID(serial), r.today)
			if err != nil || len(got) == 0 || got[len(got)-1].Hospital.HCode != unit.HCode {
				t.Errorf("status of %s: %+v, %v", serial, got, err)
			}
			if got, err := r.client.Status(t.Context(), testzone.PID(serial), visit.ServiceDateOf(r.today.Midnight().Add(-1))); err != nil || len(got) != 0 {
				t.Errorf("status of yesterday: %+v, %v", got, err)
			}
		}
		if got, err := r.client.Status(t.Context(), testzone.PID(testzone.Child), r.today); err != nil || len(got) != 0 {
			t.Errorf("no code is an answer: %+v, %v", got, err)
		}
		if h, err := r.client.Probe(t.Context()); err != nil || h.At.IsZero() {
			t.Errorf("probe: %+v, %v", h, err)
		}
		if a := r.client.Abilities(); !slices.Equal(a.Methods, []visit.Method{visit.MethodCard}) || a.Replay || !a.ClaimTypes {
			t.Errorf("abilities %+v", a)
		}
		if _, known := r.client.Skew(); known {
			t.Error("an agent does not tell NHSO's clock")
		}
	})
}

func TestRightsComeByCardAndByNumber(t *testing.T) {
	agentBubble(t, nil, func(t *testing.T, r *agentRig) {
		for name, prepare := range map[string]func(string){"card": func(serial string) { r.insert(t, serial) }, "number": func(string) { r.remove() }} {
			for _, p := range testzone.Population() {
				pid, err := visit.ParsePID(p.PID)
				if err != nil {
					t.Fatal(err)
				}
				prepare(p.PID[:12])
				a, err := r.client.Right(t.Context(), pid, r.today)
				if err != nil {
					t.Errorf("%s, %s: %v", name, p.Note, err)
					continue
				}
				none := p.Main.ID == "" || p.DeathDate != ""
				switch {
				case a.Right.IsZero() != none, a.Right.NationID != p.Nation, a.Sex != p.Sex, a.Right.Holder.First != p.FirstName, a.Right.Holder.Prefix != p.Title:
					t.Errorf("%s, %s: person or right differ", name, p.Note)
				case none:
				case a.Right.Main != p.Main, a.Right.Sub != p.Sub, a.Right.HospMain != p.HospMain, a.Right.HospMainOp != p.HospMainOp,
					a.Right.HospSub != p.HospSub, a.PaidModel != p.PaidModel, len(a.ClaimTypes) != len(p.ClaimTypes), a.Start.IsZero():
					t.Errorf("%s, %s: %+v", name, p.Note, a.Right)
				}
				if none && name == "card" && (a.ClaimTypes == nil || len(a.ClaimTypes) != 0) {
					t.Errorf("%s: an agent names no claim types: %v", p.Note, a.ClaimTypes)
				}
			}
		}
		r.remove()
		if a, err := r.client.Right(t.Context(), testzone.PID("999999999999"), r.today); err != nil || !a.Right.IsZero() {
			t.Errorf("nobody of that number: %v, %v", a, err)
		}
	})
}

func TestARightIsTakenFromTheLastReadingForAMinute(t *testing.T) {
	agentBubble(t, nil, func(t *testing.T, r *agentRig) {
		pid := testzone.PID(testzone.Adult)
		r.insert(t, testzone.Adult)
		for range 4 {
			if _, err := r.client.Right(t.Context(), pid, r.today); err != nil {
				t.Fatal(err)
			}
			time.Sleep(25 * time.Second)
		}
		if n := r.asked(testzone.AgentReadPath); n != 2 {
			t.Errorf("%d readings", n)
		}
		if _, err := r.client.Right(t.Context(), testzone.PID(testzone.Elder), r.today); !errors.Is(err, nhso.ErrOtherPerson) {
			t.Errorf("the right of another card: %v", err)
		}
	})
}

func TestTheRightByPIDNeitherReadsNorUsesTheCardThatIsInside(t *testing.T) {
	agentBubble(t, nil, func(t *testing.T, r *agentRig) {
		r.read(t, testzone.Adult)
		read := r.asked(testzone.AgentReadPath)
		for _, serial := range []string{testzone.Elder, testzone.Adult} {
			a, err := r.client.RightByPID(t.Context(), testzone.PID(serial))
			if err != nil || a.Right.IsZero() {
				t.Errorf("%s: %v", serial, err)
			}
		}
		if n := r.asked(testzone.AgentReadPath) - read; n != 0 {
			t.Errorf("the card was read %d times", n)
		}
		// The reading before still serves the card that is inside.
		if _, err := r.client.Submit(t.Context(), submission(testzone.Adult, r.today)); err != nil {
			t.Errorf("submit after it: %v", err)
		}
	})
}

func TestWhatTheOriginalAnswersWith500IsToldApart(t *testing.T) {
	agentBubble(t, nil, func(t *testing.T, r *agentRig) {
		for _, c := range []struct {
			name    string
			prepare func() error
			kind    nhso.Kind
			cause   error
			problem visit.Problem
			cardOK  bool
		}{
			{"no reader", func() error { return r.zone.Desk().SetReaders() }, nhso.NoCard, nhso.ErrNoReader, visit.ReaderMissing, false},
			{"no card", func() error { return r.zone.Desk().SetReaders("Reader 0") }, nhso.NoCard, nhso.ErrNoCard, visit.CardRemovedEarly, false},
			{"a bad card", r.zone.Desk().InsertUnreadable, nhso.NoCard, nhso.ErrBadCard, visit.CardUnreadable, false},
			{"NHSO is down", func() error {
				return errors.Join(r.zone.Desk().Insert(testzone.PID(testzone.Adult).Digits()), r.zone.SetFault(testzone.Fault{Path: testzone.RightPath, Kind: "down"}))
			}, nhso.Unknown, nhso.ErrBehind, visit.NHSOUnreachable, true},
			{"the agent is down", func() error {
				r.zone.ClearFaults()
				return r.zone.SetFault(testzone.Fault{Path: "/api", Kind: "down"})
			}, nhso.Unknown, nhso.ErrCut, visit.NHSOUnreachable, false},
			{"the agent is broken", func() error {
				r.zone.ClearFaults()
				return r.zone.SetFault(testzone.Fault{Path: "/api", Kind: "html"})
			}, nhso.BadAnswer, nhso.ErrHTML, visit.NHSOUnreachable, false},
		} {
			if err := c.prepare(); err != nil {
				t.Fatal(err)
			}
			r.client.CardInside(7)
			_, err := r.client.Read(t.Context(), 7, false)
			if nhso.KindOf(err) != c.kind || !errors.Is(err, c.cause) || nhso.ProblemOf(err) != c.problem {
				t.Errorf("%s: %v, problem %s", c.name, err, nhso.ProblemOf(err))
			}
			_, err = r.client.ReadCardOnly(t.Context(), false)
			if c.cardOK != (err == nil) || !c.cardOK && !errors.Is(err, c.cause) {
				t.Errorf("%s: the card only: %v", c.name, err)
			}
		}
	})
}

func TestAReadingBelongsToOneInsertion(t *testing.T) {
	agentBubble(t, nil, func(t *testing.T, r *agentRig) {
		send := func(serial, correlation string) error {
			s := submission(serial, r.today)
			s.Correlation = correlation
			_, err := r.client.Submit(t.Context(), s)
			return err
		}
		r.insert(t, testzone.Adult)
		if err := send(testzone.Adult, ""); !errors.Is(err, nhso.ErrNoCorrelation) || nhso.KindOf(err) != nhso.Invalid || nhso.ProblemOf(err) != visit.CardNeeded {
			t.Errorf("without a reading: %v", err)
		}
		old := r.read(t, testzone.Adult)
		r.remove()
		if err := send(testzone.Adult, old.Correlation); !errors.Is(err, nhso.ErrNoCorrelation) {
			t.Errorf("the card is out: %v", err)
		}
		fresh := r.read(t, testzone.Adult)
		for name, err := range map[string]error{
			"of the insertion before": send(testzone.Adult, old.Correlation), "of another person": send(testzone.Elder, fresh.Correlation),
			"invented": send(testzone.Adult, "00000000-1111-4222-8333-444444444444"),
		} {
			if !errors.Is(err, nhso.ErrNoCorrelation) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n := r.asked(testzone.AgentConfirmPath); n != 0 {
			t.Fatalf("%d requests were sent", n)
		}
		if err := send(testzone.Adult, fresh.Correlation); err != nil {
			t.Errorf("a good one: %v", err)
		}
		if err := send(testzone.Adult, ""); !errors.Is(err, nhso.ErrNoCorrelation) {
			t.Errorf("the same reading again: %v", err)
		}
		if _, err := r.client.Read(t.Context(), r.insertion+1, false); !errors.Is(err, nhso.ErrNoCard) {
			t.Errorf("a reading of another insertion: %v", err)
		}
		if n := r.asked(testzone.AgentConfirmPath); n != 1 {
			t.Errorf("%d requests", n)
		}
	})
}

func TestAReadingOfACardThatIsPulledMeanwhileIsNotKept(t *testing.T) {
	agentBubble(t, nil, func(t *testing.T, r *agentRig) {
		r.insert(t, testzone.Adult)
		if err := r.zone.SetFault(testzone.Fault{Path: testzone.AgentReadPath, Kind: "slow", Count: 1, DelayMS: 2000}); err != nil {
			t.Fatal(err)
		}
		go func() {
			time.Sleep(time.Second)
			r.client.CardInside(0)
		}()
		if _, err := r.client.Read(t.Context(), r.insertion, false); nhso.KindOf(err) != nhso.NoCard {
			t.Errorf("got %v", err)
		}
	})
}

func TestAnAgentSubmitsNothingItCannot(t *testing.T) {
	agentBubble(t, nil, func(t *testing.T, r *agentRig) {
		r.read(t, testzone.Adult)
		for name, c := range map[string]struct {
			change func(*visit.Visit)
			want   error
		}{
			"another proof":         {func(v *visit.Visit) { v.Method = visit.MethodPhoto; v.Attestation.Photo = true }, nhso.ErrMethod},
			"another day":           {func(v *visit.Visit) { v.ServiceDate = r.today.Next() }, nhso.ErrOtherDay},
			"another unit":          {func(v *visit.Visit) { v.HCode = "99998" }, nhso.ErrOtherUnit},
			"an incomplete visit":   {func(v *visit.Visit) { v.Phone = visit.Phone{} }, visit.ErrNoPhone},
			"a visit without a day": {func(v *visit.Visit) { v.ServiceDate = visit.Date{} }, visit.ErrNoServiceDate},
		} {
			s := submission(testzone.Adult, r.today)
			c.change(&s.Visit)
			if _, err := r.client.Submit(t.Context(), s); nhso.KindOf(err) != nhso.Invalid || !errors.Is(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n := r.asked(testzone.AgentConfirmPath); n != 0 {
			t.Errorf("%d requests", n)
		}
	})
}

func TestAnUnclearConfirmationIsSettledByTheLatestCode(t *testing.T) {
	for _, f := range []testzone.Fault{
		{Path: testzone.AgentConfirmPath, Kind: "cut", Count: 1},
		{Path: testzone.AgentConfirmPath, Kind: "slow", Count: 1, DelayMS: 20000},
		{Path: testzone.SubmitPath, Kind: "cut", Count: 1}, // NHSO behind the agent: 500
	} {
		t.Run(f.Path+" "+string(f.Kind), func(t *testing.T) {
			agentBubble(t, nil, func(t *testing.T, r *agentRig) {
				r.read(t, testzone.Adult)
				if err := r.zone.SetFault(f); err != nil {
					t.Fatal(err)
				}
				s := submission(testzone.Adult, r.today)
				if _, err := r.client.Submit(t.Context(), s); err == nil || nhso.KindOf(err) != nhso.Unknown {
					t.Fatalf("got %v", err)
				}
				if _, err := r.client.Submit(t.Context(), s); nhso.KindOf(err) != nhso.Invalid {
					t.Errorf("again without the card: %v", err)
				}
				found, err := r.client.Status(t.Context(), s.Visit.PID, r.today)
				if err != nil || len(found) != 1 || found[0].ClaimType.Code != "PG0060001" || found[0].Hospital.HCode != "99999" {
					t.Errorf("status: %+v, %v", found, err)
				}
				r.read(t, testzone.Adult)
				if _, err := r.client.Submit(t.Context(), s); nhso.KindOf(err) != nhso.Duplicate {
					t.Errorf("a second reading: %v", err)
				}
				if r.codes(testzone.Adult) != 1 || r.asked(testzone.AgentConfirmPath) != 2 {
					t.Errorf("%d codes, %d requests", r.codes(testzone.Adult), r.asked(testzone.AgentConfirmPath))
				}
			})
		})
	}
}

func TestPhotosComeOnlyWhenAskedFor(t *testing.T) {
	agentBubble(t, nil, func(t *testing.T, r *agentRig) {
		r.insert(t, testzone.Adult)
		for _, photo := range []bool{true, false} {
			a, err := r.client.Read(t.Context(), r.insertion, photo)
			if err != nil || (len(a.Photo) > 0) != photo || a.At.IsZero() {
				t.Errorf("read: %d bytes, %v", len(a.Photo), err)
			}
			b, err := r.client.ReadCardOnly(t.Context(), photo)
			if err != nil || (len(b.Photo) > 0) != photo || b.Correlation != "" || !b.Answer.Right.IsZero() || b.Name != a.Name || b.Name.Prefix != "นาย" {
				t.Errorf("the card only: %d bytes, %v", len(b.Photo), err)
			}
		}
		code, there, err := r.client.Latest(t.Context(), testzone.PID(testzone.DoneHere))
		if err != nil || !there || code.Hospital.HCode != "99999" {
			t.Errorf("latest: %+v, %v", code, err)
		}
		if _, there, err = r.client.Latest(t.Context(), testzone.PID(testzone.Elder)); err != nil || there {
			t.Errorf("latest of nobody: %v, %v", there, err)
		}
	})
}

func TestASimulatedAgentAnswersInTime(t *testing.T) {
	agentBubble(t, func(o *nhso.AgentOptions) { o.Timeouts.Query, o.ReadTimeout = 2*time.Second, 4*time.Second }, func(t *testing.T, r *agentRig) {
		r.insert(t, testzone.Adult)
		if err := r.zone.SetFault(testzone.Fault{Path: "/api", Kind: "slow", DelayMS: 30000}); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			call func() error
			want time.Duration
		}{
			"terminals": {func() error { _, err := r.client.Terminals(t.Context()); return err }, 2 * time.Second},
			"read":      {func() error { _, err := r.client.Read(t.Context(), r.insertion, false); return err }, 4 * time.Second},
		} {
			began := time.Now()
			err := c.call()
			if took := time.Since(began); took != c.want || nhso.KindOf(err) != nhso.Unknown || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v after %s", name, err, took)
			}
		}
	})
}
