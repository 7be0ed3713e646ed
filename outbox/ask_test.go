package outbox

import (
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/visit"
)

func TestTheDeskHearsTheCodesOfAVisitOrThatNobodyKnows(t *testing.T) {
	v := aVisitAt(id1, 0)
	own, second := codeOf("PP1200000001", v.ClaimType.Code, v.HCode, time.Time{}), codeOf("PP1200000002", v.ClaimType.Code, v.HCode, time.Time{})
	elsewhere, ofAnything := codeOf("PP1200000003", v.ClaimType.Code, "11111", time.Time{}), codeOf("PP1200000004", "", v.HCode, time.Time{})
	for _, c := range []struct {
		name  string
		codes []visit.Authentication
		down  bool
		want  []visit.AuthenCode
		err   error
	}{
		{"none", nil, false, nil, nil},
		{"two", []visit.Authentication{own, second}, false, []visit.AuthenCode{own.Code, second.Code}, nil},
		{"those of other visits, too", []visit.Authentication{elsewhere, own, ofAnything}, false, []visit.AuthenCode{own.Code}, nil},
		{"that of another unit", []visit.Authentication{elsewhere}, false, nil, nil},
		{"one that may be of this visit", []visit.Authentication{ofAnything}, false, nil, errIncomplete},
		{"nothing", nil, true, nil, errScript},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := New(Options{Store: newMemory(), NHSO: &nhsoScript{codes: c.codes, down: c.down}, Log: slog.New(slog.DiscardHandler)})
			got, err := o.Ask(t.Context(), v)
			if !errors.Is(err, c.err) || len(got) != len(c.want) {
				t.Fatalf("%v, %v; want %v, %v", got, err, c.want, c.err)
			}
			for i, code := range c.want {
				if got[i].Code != code {
					t.Errorf("code %d is %s, want %s", i, got[i].Code, code)
				}
			}
		})
	}
}

func TestTheDeskAsksNothingWhileNHSOWantsToBeLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nhso := &nhsoScript{}
		o := New(Options{Store: newMemory(), NHSO: nhso, Log: slog.New(slog.DiscardHandler)})
		o.noteRetryAfter(&Failure{RetryAfter: time.Minute, Err: errScript})
		if _, err := o.Ask(t.Context(), aVisitAt(id1, 0)); !errors.Is(err, errQuiet) {
			t.Errorf("%v", err)
		}
		time.Sleep(time.Minute)
		if _, err := o.Ask(t.Context(), aVisitAt(id1, 0)); err != nil {
			t.Errorf("afterwards: %v", err)
		}
		if nhso.looked != 1 {
			t.Errorf("NHSO was asked %d times", nhso.looked)
		}
	})
}
