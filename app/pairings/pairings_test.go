package pairings

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"authenkiosk/agent"
	"authenkiosk/app/privatelog"
	"authenkiosk/certtest"
	"authenkiosk/desk"
	"authenkiosk/logtest"
	"authenkiosk/storage"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// clients are those of an agent, in memory.
type clients struct {
	mu   sync.Mutex
	list []agent.Client
}

func (c *clients) Clients() ([]agent.Client, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.list), nil
}

func (c *clients) AddClient(one agent.Client) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if slices.ContainsFunc(c.list, func(o agent.Client) bool { return o.Name == one.Name }) {
		return agent.ErrClientTaken
	}
	c.list = append(c.list, one)
	return nil
}

func (c *clients) RemoveClient(string) error { return nil }

// owner is the agent of another machine.
type owner struct {
	url     string
	pairing *agent.Pairing
	end     func()
}

// newOwner has an agent answer at an address, with a new certificate.
func newOwner(t *testing.T, at string, book *clients) *owner {
	t.Helper()
	certificate, _ := certtest.New(t, "kiosk-1")
	l, err := net.Listen("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	o := &owner{url: "https://" + l.Addr().String(), pairing: agent.NewPairing(book, func(string, string) {})}
	a := agent.New(agent.Options{
		Status: func() agent.Status { return agent.Status{} }, Healthy: func() error { return nil }, Logger: slog.New(slog.DiscardHandler),
		Clients: book, Pairing: o.pairing, Zone: "demo",
		LAN: &agent.LAN{Certificate: certificate, Addresses: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}, Hosts: []string{"kiosk-1:8189"}},
		Desk: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"session":"1","operator":"00000000000000a1","name":"desk-1/anna","role":"staff"}`)
		}),
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- agent.Serve(ctx, l, a) }()
	o.end = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(o.end)
	return o
}

func paired(t *testing.T, o *owner) Pairing {
	t.Helper()
	shown, err := Fingerprint(t.Context(), o.url)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Pair(t.Context(), visit.ZoneDemo, o.url, shown, o.pairing.NewCode()+"\n", "desk-1")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func signIn(t *testing.T, b Book, url string) error {
	t.Helper()
	c, err := b.Client(url)
	if err != nil {
		return err
	}
	pin, err := rules.NewPIN("804725")
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.SignIn(t.Context(), "00000000000000a1", pin)
	return err
}

func TestAStationThatWasPairedIsLetInAcrossRestartsUntilItForgets(t *testing.T) {
	o, dir := newOwner(t, "127.0.0.1:0", &clients{}), t.TempDir()
	b := NewBook(storage.OpenSecrets(dir), visit.ZoneDemo)
	if err := signIn(t, b, o.url); !errors.Is(err, ErrNotPaired) {
		t.Errorf("before: %v", err)
	}
	if err := b.Forget(o.url); !errors.Is(err, ErrNotPaired) {
		t.Errorf("to forget before: %v", err)
	}
	p := paired(t, o)
	if err := b.Keep(p); err != nil {
		t.Fatal(err)
	}
	again := NewBook(storage.OpenSecrets(dir), visit.ZoneDemo)
	if err := signIn(t, again, o.url); err != nil {
		t.Errorf("after: %v", err)
	}
	if kept, err := again.Of(o.url); err != nil || kept.Since.IsZero() || !kept.Since.Equal(p.Since) {
		t.Errorf("it was let in at %v, and knows %v of it: %v", p.Since, kept.Since, err)
	}
	if err := signIn(t, NewBook(storage.OpenSecrets(dir), visit.ZoneTest), o.url); !errors.Is(err, ErrNotPaired) {
		t.Errorf("in another zone: %v", err)
	}
	if err := again.Forget(o.url); err != nil {
		t.Fatal(err)
	}
	if err := signIn(t, b, o.url); !errors.Is(err, ErrNotPaired) {
		t.Errorf("after it was forgotten: %v", err)
	}
}

func TestAChangedCertificateIsRefusedBeforeAnythingIsSent(t *testing.T) {
	book := &clients{}
	o := newOwner(t, "127.0.0.1:0", book)
	b := NewBook(storage.OpenSecrets(t.TempDir()), visit.ZoneDemo)
	p := paired(t, o)
	if err := b.Keep(p); err != nil {
		t.Fatal(err)
	}
	o.end()
	other := newOwner(t, strings.TrimPrefix(o.url, "https://"), book)
	err := signIn(t, b, o.url)
	if !errors.Is(err, desk.Unreachable) || !errors.Is(err, ErrCertificate) || !strings.Contains(err.Error(), "pair again") {
		t.Errorf("%v", err)
	}
	if _, err := Pair(t.Context(), visit.ZoneDemo, o.url, p.Fingerprint, other.pairing.NewCode(), "desk-2"); !errors.Is(err, ErrCertificate) {
		t.Errorf("a code for a certificate that nobody has compared: %v", err)
	}
	if list, _ := book.Clients(); len(list) != 1 {
		t.Errorf("%d stations were let in", len(list))
	}
}

func TestAWrongCodeATakenNameAndAStrangerAreSaidInWords(t *testing.T) {
	o := newOwner(t, "127.0.0.1:0", &clients{})
	p := paired(t, o)
	ask := func(url, code, name string) error {
		_, err := Pair(t.Context(), visit.ZoneDemo, url, p.Fingerprint, code, name)
		return err
	}
	code := o.pairing.NewCode()
	if err := ask(o.url, "1234", "desk-2"); err == nil || !strings.Contains(err.Error(), "8 digits") {
		t.Errorf("a code of four digits: %v", err)
	}
	if err := ask(o.url, code, "desk-1"); err == nil || !strings.Contains(err.Error(), "has this name") {
		t.Errorf("a name that is taken: %v", err)
	}
	if err := ask(o.url, code, "desk-2"); err != nil {
		t.Errorf("another name: %v", err)
	}
	if err := ask(o.url, code, "desk-3"); err == nil || !strings.Contains(err.Error(), "not valid any more") {
		t.Errorf("the code twice: %v", err)
	}
	stranger, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "<html>") })}
	go func() { _ = server.Serve(stranger) }()
	t.Cleanup(func() { _ = server.Close() })
	if err := ask("http://"+stranger.Addr().String(), code, "desk-1"); err == nil || !strings.Contains(err.Error(), "no agent of this program") {
		t.Errorf("a stranger: %v", err)
	}
}

func TestTheTokenOfAPairingIsInNoTextLogOrFile(t *testing.T) {
	o, dir := newOwner(t, "127.0.0.1:0", &clients{}), t.TempDir()
	p := paired(t, o)
	if err := NewBook(storage.OpenSecrets(dir), visit.ZoneDemo).Keep(p); err != nil {
		t.Fatal(err)
	}
	var log logtest.Buffer
	slog.New(privatelog.New(slog.NewTextHandler(&log, nil))).Info("paired", "pairing", p, "token", "Bearer "+p.Token)
	texts := []string{log.String(), fmt.Sprint(p), fmt.Sprintf("%+v %#v %s %q %x", p, p, p, p, p)}
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		texts = append(texts, path, string(bytes.Clone(data)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range texts {
		if strings.Contains(text, p.Token) || strings.Contains(text, p.Token[4:]) {
			t.Errorf("%q", text)
		}
	}
	if _, err := Fingerprint(t.Context(), "https://127.0.0.1:1"); err == nil {
		t.Error("there is nobody")
	}
	if shown, err := Fingerprint(t.Context(), "http://127.0.0.1:8189"); shown != "" || err != nil {
		t.Errorf("%q, %v", shown, err)
	}
	if c := clientFor("").Transport.(*http.Transport).TLSClientConfig.VerifyConnection; c(tls.ConnectionState{}) == nil {
		t.Error("a pairing without a fingerprint trusts everybody")
	}
}

func TestMachinesOfTwoZonesAreNotPaired(t *testing.T) {
	book := &clients{}
	o := newOwner(t, "127.0.0.1:0", book)
	shown, err := Fingerprint(t.Context(), o.url)
	if err != nil {
		t.Fatal(err)
	}
	code := o.pairing.NewCode()
	if _, err := Pair(t.Context(), visit.ZoneProduction, o.url, shown, code, "desk-1"); !errors.Is(err, ErrZone) {
		t.Errorf("%v", err)
	}
	if _, err := Pair(t.Context(), visit.ZoneDemo, o.url, shown, code, "desk-1"); err != nil {
		t.Errorf("the code was spent: %v", err)
	}
}
