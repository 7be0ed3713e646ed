package nhso_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"authenkiosk/nhso"
	"authenkiosk/nhso/testzone"
	"authenkiosk/visit"
)

// canaries are what must never be read in an error or a log.
var canaries = []string{testPID.Digits(), "0800001234", "ทดสอบ", "ระบบ", "00000000-0000-4000-8000-000000000001", "personalId", "pid="}

func spill(t *testing.T, where string, values ...any) {
	t.Helper()
	var b bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&b, nil), slog.NewJSONHandler(&b, nil)} {
		slog.New(h).Info("canary", "values", values, "first", values[0])
	}
	for _, v := range values {
		fmt.Fprintf(&b, "%v %+v %#v %s %q\n", v, v, v, v, v)
		err, _ := v.(error)
		for ; err != nil; err = errors.Unwrap(err) {
			fmt.Fprintf(&b, "%v\n", err)
		}
	}
	for _, c := range canaries {
		if strings.Contains(b.String(), c) {
			t.Errorf("%s: %q is in %s", where, c, b.String())
		}
	}
}

// talkative is a transport whose errors say as much as they can.
type talkative func(*http.Request) (*http.Response, error)

func (f talkative) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestErrorsHoldNoPersonalData(t *testing.T) {
	answer := func(status int, text string) talkative {
		return func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Request: r, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(text))}, nil
		}
	}
	echo := func(r *http.Request) string { return r.URL.String() + " " + r.Header.Get("Authorization") }
	person := "ทดสอบ ระบบ " + testPID.Digits()
	for name, rt := range map[string]talkative{
		"an error that quotes the address": func(r *http.Request) (*http.Response, error) { return nil, errors.New(echo(r)) },
		"a url.Error": func(r *http.Request) (*http.Response, error) {
			return nil, &url.Error{Op: "Get", URL: r.URL.String(), Err: context.DeadlineExceeded}
		},
		"a refusal that names the person": answer(400, `{"dataError":"`+person+`"}`),
		"a page that names the person":    answer(200, "<html>"+person),
		"another answer":                  answer(200, `{"x":"`+person+`"}`),
		"a server error":                  answer(500, person),
		"no person": answer(200, `{"pid":"`+testzone.PID(testzone.Child).Digits()+
			`","statusAuthen":true,"personalId":"`+testzone.PID(testzone.Child).Digits()+`","funds":[]}`),
	} {
		t.Run(name, func(t *testing.T) {
			client := clientOf(t, "", func(o *nhso.Options) { o.Zone, o.RoundTripper = visit.ZoneDemo, rt })
			r := rig{client: client, today: visit.ServiceDateOf(time.Now())}
			for op, call := range r.calls(testzone.Adult) {
				if err := call(t.Context()); err == nil && op != "probe" {
					t.Errorf("%s did not fail", op)
				} else if err != nil {
					spill(t, op, err)
				}
			}
		})
	}
}

func TestValuesHideThePersonWhenPrinted(t *testing.T) {
	s := submission(testzone.Adult, visit.ServiceDateOf(time.Now()))
	a := nhso.RightAnswer{Right: visit.Right{Holder: visit.Name{First: "ทดสอบ", Last: "ระบบ"}, Main: visit.Coded{ID: "UCS"}}}
	spill(t, "values", s, &s, a, &a)
}

func TestAForeignTransportMustProveThatNothingWasSent(t *testing.T) {
	client := clientOf(t, "", func(o *nhso.Options) {
		o.Zone = visit.ZoneDemo
		o.RoundTripper = talkative(func(*http.Request) (*http.Response, error) { return nil, io.EOF })
	})
	_, err := client.Submit(t.Context(), submission(testzone.Adult, visit.ServiceDateOf(time.Now())))
	if nhso.KindOf(err) != nhso.Unknown || !errors.Is(err, nhso.ErrCut) {
		t.Errorf("got %v", err)
	}
}

func TestEveryKindIsAProblemOfAPersons(t *testing.T) {
	for kind, want := range map[nhso.Kind]visit.Problem{
		nhso.Unknown: visit.NHSOUnreachable, nhso.NotSent: visit.NHSOUnreachable, nhso.BadAnswer: visit.NHSOUnreachable,
		nhso.Refused: visit.NHSORefusedVisit, nhso.Duplicate: visit.NHSORefusedVisit, nhso.Invalid: visit.NHSORefusedVisit,
		nhso.Unauthorised: visit.NHSORefusedToken, nhso.TooMany: visit.NHSOTooMany,
	} {
		err := fmt.Errorf("wrapped: %w", &nhso.Error{Op: "submit", Kind: kind})
		if got := nhso.ProblemOf(err); got != want {
			t.Errorf("%s: got %s, want %s", kind, got, want)
		}
	}
	if nhso.ProblemOf(nil) != visit.NoProblem || nhso.ProblemOf(errors.New("x")) != visit.NHSOUnreachable {
		t.Error("nil and foreign errors")
	}
}
