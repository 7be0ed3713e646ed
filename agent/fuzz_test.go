package agent

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

func FuzzPlaceOfTheFeed(f *testing.F) {
	for _, s := range []string{"", "after=1&limit=2", "after=", "limit=0", "after=18446744073709551616", "a=%zz", "after=1;x", "after=%30", "after=00ff-17", "after=00ff-0", "after=00-x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		after, limit, err := parsePlace(query)
		if err != nil {
			if text := err.Error(); len(text) > 200 || strings.ContainsAny(text, "\r\n") {
				t.Errorf("the error is %q", text)
			}
			return
		}
		if limit < 1 || limit > maxVisits {
			t.Fatalf("limit %d", limit)
		}
		// What is accepted is what it says: the same place comes out again.
		values, _ := url.ParseQuery(query)
		if after == (place{}) {
			if s := values.Get("after"); s != "" && s != "0" {
				t.Errorf("%q is the beginning", query)
			}
			return
		}
		if again, _, err := parsePlace("after=" + after.String()); err != nil || again != after {
			t.Errorf("%q gives %v", query, after)
		}
	})
}

func FuzzResumeOfTheStream(f *testing.F) {
	f.Add("", uint16(3))
	f.Add("RUN-1", uint16(3))
	f.Add("RUN-0", uint16(300))
	f.Add("RUN-99999999999999999999", uint16(1))
	f.Add("RUN--1", uint16(1))
	f.Add("RUN-01", uint16(1))
	f.Fuzz(func(t *testing.T, last string, published uint16) {
		h := NewHub()
		h.run = "RUN"
		n := int(published % 600)
		for range n {
			h.Publish(Event{Type: StatusChanged})
		}
		sub, missed, gap := h.subscribe(last)
		defer h.leave(sub)
		for i, e := range missed {
			if e.seq != uint64(n-len(missed)+i+1) {
				t.Fatalf("event %d of %d is %d", i, len(missed), e.seq)
			}
		}
		// Either the client is told of a gap, or it gets all since its last event.
		if seen, ok := h.parseID(last); !gap && last != "" && (!ok || int(seen)+len(missed) != n) {
			t.Errorf("after %q of %d events %d were missed and there is no gap", last, n, len(missed))
		}
	})
}

func FuzzTicket(f *testing.F) {
	f.Add("")
	f.Add(strings.Repeat("A", 43))
	f.Add(strings.Repeat("B", 43))
	f.Add("AAAA=")
	f.Fuzz(func(t *testing.T, text string) {
		book, now := newTickets(), time.Unix(1_700_000_000, 0)
		good := book.issue(Client{Name: "x"}, "", now)
		if _, err := book.redeem(text, "", now); (err == nil) != (text == good) {
			t.Errorf("%q: %v", text, err)
		}
		if text != good {
			if _, err := book.redeem(good, "", now); err != nil {
				t.Errorf("%q spoiled a good ticket", text)
			}
		}
	})
}

func FuzzToken(f *testing.F) {
	f.Add("ak1_" + strings.Repeat("A", 43))
	f.Add("ak1_" + strings.Repeat("A", 42) + "B")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		_, err := hashToken(text)
		raw, decode := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(text, tokenPrefix))
		good := decode == nil && tokenPrefix+base64.RawURLEncoding.EncodeToString(raw) == text && len(raw) == tokenBytes
		if (err == nil) != good {
			t.Errorf("%q: %v", text, err)
		}
	})
}

func FuzzJSONDepth(f *testing.F) {
	for _, s := range []string{`{"a":[1,{"b":"]"}]}`, `"\"["`, `[[[`, `]`, `{"\\":[]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var value any
		if json.Unmarshal(data, &value) != nil {
			_ = jsonDepth(data) // must not panic
			return
		}
		if got, want := jsonDepth(data), depthOf(value); got < want {
			t.Errorf("%s: depth %d, want at least %d", data, got, want)
		}
	})
}

// depthOf counts the depth of what was decoded. Of an object with the same key
// twice the decoder keeps one value, so such texts may be deeper than this.
func depthOf(v any) int {
	deepest := 0
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			deepest = max(deepest, depthOf(e))
		}
		return deepest + 1
	case map[string]any:
		for _, e := range v {
			deepest = max(deepest, depthOf(e))
		}
		return deepest + 1
	}
	return 0
}

func FuzzOrigin(f *testing.F) {
	for _, s := range []string{"https://his.example", "http://[::1]:8", "https://a:443", "null", "http://a@b", "http://a%2eb", "http://a:"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseOrigin(text)
		if err != nil || opaque(text) {
			return
		}
		u, parse := url.Parse(got)
		if parse != nil || got != text || fmt.Sprintf("%s://%s", u.Scheme, u.Host) != text || u.User != nil || u.Path != "" {
			t.Errorf("%q was accepted", text)
		}
	})
}

func FuzzAskedHeaders(f *testing.F) {
	for _, s := range []string{"content-type,x-requested-with", "", ",,", "x-a, x-b\tx", "a\r\nSet-Cookie: x", strings.Repeat("a,", 1000), "ก"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		got := askedHeaders([]string{line, line})
		names := strings.Split(got, ", ")
		if got == "" || len(names) > maxAskedHeaders || strings.ContainsAny(got, "\r\n\x00") {
			t.Errorf("%q gives %q", line, got)
		}
		for _, name := range names {
			if !headerName(name) {
				t.Errorf("%q is allowed", name)
			}
		}
	})
}
