package agent

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestTheClientCommandAddsListsAndRemoves(t *testing.T) {
	book, now := &clientBook{}, time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)
	run := func(args ...string) (string, error) {
		var out bytes.Buffer
		err := ClientCommand(book, args, &out, now)
		return out.String(), err
	}
	out, err := run("add", "hosxp", "-scopes", "read-card, codes")
	if err != nil {
		t.Fatal(err)
	}
	token, _, _ := strings.Cut(out, "\n")
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(token, tokenPrefix))
	if sum := sha256.Sum256(raw); err != nil || len(raw) != 32 || !bytes.Equal(sum[:], book.list[0].Hash) {
		t.Errorf("the token %d bytes, %v", len(raw), err)
	}
	if c := book.list[0]; c.Name != "hosxp" || !c.May(ScopeReadCard) || !c.May(ScopeCodes) || c.May(ScopeSubmit) || !c.Created.Equal(now) {
		t.Errorf("%+v", c.Scopes)
	}
	if _, err := run("add", "hosxp"); !errors.Is(err, ErrClientTaken) {
		t.Errorf("a second client of that name: %v", err)
	}
	out, err = run("list")
	if err != nil || !strings.Contains(out, "hosxp  read-card,codes  2026-03-04") || strings.Contains(out, token) {
		t.Errorf("%v\n%s", err, out)
	}
	if _, err := run("remove", "hosxp"); err != nil || len(book.list) != 0 {
		t.Errorf("%v", err)
	}
	if _, err := run("remove", "hosxp"); !errors.Is(err, ErrNoClient) {
		t.Errorf("%v", err)
	}
}

func TestTheClientCommandRefusesMistakes(t *testing.T) {
	for _, args := range [][]string{
		nil,
		{"add"},
		{"list", "x"},
		{"remove"},
		{"remove", "a", "b"},
		{"show"},
		{"add", "a", "-scopes"},
		{"add", "a", "b"},
		{"add", "a", "-scopes", "everything"},
		{"add", "a", "-scopes", ""},
		{"add", "a b"},
		{"add", "-a"},
		{"add", testPID},
		{"add", strings.Repeat("a", 41)},
		{"add", "ชื่อ"},
	} {
		book := &clientBook{}
		var out bytes.Buffer
		if err := ClientCommand(book, args, &out, time.Now()); err == nil || len(book.list) != 0 || strings.Contains(out.String(), tokenPrefix) {
			t.Errorf("%q: %v", args, err)
		}
	}
}

func TestTokensAreAllDifferent(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		token, hash := NewToken()
		got, err := hashToken(token)
		if err != nil || !bytes.Equal(got[:], hash) || seen[token] {
			t.Fatal("a token is not its hash, or came twice")
		}
		seen[token] = true
	}
}
