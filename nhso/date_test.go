package nhso_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http/httptest"
	"testing"
	"time"

	"authenkiosk/nhso"
	"authenkiosk/nhso/testzone"
	"authenkiosk/visit"
)

// authority makes certificates for 127.0.0.1.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T, from, to time.Time) *authority {
	t.Helper()
	a := &authority{t: t}
	a.cert, a.key = a.make(&x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, NotBefore: from, NotAfter: to,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, nil, nil)
	return a
}

func (a *authority) make(template, parent *x509.Certificate, by *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	if parent == nil {
		parent, by = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), by)
	if err != nil {
		a.t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return cert, key
}

// server shows a certificate of that time and for that address.
func (a *authority) server(zone *testzone.Zone, from, to time.Time, address string) string {
	a.t.Helper()
	cert, key := a.make(&x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "NHSO"}, NotBefore: from, NotAfter: to,
		IPAddresses: []net.IP{net.ParseIP(address)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, a.cert, a.key)
	s := httptest.NewUnstartedServer(zone)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{cert.Raw}, PrivateKey: key}}}
	s.StartTLS()
	a.t.Cleanup(s.Close)
	return s.URL
}

// A machine whose battery is dead does not believe any certificate. That is not the
// certificate's fault, and it tells something about the time.
func TestACertificateThatIsNotOfThisDateSpeaksAgainstTheClock(t *testing.T) {
	const day = 24 * time.Hour
	zone, err := testzone.New(testzone.Options{})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().Truncate(time.Second)
	trusted := newAuthority(t, now.Add(-1000*day), now.Add(1000*day))
	foreign := newAuthority(t, now.Add(-1000*day), now.Add(1000*day))
	old := newAuthority(t, now.Add(-1000*day), now.Add(-500*day))
	roots := x509.NewCertPool()
	roots.AddCert(trusted.cert)
	roots.AddCert(old.cert)
	for _, c := range []struct {
		name          string
		by            *authority
		from, to      time.Duration
		address       string
		want          error
		after, before time.Duration // what it tells about the time; 0: nothing
	}{
		{"not valid yet: this clock is behind", trusted, 30 * day, 90 * day, "127.0.0.1", nhso.ErrDate, 30 * day, 0},
		{"not valid any more: this clock is ahead", trusted, -90 * day, -30 * day, "127.0.0.1", nhso.ErrDate, 0, -30*day + 7*day},
		{"of a foreign authority, too", foreign, -90 * day, -30 * day, "127.0.0.1", nhso.ErrUntrusted, 0, 0},
		{"of another server, too", trusted, 30 * day, 90 * day, "127.0.0.2", nhso.ErrUntrusted, 0, 0},
		{"its authority has ended long before", old, -90 * day, -30 * day, "127.0.0.1", nhso.ErrUntrusted, 0, 0},
		{"valid, of a foreign authority", foreign, -day, day, "127.0.0.1", nhso.ErrUntrusted, 0, 0},
		{"valid", trusted, -day, day, "127.0.0.1", nil, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			url := c.by.server(zone, now.Add(c.from), now.Add(c.to), c.address)
			client := clientOf(t, url, func(o *nhso.Options) { o.RootCAs = roots })
			_, err := client.Probe(t.Context())
			if !errors.Is(err, c.want) || err != nil && nhso.KindOf(err) != nhso.NotSent {
				t.Errorf("got %v, want %v", err, c.want)
			}
			after, before := client.Witness()
			for word, limit := range map[string]struct {
				got  time.Time
				want time.Duration
			}{"after": {after, c.after}, "before": {before, c.before}} {
				off := limit.got.Sub(now.Add(limit.want)).Abs()
				if limit.got.IsZero() != (limit.want == 0) || limit.want != 0 && off > time.Minute {
					t.Errorf("it is %s %v, want %v", word, limit.got, limit.want)
				}
			}
		})
	}
}

func TestAnAnswerOfNHSOEndsWhatACertificateHasTold(t *testing.T) {
	const day = 24 * time.Hour
	zone, err := testzone.New(testzone.Options{})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	a := newAuthority(t, now.Add(-1000*day), now.Add(1000*day))
	roots := x509.NewCertPool()
	roots.AddCert(a.cert)
	early, valid := a.server(zone, now.Add(day), now.Add(2*day), "127.0.0.1"), a.server(zone, now.Add(-day), now.Add(day), "127.0.0.1")
	client, err := nhso.NewEndpoint(nhso.Options{
		Zone: "test", EndpointURL: valid, StatusURL: early, RootCAs: roots, Token: fixed(testzone.DefaultToken), Timeouts: patient,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := client.Probe(t.Context()); !errors.Is(err, nhso.ErrDate) {
		t.Fatal(err)
	}
	if after, _ := client.Witness(); after.IsZero() {
		t.Error("the certificate tells nothing")
	}
	if _, err := client.Right(t.Context(), testPID, visit.ServiceDateOf(now)); err != nil {
		t.Fatal(err)
	}
	if after, before := client.Witness(); !after.IsZero() || !before.IsZero() {
		t.Errorf("after %v, before %v", after, before)
	}
}

func TestAnOldCertificateWithoutItsKeySaysNothingAboutTheClock(t *testing.T) {
	now := time.Now()
	a := newAuthority(t, now.AddDate(-3, 0, 0), now.AddDate(3, 0, 0))
	cert, _ := a.make(&x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "NHSO"}, NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(0, -1, 0),
		IPAddresses: []net.IP{net.ParseIP("127.0.0.1")}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, a.cert, a.key)
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(nil)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{cert.Raw}, PrivateKey: other}}}
	s.StartTLS()
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(a.cert)
	client := clientOf(t, s.URL, func(o *nhso.Options) { o.RootCAs = roots })
	_, err = client.Probe(t.Context())
	if after, before := client.Witness(); !errors.Is(err, nhso.ErrUntrusted) || !after.IsZero() || !before.IsZero() {
		t.Errorf("%v, %v, %v", err, after, before)
	}
}
