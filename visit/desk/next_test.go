package desk

import (
	"slices"
	"testing"
	"time"

	"authenkiosk/visit"
)

var today = visit.Date{Year: 2026, Month: time.November, Day: 30}

func yesterday() visit.Date { return visit.ServiceDateOf(today.Midnight().Add(-time.Hour)) }

// everyItem calls f with every state and problem, on the day of service, after it and
// before it.
func everyItem(f func(Item)) {
	for _, s := range visit.States() {
		for _, p := range append(visit.Problems(), visit.NoProblem) {
			for _, d := range []visit.Date{today, yesterday(), today.Next()} {
				f(Item{State: s, Problem: p, ServiceDate: d, Since: d})
				if s == visit.StateStaff {
					f(Item{State: s, Problem: p, Unknown: true, ServiceDate: d, Since: d})
				}
			}
		}
	}
}

func TestEveryProblemInEveryStateHasAKindALimitAndStepsThatSolveIt(t *testing.T) {
	for _, p := range append(visit.Problems(), visit.NoProblem) {
		if _, ok := problems[p]; !ok {
			t.Errorf("nothing is said of %s", p)
		}
	}
	kinds, steps := map[Kind]bool{}, map[Step]bool{}
	everyItem(func(i Item) {
		n := i.Next(today)
		kinds[n.Kind] = true
		for _, s := range n.Steps {
			steps[s] = true
		}
		settled := i.State == visit.StateDone || i.State == visit.StateDropped
		switch {
		case !slices.Contains(Kinds(), n.Kind) || len(n.Steps) == 0:
			t.Errorf("%+v: %+v", i, n)
		case n.Kind.Open() == settled:
			t.Errorf("%+v is %s", i, n.Kind)
		case len(slices.Compact(slices.Sorted(slices.Values(n.Steps)))) != len(n.Steps):
			t.Errorf("%+v: a step is told twice: %q", i, n.Steps)
		case n.Kind.Open() && !i.Unknown && !slices.Contains(n.Steps, Ask):
			t.Errorf("%+v: NHSO is never asked: %q", i, n.Steps)
		case n.Kind.Open() && n.Kind != Unclear && n.Steps[len(n.Steps)-1] != Close:
			t.Errorf("%+v cannot be closed, or that is not the last that is tried: %q", i, n.Steps)
		}
	})
	for _, k := range Kinds() {
		if !kinds[k] {
			t.Errorf("nothing is ever %s", k)
		}
	}
	for _, s := range Steps() {
		if !steps[s] {
			t.Errorf("nothing is ever solved by %s", s)
		}
	}
	if listed, declared := len(Kinds()), len(constantsOf(t, "item.go", "Kind")); listed != declared {
		t.Errorf("%d kinds of %d are listed", listed, declared)
	}
	if listed, declared := len(Steps()), len(constantsOf(t, "next.go", "Step")); listed != declared {
		t.Errorf("%d steps of %d are listed", listed, declared)
	}
	if listed, declared := len(Reasons()), len(constantsOf(t, "closing.go", "Reason")); listed != declared {
		t.Errorf("%d reasons of %d are listed", listed, declared)
	}
}

func TestNothingMakesACodeWhileARequestMayHaveOneOrAfterTheDayOfService(t *testing.T) {
	everyItem(func(i Item) {
		n := i.Next(today)
		makes := slices.ContainsFunc(n.Steps, Step.MakesCode)
		if makes && i.State == visit.StateInflight {
			t.Errorf("%+v: a second code could be made: %q", i, n.Steps)
		}
		if makes && i.ServiceDate.Before(today) && n.Kind != Misdated {
			t.Errorf("%+v: the day is over, and the steps are %q", i, n.Steps)
		}
		if !makes && n.Limit == EndOfDay && i.Problem != visit.CodeExists {
			t.Errorf("%+v: nothing is lost at midnight: %q", i, n.Steps)
		}
	})
}

func TestWhatHappenedToAVisitDecidesWhatSolvesIt(t *testing.T) {
	for _, c := range []struct {
		name    string
		state   visit.State
		problem visit.Problem
		date    visit.Date
		kind    Kind
		limit   Limit
		first   Step
	}{
		{"it waits for the network", visit.StatePending, visit.NoProblem, today, Queued, EndOfDay, Wait},
		{"it waited until the day was over", visit.StatePending, visit.NoProblem, yesterday(), MissedDay, WhileKept, Ask},
		{"the answer was cut off", visit.StateInflight, visit.NoProblem, today, Unclear, WhileKept, Wait},
		{"NHSO said no today", visit.StateRefused, visit.NHSORefusedVisit, today, Refused, EndOfDay, ReadCard},
		{"NHSO said no yesterday", visit.StateRefused, visit.NHSORefusedVisit, yesterday(), Refused, WhileKept, Ask},
		{"NHSO has no right", visit.StateStaff, visit.NoRight, today, Refused, EndOfDay, NewAuthen},
		{"midnight came", visit.StateStaff, visit.ServiceDatePassed, yesterday(), MissedDay, WhileKept, Ask},
		{"a photo, and no service for it", visit.StateStaff, visit.UpstreamCannot, today, NoAPI, EndOfDay, ReadCard},
		{"the agent wants the card", visit.StateStaff, visit.CardNeeded, today, CardNeeded, EndOfDay, ReadCard},
		{"hospital software keeps it for the staff", visit.StateStaff, visit.Draft, today, Draft, EndOfDay, ReadCard},
		{"the token was refused", visit.StateStaff, visit.NHSORefusedToken, today, Other, EndOfDay, CallAdmin},
		{"a clock was wrong", visit.StateStaff, visit.ClockWrong, yesterday(), Misdated, WhileKept, ReadCard},
		{"it has its code", visit.StateDone, visit.NoProblem, today, NoWork, NoLimit, PrintAgain},
		{"it was closed", visit.StateDropped, visit.ServiceDatePassed, today, NoWork, WhileKept, BringBack},
		{"a problem of a later version", visit.StateStaff, visit.Problem(1000), today, Other, EndOfDay, ReadCard},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := Item{State: c.state, Problem: c.problem, ServiceDate: c.date}.Next(today)
			if n.Kind != c.kind || n.Limit != c.limit || n.Steps[0] != c.first {
				t.Errorf("%+v, want %s until %s, first %s", n, c.kind, c.limit, c.first)
			}
		})
	}
}

func TestTheLimitOfAnItemIsMidnightOrTheNightInWhichItIsErased(t *testing.T) {
	i := Item{ServiceDate: yesterday(), Since: today}
	for _, c := range []struct {
		limit Limit
		want  time.Time
	}{
		{EndOfDay, today.Midnight()},
		{WhileKept, today.Midnight().AddDate(0, 0, 31)},
		{NoLimit, time.Time{}},
	} {
		if got := i.Deadline(c.limit, 30); !got.Equal(c.want) {
			t.Errorf("%s: %s, want %s", c.limit, got, c.want)
		}
	}
	if got := (Item{ServiceDate: today, Since: yesterday()}).Deadline(WhileKept, 0); !got.Equal(today.Next().Midnight()) {
		t.Errorf("without a day more: %s", got)
	}
}
