package privatelog

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
)

func TestSecretsThatAreKnownAreHiddenInWhateverTextTheyStand(t *testing.T) {
	var s secrets
	for _, secret := range []string{"plain-text/of a\"unit", "abcdefgh", "efghijkl", "seven77", "zzzzzzzz"} {
		s.add(secret)
		s.add(secret)
	}
	for _, c := range []struct{ name, in, want string }{
		{"behind a word", "Bearer plain-text/of a\"unit.", "Bearer [secret]."},
		{"quoted", fmt.Sprintf("bad %q", "plain-text/of a\"unit"), "bad \"[secret]\""},
		{"in a query", "GET /x?t=plain-text%2Fof+a%22unit&y=1", "GET /x?t=[secret]&y=1"},
		{"in a path", "GET /plain-text%2Fof%20a%22unit/y", "GET /[secret]/y"},
		{"inside a word", "xabcdefghx", "x[secret]x"},
		{"two that overlap", "abcdefghijkl", "[secret]"},
		{"two side by side", "abcdefghabcdefgh", "[secret][secret]"},
		{"one that overlaps itself", "zzzzzzzzz.", "[secret]."},
		{"one that is too short", "seven77", "seven77"},
		{"a part of one", "abcdefg", "abcdefg"},
		{"none", "visit saved", "visit saved"},
	} {
		if got := s.clean(c.in); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestASecretThatIsHiddenPassesNoHandlerWhileOthersAreAdded(t *testing.T) {
	const canary = "canary.of.the.log"
	Hide(canary)
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for j := range 20 {
				Hide(fmt.Sprintf("another-secret-%d-%d", i, j))
			}
		})
		all.Go(func() {
			var out bytes.Buffer
			slog.New(New(slog.NewJSONHandler(&out, nil))).With("with", canary).
				Error("m "+canary, "err", fmt.Errorf("wrapped: %s", canary), "list", []string{canary})
			if strings.Contains(out.String(), canary) || strings.Count(out.String(), hiddenSecret) != 4 {
				t.Errorf("the log: %s", out.String())
			}
		})
	}
	all.Wait()
}
