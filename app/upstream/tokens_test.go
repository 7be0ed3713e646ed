package upstream

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"

	"authenkiosk/app/privatelog"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// changed is a unit whose token was changed.
func changed(t *testing.T) (*Tokens, *storage.Secrets) {
	t.Helper()
	s := storage.OpenSecrets(t.TempDir())
	for _, token := range []string{"old", "new"} {
		if err := s.Set(visit.ZoneTest, TokenName, token); err != nil {
			t.Fatal(err)
		}
	}
	return &Tokens{secrets: s, zone: visit.ZoneTest, log: slog.New(slog.DiscardHandler)}, s
}

func TestANewTokenTakesOverWhenItHasWorked(t *testing.T) {
	type word struct {
		used     string
		accepted bool
	}
	for _, c := range []struct {
		name  string
		words []word
		next  string
		kept  []string
	}{
		{"nothing was heard", nil, "new", []string{"new", "old"}},
		{"it works", []word{{"new", true}}, "new", []string{"new"}},
		{"an answer to a request with the older one", []word{{"old", true}}, "new", []string{"new", "old"}},
		{"it is refused", []word{{"new", false}}, "old", []string{"new", "old"}},
		{"two requests at once are refused", []word{{"new", false}, {"new", false}}, "old", []string{"new", "old"}},
		{"refused, and the older one works", []word{{"new", false}, {"old", true}}, "old", []string{"new", "old"}},
		{"both are refused", []word{{"new", false}, {"old", false}}, "new", []string{"new", "old"}},
		{"refused, then registered at last", []word{{"new", false}, {"old", false}, {"new", true}}, "new", []string{"new"}},
		{"one that is none of them", []word{{"other", false}, {"other", true}}, "new", []string{"new", "old"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			k, s := changed(t)
			for _, w := range c.words {
				k.heard(w.used, w.accepted)
			}
			if got, err := k.token(); got != c.next || err != nil {
				t.Errorf("the next request bears %q, %v", got, err)
			}
			if kept := s.Candidates(visit.ZoneTest, TokenName); !slices.Equal(kept, c.kept) {
				t.Errorf("%v are kept", kept)
			}
		})
	}
}

func TestATokenThatIsSetAfterARefusedOneIsTried(t *testing.T) {
	k, s := changed(t)
	k.heard("new", false)
	if err := s.Set(visit.ZoneTest, TokenName, "newer"); err != nil {
		t.Fatal(err)
	}
	if got, _ := k.token(); got != "newer" {
		t.Errorf("the next request bears %q", got)
	}
}

// NHSO knows the old token; a wrong one is set while requests are under way.
func TestAWrongTokenUnderLoadDoesNotTakeTheGoodOneAway(t *testing.T) {
	k, s := changed(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				used, err := k.token()
				if err != nil {
					t.Error(err)
				}
				k.heard(used, used == "old")
			}
		})
	}
	all.Wait()
	if got, _ := k.token(); got != "old" || !slices.Contains(s.Candidates(visit.ZoneTest, TokenName), "old") {
		t.Errorf("the next request bears %q", got)
	}
}

// A token may be any printable text, so that the filter of the log cannot know it by its form.
func TestTheTokensThatRequestsBearAreHiddenInTheLog(t *testing.T) {
	s := storage.OpenSecrets(t.TempDir())
	for _, token := range []string{"canary-of-the-old-token", "canary-of-the-new-token"} {
		if err := s.Set(visit.ZoneTest, TokenName, token); err != nil {
			t.Fatal(err)
		}
	}
	k := &Tokens{secrets: s, zone: visit.ZoneTest, log: slog.New(slog.DiscardHandler)}
	if _, err := k.token(); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	slog.New(privatelog.New(slog.NewTextHandler(&out, nil))).Error("refused: canary-of-the-old-token", "header", "Bearer canary-of-the-new-token")
	if strings.Contains(out.String(), "canary") {
		t.Errorf("the log: %s", out.String())
	}
}
