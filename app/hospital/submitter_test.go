package hospital

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"authenkiosk/agent/secureagent"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// keeper keeps nothing, and counts what it was to keep.
type keeper struct{ saved int }

func (k *keeper) Save(visit.Visit, time.Time) error { k.saved++; return errors.New("kept") }

func (k *keeper) SaveForStaff(visit.Visit, visit.Problem, time.Time) error { return nil }

func (k *keeper) Find(visit.PID, visit.Date) ([]storage.Record, error) { return nil, nil }

// The patient was at a kiosk before, and NHSO may be at work for it.
func TestAProgramMakesNoVisitForAPatientWhoseVisitWaitsAtAnotherMachine(t *testing.T) {
	for name, c := range map[string]struct {
		free  error
		saved int
		want  secureagent.OutcomeKind
	}{
		"one waits there": {errors.New("it waits"), 0, secureagent.Unclear},
		"none does":       {nil, 1, secureagent.NotSaved}, // the disk says no
	} {
		t.Run(name, func(t *testing.T) {
			k := &keeper{}
			a := newSubmitter(AgentOptions{
				Visits: k, Free: func(context.Context, visit.Visit) error { return c.free }, Log: slog.New(slog.DiscardHandler),
			})
			if got := a.Submit(t.Context(), secureagent.Order{}); got.Kind != c.want || k.saved != c.saved {
				t.Errorf("%v, %d were saved", got.Kind, k.saved)
			}
		})
	}
}
