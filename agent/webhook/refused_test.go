package webhook

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/agent/feed"
	"authenkiosk/agent/feed/feedtest"
)

func TestWhichAnswersAreARefusal(t *testing.T) {
	for _, c := range []struct {
		status          int
		refused, failed bool
	}{
		{200, false, false},
		{201, false, false},
		{204, false, false},
		{302, false, true},
		{308, false, true},
		{400, true, true},
		{401, true, true},
		{403, true, true},
		{404, true, true},
		{407, false, true},
		{408, false, true},
		{409, true, true},
		{410, true, true},
		{413, true, true},
		{422, true, true},
		{425, false, true},
		{429, false, true},
		{451, true, true},
		{500, false, true},
		{502, false, true},
		{503, false, true},
		{504, false, true},
		{599, false, true},
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(c.status) }))
		d, err := New(nil, Options{})
		if err != nil {
			t.Fatal(err)
		}
		d.o.Client.Timeout = patience
		err = d.post(t.Context(), Hook{Name: "his", URL: srv.URL, Secret: secret(t)}, feedtest.Three(t)[0])
		refused := (*feed.RefusedError)(nil)
		if errors.As(err, &refused) != c.refused || (err != nil) != c.failed {
			t.Errorf("%d: %v", c.status, err)
		}
		d.o.Client.CloseIdleConnections()
		srv.Close()
	}
}

// wire answers without a network, so that the test has a time of its own.
type wire func(*http.Request) int

func (w wire) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: w(r), Header: http.Header{}, Body: http.NoBody, Request: r}, nil
}

func TestOneCodeThatTheReceiverNeverTakesDoesNotKeepTheLaterOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := feedtest.NewPlaces()
		var log strings.Builder
		var got []string
		d, err := New([]Hook{{Name: "his", URL: "https://his.example/in?key=hidden", Secret: secret(t)}}, Options{
			Visits: feedtest.Three(t), Cursors: at, Aside: at, Logger: slog.New(slog.NewTextHandler(&log, nil)),
			Client: &http.Client{Transport: wire(func(r *http.Request) int {
				if id := r.Header.Get("webhook-id"); !strings.HasSuffix(id, ".2") {
					got = append(got, id)
					return 204
				}
				return 422
			})},
		})
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { defer close(done); d.Run(ctx) }()
		time.Sleep(20 * time.Second)
		s := d.Status()[0]
		cancel()
		<-done
		if len(got) != 2 || s.Cursor != 3 || s.SetAside != 1 || at.Aside()[2] != "the receiver answers 422, 5 tries" {
			t.Errorf("got %q, %+v, set aside %v", got, s, at.Aside())
		}
		if text := log.String(); !strings.Contains(text, "level=ERROR") || !strings.Contains(text, "undelivered list") ||
			strings.Contains(text, "hidden") || strings.Contains(text, pid) {
			t.Errorf("log: %s", text)
		}
	})
}
