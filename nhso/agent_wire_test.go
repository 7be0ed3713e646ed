package nhso_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/nhso"
	"authenkiosk/nhso/testzone"
	"authenkiosk/visit"
)

func TestAConfirmationIsSentExactlyOnceWhateverHappens(t *testing.T) {
	good := `{"pid":"9000000000004","claimType":"PG0060001","correlationId":"c1","createdDate":"2025-11-07T17:27:03","claimCode":"PP1200000001"}`
	for _, c := range []struct {
		name   string
		handle func(net.Conn)
		want   nhso.Kind
	}{
		{"closed without a word", func(c net.Conn) { _ = c.Close() }, nhso.Unknown},
		{"reset", reset, nhso.Unknown},
		{"cut in the body", says("HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n" + good), nhso.Unknown},
		{"500", body("500 Oops", jsonType, `{"status":500}`), nhso.Unknown},
		{"500 with a code", body("500 Oops", jsonType, good), nhso.Unknown},
		{"503 with a wait", says("HTTP/1.1 503 No\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n"), nhso.Unknown},
		{"418", body("418 Teapot", jsonType, `{"status":418}`), nhso.Unknown},
		{"404", body("404 Not Found", jsonType, `{"status":404}`), nhso.Unknown},
		{"an empty 200", body("200 OK", jsonType, ""), nhso.Unknown},
		{"a page", body("200 OK", "text/html", "<html>PP1200000001"), nhso.Unknown},
		{"no code", body("200 OK", jsonType, strings.Replace(good, "claimCode", "x", 1)), nhso.Unknown},
		{"the code of another person", body("200 OK", jsonType, strings.Replace(good, "0004", "0012", 1)), nhso.Unknown},
		{"the code of another correlation", body("200 OK", jsonType, strings.Replace(good, "c1", "c2", 1)), nhso.Unknown},
		{"the code of another claim type", body("200 OK", jsonType, strings.Replace(good, "PG006", "PG013", 1)), nhso.Unknown},
		{"307", says("HTTP/1.1 307 Again\r\nLocation: /api/nhso-service/confirm-save\r\nContent-Length: 0\r\n\r\n"), nhso.Unknown},
		{"400 of a proxy", body("400 Bad Request", "text/html", "<html>"), nhso.Unknown},
		{"400, invalid", body("400 Bad Request", jsonType, `{"errors":[{"defaultMessage":"หมายเลขโทรศัพท์ไม่ถูกต้อง"}]}`), nhso.Refused},
		{"400, a duplicate", body("400 Bad Request", jsonType, `{"errors":[{"code":"Duplicate","defaultMessage":"x"}]}`), nhso.Duplicate},
		{"400, the other spelling", body("400 Bad Request", jsonType, `{"error":[{"defaultMessage":"วันนี้คุณขอ AuthenCode แล้ว"}]}`), nhso.Duplicate},
		{"400, a problem", body("400 Bad Request", "application/problem+json", `{"type":"about:blank","title":"No","status":400,"detail":"ไม่ได้"}`), nhso.Refused},
		{"429", says("HTTP/1.1 429 No\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"), nhso.TooMany},
		{"401", body("401 No", jsonType, "{}"), nhso.Unauthorised},
	} {
		t.Run(c.name, func(t *testing.T) {
			base, requests := rawServer(t, c.handle)
			client := agentOf(t, base)
			pid := testzone.PID(testzone.Adult)
			_, err := client.ConfirmSave(t.Context(), nhso.Confirmation{PID: pid, ClaimType: "PG0060001", Correlation: "c1"})
			if err == nil || nhso.KindOf(err) != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
			if n := requests.Load(); n != 1 {
				t.Errorf("%d requests", n)
			}
			spill(t, c.name, err)
		})
	}
	for _, status := range []string{"200 OK", "201 Created"} {
		base, _ := rawServer(t, body(status, "text/plain", good))
		r, err := agentOf(t, base).ConfirmSave(t.Context(), nhso.Confirmation{PID: testzone.PID(testzone.Adult), ClaimType: "PG0060001", Correlation: "C1"})
		if err != nil || r.Code != "PP1200000001" || r.At.IsZero() {
			t.Errorf("%s: %+v, %v", status, r, err)
		}
	}
}

func agentOf(t *testing.T, base string) *nhso.Agent {
	t.Helper()
	client, err := nhso.NewAgent(nhso.AgentOptions{URL: base, Timeouts: patient, ReadTimeout: patience})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

func TestAnAgentThatIsNotRunningGetsNothing(t *testing.T) {
	client := agentOf(t, refusing(t))
	pid := testzone.PID(testzone.Adult)
	client.CardInside(1)
	for name, call := range map[string]func() error{
		"confirm":   func() error { _, err := client.ConfirmSave(t.Context(), nhso.Confirmation{PID: pid}); return err },
		"terminals": func() error { _, err := client.Terminals(t.Context()); return err },
		"read":      func() error { _, err := client.Read(t.Context(), 1, false); return err },
		"status":    func() error { _, err := client.Status(t.Context(), pid, visit.ServiceDateOf(time.Now())); return err },
		"probe":     func() error { _, err := client.Probe(t.Context()); return err },
	} {
		if err := call(); nhso.KindOf(err) != nhso.NotSent {
			t.Errorf("%s: %v", name, err)
		} else {
			spill(t, name, err)
		}
	}
}

func TestAgentAddressesAreNear(t *testing.T) {
	for address, ok := range map[string]bool{
		"": true, "http://localhost:8189": true, "http://127.0.0.1:8189/": true, "http://[::1]:8189": true, "http://192.168.1.20:8189": true,
		"https://10.0.0.5": true, "http://his-pc:8189": true, "http://8.8.8.8:8189": false, "http://169.254.169.254": false, "http://0.0.0.0:8189": false,
		"http://[2001:db8::1]:8189": false, "http://[::ffff:8.8.8.8]:1": false, "ftp://127.0.0.1": false, "http://u:p@127.0.0.1": false, "http://127.0.0.1?x": false, "127.0.0.1:8189": false, "http://": false,
	} {
		client, err := nhso.NewAgent(nhso.AgentOptions{URL: address})
		if (err == nil) != ok {
			t.Errorf("%q: %v", address, err)
		}
		if err == nil {
			client.Close()
		} else if strings.Contains(err.Error(), "u:p") {
			t.Errorf("%q: the error shows a password", address)
		}
	}
	if client, err := nhso.NewAgent(nhso.AgentOptions{URL: "http://8.8.8.8:8189", AnyAddress: true}); err != nil {
		t.Error(err)
	} else {
		client.Close()
	}
}

func TestQuestionsToAnAgentAreJudgedByTheirAnswer(t *testing.T) {
	pid, day := testzone.PID(testzone.Adult), visit.ServiceDateOf(time.Now())
	person := "ทดสอบ ระบบ " + pid.Digits()
	calls := map[string]func(*nhso.Agent) error{
		"terminals": func(a *nhso.Agent) error { _, err := a.Terminals(t.Context()); return err },
		"probe":     func(a *nhso.Agent) error { _, err := a.Probe(t.Context()); return err },
		"right":     func(a *nhso.Agent) error { _, err := a.Right(t.Context(), pid, day); return err },
		"read":      func(a *nhso.Agent) error { a.CardInside(1); _, err := a.Right(t.Context(), pid, day); return err },
		"card":      func(a *nhso.Agent) error { _, err := a.ReadCardOnly(t.Context(), false); return err },
		"status":    func(a *nhso.Agent) error { _, err := a.Status(t.Context(), pid, day); return err },
		"latest":    func(a *nhso.Agent) error { _, _, err := a.Latest(t.Context(), pid); return err },
	}
	for _, c := range []struct {
		name, calls string
		handle      func(net.Conn)
		kind        nhso.Kind
		cause       error // nil with kind Unknown: no error
	}{
		{"no card service", "terminals read card", body("500 x", jsonType, `{"status":500,"error":"x"}`), nhso.NoCard, nhso.ErrNoReader},
		{"no card service, politely", "terminals", body("200 OK", jsonType, `{"status":500,"error":"x"}`), nhso.NoCard, nhso.ErrNoReader},
		{"no card service, probed", "probe", body("500 x", jsonType, `{"status":500}`), nhso.Unknown, nil},
		{"no reader", "terminals read card", body("418 x", jsonType, `{"status":418}`), nhso.NoCard, nhso.ErrNoReader},
		{"empty", "right status terminals read card", body("200 OK", jsonType, ""), nhso.BadAnswer, nhso.ErrEmpty},
		{"empty, of latest", "latest", body("200 OK", jsonType, ""), nhso.Unknown, nil},
		{"null", "status", body("200 OK", jsonType, "null"), nhso.BadAnswer, nhso.ErrEmpty},
		{"an object without a code", "status latest", body("200 OK", jsonType, "{}"), nhso.Unknown, nil},
		{"a code without a time", "status", body("200 OK", jsonType, `{"claimType":"PG0060001","claimCode":"PP1200000001","hcode":"99999"}`), nhso.BadAnswer, nhso.ErrJSON},
		{"a wrong code", "status latest", body("200 OK", jsonType, `{"claimCode":"`+person+`"}`), nhso.BadAnswer, nhso.ErrCode},
		{"another person", "right read", body("200 OK", jsonType, `{"pid":"`+testzone.PID(testzone.Child).Digits()+`","fname":"`+person+`"}`), nhso.BadAnswer, nhso.ErrOtherPerson},
		{"a page", "right status latest read card terminals probe", body("200 OK", "text/html", "<html>"+person), nhso.BadAnswer, nhso.ErrHTML},
		{"something else", "right status latest read card terminals probe", body("200 OK", jsonType, `"`+person+`"`), nhso.BadAnswer, nhso.ErrJSON},
		{"a long one", "right status latest read card terminals probe", body("200 OK", jsonType, `{"x":"`+strings.Repeat("x", 300<<10)+`"}`), nhso.BadAnswer, nhso.ErrTooLong},
		{"404", "right status latest read card terminals probe", body("404 x", jsonType, `{"status":404}`), nhso.BadAnswer, nhso.ErrJSON},
		{"a redirect", "right status latest read card terminals probe", says("HTTP/1.1 302 x\r\nLocation: http://nhso.invalid/\r\nContent-Length: 0\r\n\r\n"), nhso.BadAnswer, nhso.ErrRedirect},
		{"403", "right status latest read card terminals probe", body("403 x", jsonType, "{}"), nhso.Unauthorised, nil},
		{"a wrong PID", "right status latest", body("400 x", jsonType, `{"errors":[{"defaultMessage":"`+person+`"}]}`), nhso.Refused, nil},
	} {
		for name := range strings.FieldsSeq(c.calls) {
			base, _ := rawServer(t, c.handle)
			err := calls[name](agentOf(t, base))
			good := c.kind == nhso.Unknown && c.cause == nil
			if good != (err == nil) || !good && (nhso.KindOf(err) != c.kind || c.cause != nil && !errors.Is(err, c.cause)) {
				t.Errorf("%s, %s: %v", c.name, name, err)
			}
			if err != nil {
				spill(t, c.name, err)
			}
		}
	}
}

func TestWhoWaitsForTheReaderCanGiveUp(t *testing.T) {
	agentBubble(t, nil, func(t *testing.T, r *agentRig) {
		r.insert(t, testzone.Adult)
		if err := r.zone.SetFault(testzone.Fault{Path: testzone.AgentReadPath, Kind: "slow", Count: 1, DelayMS: 5000}); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { _, err := r.client.Read(t.Context(), r.insertion, false); done <- err }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := r.client.ReadCardOnly(ctx, false); nhso.KindOf(err) != nhso.NotSent || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if err := <-done; err != nil {
			t.Errorf("the reading before: %v", err)
		}
	})
}

func TestAConfirmationHasAConnectionOfItsOwn(t *testing.T) {
	var made atomic.Int64
	agentBubble(t, func(o *nhso.AgentOptions) {
		dial := o.DialContext
		o.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			made.Add(1)
			return dial(ctx, network, address)
		}
	}, func(t *testing.T, r *agentRig) {
		for range 3 {
			_, _ = r.client.Terminals(t.Context())
		}
		for range 2 {
			_, _ = r.client.ConfirmSave(t.Context(), nhso.Confirmation{PID: testzone.PID(testzone.Adult)})
		}
		if n := made.Load(); n != 3 {
			t.Errorf("%d connections: one for the questions and one for each submission were expected", n)
		}
	})
}

func TestReadingsHideThePersonWhenPrinted(t *testing.T) {
	r := nhso.Reading{PID: testzone.PID(testzone.Adult), Name: visit.Name{First: "ทดสอบ", Last: "ระบบ"}}
	spill(t, "reading", r, &r, fmt.Sprint(r))
}
