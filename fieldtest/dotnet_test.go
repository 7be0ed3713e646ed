//go:build field

package fieldtest

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"authenkiosk/cmd/authenagent/builttest"
)

// dotNet speaks as HttpWebRequest of .NET does: one connection that is kept, no
// User-Agent, headers in its order, the name of the machine as it was typed, and the
// body only after "100 Continue", behind the mark that StreamWriter puts before it.
type dotNet struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
	host string
}

func dial(t *testing.T, a *agent) *dotNet {
	t.Helper()
	address := strings.TrimPrefix(a.url, "http://")
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &dotNet{t: t, conn: conn, in: bufio.NewReader(conn), host: strings.Replace(address, "127.0.0.1", "LOCALHOST", 1)}
}

// ask returns the status, and decodes the body into a class as Json.NET does: members
// in any case, unknown ones ignored.
func (d *dotNet) ask(request string, order, class any) int {
	d.t.Helper()
	_ = d.conn.SetDeadline(time.Now().Add(limit))
	head := request + " HTTP/1.1\r\nAccept: application/json\r\nAuthorization: Bearer 00000000-aaaa-4bbb-8ccc-dddddddddddd\r\n"
	if order == nil {
		_, err := io.WriteString(d.conn, head+"Host: "+d.host+"\r\n\r\n")
		return d.answer(request, err, class)
	}
	body, err := json.Marshal(order)
	if err != nil {
		d.t.Fatal(err)
	}
	body = append([]byte("\xef\xbb\xbf"), body...)
	_, err = fmt.Fprintf(d.conn, "%sContent-Type: application/json; charset=utf-8\r\nHost: %s\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", head, d.host, len(body))
	if err == nil {
		var line string
		if line, err = d.in.ReadString('\n'); err == nil && !strings.Contains(line, "100 Continue") {
			d.t.Fatalf("%s: before the body: %q", request, line)
		}
		_, _ = d.in.ReadString('\n')
		_, err = d.conn.Write(body)
	}
	return d.answer(request, err, class)
}

func (d *dotNet) answer(request string, err error, class any) int {
	d.t.Helper()
	if err != nil {
		d.t.Fatalf("%s: %v", request, err)
	}
	resp, err := http.ReadResponse(d.in, nil)
	if err != nil {
		d.t.Fatalf("%s: %v", request, err)
	}
	data, err := io.ReadAll(resp.Body)
	if err == nil {
		err = json.Unmarshal(data, class)
	}
	if err != nil || resp.Close {
		d.t.Fatalf("%s: %d %s, the connection is kept: %v, %v", request, resp.StatusCode, data, !resp.Close, err)
	}
	return resp.StatusCode
}

// anyClass takes every answer, good or bad, as programs of .NET do.
type anyClass struct {
	Timestamp        time.Time
	Status           int
	Error, Message   string
	Errors           []struct{ DefaultMessage, Code, ObjectName string }
	PID, ClaimCode   string
	CorrelationID    string
	CreatedDate      string
	MainInscl, Fname string
	Image            string
	ClaimTypes       []struct{ ClaimType, ClaimTypeName string }
}

func TestAProgramInTheStyleOfDotNetGetsItsCodeWhenTheCardWasHandedBack(t *testing.T) {
	t.Parallel()
	a := start(t, "compat = true\n")
	d := dial(t, a)
	var none anyClass
	if status := d.ask("GET /api/smartcard/read?readImageFlag=true", nil, &none); status != 500 || none.Status != 500 || len(none.Errors) == 0 || none.Errors[0].DefaultMessage == "" || none.Timestamp.IsZero() {
		t.Fatalf("without a card: %d %+v", status, none)
	}
	a.insert(builttest.Adult)
	for {
		var terminals []struct {
			TerminalName string
			IsPresent    bool
		}
		if status := d.ask("GET /api/smartcard/terminals", nil, &terminals); status != 200 || len(terminals) == 0 {
			t.Fatalf("%d %v", status, terminals)
		} else if terminals[0].IsPresent {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	var card anyClass
	if status := d.ask("GET /api/smartcard/read?readImageFlag=true", nil, &card); status != 200 || len(card.ClaimTypes) == 0 {
		t.Fatalf("%d %+v", status, card)
	}
	picture, err := base64.StdEncoding.DecodeString(card.Image)
	if err != nil || len(picture) < 100 || card.MainInscl[strings.Index(card.MainInscl, "(")+1:strings.Index(card.MainInscl, ")")] != "UCS" {
		t.Errorf("%d bytes of a picture, %q, %v", len(picture), card.MainInscl, err)
	}
	a.remove()
	order := map[string]any{"pid": card.PID, "claimType": card.ClaimTypes[0].ClaimType, "mobile": phone, "correlationId": card.CorrelationID, "hn": "", "hcode": nil}
	var saved anyClass
	if status := d.ask("POST /api/nhso-service/confirm-save/", order, &saved); status != 200 || saved.ClaimCode == "" || saved.CorrelationID != card.CorrelationID {
		t.Fatalf("%d %+v", status, saved)
	}
	if _, err := time.Parse("2006-01-02T15:04:05", saved.CreatedDate); err != nil {
		t.Error(err)
	}
	a.has(builttest.Adult, saved.ClaimCode)
	// Who reads the card again and asks again is told that there is a code.
	a.insert(builttest.Adult)
	for card = (anyClass{}); card.PID == ""; time.Sleep(100 * time.Millisecond) {
		_ = d.ask("GET /api/smartcard/read", nil, &card)
	}
	order["correlationId"] = card.CorrelationID
	var again anyClass
	if status := d.ask("POST /api/nhso-service/confirm-save", order, &again); status != 400 || len(again.Errors) == 0 || again.Errors[0].Code != "Duplicate" {
		t.Errorf("%d %+v", status, again)
	}
	a.has(builttest.Adult, saved.ClaimCode)
}
