package pairings

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"authenkiosk/agent"
	"authenkiosk/visit"
)

// Times and sizes of what is asked of the other machine.
const (
	dialTimeout = 5 * time.Second  // to connect and to shake hands, on the hospital's own network
	callTimeout = 90 * time.Second // a call for which NHSO is asked takes 75 s at the most
	idleTimeout = 30 * time.Second // below that of the agent, so that a call finds no connection that is just being closed
	maxReply    = 64 << 10         // bytes of the answer to a pairing
)

// ErrCertificate says that the other machine is not the one with which this one was
// paired, or has got another certificate.
var ErrCertificate = errors.New("it shows another certificate than the one with which this machine was paired: " +
	"if the certificate was renewed there, pair again; if not, somebody may stand in between")

// Fingerprint asks the machine at an address for its certificate, and returns the
// fingerprint that a person compares before a code is sent; empty for plain HTTP, which
// stays on this machine. Nothing else is sent.
func Fingerprint(ctx context.Context, address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	if u.Scheme != "https" {
		return "", nil
	}
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	d := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}} //nolint:gosec // a person compares what it shows
	conn, err := d.DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return "", fmt.Errorf("reach %s: %w", address, err)
	}
	defer func() { _ = conn.Close() }()
	state := conn.(*tls.Conn).ConnectionState()
	return fingerprintOf(state.PeerCertificates), nil
}

func fingerprintOf(shown []*x509.Certificate) string {
	if len(shown) == 0 {
		return ""
	}
	return agent.Fingerprint(&tls.Certificate{Certificate: [][]byte{shown[0].Raw}})
}

// clientFor speaks with whoever shows that certificate and with nobody else, whatever
// name, date and authority stand in it: hospitals make such certificates by themselves.
func clientFor(fingerprint string) *http.Client {
	return &http.Client{
		Timeout:       callTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{ // without a proxy: the other machine stands on the same network
			DialContext:         (&net.Dialer{Timeout: dialTimeout}).DialContext,
			TLSHandshakeTimeout: dialTimeout, IdleConnTimeout: idleTimeout, MaxIdleConnsPerHost: 2,
			TLSClientConfig: &tls.Config{
				InsecureSkipVerify: true, MinVersion: tls.VersionTLS12, //nolint:gosec // VerifyConnection is stricter
				VerifyConnection: func(s tls.ConnectionState) error {
					if fingerprint == "" || fingerprintOf(s.PeerCertificates) != fingerprint {
						return ErrCertificate
					}
					return nil
				},
			},
		},
	}
}

// ErrZone says that the other machine works with another NHSO: codes of the one would end
// visits of the other.
var ErrZone = errors.New("it works in another zone than this machine: nothing was sent")

// zoneHeader tells in every answer of an agent in which zone it works.
const zoneHeader = "X-AuthenKiosk-Zone"

// sameZone returns ErrZone unless the machine at an address works in that zone.
func sameZone(ctx context.Context, client *http.Client, address string, zone visit.Zone) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/healthz", nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(r)
	if err != nil {
		return fmt.Errorf("ask for its zone: %w", err)
	}
	_ = resp.Body.Close()
	if there := resp.Header.Get(zoneHeader); there != "" && there != string(zone) {
		return ErrZone
	}
	return nil
}

// Pair sends the code of the machine at an address, which has shown that fingerprint and
// must work in that zone, and returns what lets this machine in there under a name. A
// person has compared the fingerprint.
func Pair(ctx context.Context, zone visit.Zone, address, fingerprint, code, machine string) (Pairing, error) {
	body, err := json.Marshal(map[string]string{"code": strings.TrimSpace(code), "machine": machine})
	if err != nil {
		return Pairing{}, err
	}
	client := clientFor(fingerprint)
	defer client.CloseIdleConnections()
	if err := sameZone(ctx, client, address, zone); err != nil {
		return Pairing{}, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address+"/api/v1/desk/pair", bytes.NewReader(body))
	if err != nil {
		return Pairing{}, err
	}
	r.Header.Set("Content-Type", "application/json")
	since := time.Now().Round(0)
	resp, err := client.Do(r)
	if err != nil {
		return Pairing{}, fmt.Errorf("send the code: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	var said struct{ Token, Machine, Error string }
	err = json.NewDecoder(io.LimitReader(resp.Body, maxReply)).Decode(&said)
	switch {
	case resp.StatusCode != http.StatusOK && said.Error != "":
		return Pairing{}, errors.New(said.Error)
	case resp.StatusCode != http.StatusOK || err != nil || said.Token == "":
		return Pairing{}, fmt.Errorf("what answers at %s is no agent of this program (%s)", address, resp.Status)
	}
	return Pairing{URL: address, Machine: said.Machine, Fingerprint: fingerprint, Token: said.Token, Since: since}, nil
}
